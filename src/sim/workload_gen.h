// Jobs that arrive: a Poisson process a demand row, its rate constant within each hour, and the
// laws of size, run time and estimate; or of arrays of them. Model, sources and limits:
// docs/models/workload.md. Invariants: 1. A row's hour is a function of (seed, row name, hour, rate
// and laws of the row): what is
//                added elsewhere, or asked before, moves none of its draws.
//             2. run <= estimate, and both are at least 1 ms and at most the law's max_hours.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/demand.h"

namespace dure {

struct Arrival {
  Millis at;
  Millis run, estimate;
  LaneId lane;
  std::int32_t gpus = 0;
};

class Arrivals {
 public:
  Arrivals(const Scenario& scenario, const Demand& demand, std::uint64_t seed);

  // The jobs of one hour (KST, hours since the epoch), in order of time.
  void hour(std::int64_t hour, std::vector<Arrival>& out) const;
  // The jobs that arrived before t (a whole hour) and would still run at t if each had found room
  // at once: the state of M/G/infinity at t, exactly. Their run and estimate are what is left of
  // them, and they come highest priority first, then in order of arrival.
  std::vector<Arrival> still_running(Millis t) const;
  // How many jobs hour() makes in [from, to) on average.
  double expected(Millis from, Millis to) const;

 private:
  struct Source {  // one demand row
    const DemandRow* row = nullptr;
    const WorkloadSpec* work = nullptr;
    double per_day = 0;                   // at scale 1
    std::vector<double> cumulated;        // weights of the size law, summed, over their total
    std::vector<double> tasks_cumulated;  // of the array law; empty: none
    std::vector<double> users_cumulated;
    std::string users;  // name of its stream
    double tasks_mean = 1;
    std::int64_t min_ms = 1, max_ms = 1;
    std::string arrivals, tasks, sizes, runs, estimates;  // names of streams
  };
  double rate_per_hour(const Source& s, std::int64_t hour) const;
  void hour_of(const Source& s, std::int64_t hour, std::vector<Arrival>& out) const;

  const Demand& demand_;
  std::uint64_t seed_;
  std::vector<Source> sources_;
};

}  // namespace dure
