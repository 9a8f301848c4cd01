#include "sim/packing_experiment.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace dure {
namespace {

template <class T>
void shuffle(std::vector<T>& v, Stream& chance) {  // Fisher and Yates
  for (std::size_t i = v.size(); i > 1; --i) std::swap(v[i - 1], v[chance.below(i)]);
}

std::int64_t capacity_milli(const std::vector<PackNode>& nodes) {
  std::int64_t sum = 0;
  for (const PackNode& node : nodes) sum += std::int64_t{node.gpus} * kWholeGpu;
  return sum;
}

}  // namespace

std::vector<PackRequest> packing_arrivals(const PackingTrial& trial, std::uint64_t seed) {
  std::vector<PackRequest> arrivals = trial.requests;
  Stream order(seed, "packing/order", 0), drawn(seed, "packing/drawn", 0);
  shuffle(arrivals, order);
  const double end = trial.inflate * static_cast<double>(capacity_milli(trial.nodes));
  std::int64_t sum = 0;
  std::size_t kept = 0;
  while (kept < arrivals.size() &&
         static_cast<double>(sum + arrivals[kept].gpu_demand_milli()) <= end)
    sum += arrivals[kept++].gpu_demand_milli();
  if (kept < arrivals.size()) {
    arrivals.resize(kept);
    return arrivals;
  }
  for (;;) {
    const PackRequest& next = trial.requests[drawn.below(trial.requests.size())];
    if (static_cast<double>(sum + next.gpu_demand_milli()) > end) return arrivals;
    sum += next.gpu_demand_milli();
    arrivals.push_back(next);
  }
}

PackingRun run_packing(const PackingTrial& trial, const PackingScore& score, std::uint64_t seed) {
  std::vector<PackNode> nodes = trial.nodes;
  Stream order(seed, "packing/nodes", 0), chance(seed, "packing/random", 0);
  shuffle(nodes, order);
  const std::int64_t capacity = capacity_milli(nodes);
  CHECK(capacity > 0);
  PackedCluster cluster(std::move(nodes), score);
  PackingRun run;
  run.seed = seed;
  const auto last = static_cast<std::size_t>(std::llround(trial.inflate * 100));
  std::vector<std::int64_t> sums(last + 1, 0), samples(last + 1, 0);
  for (const PackRequest& request : packing_arrivals(trial, seed)) {
    ++run.arrived;
    run.arrived_milli += request.gpu_demand_milli();
    if (const auto place = cluster.choose(request, chance)) {
      cluster.place(request, *place);
      ++run.placed;
      run.allocated_milli += request.gpu_demand_milli();
    }
    const auto p = static_cast<std::size_t>((run.arrived_milli * 100 + capacity / 2) / capacity);
    if (p > last) continue;
    sums[p] += run.allocated_milli;
    ++samples[p];
  }
  std::int64_t free = 0;
  for (const PackNode& node : cluster.nodes()) free += node.free_gpu_milli();
  CHECK(free == capacity - run.allocated_milli);  // invariant 2
  double before = 0;
  for (std::size_t p = 0; p <= last; ++p) {
    if (samples[p] > 0)
      before = static_cast<double>(sums[p]) / static_cast<double>(samples[p] * capacity);
    run.curve.push_back(before);
  }
  return run;
}

}  // namespace dure
