// From what a Slurm site says and what attempts wrote themselves: a sweep. Remembers what is needed
// to say what changed, and which numbers carry our keys.
//
// Invariants: 1. A sweep is complete if, and only if, the site listed its jobs anew; it then has
// all
//                nodes, and all that hold machines.
//             2. A number is known to carry a key for kKnownFor after a sweep or an
//                acknowledgement that said so.
//             3. An attempt whose node failed is lost only once its node has been back for
//                kBackFor, or it has been silent for three of its heartbeats. If it never claimed
//                its key, it is fenced: then it never ran and never will.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "live/driver.h"
#include "live/drivers/slurm_claims.h"
#include "live/drivers/slurm_model.h"

namespace dure {

struct SlurmHear {  // one look at the site
  std::string boot;
  std::int64_t now_s = 0;
  std::optional<std::vector<SlurmJob>> jobs;  // none: as before
  std::optional<std::vector<SlurmNode>> nodes;
};

class SlurmWatch {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kKnownFor{2'000};
  static constexpr std::chrono::seconds kBackFor{10}, kGhostFor{60}, kPruneEvery{3'600};

  SlurmWatch(std::int64_t beat_s, const SlurmClaims& claims) : beat_s_(beat_s), claims_(claims) {}

  // `to_cancel`: what still holds machines though its time to end is over, or though it has ended.
  Sweep take(SlurmHear& heard, std::vector<Handle>& to_cancel,
             Clock::time_point now = Clock::now());
  void acknowledged(const Handle& attempt, Clock::time_point now = Clock::now());
  bool known(const Handle& attempt, Clock::time_point now = Clock::now()) const;  // invariant 2
  void kill_after(const Handle& attempt, Clock::time_point when);
  void forget(const std::string& key);

 private:
  void take_nodes(SlurmHear& heard, Sweep& sweep, Clock::time_point now);
  void take_jobs(const std::vector<SlurmJob>& jobs, Sweep& sweep, std::vector<Handle>& to_cancel,
                 Clock::time_point now);
  void look_for_overdue(const SlurmJob& job, bool over, std::vector<Handle>& to_cancel,
                        Clock::time_point now);
  Seen judge(const SlurmJob& job, Clock::time_point now);
  bool surely_dead(const SlurmJob& job, Clock::time_point now) const;  // invariant 3

  struct Known {
    std::string key;
    Clock::time_point at;
  };
  const std::int64_t beat_s_;
  const SlurmClaims& claims_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> swept_;  // number -> key
  Clock::time_point swept_at_;
  std::map<std::string, Known> acknowledged_;
  std::map<std::string, Clock::time_point> kills_;             // key -> when
  std::map<std::string, Clock::time_point> ghosts_;            // number -> since when
  std::map<std::pair<std::string, std::string>, Seen> ended_;  // number and key
  std::set<std::string> claimed_;
  std::vector<SlurmJob> doubtful_;  // their nodes failed
  std::map<std::string, ForeignFact> foreign_;
  std::map<std::string, NodeReport> nodes_;
  std::map<std::string, Clock::time_point> back_since_;
  Clock::time_point pruned_at_{};
};

}  // namespace dure
