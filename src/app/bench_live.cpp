#include "app/bench_live.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "app/bench_hub.h"
#include "app/bench_load.h"
#include "app/bench_slurm.h"
#include "base/check.h"
#include "live/store/store.h"

namespace dure {
namespace {

constexpr double kMb = 1e6;

std::string job(std::int64_t gpus, std::int64_t array = 1) {
  return R"({"command":["/bin/true"],"gpus":)" + std::to_string(gpus) + R"(,"array":)" +
         std::to_string(array) + "}";
}

// Entries of a hub's record, appended to another store: the same bytes, so many a commit.
Result<double> commits_per_s(const std::vector<Entry>& entries, std::size_t at_once,
                             const std::string& file) {
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file + end, ignored);
  TRY(store, open_store("sqlite:" + file));
  TRY(led, store->lead("bench", 0, 1'000'000'000'000));
  (void)led;
  std::vector<Entry> numbered = entries;
  for (std::size_t i = 0; i < numbered.size(); ++i) numbered[i].number = i + 1;
  const double began = seconds_now();
  std::size_t commits = 0;
  for (std::size_t at = 0; at < numbered.size(); at += at_once, ++commits) {
    const auto part = std::span(numbered).subspan(at, std::min(at_once, numbered.size() - at));
    TRY(done, store->append({part, {}, {}, {}}));
    (void)done;
  }
  return static_cast<double>(commits) / (seconds_now() - began);
}

// What a submit leaves in the record is two entries: what was asked, and that it waits.
constexpr std::size_t kEntriesOfSubmit = 2;

Result<Done> submits(const BenchLiveOptions& o, std::vector<BenchRow>& rows) {
  TRY(hub, BenchHub::start({}));
  hub->post("/api/v1/jobs", R"({"command":["/bin/true"],"gpus":8,"service":true})");
  Load what;
  what.port = hub->port();
  what.requests = static_cast<std::size_t>(o.submits);
  what.request = [](std::size_t i) {
    return http_post("/api/v1/jobs", R"({"name":"job-)" + std::to_string(i) +
                                         R"(","command":["/bin/true"],"gpus":8})");
  };
  what.connections = 128;
  const std::int64_t before = hub->status("entries");
  TRY(loaded, load(what));
  const auto jobs = static_cast<double>(loaded.good);
  if (loaded.bad > 0)
    return Fault{"live.submits", "201", std::to_string(loaded.bad) + " others", ""};
  const double each = static_cast<double>(hub->status("entries") - before) / jobs;
  hub->kill();
  std::vector<Entry> entries;
  TRY(store, open_store_read_only(hub->store()));
  const std::size_t most = std::min<std::size_t>(4'000, what.requests) * kEntriesOfSubmit;
  TRY(read, store->read(static_cast<std::uint64_t>(before), [&](const Entry& e) {
    entries.push_back(e);
    return entries.size() < most;
  }));
  (void)read;
  const std::string yard = hub->folder() + "/yardstick.db";
  TRY(one_by_one, commits_per_s(entries, kEntriesOfSubmit, yard));
  TRY(batched, commits_per_s(entries, kEntriesOfSubmit * 64, yard));
  const double rate = jobs / loaded.seconds;
  rows.push_back({"live.submits", "jobs/s", rate, rate / one_by_one,
                  "SQLite's commits of the same bytes, one a submit"});
  rows.push_back({"live.submits_of_batches", "jobs/s", rate, rate / (batched * 64),
                  "the same bytes in commits of 64 submits"});
  rows.push_back({"live.submits.p99", "ms", loaded.percentile(0.99), 0, ""});
  rows.push_back({"live.submits.entries", "entries/job", each, 0, ""});
  rows.push_back({"live.yardstick.commits", "commits/s", one_by_one, 0, ""});
  return Done{};
}

// Also leaves a hub with a history, which is started again.
Result<Done> dispatches_and_restart(const BenchLiveOptions& o, std::vector<BenchRow>& rows) {
  TRY(hub, BenchHub::start({1'000}));
  const auto over = [&] {
    return hub->status("waiting_jobs") == 0 && hub->status("running_jobs") == 0;
  };
  const auto run = [&](std::int64_t jobs) -> Result<double> {
    const double began = seconds_now();
    if (hub->post("/api/v1/jobs", job(1, jobs)).empty())
      return Fault{"live.dispatches", "201", "another answer", ""};
    TRY(done, hub->until("all jobs are over", 3'600, over));
    (void)done;
    return static_cast<double>(jobs) / (seconds_now() - began);
  };
  const std::int64_t first = std::min<std::int64_t>(10'000, o.history);
  TRY(rate, run(first));
  rows.push_back({"live.dispatches", "jobs/s", rate, 0, ""});
  for (std::int64_t jobs = first; jobs < o.history;) {
    const std::int64_t next = std::min<std::int64_t>(100'000, o.history - jobs);
    TRY(done, run(next));
    (void)done;
    jobs += next;
  }
  const double rss = static_cast<double>(hub->rss_bytes());
  TRY(took, hub->restart());
  rows.push_back({"live.restart.history", "jobs", static_cast<double>(hub->status("jobs")), 0, ""});
  rows.push_back({"live.restart", "s", took, 0, ""});
  rows.push_back({"live.restart.rss", "MB", static_cast<double>(hub->rss_bytes()) / kMb,
                  static_cast<double>(hub->rss_bytes()) / rss, "the same before the restart"});
  return Done{};
}

Result<Done> answers(const BenchLiveOptions& o, std::vector<BenchRow>& rows) {
  TRY(hub, BenchHub::start({}));
  hub->post("/api/v1/jobs", R"({"command":["/bin/true"],"gpus":8,"service":true})");
  for (std::int64_t jobs = 0; jobs < o.known; jobs += 100'000)
    hub->post("/api/v1/jobs", job(8, std::min<std::int64_t>(100'000, o.known - jobs)));
  TRY(known, hub->until("the jobs are known", 120, [&] { return hub->status("jobs") > o.known; }));
  (void)known;
  Load what;
  what.port = hub->port();
  what.per_s = 500;
  what.requests = 5'000;
  what.request = [](std::size_t) { return http_get("/healthz"); };
  TRY(bare, load(what));
  // Of a hundred: 88 ask for a job, 10 for the status, 2 for a page of 100 jobs.
  what.request = [&](std::size_t i) {
    if (i % 50 == 0) return http_get("/api/v1/jobs?limit=100");
    if (i % 10 == 5) return http_get("/api/v1/status");
    return http_get("/api/v1/jobs/" +
                    std::to_string(1 + static_cast<std::int64_t>(i * 7'919) % o.known));
  };
  TRY(asked, load(what));
  const char* const to = "/healthz at the same rate, which the hub's loop has no part in";
  for (const auto& [name, share] : {std::pair("p50", 0.5), std::pair("p99", 0.99)})
    rows.push_back({fmt::format("live.answers.{}", name), "ms", asked.percentile(share),
                    asked.percentile(share) / bare.percentile(share), to});
  rows.push_back({"live.answers.bad", "requests", static_cast<double>(asked.bad), 0, ""});
  return Done{};
}

Result<Done> clients(const BenchLiveOptions& o, std::vector<BenchRow>& rows) {
  const auto count = static_cast<std::size_t>(o.clients);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const auto grown = [&](const std::string& request, bool event) -> Result<double> {
    TRY(hub, BenchHub::start({}));
    const std::int64_t before = hub->rss_bytes();
    TRY(held, HeldConnections::open(hub->port(), count, request));
    if (event) {
      if (hub->post("/api/v1/jobs", job(1)).empty())
        return Fault{"live.clients", "201", "another answer", ""};
      if (const std::size_t heard = held.hear(60); heard != count)
        return Fault{"live.clients", "every client hears of a job",
                     std::to_string(heard) + " heard", ""};
    }
    return static_cast<double>(hub->rss_bytes() - before);
  };
  TRY(idle, grown(http_get("/healthz"), false));
  TRY(following, grown(http_get("/api/v1/events"), true));
  rows.push_back({"live.clients", "clients", static_cast<double>(count), 0, ""});
  rows.push_back({"live.clients.memory", "MB", following / kMb, following / idle,
                  "as many connections that only stay open"});
  rows.push_back({"live.clients.each", "bytes", following / static_cast<double>(count), 0, ""});
  return Done{};
}

Result<Done> at_rest(std::vector<BenchRow>& rows) {
  TRY(hub, BenchHub::start({}));
  const double before = hub->cpu_s(), began = seconds_now();
  std::this_thread::sleep_for(std::chrono::seconds(10));  // that is what is measured
  const double share = (hub->cpu_s() - before) / (seconds_now() - began);
  rows.push_back({"live.idle.cpu", "% of a core", share * 100, 0, ""});
  rows.push_back({"live.idle.rss", "MB", static_cast<double>(hub->rss_bytes()) / kMb, 0, ""});
  return Done{};
}

Result<Done> nation(const BenchLiveOptions& o, std::vector<BenchRow>& rows) {
  double per_node = 0;
  for (const std::int64_t nodes : {o.nodes / 10, o.nodes}) {
    const double began = seconds_now();
    TRY(hub, BenchHub::start({nodes}));
    const double took = seconds_now() - began, rss = static_cast<double>(hub->rss_bytes());
    if (per_node == 0) {
      per_node = rss / static_cast<double>(nodes);
      continue;
    }
    rows.push_back({"live.nation.nodes", "nodes", static_cast<double>(nodes), 0, ""});
    rows.push_back({"live.nation.rss", "MB", rss / kMb, rss / static_cast<double>(nodes) / per_node,
                    "the same for a tenth of the nodes, by nodes"});
    rows.push_back({"live.nation.founded", "s", took, 0, ""});
    const double before = hub->cpu_s(), from = seconds_now();
    std::this_thread::sleep_for(std::chrono::seconds(10));
    rows.push_back({"live.nation.cpu", "% of a core",
                    (hub->cpu_s() - before) / (seconds_now() - from) * 100, 0, ""});
  }
  return Done{};
}

}  // namespace

void BenchLiveOptions::make_quick() {
  history = 20'000;
  known = 5'000;
  clients = 200;
  nodes = 1'000;
  submits = 2'000;
}

Result<Done> bench_live(const BenchLiveOptions& o, std::vector<BenchRow>& rows) {
  const std::function<Result<Done>()> all[] = {
      [&] { return submits(o, rows); },
      [&] { return answers(o, rows); },
      [&] { return clients(o, rows); },
      [&] { return at_rest(rows); },
      [&] { return nation(o, rows); },
      [&] { return dispatches_and_restart(o, rows); },
      [&] { return o.slurm_lab.empty() ? Result<Done>(Done{}) : bench_slurm(o.slurm_lab, rows); }};
  for (const auto& one : all) {
    const std::size_t before = rows.size();
    TRY(done, one());
    (void)done;
    for (std::size_t i = before; i < rows.size(); ++i)  // it takes minutes: what is known is shown
      fmt::print(stderr, "{:<28} {:.2f} {}\n", rows[i].name, rows[i].value, rows[i].unit);
  }
  return Done{};
}

}  // namespace dure
