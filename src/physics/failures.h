// Which faults begin in an hour, where, and how long each lasts. Model, units, sources, limits:
// docs/models/failures.md; constants: world/failure_spec.h.
//   a node's faults   Poisson at rate x frailty of the node x early life of its racks
//   groups            a share of faults begins with another: a first one, and some more at once on
//                     other nodes of its pool (a cluster process; Neyman and Scott 1958)
//   larger domains    racks, cooling units, feeders, halls, sites, fibre: Poisson, all of it goes
// Faults are drawn for a pool and thinned to its nodes (Lewis and Shedler 1979), so cost goes with
// faults and with pools, not with GPUs.
//
// Invariants: 1. An hour of a pool, hall, site or link is a function of (seed, its id, hour): what
//                stands elsewhere, and which hours were asked before, changes nothing.
//             2. Faults of an hour are in order of time; of equals, of the grounds.
//             3. at <= detected <= out_until, and at lies in the hour and in the pool's life.
// Open loop: a node may fail that is out already; whoever keeps the state leaves such a fault out.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "world/failure_spec.h"

namespace dure {

struct FailurePool {  // racks of one class in a hall, with one life
  std::string id;
  std::string hardware;  // an id of the spec's hardware; another: as the reference
  std::int64_t nodes = 0, gpus_per_node = 8, nodes_per_rack = 4;
  std::int64_t racks_per_cdu = 8, racks_per_feeder = 16;
  bool liquid = false, nvlink_rack = false;
  Millis from, until{std::numeric_limits<std::int64_t>::max()};
  std::uint32_t row = 0;  // for the caller: what it stands for
};
struct FailureHall {
  std::string id;
  std::vector<FailurePool> pools;
};
struct FailureSite {
  std::string id;
  std::string fleet;  // of the spec, whose rates it has; "": the reference
  std::vector<FailureHall> halls;
};
struct FailureLink {
  std::string id;
  double km = 0;
};
struct FailureGrounds {
  std::vector<FailureSite> sites;
  std::vector<FailureLink> links;
};

struct FailureEvent {
  Millis at, detected;
  Millis out_until;  // with a crew at hand, and no part in stock: see physics/repairs.h
  std::uint32_t cause = 0;
  FailureDomain domain = FailureDomain::node;
  std::optional<std::uint32_t> site, hall, pool, link;  // indices into the grounds
  std::int64_t first_node = 0, nodes = 0;               // of the pool; else all that are there
  std::int64_t gpus = 0;                                // of those nodes
  bool silent = false;
  bool with_another = false;  // began with others of its group
  bool operator==(const FailureEvent&) const = default;
};

// What a fleet's counts say of its rates: factors by FailureGroup on those of the spec, as the mean
// of a gamma law with prior mean 1: (shape + counted) / (shape + expected). Groups that were not
// counted keep 1. Larger domains (plant) always do.
inline constexpr std::size_t kFailureGroups = 6;
using FleetFactors = std::array<double, kFailureGroups>;
FleetFactors fleet_factors(const FailureSpec& spec, const FailureFleetSpec& fleet);

// Faults of GPUs and nodes (not of larger domains) for 1,000 days of a node of a mature fleet.
struct NodeRate {
  std::int64_t gpus_per_node = 8;
  std::string_view hardware;
  FleetFactors factors{1, 1, 1, 1, 1, 1};
};
double faults_per_1000_node_days(const FailureSpec& spec, const NodeRate& node,
                                 std::optional<FailureGroup> only = std::nullopt);

// (f - 1) exp(-age / T) + 1; 1 before the racks are there.
double early_life(const FailureHardwareSpec& hardware, Millis age);

// Mean of min(G, most), G of a gamma law with mean 1.
double cut_gamma_mean(double shape, double most);

class FailureModel {
 public:
  // Faults of the spec and the grounds: an id twice, a fleet that is not there, a negative count, a
  // p90 below its median.
  static Result<FailureModel> make(FailureSpec spec, FailureGrounds grounds, std::uint64_t seed);

  // Appends the faults that begin in [hour, hour + 1) hours of the epoch, hour >= 0.
  void add_hour(std::int64_t hour, std::vector<FailureEvent>& out) const;

  // Mean number of faults that begin in this hour, over all seeds (frailty too).
  double mean_faults(std::int64_t hour) const;

  const FailureSpec& spec() const { return spec_; }
  const FailureGrounds& grounds() const { return grounds_; }

 private:
  struct Rate {  // of one cause in one place
    std::uint32_t cause = 0;
    double starts_per_hour = 0;  // of faults and groups, before thinning
    double keeps = 1;            // mean share that thinning keeps
    double group_share = 0;      // of starts that bring others along
    std::int64_t units = 1, nodes_per_unit = 1;
  };
  struct Place {  // a pool, hall, site or link
    std::uint64_t key = 0;
    std::optional<std::uint32_t> site, hall, pool, link;
    std::vector<Rate> rates;
    double starts_per_hour = 0;
    std::int64_t nodes = 0;
    std::int64_t gpus_per_node = 0;
    FailureHardwareSpec hardware;
    std::vector<FailurePool> pools;  // that stand in it
  };

  FailureModel() = default;
  void add_rate(Place& place, std::uint32_t cause, double units, std::int64_t nodes_per_unit,
                const FleetFactors& factors);
  void add_pool(std::uint32_t site, std::uint32_t hall, std::uint32_t pool, std::uint64_t seed,
                const FleetFactors& factors);
  void add_place(Place place);
  static bool lives(const Place& place, Millis at);
  double frailty(const Place& place, std::int64_t node) const;
  void add_place_hour(const Place& place, std::int64_t hour, std::vector<FailureEvent>& out) const;

  FailureSpec spec_;
  FailureGrounds grounds_;
  std::vector<Place> places_;
  double frailty_scale_ = 1;  // so that the mean factor of nodes is 1 after the cut
};

}  // namespace dure
