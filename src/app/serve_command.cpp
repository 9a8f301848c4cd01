// dure serve: a hub with its API and the agents that it hosts. dure agent: one of a site elsewhere.
#include <fmt/core.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "app/command.h"
#include "app/explain_text.h"
#include "app/hub_log.h"
#include "app/live_config.h"
#include "app/log.h"
#include "app/page.h"
#include "live/agent_runner.h"
#include "live/api/api.h"
#include "live/hub.h"
#include "live/store/store.h"
#include "sched/forecast.h"
#include "sched/outside.h"

namespace dure {
namespace {

struct Options {
  std::string config, folder, listen;
};

void block_signals(sigset_t& set) {
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

std::string user_name() {
  const passwd* me = getpwuid(geteuid());
  return me == nullptr ? std::to_string(geteuid()) : me->pw_name;
}

// Ten thousand clients are ten thousand descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

Result<HttpServerOptions> server_options(const HubSpec& hub) {
  HttpServerOptions o;
  const std::size_t colon = hub.listen.rfind(':');
  const std::optional<std::int64_t> port =
      colon == std::string::npos ? std::nullopt : whole(hub.listen.substr(colon + 1));
  if (!port || *port < 0 || *port > 65'535)
    return Fault{"listen", "ADDRESS:PORT", "'" + hub.listen + "'", "127.0.0.1:7480"};
  o.address = hub.listen.substr(0, colon);
  if (o.address.size() > 2 && o.address.front() == '[')
    o.address = o.address.substr(1, o.address.size() - 2);
  o.port = static_cast<std::uint16_t>(*port);
  o.certificate_file = hub.certificate_file;
  o.key_file = hub.key_file;
  o.client_ca_file = hub.client_ca_file;
  o.largest_body = 4 << 20;
  return o;
}

std::string explained(const Scenario& scenario, const WorldCopy& look, JobId id) {
  ExplainRun run{look.world, look.world.job(id), {}, {}};
  ExplainOptions options;
  options.outside = [&](const LaneOpened& lane, PoolId pool) {
    return outside_of(scenario, look.world, lane, pool);
  };
  run.explanation = explain(look.world, look.policy, id, options);
  if (look.world.job(id).state == JobState::waiting)
    run.forecast = look.forecaster.forecast(look.world, look.policy, id);
  nlohmann::ordered_json j = explain_json(run, scenario);
  j["job"] = number_of(id);
  return j.dump();
}

ApiExtras extras_for(const Scenario& scenario) {
  ApiExtras x;
  x.version = kVersion;
  x.page = hub_page();
  x.own_uid = geteuid();
  x.own_user = user_name();
  x.explain = [&scenario](const WorldCopy& look, JobId id) {
    return explained(scenario, look, id);
  };
  return x;
}

Result<std::unique_ptr<AgentRunner>> run_agent(const AgentSpec& spec,
                                               std::unique_ptr<HubLink> link) {
  std::error_code error;
  std::filesystem::create_directories(spec.folder, error);
  if (error) return Fault{spec.folder, "a folder for the agent", error.message(), ""};
  TRY(journal, open_journal(spec.folder + "/journal.db"));
  TRY(driver, make_driver(spec));
  TRY(tools, make_tools(spec));
  AgentOptions options;
  options.site = spec.site;
  options.observe_ms = spec.observe_ms;
  return AgentRunner::start(
      std::move(options), std::move(driver), std::move(journal), std::move(link), unix_now_ms,
      [site = spec.site](const std::string& s) {
        log_line("agent", {{"site", site}, {"says", s}});
      },
      std::move(tools));
}

int serve(const Options& o) {
  sigset_t signals;
  block_signals(signals);
  raise_descriptor_limit();
  const std::string folder = o.folder.empty() ? state_folder() : o.folder;
  if (o.config.empty()) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return complain(Fault{folder, "a folder for the hub", error.message(), "--folder"});
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  Outcome<LiveConfig> read =
      o.config.empty() ? embedded_config(folder) : read_live_config(o.config);
  if (!read) return complain(read.faults());
  LiveConfig& config = read.value();
  if (!o.listen.empty()) config.hub.listen = o.listen;
  TRY_OR_COMPLAIN(server_opts, server_options(config.hub));
  TRY_OR_COMPLAIN(store, open_store(config.hub.store));
  HubOptions hub_options;
  char host[256] = "hub";
  gethostname(host, sizeof host - 1);
  hub_options.holder = host;
  // With the lock, a restart need not wait for the lease of the one that fell.
  TRY_OR_COMPLAIN(lock, lock_store(config.hub.store));
  if (lock < 0) hub_options.holder += ":" + std::to_string(getpid());
  Outcome<std::unique_ptr<Hub>> opened =
      Hub::open(config.hub, config.scenario, std::move(store), Clock::real(), hub_options);
  if (!opened) return complain(opened.faults());
  Hub& hub = *opened.value();
  ApiExtras extras = extras_for(hub.scenario());
  extras.own_origin = [](const HttpRequest& r) {
    const std::string_view origin = r.header("origin"), at = r.header("host");
    return origin.ends_with(at) &&
           (origin == "http://" + std::string(at) || origin == "https://" + std::string(at));
  };
  extras.open_record = [url = hub.spec().store] { return open_store_read_only(url); };
  HubLog* hub_log = nullptr;  // of the calls, once there are followers to hand on to
  extras.note = [&hub_log](const CallNote& call) { hub_log->note(call); };
  Api api(hub, std::move(extras));
  HubLog log(api.followers(), unix_now_ms, log_line);
  hub_log = &log;
  hub.followers = &log;
  hub.plant().turned = [&log](HubState state, const std::string& why) { log.turned(state, why); };
  server_opts.refused = [&log](const HttpResponse& r, const std::string& peer) {
    log.note({std::string(r.header("X-Request-Id")), peer, "", "", r.code, r.status});
  };
  Result<std::unique_ptr<HttpServer>> server =
      HttpServer::start(server_opts, [&api](HttpRequest request, Reply reply) {
        api.serve(std::move(request), std::move(reply));
      });
  if (!server) return complain(server.fault());
  std::thread loop([&hub] { hub.run(); });
  std::vector<std::unique_ptr<AgentRunner>> agents;
  int rc = kDone;
  for (const AgentSpec& a : hub.spec().agents) {
    if (a.driver == DriverKind::none) continue;
    Result<std::unique_ptr<AgentRunner>> agent = run_agent(
        a, link_inside(hub.plant(),
                       [&](const SyncRequest& r) { api.noted(r, hub.wall_clock().now()); }));
    if (!agent) {
      rc = complain(agent.fault());
      break;
    }
    agents.push_back(std::move(agent.value()));
  }
  if (rc == kDone) {
    log_line("listening",
             {{"url", std::string(config.hub.certificate_file.empty() ? "http" : "https") + "://" +
                          server_opts.address + ":" + std::to_string(server.value()->port())},
              {"store", hub.store().name()},
              {"members", std::to_string(hub.scenario().members.size())}});
    int got = 0;
    sigwait(&signals, &got);
    log_line("stopping", {{"signal", std::to_string(got)}});
  }
  agents.clear();  // what runs goes on
  api.close();
  hub.plant().stop();
  loop.join();
  server.value()->stop();
  return rc;
}

int agent(const Options& o) {
  sigset_t signals;
  block_signals(signals);
  Outcome<AgentSpec> spec = read_agent_config(o.config);
  if (!spec) return complain(spec.faults());
  const AgentSpec& a = spec.value();
  HttpLinkOptions link;
  link.url = a.hub;
  link.client.ca_file = a.ca_file;
  link.client.certificate_file = a.certificate_file;
  link.client.key_file = a.key_file;
  if (a.hub.empty()) return complain(Fault{o.config + ": hub", "the hub's address", "nothing", ""});
  if (!a.token_file.empty()) {
    TRY_OR_COMPLAIN(token, read_secret(a.token_file));
    link.token = token;
  }
  TRY_OR_COMPLAIN(made, link_http(link));
  Result<std::unique_ptr<AgentRunner>> runner = run_agent(a, std::move(made));
  if (!runner) return complain(runner.fault());
  log_line("agent", {{"site", a.site}, {"hub", a.hub}});
  int got = 0;
  sigwait(&signals, &got);
  return kDone;
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("serve", "Run the hub; without CONFIG: for this machine");
  command->add_option("CONFIG", o->config, "YAML: docs/reference/hub.md");
  command->add_option("--folder", o->folder, "Without CONFIG: where the hub keeps its things");
  command->add_option("--listen", o->listen, "ADDRESS:PORT in place of the configured one");
  command->callback([o, &exit_code] { exit_code = serve(*o); });
  auto a = std::make_shared<Options>();
  auto* sub = app.add_subcommand("agent", "Run the agent of a site beside its cluster");
  sub->add_option("CONFIG", a->config, "YAML: docs/reference/agent.md")->required();
  sub->callback([a, &exit_code] { exit_code = agent(*a); });
}

}  // namespace dure
