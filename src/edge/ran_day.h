// A day of all groups under each way of sharing their GPUs, and the engine's word on it.
//
//   none               cells have their GPU alone
//   partition          it is split for good: the cells' work takes longer, the rest is lent
//   lending            what slots leave is lent in pieces that end before the next slot
//   lending_unguarded  pieces run on until they are told to stop; in hours in which that would make
//                      more slots late than the objective allows, nothing is lent
//
// Load of a group's hour = load of its place x lognormal(mean 1, sigma), at most 1, drawn by name:
// the same under every way. Sums are expectations (hour_law.h); `checks` holds them against slots
// that were worked off one by one (slot_engine.h).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "edge/hour_law.h"
#include "edge/ran_spec.h"

namespace dure {

enum class RanWay { none, partition, lending, lending_unguarded };
inline constexpr std::array kRanWays{RanWay::none, RanWay::partition, RanWay::lending,
                                     RanWay::lending_unguarded};

constexpr auto describe_enum(RanWay) {
  using E = RanWay;
  return std::array{Choice<E>{E::none, "none", "cells alone"},
                    Choice<E>{E::partition, "partition", "split for good"},
                    Choice<E>{E::lending, "lending", "lent between slots"},
                    Choice<E>{E::lending_unguarded, "lending_unguarded", "lent until asked"}};
}

enum class LendGuard { on, off };
LendRule lend_rule(const RanLendingSpec& spec, LendGuard guard);

// Thousandths of a GPU that the cells of a group keep under the partition; at least one.
std::int64_t partition_share(const CellRowSpec& row, const RanPartitionSpec& spec);

struct RanSums {  // of a day
  double cells = 0, gpus = 0;
  double slots = 0, missed = 0;  // of groups
  double used_gpu_h = 0, lent_gpu_h = 0, lost_gpu_h = 0;
  double kwh = 0;
  double lendable_hours = 0, hours = 0;  // of groups

  void add(const RanSums& other);
};

struct RanRowHour {
  double load = 0, missed = 0, used = 0, lent = 0;  // means over the row's groups
};

struct RanRow {  // of `cells`, under one way
  RanSums sums;
  std::array<RanRowHour, 24> hours;
};

struct RanArithmetic {  // of a row, its GPU to itself
  std::int64_t worst_ns = 0, deadline_ns = 0;
  std::int64_t least_share_milli = 0;  // of a GPU, with no slot late whatever comes
};

struct RanCheckpoint {  // engine beside law, over rows and hours
  std::int64_t slots = 0;
  double used_off = 0, lent_off = 0;  // largest difference of shares
  // How far shares may be off: chance of so many slots, and where pieces run on, one of them a
  // slot, for the sums take it to be cut anywhere.
  double used_room = 0, lent_room = 0;
  std::int64_t missed_seen = 0;
  double missed_expected = 0, missed_sigma = 0;  // of the same slots
  double missed_least = 0, missed_most = 0;      // bounds on what is expected of them
  std::int64_t reclaims = 0, reclaim_most_ns = 0;
  double reclaim_mean_ns = 0;
  bool time_adds_up = true, within_reclaim = true;
};

struct RanDay {
  std::array<std::vector<RanRow>, kRanWays.size()> rows;  // by way, in the order of spec.cells
  std::vector<RanArithmetic> arithmetic;                  // in the order of spec.cells
  std::array<RanCheckpoint, kRanWays.size()> checks;
};

RanDay run_ran_day(const RanSpec& spec, std::uint64_t seed);

double krw_lent(const RanSpec& spec, const RanSums& sums);
double tokens(const RanSpec& spec, const RanSums& sums);

}  // namespace dure
