// How much work there is at an instant: what the scenario's demand rows say, as functions of time.
// Model, sources and limits: docs/models/workload.md.
//   scale(member, t) = min(1, GPUs delivered to the member at t / its demand_base_gpus)
//   factor(pattern, t) = pattern.hour x pattern.weekday x its holidays' factors
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "world/found.h"
#include "world/scenario.h"

namespace dure {

// One demand row of one workload: the work of one member.
struct DemandRow {
  WorkloadId workload;
  MemberId member;
  std::uint32_t demand = 0;   // index in WorkloadSpec::demand
  std::string name;           // "workload/member": part of the names of its random streams
  std::uint32_t pattern = 0;  // index in Scenario::patterns
  bool service = false;       // replicas that follow demand; else jobs that end
  Device device = Device::gpu;
  std::size_t users = 1;
  std::vector<LaneId> lanes;  // by index of the size law and user; one for a service
};

class Demand {
 public:
  Demand(const Scenario& scenario, const Founding& founding);

  const std::vector<DemandRow>& rows() const { return rows_; }
  const WorkloadSpec& workload(const DemandRow& row) const {
    return scenario_.workloads[row.workload.index];
  }
  const DemandSpec& spec(const DemandRow& row) const { return workload(row).demand[row.demand]; }

  double scale(MemberId member, Millis t) const;
  // In the hour that starts at hour x 3,600,000 ms, KST.
  double factor(std::uint32_t pattern, std::int64_t hour) const;
  // The same, led smoothly from the middle of one hour to the middle of the next.
  double smooth_factor(std::uint32_t pattern, Millis t) const;

 private:
  struct Delivered {
    Millis at;
    std::int64_t gpus = 0;  // of the member, from `at` on
  };
  struct Holiday {
    std::int64_t first = 0, last = 0;  // days since the epoch, both included
    double factor = 1;
  };
  const Scenario& scenario_;
  std::vector<DemandRow> rows_;
  std::vector<std::vector<Delivered>> delivered_;  // [member], in order of time
  std::vector<std::vector<Holiday>> holidays_;     // [pattern]
};

}  // namespace dure
