#include "world/capacity_index.h"

#include <algorithm>
#include <bit>

namespace dure {
namespace {

std::uint32_t count(std::uint64_t bits) { return static_cast<std::uint32_t>(std::popcount(bits)); }

std::uint64_t lowest(std::uint64_t bits, std::uint32_t n) {  // the n lowest bits that are set
  std::uint64_t out = 0;
  for (; n > 0; --n) {
    const std::uint64_t bit = bits & (~bits + 1);
    out |= bit;
    bits ^= bit;
  }
  return out;
}

}  // namespace

CapacityIndex::CapacityIndex(std::uint32_t gpus_per_node, std::uint32_t nodes_per_rack,
                             std::uint32_t nodes_per_domain, std::uint32_t racks_per_leaf)
    : gpus_per_node_(gpus_per_node),
      nodes_per_rack_(nodes_per_rack),
      nodes_per_domain_(nodes_per_domain),
      racks_per_leaf_(racks_per_leaf),
      racks_by_whole_(nodes_per_rack + 1),
      nodes_by_free_(gpus_per_node) {
  CHECK(gpus_per_node >= 1 && gpus_per_node <= 255);
  CHECK(nodes_per_rack >= 1 && nodes_per_rack <= 64);
  CHECK(nodes_per_domain == 1 || nodes_per_domain == nodes_per_rack);
}

void CapacityIndex::install(std::int64_t gpus) {
  CHECK(gpus >= 0 && gpus % gpus_per_node_ == 0);
  for (std::int64_t n = gpus / gpus_per_node_; n > 0; --n) {
    const auto node = static_cast<std::uint32_t>(nodes_++);
    const std::uint32_t rack = rack_of(node), slot = node % nodes_per_rack_;
    if (rack == racks_.size()) {
      racks_.emplace_back();
      if (racks_per_leaf_ > 0) leaf_whole_.resize(rack / racks_per_leaf_ + 1);
      node_free_.resize(racks_.size() * nodes_per_rack_);
      for (BitTree& bucket : racks_by_whole_) bucket.resize(racks_.size());
      for (BitTree& bucket : nodes_by_free_) bucket.resize(node_free_.size());
      racks_by_whole_[0].insert(rack);
    }
    racks_[rack].exists |= std::uint64_t{1} << slot;
    installed_ += gpus_per_node_;
    set_node(rack, slot, gpus_per_node_);
  }
}

void CapacityIndex::retire(std::int64_t gpus) {
  CHECK(gpus >= 0 && gpus % gpus_per_node_ == 0);
  owed_nodes_ += gpus / gpus_per_node_;
  std::int64_t standing = 0;  // those that are drained leave when they are resumed
  for (const Rack& r : racks_) standing += std::popcount(r.exists | r.drained);
  CHECK(owed_nodes_ <= standing);
  // Broken racks first: whole ones are worth more.
  for (std::uint32_t whole = 1; whole <= nodes_per_rack_ && owed_nodes_ > 0; ++whole)
    while (owed_nodes_ > 0 && !racks_by_whole_[whole].empty()) {
      const std::uint32_t rack = racks_by_whole_[whole].first();
      while (owed_nodes_ > 0 && racks_[rack].whole != 0)
        close_node(rack, static_cast<std::uint32_t>(std::countr_zero(racks_[rack].whole)));
    }
}

void CapacityIndex::close_node(std::uint32_t rack, std::uint32_t slot) {
  set_node(rack, slot, 0);
  racks_[rack].exists &= ~(std::uint64_t{1} << slot);
  installed_ -= gpus_per_node_;
  --owed_nodes_;
}

std::int64_t CapacityIndex::drain(std::uint32_t rack, std::uint64_t nodes) {
  if (rack >= racks_.size()) return 0;
  Rack& r = racks_[rack];
  nodes &= r.exists & ~r.draining;
  std::int64_t gone = 0;
  for (; nodes != 0; nodes &= nodes - 1) {
    const auto slot = static_cast<std::uint32_t>(std::countr_zero(nodes));
    const std::uint64_t bit = std::uint64_t{1} << slot;
    const std::uint32_t node = rack * nodes_per_rack_ + slot,
                        held = gpus_per_node_ - node_free_[node];
    installed_ -= node_free_[node];
    set_node(rack, slot, 0);
    gone += gpus_per_node_;
    if (held == 0) {
      r.exists &= ~bit;
      r.drained |= bit;
      continue;
    }
    draining_held_.resize(node_free_.size());
    draining_held_[node] = static_cast<std::uint8_t>(held);
    draining_gpus_ += held;
    r.draining |= bit;
  }
  return gone;
}

std::int64_t CapacityIndex::out_of_service() const {
  std::int64_t nodes = 0;
  for (const Rack& r : racks_) nodes += std::popcount(r.draining | r.drained);
  return nodes * gpus_per_node_ - draining_gpus_;
}

std::int64_t CapacityIndex::resume(std::uint32_t rack, std::uint64_t nodes) {
  if (rack >= racks_.size()) return 0;
  Rack& r = racks_[rack];
  nodes &= r.draining | r.drained;
  std::int64_t back = 0;
  for (; nodes != 0; nodes &= nodes - 1) {
    const auto slot = static_cast<std::uint32_t>(std::countr_zero(nodes));
    const std::uint64_t bit = std::uint64_t{1} << slot;
    const std::uint32_t node = rack * nodes_per_rack_ + slot;
    std::uint32_t held = 0;
    if ((r.draining & bit) != 0) {
      held = draining_held_[node];
      draining_held_[node] = 0;
      draining_gpus_ -= held;
      r.draining &= ~bit;
    } else {
      r.drained &= ~bit;
      r.exists |= bit;
    }
    installed_ += gpus_per_node_ - held;
    set_node(rack, slot, gpus_per_node_ - held);
    back += gpus_per_node_;
    if (held == 0 && owed_nodes_ > 0) close_node(rack, slot);  // a retirement waits for one
  }
  return back;
}

void CapacityIndex::give_draining(std::uint32_t rack, std::uint32_t slot, std::uint32_t gpus) {
  const std::uint32_t node = rack * nodes_per_rack_ + slot;
  const std::uint64_t bit = std::uint64_t{1} << slot;
  CHECK(draining_held_[node] >= gpus);  // invariant 2
  draining_held_[node] = static_cast<std::uint8_t>(draining_held_[node] - gpus);
  draining_gpus_ -= gpus;
  installed_ -= gpus;
  if (draining_held_[node] > 0) return;
  racks_[rack].draining &= ~bit;
  racks_[rack].exists &= ~bit;
  racks_[rack].drained |= bit;
}

void CapacityIndex::move_rack(std::uint32_t rack, std::uint64_t whole) {
  const std::uint32_t before = count(racks_[rack].whole), after = count(whole);
  racks_[rack].whole = whole;
  if (before == after) return;
  racks_by_whole_[before].erase(rack);
  racks_by_whole_[after].insert(rack);
  free_nodes_ += std::int64_t{after} - before;
  if (racks_per_leaf_ > 0) leaf_whole_[rack / racks_per_leaf_] += after - before;
  if (before == nodes_per_rack_) --whole_racks_;
  if (after == nodes_per_rack_) ++whole_racks_;
}

void CapacityIndex::set_node(std::uint32_t rack, std::uint32_t slot, std::uint32_t free_gpus) {
  const std::uint32_t node = rack * nodes_per_rack_ + slot;
  const std::uint64_t bit = std::uint64_t{1} << slot;
  const std::uint32_t before = node_free_[node];
  if (before > 0 && before < gpus_per_node_) nodes_by_free_[before].erase(node);
  if (free_gpus > 0 && free_gpus < gpus_per_node_) nodes_by_free_[free_gpus].insert(node);
  node_free_[node] = static_cast<std::uint8_t>(free_gpus);
  free_ += std::int64_t{free_gpus} - before;
  const std::uint64_t whole = racks_[rack].whole;
  move_rack(rack, free_gpus == gpus_per_node_ ? whole | bit : whole & ~bit);
}

std::uint32_t CapacityIndex::largest_domain() const {
  if (nodes_per_domain_ == 1) return free_nodes_ > 0 ? 1 : 0;
  for (std::uint32_t whole = nodes_per_rack_; whole > 0; --whole)
    if (!racks_by_whole_[whole].empty()) return whole;
  return 0;
}

bool CapacityIndex::fits_part(std::uint32_t gpus, std::int64_t spare_nodes) const {
  if (gpus == 0 || spare_nodes > 0) return true;
  for (std::uint32_t g = gpus; g < gpus_per_node_; ++g)
    if (!nodes_by_free_[g].empty()) return true;
  return false;
}

bool CapacityIndex::fits(std::int64_t gpus, const Shape& shape) const {
  if (gpus > free_) return false;
  const std::int64_t nodes = gpus / gpus_per_node_;
  const auto part = static_cast<std::uint32_t>(gpus % gpus_per_node_);
  if (nodes == 0) return fits_part(part, free_nodes_);
  if (shape.spread == Spread::one_domain &&
      gpus <= std::int64_t{gpus_per_node_} * nodes_per_domain_)
    return largest_domain() >= nodes + (part ? 1 : 0);  // a part takes a node of the same domain
  return free_nodes_ >= nodes && fits_part(part, free_nodes_ - nodes);
}

std::optional<Placement> CapacityIndex::find(std::int64_t gpus, const Shape& shape) const {
  if (gpus <= 0 || !fits(gpus, shape)) return std::nullopt;
  Placement place;
  auto nodes = static_cast<std::uint32_t>(gpus / gpus_per_node_);
  const auto part = static_cast<std::uint32_t>(gpus % gpus_per_node_);
  const auto best_rack = [&](std::uint32_t n) -> std::optional<std::uint32_t> {
    for (std::uint32_t whole = n; whole <= nodes_per_rack_; ++whole)
      if (!racks_by_whole_[whole].empty()) return racks_by_whole_[whole].first();
    return std::nullopt;
  };

  if (nodes == 0) {
    for (std::uint32_t g = part; g < gpus_per_node_; ++g)
      if (!nodes_by_free_[g].empty()) {
        const std::uint32_t node = nodes_by_free_[g].first();
        place.push_back({rack_of(node), part, std::uint64_t{1} << (node % nodes_per_rack_)});
        return place;
      }
    const std::uint32_t rack = *best_rack(1);
    place.push_back({rack, part, lowest(racks_[rack].whole, 1)});
    return place;
  }

  const std::uint32_t wanted = nodes + (part ? 1 : 0);
  if (const auto rack = wanted <= nodes_per_rack_ ? best_rack(wanted) : std::nullopt) {
    // One rack holds it all: the tightest that does.
    const std::uint64_t full = lowest(racks_[*rack].whole, nodes);
    place.push_back({*rack, gpus_per_node_, full});
    if (part) place.push_back({*rack, part, lowest(racks_[*rack].whole & ~full, 1)});
    return place;
  }

  if (racks_per_leaf_ > 0)
    if (std::optional<Placement> near = in_one_leaf(nodes, part, shape.spread)) return near;
  // More than one rack. Gangs of racks take whole racks; others use up broken ones, least first.
  const auto take_rack = [&](std::uint32_t rack, std::uint32_t n) {
    place.push_back({rack, gpus_per_node_, lowest(racks_[rack].whole, n)});
    nodes -= n;
  };
  const auto walk = [&](std::uint32_t whole) {
    BitTree bucket = racks_by_whole_[whole];
    while (nodes > 0 && !bucket.empty()) {
      // The last rack is the tightest that holds what is left, where one does.
      if (nodes < whole) break;
      const std::uint32_t rack = bucket.first();
      bucket.erase(rack);
      take_rack(rack, whole);
    }
  };
  if (shape.spread == Spread::anywhere)
    for (std::uint32_t whole = 1; whole <= nodes_per_rack_ && nodes > 0; ++whole) walk(whole);
  else
    for (std::uint32_t whole = nodes_per_rack_; whole > 0 && nodes > 0; --whole) walk(whole);
  const auto used = [&](std::uint32_t rack) {
    return std::any_of(place.begin(), place.end(), [&](const Slice& s) { return s.rack == rack; });
  };
  for (std::uint32_t whole = 1; whole <= nodes_per_rack_ && nodes > 0; ++whole) {
    BitTree bucket = racks_by_whole_[whole];
    while (nodes > 0 && !bucket.empty()) {
      const std::uint32_t rack = bucket.first();
      bucket.erase(rack);
      if (!used(rack)) take_rack(rack, std::min(nodes, whole));
    }
  }
  CHECK(nodes == 0);  // fits() said so
  if (part) {
    for (std::uint32_t g = part; g < gpus_per_node_; ++g)
      if (!nodes_by_free_[g].empty()) {
        const std::uint32_t node = nodes_by_free_[g].first();
        place.push_back({rack_of(node), part, std::uint64_t{1} << (node % nodes_per_rack_)});
        return place;
      }
    for (std::uint32_t whole = 1; whole <= nodes_per_rack_; ++whole) {
      BitTree bucket = racks_by_whole_[whole];
      for (; !bucket.empty(); bucket.erase(bucket.first())) {
        const std::uint32_t rack = bucket.first();
        std::uint64_t left = racks_[rack].whole;
        for (const Slice& s : place)
          if (s.rack == rack) left &= ~s.nodes;
        if (left != 0) {
          place.push_back({rack, part, lowest(left, 1)});
          return place;
        }
      }
    }
    CHECK(!"fits() said that the part fits");
  }
  return place;
}

// Of the leaves with enough wholly free nodes the one with least; in it as over the whole pool.
std::optional<Placement> CapacityIndex::in_one_leaf(std::uint32_t nodes, std::uint32_t part,
                                                    Spread spread) const {
  const std::uint32_t wanted = nodes + (part ? 1 : 0);
  std::optional<std::uint32_t> best;
  for (std::uint32_t l = 0; l < leaf_whole_.size(); ++l)
    if (leaf_whole_[l] >= wanted && (!best || leaf_whole_[l] < leaf_whole_[*best])) best = l;
  if (!best) return std::nullopt;
  std::vector<std::uint32_t> racks;
  const std::size_t end =
      std::min<std::size_t>(racks_.size(), (std::size_t{*best} + 1) * racks_per_leaf_);
  for (std::uint32_t r = *best * racks_per_leaf_; r < end; ++r)
    if (racks_[r].whole != 0) racks.push_back(r);
  std::stable_sort(racks.begin(), racks.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::uint32_t x = count(racks_[a].whole), y = count(racks_[b].whole);
    return spread == Spread::anywhere ? x < y : x > y;
  });
  Placement place;
  std::uint64_t last = 0;  // what is left of the rack that was taken in part
  std::uint32_t last_rack = 0;
  for (std::size_t i = 0; nodes > 0; ++i) {
    // The last rack is the tightest that holds what is left, where one does.
    std::size_t pick = i;
    for (std::size_t k = i; k < racks.size(); ++k) {
      const std::uint32_t whole = count(racks_[racks[k]].whole);
      if (whole >= nodes &&
          (count(racks_[racks[pick]].whole) < nodes || whole < count(racks_[racks[pick]].whole)))
        pick = k;
    }
    std::rotate(racks.begin() + static_cast<std::ptrdiff_t>(i),
                racks.begin() + static_cast<std::ptrdiff_t>(pick),
                racks.begin() + static_cast<std::ptrdiff_t>(pick) + 1);
    const std::uint64_t whole = racks_[racks[i]].whole;
    const std::uint64_t taken = lowest(whole, std::min(nodes, count(whole)));
    place.push_back({racks[i], gpus_per_node_, taken});
    nodes -= count(taken);
    last = whole & ~taken;
    last_rack = racks[i];
    if (nodes == 0 && part > 0 && last == 0 && i + 1 < racks.size()) {
      last_rack = racks[i + 1];
      last = racks_[last_rack].whole;
    }
  }
  if (part > 0) place.push_back({last_rack, part, lowest(last, 1)});
  return place;
}

bool CapacityIndex::can_take(const Placement& place) const {
  for (const Slice& s : place) {
    if (s.rack >= racks_.size() || (s.nodes & ~racks_[s.rack].exists) != 0) return false;
    for (std::uint64_t left = s.nodes; left != 0; left &= left - 1)
      if (node_free_[s.rack * nodes_per_rack_ +
                     static_cast<std::uint32_t>(std::countr_zero(left))] < s.gpus_per_node)
        return false;
  }
  return true;
}

void CapacityIndex::take(const Placement& place) {
  for (const Slice& s : place) {
    CHECK(s.rack < racks_.size() && (s.nodes & ~racks_[s.rack].exists) == 0);
    if (s.gpus_per_node == gpus_per_node_) {          // whole nodes move together
      CHECK((s.nodes & ~racks_[s.rack].whole) == 0);  // invariant 2
      for (std::uint64_t left = s.nodes; left != 0; left &= left - 1)
        node_free_[s.rack * nodes_per_rack_ + static_cast<std::uint32_t>(std::countr_zero(left))] =
            0;
      free_ -= s.gpus();
      move_rack(s.rack, racks_[s.rack].whole & ~s.nodes);
      continue;
    }
    for (std::uint64_t left = s.nodes; left != 0; left &= left - 1) {
      const auto slot = static_cast<std::uint32_t>(std::countr_zero(left));
      const std::uint32_t now = node_free_[s.rack * nodes_per_rack_ + slot];
      CHECK(now >= s.gpus_per_node);  // invariant 2
      set_node(s.rack, slot, now - s.gpus_per_node);
    }
  }
}

void CapacityIndex::give(const Placement& place) {
  for (const Slice& s : place) {
    CHECK(s.rack < racks_.size() && (s.nodes & ~racks_[s.rack].exists) == 0);
    if (s.gpus_per_node == gpus_per_node_ && owed_nodes_ == 0 && racks_[s.rack].draining == 0) {
      for (std::uint64_t left = s.nodes; left != 0; left &= left - 1) {
        std::uint8_t& node = node_free_[s.rack * nodes_per_rack_ +
                                        static_cast<std::uint32_t>(std::countr_zero(left))];
        CHECK(node == 0);  // invariant 2
        node = static_cast<std::uint8_t>(gpus_per_node_);
      }
      free_ += s.gpus();
      move_rack(s.rack, racks_[s.rack].whole | s.nodes);
      continue;
    }
    for (std::uint64_t left = s.nodes; left != 0; left &= left - 1) {
      const auto slot = static_cast<std::uint32_t>(std::countr_zero(left));
      if ((racks_[s.rack].draining >> slot & 1) != 0) {
        give_draining(s.rack, slot, s.gpus_per_node);
        continue;
      }
      const std::uint32_t now = node_free_[s.rack * nodes_per_rack_ + slot] + s.gpus_per_node;
      CHECK(now <= gpus_per_node_);  // invariant 2
      set_node(s.rack, slot, now);
      if (now == gpus_per_node_ && owed_nodes_ > 0) close_node(s.rack, slot);
    }
  }
}

void CapacityIndex::audit() const {
  std::int64_t free = 0, whole_nodes = 0, installed = 0, draining_gpus = 0;
  for (std::uint32_t r = 0; r < racks_.size(); ++r) {
    std::uint64_t whole = 0;
    for (std::uint32_t slot = 0; slot < nodes_per_rack_; ++slot) {
      const std::uint32_t node = r * nodes_per_rack_ + slot, f = node_free_[node];
      const bool exists = (racks_[r].exists >> slot & 1) != 0;
      CHECK(exists || f == 0);  // invariant 1
      const bool draining = (racks_[r].draining >> slot & 1) != 0;
      CHECK(!draining || (exists && f == 0 && draining_held_[node] > 0));  // invariant 1
      CHECK(!exists || (racks_[r].drained >> slot & 1) == 0);
      if (draining) draining_gpus += draining_held_[node];
      installed += !exists ? 0 : draining ? draining_held_[node] : gpus_per_node_;
      free += f;
      if (f == gpus_per_node_) whole |= std::uint64_t{1} << slot;
      for (std::uint32_t g = 1; g < gpus_per_node_; ++g)
        CHECK(nodes_by_free_[g].contains(node) == (g == f));  // invariant 3
    }
    CHECK(whole == racks_[r].whole);
    whole_nodes += count(whole);
    for (std::uint32_t n = 0; n <= nodes_per_rack_; ++n)
      CHECK(racks_by_whole_[n].contains(r) == (n == count(whole)));  // invariant 3
  }
  for (std::uint32_t l = 0; l < leaf_whole_.size(); ++l) {
    std::uint32_t whole = 0;
    for (std::size_t r = std::size_t{l} * racks_per_leaf_;
         r < std::min<std::size_t>(racks_.size(), (std::size_t{l} + 1) * racks_per_leaf_); ++r)
      whole += count(racks_[r].whole);
    CHECK(whole == leaf_whole_[l]);
  }
  std::int64_t whole_racks = 0;
  racks_by_whole_[nodes_per_rack_].for_each([&](std::uint32_t) { ++whole_racks; });
  CHECK(whole_racks == whole_racks_);
  CHECK(free == free_ && whole_nodes == free_nodes_ && installed == installed_);  // invariant 2
  CHECK(free_ >= 0 && free_ <= installed_ && draining_gpus == draining_gpus_);
}

}  // namespace dure
