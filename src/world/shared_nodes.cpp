#include "world/shared_nodes.h"

#include <algorithm>
#include <bit>
#include <map>

#include "base/check.h"

namespace dure {

SharedNodes::SharedNodes(const PackNode& full, std::uint32_t nodes_per_rack)
    : full_(full),
      nodes_per_rack_(nodes_per_rack),
      node_units_(full.gpus > 0 ? std::int64_t{full.gpus} * kWholeGpu : full.cpu_milli / 1000),
      buckets_(kShares + kMostNodeGpus + 1) {
  CHECK(node_units_ > 0 && nodes_per_rack >= 1 && nodes_per_rack <= 64);
}

std::int64_t SharedNodes::nodes_for(std::int64_t units) const {
  return units <= node_units_ ? 1 : units / node_units_;
}

std::optional<PackRequest> SharedNodes::request(std::int64_t units, const Shape& shape) const {
  const std::int64_t each = std::min(units, node_units_);
  if (units <= 0 || (units > node_units_ && units % node_units_ != 0)) return std::nullopt;
  PackRequest r;
  r.cpu_milli = shape.cpu_milli;
  r.memory_mib = shape.memory_mib;
  if (full_.gpus == 0) {
    r.cpu_milli = each * 1000;
  } else if (each < kWholeGpu) {
    r.gpus = 1;
    r.gpu_milli = static_cast<std::int32_t>(each);
  } else {
    if (each % kWholeGpu != 0) return std::nullopt;
    r.gpus = static_cast<std::int32_t>(each / kWholeGpu);
    r.gpu_milli = kWholeGpu;
  }
  if (!dure::fits(full_, r)) return std::nullopt;
  return r;
}

PackRequest SharedNodes::request(const Slice& s) const {
  PackRequest r;
  r.cpu_milli = s.cpu_milli;
  r.memory_mib = s.memory_mib;
  if (full_.gpus == 0) return r;
  r.gpus = std::popcount(s.nodes);
  r.gpu_milli = static_cast<std::int32_t>(s.gpus_per_node);
  return r;
}

GpuSlots SharedNodes::slots(const Slice& s) const {
  return full_.gpus == 0 ? 0 : static_cast<GpuSlots>(s.nodes);
}

Slice SharedNodes::slice(std::size_t node, const PackRequest& r, GpuSlots slots) const {
  Slice s;
  s.rack = static_cast<std::uint32_t>(node);
  s.gpus_per_node = static_cast<std::uint32_t>(full_.gpus == 0 ? r.cpu_milli / 1000 : r.gpu_milli);
  s.nodes = full_.gpus == 0 ? 1 : std::uint64_t{slots};
  s.cpu_milli = static_cast<std::uint32_t>(r.cpu_milli);
  s.memory_mib = static_cast<std::uint32_t>(r.memory_mib);
  return s;
}

std::int64_t SharedNodes::free_units(const PackNode& node) const {
  return full_.gpus > 0 ? node.free_gpu_milli() : node.cpu_milli / 1000;
}

// What it could take at most: tenths of one GPU, or whole GPUs; of a CPU node, parts of its cores.
std::size_t SharedNodes::bucket(const PackNode& node) const {
  if (full_.gpus == 0) {
    const auto last = static_cast<std::int64_t>(buckets_.size()) - 1;
    return static_cast<std::size_t>(node.cpu_milli * last / full_.cpu_milli);
  }
  if (const std::int32_t whole = node.whole_gpus(); whole > 0)
    return kShares + static_cast<std::size_t>(whole);
  const auto most = *std::max_element(node.free.begin(), node.free.end());
  return static_cast<std::size_t>(most) * kShares / kWholeGpu;
}
std::size_t SharedNodes::bucket(const PackRequest& r) const {
  if (full_.gpus == 0) {
    const auto last = static_cast<std::int64_t>(buckets_.size()) - 1;
    return static_cast<std::size_t>(r.cpu_milli * last / full_.cpu_milli);
  }
  if (!r.shares()) return kShares + static_cast<std::size_t>(r.gpus);
  return static_cast<std::size_t>(r.gpu_milli) * kShares / kWholeGpu;
}

// An open node changes.
void SharedNodes::put(std::size_t n, const PackNode& now) {
  PackNode& node = nodes_[n];
  const auto id = static_cast<std::uint32_t>(n);
  free_ += free_units(now) - free_units(node);
  const std::size_t before = bucket(node), after = bucket(now);
  node = now;
  if (before == after) return;
  buckets_[before].erase(id);
  buckets_[after].insert(id);
}

void SharedNodes::close(std::size_t n) {
  buckets_[bucket(nodes_[n])].erase(static_cast<std::uint32_t>(n));
  free_ -= free_units(nodes_[n]);
  states_[n] = State::gone;
  installed_ -= node_units_;
  --owed_nodes_;
}

void SharedNodes::install(std::int64_t units) {
  CHECK(units >= 0 && units % node_units_ == 0);
  const std::size_t all = nodes_.size() + static_cast<std::size_t>(units / node_units_);
  for (BitTree& b : buckets_) b.resize(all);
  while (nodes_.size() < all) {
    nodes_.push_back(full_);
    states_.push_back(State::open);
    buckets_[bucket(full_)].insert(static_cast<std::uint32_t>(nodes_.size() - 1));
    installed_ += node_units_;
    free_ += node_units_;
  }
}

void SharedNodes::retire(std::int64_t units) {
  CHECK(units >= 0 && units % node_units_ == 0);
  owed_nodes_ += units / node_units_;
  // Those that are drained leave when they are resumed.
  CHECK(owed_nodes_ <=
        std::count_if(states_.begin(), states_.end(), [](State s) { return s != State::gone; }));
  for (std::size_t n = nodes_.size(); n-- > 0 && owed_nodes_ > 0;)  // the newest first
    if (open(n) && idle(nodes_[n])) close(n);
}

std::int64_t SharedNodes::drain(std::uint32_t rack, std::uint64_t nodes) {
  std::int64_t gone = 0;
  for (; nodes != 0; nodes &= nodes - 1) {
    const std::size_t n =
        std::size_t{rack} * nodes_per_rack_ + static_cast<std::size_t>(std::countr_zero(nodes));
    if (n >= nodes_.size() || !open(n)) continue;
    const std::int64_t held = node_units_ - free_units(nodes_[n]);
    buckets_[bucket(nodes_[n])].erase(static_cast<std::uint32_t>(n));
    free_ -= node_units_ - held;
    installed_ -= node_units_ - held;
    draining_units_ += held;
    states_[n] = idle(nodes_[n]) ? State::drained : State::draining;
    gone += node_units_;
  }
  return gone;
}

std::int64_t SharedNodes::out_of_service() const {
  const auto nodes = std::count_if(states_.begin(), states_.end(), [](State s) {
    return s == State::draining || s == State::drained;
  });
  return nodes * node_units_ - draining_units_;
}

std::int64_t SharedNodes::resume(std::uint32_t rack, std::uint64_t nodes) {
  std::int64_t back = 0;
  for (; nodes != 0; nodes &= nodes - 1) {
    const std::size_t n =
        std::size_t{rack} * nodes_per_rack_ + static_cast<std::size_t>(std::countr_zero(nodes));
    if (n >= nodes_.size() || (states_[n] != State::draining && states_[n] != State::drained))
      continue;
    const std::int64_t free = free_units(nodes_[n]);
    draining_units_ -= node_units_ - free;
    installed_ += free;
    free_ += free;
    states_[n] = State::open;
    buckets_[bucket(nodes_[n])].insert(static_cast<std::uint32_t>(n));
    back += node_units_;
    if (idle(nodes_[n]) && owed_nodes_ > 0) close(n);  // a retirement waits for one
  }
  return back;
}

// The open nodes that can take it, the tightest first, until f says that it is done.
template <class F>
bool SharedNodes::any_node(const PackRequest& r, F&& f) const {
  for (std::size_t b = bucket(r); b < buckets_.size(); ++b)
    if (buckets_[b].any_of([&](std::uint32_t n) { return dure::fits(nodes_[n], r) && f(n); }))
      return true;
  return false;
}

bool SharedNodes::fits(std::int64_t units, const Shape& shape) const {
  if (units > free_) return false;
  const std::optional<PackRequest> r = request(units, shape);
  if (!r) return false;
  std::int64_t left = nodes_for(units);
  return any_node(*r, [&](std::uint32_t) { return --left == 0; });
}

std::optional<Placement> SharedNodes::find(std::int64_t units, const Shape& shape) const {
  if (units > free_) return std::nullopt;
  const std::optional<PackRequest> r = request(units, shape);
  if (!r) return std::nullopt;
  Placement place;
  std::int64_t left = nodes_for(units);
  if (!any_node(*r, [&](std::uint32_t n) {
        place.push_back(slice(n, *r, tightest_slots(nodes_[n], *r)));
        return --left == 0;
      }))
    return std::nullopt;
  return place;
}

std::int64_t SharedNodes::most(const Shape& shape) const {
  std::int64_t most = 0, whole_nodes = 0;
  const std::optional<PackRequest> all = request(node_units_, shape);
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const PackNode& node = nodes_[n];
    if (!open(n) || node.cpu_milli < shape.cpu_milli || node.memory_mib < shape.memory_mib)
      continue;
    if (full_.gpus == 0)
      most = std::max(most, node.cpu_milli / 1000);
    else if (const std::int64_t whole = node.whole_gpus(); whole > 0)
      most = std::max(most, whole * kWholeGpu);
    else
      most = std::max<std::int64_t>(most, *std::max_element(node.free.begin(), node.free.end()));
    if (all && dure::fits(node, *all)) ++whole_nodes;
  }
  return std::max(most, whole_nodes * node_units_);
}

bool SharedNodes::can_take(const Placement& place) const {
  for (const Slice& s : place) {
    if (s.rack >= nodes_.size() || !open(s.rack)) return false;
    const PackNode& node = nodes_[s.rack];
    if (node.cpu_milli < s.cpu_milli || node.memory_mib < s.memory_mib) return false;
    if (full_.gpus == 0) continue;
    if ((s.nodes >> full_.gpus) != 0) return false;
    for (std::int32_t g = 0; g < full_.gpus; ++g)
      if ((s.nodes >> g & 1) != 0 && node.free_of(g) < static_cast<std::int32_t>(s.gpus_per_node))
        return false;
  }
  return true;
}

void SharedNodes::take(const Placement& place) {
  for (const Slice& s : place) {
    CHECK(s.rack < nodes_.size() && open(s.rack));
    PackNode now = nodes_[s.rack];
    dure::take(now, request(s), slots(s));  // checks invariant 4
    put(s.rack, now);
  }
}

void SharedNodes::give(const Placement& place) {
  for (const Slice& s : place) {
    CHECK(s.rack < nodes_.size());
    PackNode now = nodes_[s.rack];
    give_back(now, request(s), slots(s));
    CHECK(now.cpu_milli <= full_.cpu_milli && now.memory_mib <= full_.memory_mib);  // invariant 4
    if (open(s.rack)) {
      put(s.rack, now);
      if (idle(now) && owed_nodes_ > 0) close(s.rack);
      continue;
    }
    CHECK(states_[s.rack] == State::draining);
    nodes_[s.rack] = now;
    installed_ -= s.gpus();
    draining_units_ -= s.gpus();
    if (idle(now)) states_[s.rack] = State::drained;
  }
}

void SharedNodes::audit(std::span<const Slice> held) const {
  std::map<std::size_t, PackNode> used;
  for (const Slice& s : held)
    dure::take(used.try_emplace(s.rack, full_).first->second, request(s), slots(s));
  std::int64_t installed = 0, free = 0, draining = 0;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const auto it = used.find(n);
    CHECK(nodes_[n] == (it == used.end() ? full_ : it->second));  // invariant 4
    const std::int64_t its_free = free_units(nodes_[n]);
    if (open(n)) {
      free += its_free;
      installed += node_units_;
    }
    if (states_[n] == State::draining) {
      draining += node_units_ - its_free;
      installed += node_units_ - its_free;
    }
    CHECK(open(n) || states_[n] == State::draining || idle(nodes_[n]));  // invariant 1
    for (std::size_t b = 0; b < buckets_.size(); ++b)
      CHECK(buckets_[b].contains(static_cast<std::uint32_t>(n)) ==
            (open(n) && b == bucket(nodes_[n])));  // invariant 3
  }
  CHECK(installed == installed_ && free == free_ && draining == draining_units_);  // invariant 2
  CHECK(owed_nodes_ >= 0 && free_ >= 0 && free_ <= installed_);
}

}  // namespace dure
