#include "app/bench_slurm.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "app/bench_load.h"
#include "live/child.h"
#include "live/drivers/slurm.h"
#include "live/drivers/slurm_json.h"
#include "live/drivers/slurm_script.h"
#include "live/http/client.h"

namespace dure {
namespace {

namespace fs = std::filesystem;
constexpr int kRounds = 8, kJobs = 64, kConnections = 4;  // the driver has as many

Result<Done> lab_says(const std::string& lab, std::vector<std::string> words) {
  ChildCommand command;
  command.argv = {lab};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                         "HOME=/"};
  command.deadline_ms = 120'000;
  TRY(end, run_child(command));
  if (end.ok()) return Done{};
  return Fault{lab, "clusters", end.err.substr(0, 500), "root, and tools/setup test"};
}

RunOrder order(const std::string& key) {
  RunOrder out;
  out.key = key;
  out.command = {"/bin/true"};
  out.nodes = {{"n1", 1, 1}};
  out.time_limit_s = 600;
  return out;
}

// What the driver sends of an order, sent by hand.
Result<std::string> submit_body(const RunOrder& o, const SlurmOptions& options) {
  TRY(script, slurm_script(o, {options.claims, options.logs, options.beat_s}));
  SlurmSubmit submit;
  submit.name = o.key;
  submit.comment = slurm_comment(o.key);
  submit.script = script;
  submit.out = options.logs + "/" + o.key + ".out";
  submit.err = options.logs + "/" + o.key + ".err";
  submit.nodes = {o.nodes[0].node};
  submit.gpus = submit.cpus = 1;
  submit.time_limit_min = slurm_minutes(o.time_limit_s, o.grace_s);
  return slurm_submit_json(submit);
}

Result<Done> raw_round(const std::vector<std::string>& bodies, const std::string& socket) {
  std::atomic<std::size_t> next = 0, taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kConnections; ++i)
    threads.emplace_back([&] {
      const auto client = HttpClient::open("unix:" + socket);
      if (!client) return;
      for (std::size_t at; (at = next++) < bodies.size();) {
        HttpCall call;
        call.method = "POST";
        call.target = "/slurm/v0.0.38/job/submit";
        call.headers = {{"Content-Type", "application/json"}};
        call.body = bodies[at];
        const auto answer = client.value()->call(call);
        if (answer && answer.value().status == 200) ++taken;
      }
    });
  for (std::thread& t : threads) t.join();
  if (taken == bodies.size()) return Done{};
  return Fault{"slurmrestd", std::to_string(bodies.size()) + " submits", std::to_string(taken), ""};
}

Result<Done> rounds(const std::string& folder, std::vector<BenchRow>& rows) {
  SlurmOptions options;
  options.site = "s1";
  options.rest_socket = folder + "/lab/s1/run/rest.sock";
  options.slurm_conf = folder + "/lab/s1/etc/slurm.conf";
  options.claims = folder + "/claims";
  options.logs = folder + "/logs";
  TRY(driver, SlurmDriver::open(options));
  double ours_s = 0, raw_s = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<RunOrder> orders;
    std::vector<std::string> bodies;
    for (int i = 0; i < kJobs; ++i) {
      const std::string number = std::to_string(round) + "." + std::to_string(i);
      orders.push_back(order("ours-" + number));
      TRY(body, submit_body(order("raw-" + number), options));
      bodies.push_back(body);
    }
    const auto ours = [&]() -> Result<Done> {
      const double began = seconds_now();
      for (const Answer& a : driver->submit_held(orders))
        if (a.kind != Answer::done) return Fault{"the driver", "a number", a.code, a.detail};
      ours_s += seconds_now() - began;
      return Done{};
    };
    const auto raw = [&]() -> Result<Done> {
      const double began = seconds_now();
      TRY(done, raw_round(bodies, options.rest_socket));
      (void)done;
      raw_s += seconds_now() - began;
      return Done{};
    };
    for (int turn = 0; turn < 2; ++turn) {
      TRY(done, (turn + round) % 2 == 0 ? ours() : raw());
      (void)done;
    }
  }
  const double jobs = kRounds * kJobs;
  rows.push_back({"live.slurm.submits", "jobs/s", jobs / ours_s, raw_s / ours_s,
                  "as many straight to slurmrestd"});
  rows.push_back({"live.slurm.raw", "jobs/s", jobs / raw_s, 0, ""});
  return Done{};
}

}  // namespace

Result<Done> bench_slurm(const std::string& lab, std::vector<BenchRow>& rows) {
  std::string folder = "/tmp/dbslurm-XXXXXX";  // short: unix sockets live in it
  if (::mkdtemp(folder.data()) == nullptr)
    return Fault{folder, "a folder", std::strerror(errno), ""};
  for (const char* name : {"/claims", "/logs"}) {
    fs::create_directory(folder + name);
    fs::permissions(folder + name, fs::perms{01777});
  }
  fs::permissions(folder, fs::perms{0755});
  Result<Done> done = lab_says(lab, {"up", "--clusters", "1", "--nodes", "4", folder + "/lab"});
  if (done) done = rounds(folder, rows);
  (void)lab_says(lab, {"down", folder + "/lab"});
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return done;
}

}  // namespace dure
