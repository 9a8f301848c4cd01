// What is counted of a shadow and of the live world beside it: waits of the jobs that have started
// in both, starts and stops of each, the largest differences. Whole numbers but for slowdowns.
// Invariant: 1. Lists are bounded: percentiles are of the last kKept jobs, differences of kShown.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/id.h"
#include "base/quantity.h"

namespace dure {

struct ShadowPair {  // a job that has started in both
  JobId job;         // live
  std::uint32_t member = 0;
  Millis submit, live, here;                                   // starts
  std::int64_t gain() const { return (live - here).count(); }  // ms earlier here
};

class ShadowCount {
 public:
  static constexpr std::size_t kKept = 50'000, kShown = 20;

  struct Sum {
    std::int64_t jobs = 0, live_ms = 0, here_ms = 0;  // waits
  };
  struct Percentiles {
    std::int64_t p50 = 0, p95 = 0;  // ms
  };
  void started_live() { ++starts_live; }
  void started_here() { ++starts_here; }
  void pair(const ShadowPair& p);
  // Of a job that has started in both, once it is known how long it runs.
  void slowdown(std::int64_t live_wait, std::int64_t here_wait, std::int64_t run);

  Percentiles live() const { return percentiles(0); }
  Percentiles here() const { return percentiles(1); }
  const std::vector<ShadowPair>& largest() const { return largest_; }  // the largest first
  const std::map<std::uint32_t, Sum>& members() const { return members_; }

  std::int64_t starts_live = 0, starts_here = 0, stops_live = 0, stops_here = 0;
  std::int64_t late_gpu_ms = 0;       // held for longer than the job really ran: shadow.h
  std::int64_t installed_gpu_ms = 0;  // of both worlds
  std::int64_t less_reserved = 0;     // reservations for which there was less room here
  Sum all;
  std::int64_t slowdowns = 0;                   // jobs
  double slowdown_live = 0, slowdown_here = 0;  // sums

 private:
  Percentiles percentiles(int side) const;
  std::vector<std::int64_t> waits_[2];  // rings
  std::size_t next_ = 0;
  std::map<std::uint32_t, Sum> members_;
  std::vector<ShadowPair> largest_;
};

}  // namespace dure
