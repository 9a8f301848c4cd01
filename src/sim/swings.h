// How the power of each site swings at its meter while gangs train in step (physics/power_swing.h;
// docs/models/conversion.md). Told of every event before it is applied. A gang's swing follows from
// its work's step (workloads[].sync_step_s), its nodes and its machines (power.swings); gangs do
// not keep step with each other, so at worst their swings add up, and the root of the sum of
// squares is what is expected. Sums are kept in whole watts: an event costs the same, however many
// gangs run.
//
// A gang of m nodes computes for the share 1 / (1 + k log2 m) of its step (power.sync_per_doubling)
// and exchanges for the rest; one node exchanges with nobody and does not swing.
//
// Invariants: 1. The sums of a site are those of the gangs that run there; none is below 0, and all
//                are 0 when none runs.
//             2. Only what was held for some time counts, within [from, to).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "sim/meter.h"

namespace dure {

struct SwingFigures {                        // of one site, over the window
  std::int64_t worst_w = 0, expected_w = 0;  // peak to peak: the most at any time
  std::int64_t worst_ramp_w_per_s = 0;
  std::int64_t gangs_at_worst = 0;
  std::int64_t over_limit_ms = 0;  // the worst ramp above utilities[].ramp_limit_mw_per_s
};

// What one GPU adds at the meter, found once: power.swings, and the slope of the site's chain.
struct SwingModel {
  struct OfPool {
    double span_w = 0;  // of one GPU, at the meter; 0: it does not swing
    double smoothing_s = 0;
    double gpus_per_node = 1;
  };
  std::vector<OfPool> pools;                                     // [pool]
  std::vector<std::optional<std::int64_t>> ramp_limits_w_per_s;  // [site]
  double sync_per_doubling = 0;
  bool any = false;  // some work keeps step

  // Work that keeps step without a row of power.swings for its machines is refused.
  static Result<SwingModel> make(const Scenario& scenario, const Founding& founding);
};

class Swings {
 public:
  // The scenario must have passed SwingModel::make.
  Swings(const Scenario& scenario, const Founding& founding, const Demand& demand,
         const World& world, const Window& window);

  void append(const Event& e);
  void close();

  bool modelled() const { return model_.any; }
  const std::vector<SwingFigures>& sites() const { return figures_; }
  std::optional<std::int64_t> ramp_limit_w_per_s(SiteId site) const {
    return model_.ramp_limits_w_per_s[site.index];
  }

 private:
  struct Swinging {  // a gang's part at a site
    SiteId site;
    std::int64_t swing_w = 0, ramp_w_per_s = 0;
  };
  struct Level {
    std::int64_t gangs = 0, swing_w = 0, ramp_w_per_s = 0, since = 0;
    Exact squares_w2 = 0;
  };

  void start(JobId job, PoolId pool, std::int64_t gpus, const std::vector<Part>& also);
  void stop(JobId job);
  void settle(SiteId site);
  void add(const Swinging& part, std::int64_t sign);

  const Scenario& scenario_;
  const World& world_;
  const Window window_;
  const SwingModel model_;
  std::vector<SiteId> site_of_pool_;
  std::vector<WorkloadId> work_of_lane_;
  std::map<JobId, std::vector<Swinging>> running_;
  std::vector<Level> levels_;  // [site]
  std::vector<SwingFigures> figures_;
  std::int64_t now_;
};

}  // namespace dure
