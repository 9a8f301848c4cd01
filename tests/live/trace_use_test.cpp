// The trace of a month's use against the book's months: worlds of random lending, resizing, foreign
// jobs, splits over pools and stops, over several month ends, read whole and from a snapshot.
#include "live/trace_use.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/calendar.h"
#include "base/stream.h"
#include "live/hub.h"
#include "live/live_record.h"
#include "live_fixture.h"

namespace dure::live_test {
namespace {

class ListStore final : public Store {  // entries in memory
 public:
  std::string name() const override { return "list"; }
  Result<std::optional<std::int64_t>> lead(const std::string&, std::int64_t,
                                           std::int64_t) override {
    return std::optional<std::int64_t>(1);
  }
  Result<Done> release_lead() override { return Done{}; }
  Result<Done> append(const Batch&) override { return Done{}; }
  Result<std::uint64_t> last() override { return entries.empty() ? 0 : entries.back().number; }
  Result<std::uint64_t> first() override { return entries.empty() ? 1 : entries[0].number; }
  Result<Done> read(std::uint64_t after, const std::function<bool(const Entry&)>& take) override {
    for (const Entry& e : entries)
      if (e.number > after && !take(e)) break;
    return Done{};
  }
  Result<Done> save(const Snapshot& s) override {
    snapshot = s;
    return Done{};
  }
  Result<std::optional<Snapshot>> newest() override { return snapshot; }
  Result<Done> truncate(std::uint64_t up_to) override {
    std::erase_if(entries, [&](const Entry& e) { return e.number <= up_to; });
    return Done{};
  }
  Result<Done> clear_projections() override { return Done{}; }
  Result<Done> probe() override { return Done{}; }

  std::vector<Entry> entries;
  std::optional<Snapshot> snapshot;
};

constexpr Millis kLong{1'000LL * 86'400'000};  // nothing ends by its estimate

// Three members with a pool each, lanes of each member over all pools; counted pools, since where a
// job sits does not matter here.
class RandomLife {
 public:
  explicit RandomLife(std::uint64_t seed) : draw_(seed, "test/trace_use", 0) {
    live([](LiveEvent& e) { e.founded = HubFounded{"hub"}; });
    for (std::uint32_t m = 0; m < 3; ++m) fact(MemberJoined{MemberId{m}, "m" + std::to_string(m)});
    for (std::uint32_t s = 0; s < 3; ++s) fact(SiteOpened{SiteId{s}, "s" + std::to_string(s)});
    for (std::uint32_t p = 0; p < 4; ++p) {
      PoolOpened pool;
      pool.pool = PoolId{p};
      pool.site = SiteId{p % 3};
      pool.owner = MemberId{p % 3};
      pool.name = "p" + std::to_string(p);
      pool.device = p == 3 ? Device::cpu : Device::gpu;  // no part of a statement
      fact(pool);
      fact(CapacityAdded{PoolId{p}, Gpus(64)});
    }
    for (std::uint32_t l = 0; l < 9; ++l) {
      LaneOpened lane;
      lane.lane = LaneId{l};
      lane.member = MemberId{l % 3};
      lane.pools = {PoolId{0}, PoolId{1}, PoolId{2}};
      lane.preemptible = true;
      lane.elastic = l >= 6;
      lane.most_sites = l < 3 ? 3 : 1;
      if (lane.elastic) {
        lane.least = Gpus(1);
        lane.most = Gpus(32);
      }
      if (l == 5) {
        lane.pools = {PoolId{3}};
        lane.device = Device::cpu;
      }
      fact(lane);
    }
  }

  void step() {
    now_ += Millis(static_cast<std::int64_t>(draw_.below(3) == 0 ? draw_.below(4 * 86'400'000)
                                                                 : draw_.below(7'200'000)));
    switch (draw_.below(8)) {
      case 0:
      case 1:
      case 2: return start();
      case 3: return resize();
      case 4: return adopt();
      case 5: return stop();
      case 6: return end(draw_.below(4) == 0);
      default: return fact(TimeReached{});
    }
  }

  const World& world() const { return state_.world; }
  const Book& book() const { return state_.book; }
  Millis now() const { return now_; }
  std::vector<Entry> entries() const { return record_.pending(); }
  Snapshot snapshot() const { return {record_.last(), pack_snapshot(state_.world, state_.book)}; }
  int resized = 0, split = 0, adopted = 0;

 private:
  void fact(What what) {
    const Event e{now_, std::move(what)};
    record_.append(e);
    state_.world.apply(e);
  }
  template <class F>
  void live(F&& fill) {
    LiveEvent e;
    fill(e);
    record_.append(e, now_);
  }
  std::vector<JobId> jobs(JobState state, bool ours_only) const {
    std::vector<JobId> out;
    for (std::uint32_t j = 0; j < world().jobs(); ++j)
      if (world().job(JobId{j}).state == state && !(ours_only && book().job(JobId{j}).foreign))
        out.push_back(JobId{j});
    return out;
  }
  std::optional<JobId> one(const std::vector<JobId>& of) {
    if (of.empty()) return std::nullopt;
    return of[static_cast<std::size_t>(draw_.below(of.size()))];
  }
  void start() {
    const LaneId lane{static_cast<std::uint32_t>(draw_.below(9))};
    const LaneOpened& info = world().lane(lane);
    const std::int64_t gpus = 1 + static_cast<std::int64_t>(draw_.below(24));
    const JobId id{static_cast<std::uint32_t>(world().jobs())};
    live([&](LiveEvent& e) {
      e.job = JobDescribed{number_of(id), 1, R"({"command":["true"]})", "kim", "", "", "", "", 0};
    });
    fact(JobSubmitted{id, lane, Gpus(gpus), kLong});
    // One that waits, maybe another, maybe after a stop.
    const std::optional<JobId> job = one(jobs(JobState::waiting, true));
    if (!job) return;
    const LaneOpened& of = world().lane(world().job(*job).lane);
    const PoolId pool = of.pools[static_cast<std::size_t>(draw_.below(of.pools.size()))];
    StartJob wish;
    wish.job = *job;
    wish.pool = pool;
    const std::int64_t wants = world().job(*job).gpus;
    if (of.most_sites > 1 && wants > 1 && draw_.below(2) == 0) {
      const PoolId other{(pool.index + 1) % 3};
      wish.gpus = Gpus(wants - wants / 2);
      wish.also.push_back({other, Gpus(wants / 2), {}});
      if (world().pool(other).free < wants / 2) return;
      ++split;
    }
    if (world().pool(pool).free < wants) return;
    (void)info;
    fact(CommandIssued{wish});
  }
  void resize() {
    std::vector<JobId> of = jobs(JobState::running, true);
    std::erase_if(of, [&](JobId j) {
      const Job& job = world().job(j);
      return !world().lane(job.lane).elastic || job.stopping;
    });
    const std::optional<JobId> job = one(of);
    if (!job) return;
    const Job& now = world().job(*job);
    const std::int64_t to = 1 + static_cast<std::int64_t>(draw_.below(32));
    if (to == now.held || to - now.held > world().pool(now.pool).free) return;
    fact(CommandIssued{ResizeJob{*job, Gpus(to), {}}});
    ++resized;
  }
  void adopt() {
    const PoolId pool{static_cast<std::uint32_t>(draw_.below(3))};
    LaneId lane{pool.index};  // of its owner
    const JobId id{static_cast<std::uint32_t>(world().jobs())};
    const JobAdopted e{id,    lane, Gpus(1 + static_cast<std::int64_t>(draw_.below(8))),
                       kLong, pool, {}};
    if (!world().can_adopt(e)) return;
    live([&](LiveEvent& l) {
      l.foreign = ForeignBound{number_of(id), "s" + std::to_string(pool.index),
                               std::to_string(id.index), "lee", "x"};
    });
    fact(e);
    ++adopted;
  }
  void judged(JobId job, JobOutcome outcome) {
    live([&](LiveEvent& e) { e.judged = JobJudged{number_of(job), outcome, 0, 0, ""}; });
  }
  void stop() {
    const std::optional<JobId> job = one(jobs(JobState::running, true));
    if (!job) return;
    judged(*job, JobOutcome::none);
    fact(JobStopped{*job, kLong});
  }
  void end(bool badly) {
    const std::optional<JobId> job = one(jobs(JobState::running, false));
    if (!job) return;
    judged(*job, badly ? JobOutcome::failed : JobOutcome::done);
    if (badly)
      fact(JobFailed{*job});
    else
      fact(JobEnded{*job});
  }

  Stream draw_;
  Restored state_;
  LiveRecord record_{state_.world, state_.book, 0};
  Millis now_ = midnight({2026, 10, 20});
};

using Sums = std::map<std::pair<PoolId, MemberId>, std::int64_t>;

Sums traced(Store& store, const std::string& month, Millis now, bool whole) {
  Result<TracedUse> use = trace_use(store, month, now);
  EXPECT_TRUE(use) << to_string(use.fault());
  Sums out;
  std::map<std::pair<std::int64_t, PoolId>, Millis> busy_until;
  for (const UsePart& p : use.value().parts) {
    out[{p.pool, p.member}] += p.gpu_ms;
    EXPECT_GT(p.gpu_ms, 0);
    EXPECT_EQ(month, to_string(date_of(p.from)).substr(0, 7));
    EXPECT_LE(p.to, use.value().to);
    if (whole) {
      EXPECT_GT(p.first_entry, 0u);
    }
    if (p.job == 0) continue;
    EXPECT_EQ(p.gpu_ms, p.gpus * (p.to - p.from).count());
    Millis& before = busy_until[{p.job, p.pool}];
    EXPECT_LE(before, p.from) << "a job holds two numbers of GPUs at once";
    before = p.to;
    if (p.last_entry != 0) {
      EXPECT_GT(p.last_entry, p.first_entry);
    }
  }
  return out;
}

Sums of_book(const RandomLife& life, const std::string& month, Millis now) {
  Sums out;
  for (const MonthUse& u : life.book().month_use(month, life.world(), now))
    if (life.world().pool(u.pool).info.device == Device::gpu) out[{u.pool, u.member}] = u.gpu_ms;
  return out;
}

const char* const kMonths[] = {"2026-09", "2026-10", "2026-11", "2026-12",
                               "2027-01", "2027-02", "2027-03", "2027-04"};

TEST(TraceUse, SumsToTheBooksOfEachMonth) {
  int resized = 0, split = 0, adopted = 0, months = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    RandomLife life(seed);
    ListStore store;
    for (int i = 0; i < 200; ++i) {
      life.step();
      if (i % 50 != 49) continue;
      store.entries = life.entries();
      for (const Millis later :
           {Millis(0), Millis(1), Millis(3 * 3'600'000), Millis(40LL * 86'400'000)})
        for (const char* month : kMonths) {
          const Sums book = of_book(life, month, life.now() + later);
          EXPECT_EQ(traced(store, month, life.now() + later, true), book)
              << "seed " << seed << " step " << i << " " << month;
          months += book.empty() ? 0 : 1;
        }
    }
    resized += life.resized;
    split += life.split;
    adopted += life.adopted;
  }
  EXPECT_GT(resized, 100);
  EXPECT_GT(split, 100);
  EXPECT_GT(adopted, 100);
  EXPECT_GT(months, 500);
}

TEST(TraceUse, ATruncatedRecordHasWhatWasBeforeAsOnePart) {
  int before = 0;
  for (std::uint64_t seed = 100; seed < 130; ++seed) {
    RandomLife life(seed);
    ListStore store;
    for (int i = 0; i < 100; ++i) life.step();
    store.snapshot = life.snapshot();
    for (int i = 0; i < 100; ++i) life.step();
    store.entries = life.entries();
    // Less may be gone than may: a record is kept for some days below its snapshot.
    EXPECT_TRUE(store.truncate(store.snapshot->number * (1 + seed % 4) / 4));
    for (const char* month : kMonths) {
      const Sums sums = traced(store, month, life.now(), false);
      EXPECT_EQ(sums, of_book(life, month, life.now())) << "seed " << seed << " " << month;
      const Result<TracedUse> use = trace_use(store, month, life.now());
      for (const UsePart& p : use.value().parts) before += p.job == 0 ? 1 : 0;
    }
  }
  EXPECT_GT(before, 30);
}

TEST(TraceUse, WrongQuestionsAndTornStores) {
  ListStore store;
  EXPECT_FALSE(trace_use(store, "2026-13", Millis(0)));
  EXPECT_FALSE(trace_use(store, "2026", Millis(0)));
  EXPECT_TRUE(trace_use(store, "2026-11", Millis(0)).value().parts.empty());
  store.entries.push_back({5, 0, Entry::world, "torn"});
  EXPECT_FALSE(trace_use(store, "2026-11", Millis(0))) << "no snapshot of what is gone";
  store.entries[0].number = 1;
  EXPECT_FALSE(trace_use(store, "2026-11", Millis(0)));
}

// Over HTTP: the lines of a month are those of its statement.
TEST(TraceUse, TheApiTracesTheStatement) {
  Folder f;
  RunningHub hub("sqlite:" + f.path("hub.db"));
  for (const char* site : {"s1", "s2", "s3"})
    hub.agent(site, null_site(2, 20), f.path(std::string("journal-") + site));
  std::vector<std::int64_t> jobs;
  eventually(
      [&] {
        std::int64_t installed = 0;
        hub.look([&](const Desk& d) { installed = d.world.installed(Device::gpu); });
        return installed == 24;
      },
      "the nodes have joined");
  for (int i = 0; i < 12; ++i)
    jobs.push_back(number_in(
        hub.call("POST", "/api/v1/jobs", job_body(i % 2 == 0 ? "sk" : "naver", 4 + i % 5)).body,
        "job"));
  for (const std::int64_t job : jobs)
    eventually([&] { return hub.state(job) == "done"; }, "it is done");
  using nlohmann::json;
  const json statement = json::parse(hub.call("GET", "/api/v1/ledger").body);
  const json lines = json::parse(hub.call("GET", "/api/v1/ledger/lines").body);
  ASSERT_GT(lines["lines"].size(), 0u) << lines;
  std::map<std::string, std::int64_t> parts_ms, parts_krw;
  const auto key = [](const json& j) {
    return j["pool"].get<std::string>() + "/" + j["member"].get<std::string>();
  };
  for (const json& p : lines["parts"]) {
    parts_ms[key(p)] += p["gpu_ms"].get<std::int64_t>();
    parts_krw[key(p)] += p["amount_krw"].get<std::int64_t>();
    EXPECT_GT(p["last_entry"], p["first_entry"]);
  }
  std::size_t rows = 0;
  for (const json& row : statement["rows"]) {
    ++rows;
    EXPECT_EQ(parts_ms[key(row)], row["gpu_ms"]) << key(row);
    EXPECT_EQ(parts_krw[key(row)], row["amount_krw"]) << key(row);
  }
  EXPECT_EQ(rows, lines["lines"].size());
  // Page by page it is the same.
  json paged = json::array();
  std::string more;
  do {
    const json page = json::parse(hub.call("GET", "/api/v1/ledger/lines?limit=5" + more).body);
    EXPECT_LE(page["parts"].size(), 5u);
    for (const json& p : page["parts"]) paged.push_back(p);
    more =
        page["next"] == 0 ? "" : "&after=" + page["next"].dump() + "&until=" + page["until"].dump();
  } while (!more.empty());
  EXPECT_EQ(paged, lines["parts"]);
  const HttpResponse csv = hub.call("GET", "/api/v1/ledger/lines?format=csv&member=sk");
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.body.begin(), csv.body.end(), '\n')),
            1 + static_cast<std::size_t>(
                    std::count_if(lines["parts"].begin(), lines["parts"].end(),
                                  [](const json& p) { return p["member"] == "sk"; })));
  EXPECT_EQ(csv.header("X-Next"), "0");
  for (const char* bad :
       {"month=2026-13", "limit=0", "limit=x", "after=-1", "until=99999999999999"})
    EXPECT_EQ(hub.call("GET", std::string("/api/v1/ledger/lines?") + bad).status, 400) << bad;
}

}  // namespace
}  // namespace dure::live_test
