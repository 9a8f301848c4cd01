// Nodes that do not work for a time: what fails, and what is switched off because power, water or
// cooling lack. Drawn or stated before a run (outage_plan.h), told to the scheduler by the plant.
//   at <  known   a failure: what runs there hangs at `at`, and is stopped when it is noticed
//   known <= at   a window that was announced: what runs there is stopped at `at`, and has saved
//                 what it can save
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/quantity.h"

namespace dure {

struct Outage {
  Millis at, known, back;  // at, known < back
  bool announced() const { return known <= at; }
  bool told_before() const { return known < at; }  // not what stood there broken from the start
  PoolId pool;
  std::uint32_t rack = 0;
  std::uint64_t nodes = 0;  // bit i: node i of the rack
  std::uint32_t cause = 0;  // index in the plan's list of causes
};

// Links of a scenario that carry nothing for a time.
struct LinkCut {
  Millis at, back;
  std::vector<std::string> links;
  std::uint32_t cause = 0;
};

}  // namespace dure
