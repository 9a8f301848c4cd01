// Runs a copied world ahead, until one job starts or to an instant: ends of jobs, dates of plans
// and reservations, and, if somebody hands them in, arrivals; decide() between them. What explain()
// calls a wait and what a sample of the forecast is.
//
// The first instants are taken one by one; later ones are drawn together once they lie closer than
// a part (`grain`) of the time gone by, so that looking far costs a logarithm of passes.
//
// Invariants: 1. The world is changed by facts only, and nothing is told before its time.
//             2. A job never runs past its estimate, and a replica runs for ever.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <vector>

#include "sched/decide.h"

namespace dure {

struct Coming {  // a job that will be submitted
  Millis at;
  LaneId lane;
  Gpus gpus;
  Millis estimate;
};

struct AheadOptions {
  // Of a run that was estimated: the part that it will really take, above `gone`, which it has
  // taken already; both in millionths. Empty: all of it.
  std::function<std::int64_t(const Job& job, JobId id, std::int64_t gone)> part;
  // The next arrival after those handed out before; empty: none come.
  std::function<std::optional<Coming>()> next;
  Millis step{};           // passes are at least this far apart
  std::int64_t grain = 0;  // and a grain-th of the time gone by; 0: however close
  std::size_t passes = 100'000;
  std::int64_t events = std::numeric_limits<std::int64_t>::max();  // work that may be spent
  std::function<void(JobId job, Millis at)> started;               // told of every start
};

class Ahead final : private Listener {
 public:
  // world: a copy, changed as time goes on. Its jobs of state held are not waited for.
  Ahead(World& world, const Policy& policy, const AheadOptions& options);

  // When the job starts; nothing if that is not seen within the passes, or it never does.
  std::optional<Millis> until_starts(JobId job);
  // On to an instant, or until done() holds after a pass; calls may follow each other. false: cut
  // short, or nothing will happen any more before the instant of kForever.
  bool run(Millis to, const std::function<bool()>& done = {});
  // Of the last call: gave up by `passes` or `events`; else it never starts.
  bool cut_short() const { return cut_short_; }
  std::int64_t spent() const { return spent_; }  // events and passes, in events

 private:
  struct End {
    std::int64_t at = 0;
    std::uint32_t job = 0;
    std::int64_t start = 0;  // of the run that ends: a later run has another
    bool operator>(const End& o) const { return at != o.at ? at > o.at : job > o.job; }
  };
  void wish(Command&& command) override;
  std::int64_t next() const;
  void wait(JobId, Reason) override {}
  std::optional<End> end_of(const Run& run, Millis gone);
  void ends(const End& end);
  bool still(const End& end) const;
  void date(std::int64_t at, bool begins, std::size_t plan);
  void apply(Millis at, What&& what);

  World& world_;
  const Policy& policy_;
  const AheadOptions& options_;
  using Ends = std::priority_queue<End, std::vector<End>, std::greater<>>;
  Ends ends_;
  std::map<std::uint32_t, std::int64_t> resized_;  // elastic: when the run ends as things stand
  struct Date {
    std::int64_t at = 0;
    std::size_t plan = 0;
    int what = 0;  // 0: begins, 1: is over, 2: only a pass
    bool operator>(const Date& o) const { return at > o.at; }
  };
  std::priority_queue<Date, std::vector<Date>, std::greater<>> dates_;
  std::optional<Coming> coming_;
  JobId watched_;
  bool started_ = false, gone_ = false, cut_short_ = false;
  std::int64_t spent_ = 0, begin_ = 0;
  std::optional<Millis> wake_;  // of the last pass; none: there was none yet
  std::size_t passes_ = 0;
};

}  // namespace dure
