// Services: how many replicas each wants at an instant. Every 15 minutes
//   wanted = round(replicas_mean x scale x clamp(smooth pattern factor, min_factor, max_factor)).
// Model, sources and limits: docs/models/workload.md.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/demand.h"

namespace dure {

class Services {
 public:
  static constexpr std::int64_t kStepMs = 15 * 60 * 1000;

  explicit Services(const Demand& demand);

  std::size_t size() const { return rows_.size(); }
  std::uint32_t row(std::size_t i) const { return rows_[i]; }  // index in Demand::rows()
  LaneId lane(std::size_t i) const;
  std::int64_t gpus(std::size_t i) const;
  // From the last whole 15 minutes on.
  std::int64_t wanted(std::size_t i, Millis t) const;

 private:
  const Demand& demand_;
  std::vector<std::uint32_t> rows_;  // highest priority first, then in the order of the scenario
};

}  // namespace dure
