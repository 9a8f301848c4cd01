// What free room on a node is worth, in GPUs that can still be allocated there: bid prices of the
// fluid packing problem. Two facts decide: requests of the right shape are few (a request that
// fills the gap beside a common share; one with little CPU for a node that is short of it), so each
// request has a rent; and GPUs of one node share its CPU, so CPU has a price that differs by node.
// Units: GPU in 1/1000 (milli) and 1/1000000 (micro), CPU in 1/1000 core, a CPU price in micro GPU
// for 1/1000 core.
// Invariants: 1. worth() depends on the node's free CPU, free GPUs and model only, is whole, at
// least
//                0, and 0 where no request of the mix fits.
//             2. More free CPU or GPU is never worth less.
//             3. The rent of a request lies in [0, its share].
// Equations and their derivation: docs/models/packing.md. Source of the method: bid-price control
// of network revenue management (Talluri, van Ryzin, Management Science 44(11), 1998); prices by
// the subgradient method on the Lagrangian (Held, Wolfe, Crowder, Mathematical Programming 6,
// 1974).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sched/fragments.h"

namespace dure {

class PackingPrices {
 public:
  // The mix and the empty cluster: what FGD knows, and the nodes.
  PackingPrices(const TypicalMix& mix, const std::vector<PackNode>& empty);

  // Of what is free, in micro GPU.
  std::int64_t worth(const PackNode& node) const;

  // What share of the GPUs the mix would allow to be allocated once it has asked for all of them,
  // if it came without chance and requests could be cut: the Lagrangian's value at the prices. In
  // [0, 1].
  double bound() const { return bound_; }
  // The rent of a request of the mix; 0 for others.
  std::int64_t rent_milli(const PackRequest& request) const;

 private:
  static constexpr std::size_t kCpuPrices = 32;
  static constexpr std::size_t kSteps = 101;  // of a free share: 0, 10 ... 1000 milli
  using ByPrice = std::array<std::int64_t, kCpuPrices>;

  struct Item {  // one GPU's worth of a request of the mix
    PackRequest request;
    double expected = 0;          // of it until all GPUs are asked for
    double rent = 0;              // milli; while prices are sought
    std::int64_t rent_milli = 0;  // found
    std::size_t steps() const { return static_cast<std::size_t>((request.gpu_milli + 9) / 10); }
    std::int64_t cpu_milli() const { return request.cpu_milli / request.gpus; }  // a GPU
  };
  struct Shape {  // nodes of one model and number of GPUs
    GpuModels model = 0;
    std::int32_t gpus = 0;
    std::vector<bool> usable;  // [item]: the largest such node takes it
    std::size_t group = 0;     // of shapes with equal usable
  };
  struct NodeClass {
    std::size_t shape = 0;
    std::int64_t cpu_milli = 0, nodes = 0;
  };
  struct Fill {  // what one free GPU is worth by CPU price, and with what it is filled
    std::vector<ByPrice> worth;                                   // [step]
    std::vector<std::array<std::int16_t, kCpuPrices>> last_item;  // [step], -1: a step left free
  };
  struct Pattern {  // of one GPU at one CPU price
    std::int64_t worth = 0;
    std::int64_t cpu_milli = 0;
    std::vector<std::size_t> items;
  };

  std::int64_t net_micro(const Item& item, std::size_t price) const;
  void set_prices(double least);
  template <class Usable>
  Fill fill(const Usable& usable) const;
  Pattern pattern(const Fill& shares, const Shape& shape, std::int64_t node_cpu_milli,
                  std::size_t price) const;
  double serve(const std::vector<NodeClass>& classes, std::vector<double>& used,
               double& cpu_left) const;
  void seek(const std::vector<NodeClass>& classes, double cpu_only);
  void tabulate();
  std::size_t shape_of(const PackNode& node) const;

  std::vector<Item> items_;  // the mix's that ask for GPUs
  std::vector<Shape> shapes_;
  double typical_price_ = 0;              // all GPUs over all CPU
  ByPrice cpu_price_{};                   // rising
  std::vector<std::int64_t> cpu_levels_;  // at which a request more becomes possible, rising
  std::vector<std::int32_t> worth_;       // micro GPU by [group][level][step][price]
  double bound_ = 1;
};

}  // namespace dure
