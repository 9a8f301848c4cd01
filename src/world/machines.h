// The machines of a pool that has nodes, of whichever kind: racks of whole GPUs (capacity_index.h)
// or shared nodes (shared_nodes.h). Both answer the same questions, in units of the pool.
#pragma once

#include <span>
#include <utility>
#include <variant>

#include "world/capacity_index.h"
#include "world/event.h"
#include "world/shared_nodes.h"

namespace dure {

class Machines {
  template <class F>
  decltype(auto) each(F&& f) {
    if (auto* racks = std::get_if<CapacityIndex>(&kind_)) return f(*racks);
    return f(std::get<SharedNodes>(kind_));
  }
  template <class F>
  decltype(auto) each(F&& f) const {
    if (const auto* racks = std::get_if<CapacityIndex>(&kind_)) return f(*racks);
    return f(std::get<SharedNodes>(kind_));
  }

 public:
  explicit Machines(CapacityIndex racks) : kind_(std::move(racks)) {}
  explicit Machines(SharedNodes nodes) : kind_(std::move(nodes)) {}

  const CapacityIndex* racks() const { return std::get_if<CapacityIndex>(&kind_); }
  const SharedNodes* shared() const { return std::get_if<SharedNodes>(&kind_); }

  void install(std::int64_t n) {
    each([&](auto& m) { m.install(n); });
  }
  void retire(std::int64_t n) {
    each([&](auto& m) { m.retire(n); });
  }
  std::int64_t drain(std::uint32_t rack, std::uint64_t nodes) {
    return each([&](auto& m) { return m.drain(rack, nodes); });
  }
  std::int64_t resume(std::uint32_t rack, std::uint64_t nodes) {
    return each([&](auto& m) { return m.resume(rack, nodes); });
  }
  std::int64_t installed() const {
    return each([](const auto& m) { return m.installed(); });
  }
  std::int64_t free() const {
    return each([](const auto& m) { return m.free(); });
  }
  std::int64_t retiring() const {
    return each([](const auto& m) { return m.retiring(); });
  }
  std::int64_t owed() const {
    return each([](const auto& m) { return m.owed(); });
  }
  // Of nodes that are drained, or on their way there: what they would add if they were resumed.
  std::int64_t out_of_service() const {
    return each([](const auto& m) { return m.out_of_service(); });
  }
  bool fits(std::int64_t n, const Shape& shape) const {
    return each([&](const auto& m) { return m.fits(n, shape); });
  }
  std::optional<Placement> find(std::int64_t n, const Shape& shape) const {
    return each([&](const auto& m) { return m.find(n, shape); });
  }
  bool can_take(const Placement& place) const {
    return each([&](const auto& m) { return m.can_take(place); });
  }
  void take(const Placement& place) {
    each([&](auto& m) { m.take(place); });
  }
  void give(const Placement& place) {
    each([&](auto& m) { m.give(place); });
  }
  void audit(std::span<const Slice> held) const {  // held: by all jobs that are here
    if (const SharedNodes* nodes = shared())
      nodes->audit(held);
    else
      racks()->audit();
  }

 private:
  friend struct PartsArchive;
  std::variant<CapacityIndex, SharedNodes> kind_;
};

// Of a pool, with nothing installed yet; none in a counted pool.
std::optional<Machines> machines_of(const PoolOpened& pool);

}  // namespace dure
