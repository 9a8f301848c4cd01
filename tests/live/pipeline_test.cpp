// Pipelines and services on a hub with a local site: real processes make data of data, a service is
// looked at and restarted, and a hub that comes back knows all of it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "live/drivers/local.h"
#include "live_fixture.h"

namespace dure::live_test {
namespace {

using Json = nlohmann::json;

class Pipeline : public testing::Test {
 protected:
  void SetUp() override { start(); }
  void start() {
    hub_ = std::make_unique<RunningHub>("sqlite:" + f_.path("hub.db"));
    for (const char* site : {"s1", "s2"}) {
      LocalOptions o;
      o.folder = f_.path(std::string(site) + "-attempts");
      o.runner = {"/proc/self/exe", "attempt"};
      o.nodes = {std::string(site) + "n1"};
      o.cpus = 16;
      o.memory_mib = 65'536;
      o.pretended_gpus = 4;
      o.meter.system_root = f_.path("system");
      o.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
      o.allow_root = true;
      o.now_ms = now_unix;
      auto driver = LocalDriver::open(std::move(o));
      CHECK(driver);
      auto data = DataFolder::open(f_.path(std::string(site) + "-data"), false);
      CHECK(data);
      SiteTools tools;
      tools.data = std::make_unique<DataFolder>(std::move(data.value()));
      tools.prober = http_prober("127.0.0.1");
      hub_->agent(site, std::move(driver.value()), f_.path(std::string(site) + "-journal"),
                  std::move(tools));
    }
    eventually(
        [&] {
          std::int64_t installed = 0;
          hub_->look([&](const Desk& d) { installed = d.world.installed(Device::gpu); });
          return installed == 8;
        },
        "both sites have joined");
  }
  Json get(const std::string& target) { return Json::parse(hub_->call("GET", target).body); }
  std::int64_t run(const Json& spec, int status = 201) {
    const HttpResponse r = hub_->call("POST", "/api/v1/pipelines", spec.dump());
    EXPECT_EQ(r.status, status) << r.body;
    return number_in(r.body, "pipeline");
  }
  Json over(std::int64_t number) {
    const std::string at = "/api/v1/pipelines/" + std::to_string(number);
    eventually([&] { return get(at)["state"] != "running"; }, "the pipeline is over", 60);
    return get(at);
  }
  std::string states(const Json& pipeline) {
    std::string out;
    for (const Json& s : pipeline["steps"])
      out += s["step"].get<std::string>() + ":" + s["state"].get<std::string>() + " ";
    return out;
  }
  using Names = std::vector<std::string>;
  static Json step(const std::string& id, const std::string& command, const Names& inputs,
                   const Names& outputs) {
    return {{"id", id},
            {"job",
             {{"command", {"/bin/sh", "-c", command}},
              {"gpus", 1},
              {"inputs", Json(inputs)},
              {"outputs", Json(outputs)}}}};
  }

  Folder f_;
  std::unique_ptr<RunningHub> hub_;
};

// Serves 200 while the file is there, else 500.
std::string server(const std::string& file) {
  return "import http.server, os\n"
         "class H(http.server.BaseHTTPRequestHandler):\n"
         "  def do_GET(self):\n"
         "    self.send_response(200 if os.path.exists('" +
         file +
         "') else 500)\n"
         "    self.end_headers()\n"
         "  def log_message(self, *a): pass\n"
         "http.server.HTTPServer(('127.0.0.1', int(os.environ['DURE_PORT'])), H).serve_forever()\n";
}

TEST_F(Pipeline, MakesDataOfDataAndServesThem) {
  std::ofstream(f_.path("well")) << "yes";
  Json serve{{"id", "serve"},
             {"job",
              {{"command", {"python3", "-c", server(f_.path("well"))}},
               {"gpus", 1},
               {"service", true},
               {"inputs", {"model"}},
               {"health", {{"path", "/"}, {"every_s", 1}, {"failures", 2}, {"start_s", 20}}}}}};
  // Not in the order in which they run.
  const Json spec{
      {"name", "factory"},
      {"member", "samsung"},
      {"steps",
       {serve, step("judge", "grep -q HELLO $DURE_INPUTS/model", {"model"}, {}),
        step("train", "tr a-z A-Z <$DURE_INPUTS/text >$DURE_OUTPUTS/model", {"text"}, {"model"}),
        step("prepare", "echo hello >$DURE_OUTPUTS/text", {}, {"text"})}}};
  const Json done = over(run(spec));
  EXPECT_EQ(done["state"], "done") << done.dump(1);
  EXPECT_EQ(states(done), "prepare:done train:done serve:done judge:done ");

  // What it was made of.
  const Json model = get("/api/v1/data/samsung/model")["data"];
  ASSERT_EQ(model.size(), 1U);
  const Json text = get("/api/v1/data/samsung/text")["data"][0];
  EXPECT_EQ(model[0]["inputs"], Json::array({"samsung/text@" + text["digest"].get<std::string>()}));
  EXPECT_EQ(model[0]["bytes"], 6);
  EXPECT_EQ(model[0]["data_class"], "open");

  // A service that stops answering is ended and started anew.
  const std::int64_t job = done["steps"][2]["job"].get<std::int64_t>();
  const std::string at = "/api/v1/jobs/" + std::to_string(job);
  EXPECT_TRUE(get(at)["url"].get<std::string>().starts_with("http://s")) << get(at).dump();
  std::filesystem::remove(f_.path("well"));
  eventually([&] { return get(at)["attempts"] == 2; }, "it was restarted");
  std::ofstream(f_.path("well")) << "again";
  eventually([&] { return get(at)["url"] != ""; }, "it serves again", 40);
  hub_->look([&](const Desk& d) { audit(d.world); });

  EXPECT_EQ(hub_->call("DELETE", "/api/v1/pipelines/1").status, 202);
  eventually([&] { return hub_->state(job) == "cancelled"; }, "the service has ended", 40);
}

TEST_F(Pipeline, AServiceWhosePortIsTakenGetsAnother) {
  const std::string file = f_.path("ports");
  const Json job{{"command", {"/bin/sh", "-c", "echo $DURE_PORT >>" + file + "; exit 1"}},
                 {"member", "samsung"},
                 {"gpus", 1},
                 {"service", true}};
  EXPECT_EQ(hub_->call("POST", "/api/v1/jobs", job.dump()).status, 201);
  const auto ports = [&] {
    std::ifstream in(file);
    return std::vector<int>(std::istream_iterator<int>(in), {});
  };
  eventually([&] { return ports().size() >= 2; }, "it was started again", 30);
  EXPECT_NE(ports()[0], ports()[1]);
  EXPECT_GE(ports()[1], 20'000);
  EXPECT_LT(ports()[1], 32'000);
}

TEST_F(Pipeline, AStepThatFailsStopsWhatNeedsIt) {
  const Json spec{
      {"name", "broken"},
      {"member", "sk"},
      {"steps",
       {step("a", "echo 1 >$DURE_OUTPUTS/a", {}, {"a"}), step("b", "exit 3", {"a"}, {"b"}),
        step("c", "true", {"b"}, {}), step("d", "true", {"a"}, {})}}};
  const Json done = over(run(spec));
  EXPECT_EQ(done["state"], "failed");
  EXPECT_EQ(states(done), "a:done b:failed c:skipped d:done ");
  // A step that does not make what it promised has failed too.
  const Json lazy{{"name", "lazy"}, {"member", "sk"}, {"steps", {step("a", "true", {}, {"a"})}}};
  const Json other = over(run(lazy));
  EXPECT_EQ(states(other), "a:failed ");
  EXPECT_EQ(get("/api/v1/jobs/" + std::to_string(other["steps"][0]["job"].get<int>()))["exit_code"],
            72);
}

TEST_F(Pipeline, WhatIsWrongIsRefused) {
  const auto code = [&](const Json& spec) {
    return text_in(hub_->call("POST", "/api/v1/pipelines", spec.dump()).body, "code");
  };
  const Json a = step("a", "true", {}, {"x"});
  EXPECT_EQ(code({{"name", "p"}}), "invalid_json");
  EXPECT_EQ(code({{"name", "p"}, {"member", "sk"}, {"steps", {a, a}}}), "invalid_pipeline");
  EXPECT_EQ(code({{"name", "p"},
                  {"member", "sk"},
                  {"steps", {step("a", "true", {"y"}, {"x"}), step("b", "true", {"x"}, {"y"})}}}),
            "invalid_pipeline");
  Json needy = a;
  needy["needs"] = {"nobody"};
  EXPECT_EQ(code({{"name", "p"}, {"member", "sk"}, {"steps", {needy}}}), "invalid_pipeline");
  EXPECT_EQ(
      code({{"name", "p"}, {"member", "sk"}, {"steps", {step("a", "true", {"nothing"}, {})}}}),
      "unknown_data");
  EXPECT_EQ(code({{"name", "p"}, {"member", "sk"}, {"steps", {step("a", "true", {}, {"../x"})}}}),
            "invalid_job");
  EXPECT_EQ(code({{"name", "p"}, {"member", "nobody"}, {"steps", {a}}}), "unknown_member");
  EXPECT_EQ(hub_->call("GET", "/api/v1/pipelines/1").status, 404);
  EXPECT_EQ(hub_->call("DELETE", "/api/v1/pipelines/1").status, 404);
}

TEST_F(Pipeline, WorkGoesToItsDataAndDataKeepTheirLabel) {
  Json secret{{"command", {"/bin/sh", "-c", "echo s >$DURE_OUTPUTS/secret"}},
              {"gpus", 1},
              {"member", "samsung"},
              {"data_class", "company_secret"},
              {"outputs", {"secret"}}};
  const HttpResponse made = hub_->call("POST", "/api/v1/jobs", secret.dump());
  ASSERT_EQ(made.status, 201) << made.body;
  eventually([&] { return hub_->state(1) == "done"; }, "the secret is kept");
  // What is made of a secret is one, though the job says that it is open.
  Json derived{{"command", {"/bin/sh", "-c", "cat $DURE_INPUTS/secret >$DURE_OUTPUTS/derived"}},
               {"gpus", 1},
               {"member", "samsung"},
               {"data_class", "open"},
               {"inputs", {"secret"}},
               {"outputs", {"derived"}}};
  ASSERT_EQ(hub_->call("POST", "/api/v1/jobs", derived.dump()).status, 201);
  eventually([&] { return hub_->state(2) == "done"; }, "the derived is kept");
  const Json got = get("/api/v1/data/samsung/derived")["data"][0];
  EXPECT_EQ(got["data_class"], "open, company_secret");
  EXPECT_EQ(got["sites"], Json::array({"s1"}));
  // Not where the data are not; not by others.
  derived["sites"] = {"s2"};
  EXPECT_EQ(text_in(hub_->call("POST", "/api/v1/jobs", derived.dump()).body, "code"),
            "data_elsewhere");
  derived.erase("sites");
  derived["member"] = "sk";
  derived["inputs"] = {"samsung/secret"};
  EXPECT_EQ(text_in(hub_->call("POST", "/api/v1/jobs", derived.dump()).body, "code"),
            "not_your_data");
  derived["inputs"] = {"secret"};
  EXPECT_EQ(text_in(hub_->call("POST", "/api/v1/jobs", derived.dump()).body, "code"),
            "unknown_data");
  hub_->look([&](const Desk& d) { audit(d.world); });
}

TEST_F(Pipeline, AHubThatComesBackGoesOnWithIt) {
  const Json spec{{"name", "long"},
                  {"member", "samsung"},
                  {"steps",
                   {step("a",
                         "while [ ! -e " + f_.path("go") +
                             " ]; do sleep 0.05; done; echo 1 "
                             ">$DURE_OUTPUTS/a",
                         {}, {"a"}),
                    step("b", "cp $DURE_INPUTS/a $DURE_OUTPUTS/b", {"a"}, {"b"})}}};
  const std::int64_t number = run(spec);
  eventually([&] { return hub_->state(1) == "running"; }, "its first step runs");
  hub_.reset();
  start();
  std::ofstream(f_.path("go")) << "";
  const Json done = over(number);
  EXPECT_EQ(states(done), "a:done b:done ");
  // The book, and its snapshot, hold it all.
  hub_->look([&](const Desk& d) {
    const std::vector<std::byte> bytes = d.book.save();
    auto book = Book::load(bytes, "snapshot");
    ASSERT_TRUE(book);
    EXPECT_EQ(book.value().save(), bytes);
    EXPECT_EQ(book.value().pipelines().all().size(), 1U);
    EXPECT_EQ(book.value().data().items().size(), 2U);
  });
}

// It takes what nobody else wants, gives way to urgent work, and goes on from where it was.
TEST_F(Pipeline, AnElasticGangChangesItsSizeFromItsCheckpoint) {
  const std::string log = f_.path("log"), go = f_.path("go");
  const std::string script =
      "#!/bin/sh\n"
      "mkdir -p $DURE_CHECKPOINT_FOLDER; kept=$DURE_CHECKPOINT_FOLDER/step\n"
      "step=$(cat $kept 2>/dev/null || echo 0)\n"
      "echo $(echo $DURE_GPUS | tr , '\\n' | wc -l) $step >>" +
      log +
      "\n"
      "trap 'echo $((step + 1)) >$kept; exit 75' TERM\n"
      "while [ ! -e " +
      go + " ]; do sleep 0.02; done\n";
  const Json job{{"script", script}, {"gpus", 2},           {"least_gpus", 1},
                 {"most_gpus", 4},   {"member", "samsung"}, {"sites", {"s1"}},
                 {"grace_s", 5},     {"preemptible", true}, {"time_limit_s", 3'600},
                 {"checkpoint_s", 1}};
  ASSERT_EQ(hub_->call("POST", "/api/v1/jobs", job.dump()).status, 201);
  const auto lines = [&] {
    std::ifstream in(log);
    std::string all, line;
    while (std::getline(in, line)) all += line + ";";
    return all;
  };
  eventually([&] { return lines() == "4 0;"; }, "it has taken all that is free");
  const Json urgent{{"command", {"sleep", "1"}},
                    {"gpus", 2},
                    {"member", "samsung"},
                    {"sites", {"s1"}},
                    {"tier", "critical"}};
  ASSERT_EQ(hub_->call("POST", "/api/v1/jobs", urgent.dump()).status, 201);
  eventually([&] { return hub_->state(2) == "done"; }, "the urgent job ran", 60);
  eventually([&] { return lines() == "4 0;2 1;4 2;"; }, "it shrank, and grew again", 60);
  std::ofstream(go) << "";
  eventually([&] { return hub_->state(1) == "done"; }, "it has ended", 60);
  eventually([&] { return std::filesystem::is_empty(f_.path("s1-data") + "/checkpoints"); },
             "its checkpoint has gone with it");
  hub_->look([&](const Desk& d) { audit(d.world); });
}

// It ends well and is started again: what it saved is still there.
TEST_F(Pipeline, AServiceThatEndsFindsWhatItSaved) {
  const std::string found = f_.path("found");
  const std::string script =
      "#!/bin/sh\n"
      "[ -e $DURE_CHECKPOINT_FOLDER/kept ] && { echo 1 >" +
      found +
      "; exec sleep 600; }\n"
      "mkdir -p $DURE_CHECKPOINT_FOLDER; touch $DURE_CHECKPOINT_FOLDER/kept\n";
  const Json job{{"script", script}, {"gpus", 1}, {"member", "samsung"}, {"service", true}};
  ASSERT_EQ(hub_->call("POST", "/api/v1/jobs", job.dump()).status, 201);
  eventually([&] { return std::filesystem::exists(found); }, "its second attempt found it", 40);
  EXPECT_EQ(hub_->call("DELETE", "/api/v1/jobs/1").status, 202);
  eventually([&] { return hub_->state(1) == "cancelled"; }, "it has ended", 40);
}

}  // namespace
}  // namespace dure::live_test
