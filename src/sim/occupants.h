// Who sits on which node, and how many outages hold a node down: what the twin's plant needs to say
// whom a failure hits.
// Invariants: 1. A job is in the list of a rack once for each time it sat down there, while it
// runs.
//             2. A node's count is never negative.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "world/event.h"

namespace dure {

class Occupants {
 public:
  // The job sits on these nodes too.
  void add(std::uint32_t job, PoolId pool, std::uint32_t rack, std::uint64_t nodes) {
    racks_[key(pool, rack)].push_back({job, nodes});
    seats_[job].push_back(key(pool, rack));
  }
  void remove(std::uint32_t job) {
    const auto seats = seats_.find(job);
    if (seats == seats_.end()) return;
    for (const std::uint64_t rack : seats->second)
      std::erase_if(racks_[rack], [&](const Seat& s) { return s.job == job; });
    seats_.erase(seats);
  }
  PoolId pool_of(std::uint32_t job) const {  // the first that it sits in
    return {static_cast<std::uint32_t>(seats_.at(job).front() >> 32)};
  }
  // Those on any of these nodes, in order of their ids.
  std::vector<std::uint32_t> on(PoolId pool, std::uint32_t rack, std::uint64_t nodes) const {
    std::vector<std::uint32_t> out;
    const auto it = racks_.find(key(pool, rack));
    if (it == racks_.end()) return out;
    for (const Seat& s : it->second)
      if ((s.nodes & nodes) != 0) out.push_back(s.job);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
  static std::uint64_t key(PoolId pool, std::uint32_t rack) {
    return std::uint64_t{pool.index} << 32 | rack;
  }

 private:
  struct Seat {
    std::uint32_t job = 0;
    std::uint64_t nodes = 0;
  };
  std::unordered_map<std::uint64_t, std::vector<Seat>> racks_;
  std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> seats_;
};

class NodeCounts {
 public:
  // One more on each of these nodes; those that had none.
  std::uint64_t add(PoolId pool, std::uint32_t rack, std::uint64_t nodes) {
    std::uint64_t first = 0;
    for (; nodes != 0; nodes &= nodes - 1) {
      const int slot = std::countr_zero(nodes);
      if (counts_[node(pool, rack, slot)]++ == 0) first |= std::uint64_t{1} << slot;
    }
    return first;
  }
  // One less; those that have none any more.
  std::uint64_t remove(PoolId pool, std::uint32_t rack, std::uint64_t nodes) {
    std::uint64_t last = 0;
    for (; nodes != 0; nodes &= nodes - 1) {
      const int slot = std::countr_zero(nodes);
      const auto it = counts_.find(node(pool, rack, slot));
      CHECK(it != counts_.end() && it->second > 0);  // invariant 2
      if (--it->second > 0) continue;
      counts_.erase(it);
      last |= std::uint64_t{1} << slot;
    }
    return last;
  }
  bool any(PoolId pool, std::uint32_t rack, std::uint64_t nodes) const {
    for (; nodes != 0 && !counts_.empty(); nodes &= nodes - 1)
      if (counts_.contains(node(pool, rack, std::countr_zero(nodes)))) return true;
    return false;
  }

 private:
  static std::uint64_t node(PoolId pool, std::uint32_t rack, int slot) {
    CHECK(rack < (1u << 26) && pool.index < (1u << 31));
    return std::uint64_t{pool.index} << 32 | rack << 6 | static_cast<std::uint32_t>(slot);
  }
  std::unordered_map<std::uint64_t, std::uint32_t> counts_;
};

}  // namespace dure
