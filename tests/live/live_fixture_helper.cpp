#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>

#include "io/scenario_reader.h"
#include "live/drivers/null.h"
#include "live/live_record.h"
#include "live_fixture.h"
#include "source_dir.h"

namespace dure::live_test {

void eventually(const std::function<bool()>& holds, const char* words, int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) {
      ADD_FAILURE() << "not within " << seconds << " s: " << words;
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Folder::Folder() {
  std::string pattern = "/tmp/dure-live-XXXXXX";
  CHECK(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}
Folder::~Folder() { std::filesystem::remove_all(path_); }

Scenario alliance() {
  auto read = read_scenario(source_dir() + "/examples/lab/alliance.yaml");
  CHECK(read);
  return std::move(read.value());
}

HubSpec hub_of_three() {
  HubSpec hub;
  hub.default_data_class = "open";
  hub.local_member = "samsung";
  hub.requests_per_s = 0;
  const char* rows[3][3] = {
      {"suwon", "s1", "samsung"}, {"ulsan", "s2", "sk"}, {"sejong", "s3", "naver"}};
  for (const auto& r : rows) {
    LivePoolSpec pool;
    pool.id = r[0];
    pool.site = r[1];
    pool.owner = r[2];
    pool.hardware = "lab_node";
    pool.cpus_for_jobs = 4;
    hub.pools.push_back(pool);
  }
  hub.projects.push_back({"samsung", "chips", 2, Gpus(0)});
  hub.projects.push_back({"naver", "llm", 1, Gpus(8)});
  return hub;
}

std::int64_t now_unix() {
  static const std::unique_ptr<Clock> clock = Clock::real();
  return unix_ms(clock->now());
}

namespace {
std::unique_ptr<Store> opened(const std::string& url) {
  auto store = open_store(url);
  CHECK(store);
  return std::move(store.value());
}
}  // namespace

RunningHub::RunningHub(const std::string& store, HubSpec spec, PageFiles page)
    : RunningHub(opened(store), std::move(spec), store, std::move(page)) {}

RunningHub::RunningHub(std::unique_ptr<Store> store, HubSpec spec, const std::string& url,
                       PageFiles page) {
  HubOptions options;
  options.holder = "test";
  auto hub = Hub::open(std::move(spec), alliance(), std::move(store), Clock::real(), options);
  if (!hub) {
    std::fprintf(stderr, "%s\n", to_string(hub.faults()[0]).c_str());
    CHECK(!"a hub");
  }
  hub_ = std::move(hub.value());
  ApiExtras extras;
  extras.version = "test";
  extras.own_uid = geteuid();
  extras.own_user = "me";
  extras.page = std::move(page);
  extras.explain = [](const WorldCopy&, JobId) { return std::string("{}"); };
  if (!url.empty()) extras.open_record = [url] { return open_store_read_only(url); };
  api_ = std::make_unique<Api>(*hub_, std::move(extras));
  hub_->followers = api_->followers();
  HttpServerOptions server;
  server.grace_ms = 500;
  server.largest_body = 4 << 20;
  auto started = HttpServer::start(server, [this](HttpRequest request, Reply reply) {
    api_->serve(std::move(request), std::move(reply));
  });
  CHECK(started);
  server_ = std::move(started.value());
  thread_ = std::thread([this] { hub_->run(); });
  auto client = HttpClient::open("http://127.0.0.1:" + std::to_string(server_->port()));
  CHECK(client);
  client_ = std::move(client.value());
  eventually([&] { return hub_->plant().state() == HubState::leading; }, "the hub leads");
}

RunningHub::~RunningHub() { stop(); }

void RunningHub::stop() {
  if (!thread_.joinable()) return;
  agents_.clear();
  api_->close();
  hub_->plant().stop();
  thread_.join();
  server_->stop();
}

void RunningHub::agent(const std::string& site, std::unique_ptr<Driver> driver,
                       const std::string& journal, SiteTools tools) {
  auto opened = open_journal(journal);
  CHECK(opened);
  AgentOptions options;
  options.site = site;
  options.observe_ms = 10;
  auto runner = AgentRunner::start(
      options, std::move(driver), std::move(opened.value()),
      link_inside(hub_->plant(),
                  [this](const SyncRequest& r) { api_->noted(r, hub_->wall_clock().now()); }),
      now_unix, {}, std::move(tools));
  CHECK(runner);
  agents_.push_back(std::move(runner.value()));
}

HttpResponse RunningHub::call(const std::string& method, const std::string& target,
                              const std::string& body, HttpFields headers) {
  HttpCall call;
  call.method = method;
  call.target = target;
  call.headers = std::move(headers);
  if (!body.empty()) call.headers.emplace_back("Content-Type", "application/json");
  call.body = body;
  auto response = client_->call(call);
  if (!response) {
    ADD_FAILURE() << to_string(response.fault());
    return {};
  }
  return response.value();
}

std::string RunningHub::state(std::int64_t job) {
  return text_in(call("GET", "/api/v1/jobs/" + std::to_string(job)).body, "state");
}

void RunningHub::look(const std::function<void(const Desk&)>& f) {
  class Look final : public Work {
   public:
    Look(const std::function<void(const Desk&)>& f, std::promise<void>& done)
        : f_(f), done_(done) {}
    bool writes() const override { return false; }
    bool round(const Desk& desk, Facts&) override {
      f_(desk);
      return true;
    }
    void kept(const Desk&) override { done_.set_value(); }
    void failed(const Problem&) override { done_.set_value(); }

   private:
    const std::function<void(const Desk&)>& f_;
    std::promise<void>& done_;
  };
  std::promise<void> done;
  CHECK(hub_->plant().post(std::make_unique<Look>(f, done)));
  done.get_future().wait();
}

void three_sites(RunningHub& hub, const Folder& f, std::int64_t nodes, std::int64_t run_ms) {
  for (const char* site : {"s1", "s2", "s3"})
    hub.agent(site, null_site(nodes, run_ms), f.path(std::string("journal-") + site));
  eventually(
      [&] {
        std::int64_t installed = 0;
        hub.look([&](const Desk& d) { installed = d.world.installed(Device::gpu); });
        return installed == 3 * nodes * 4;
      },
      "all nodes have joined");
}

std::unique_ptr<Driver> null_site(std::int64_t nodes, std::int64_t run_ms) {
  NullOptions o;
  o.nodes = nodes;
  o.gpus = 4;
  o.run_ms = run_ms;
  o.now_ms = now_unix;
  return std::make_unique<NullDriver>(o);
}

std::string job_body(const std::string& member, int gpus, const std::string& more) {
  return R"({"command":["true"],"member":")" + member + R"(","gpus":)" + std::to_string(gpus) +
         more + "}";
}

std::int64_t number_in(const std::string& json, const std::string& key) {
  const auto j = nlohmann::json::parse(json, nullptr, false);
  return j.is_object() && j.contains(key) && j[key].is_number_integer() ? j[key].get<std::int64_t>()
                                                                        : -1;
}
std::string text_in(const std::string& json, const std::string& key) {
  const auto j = nlohmann::json::parse(json, nullptr, false);
  return j.is_object() && j.contains(key) && j[key].is_string() ? j[key].get<std::string>() : "";
}

}  // namespace dure::live_test
