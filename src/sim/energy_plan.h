// What is decided about energy before a run, because tariffs, factors and the weather are known by
// the hour: the price and carbon that the scheduler sees, hours in which work that may be shifted
// is better off waiting, and caps of power. Dated facts, told by the plant.
//   weight of an hour   KRW/kWh of one kWh more + krw_per_t_co2 x t/kWh of the grid's signal
//   dear                above shift_above x the mean of the hours of its day
//   cap                 share x committed power, of each GPU node:
//                         p   = (share x committed x nameplate - idle) / (nameplate - idle)
//                         phi = (p / u)^(1/a) of work that draws u > p of the span; else 1
//                         speed = 1 / (u / phi + 1 - u): the share u of the time follows the clock
//                       a: cap_exponent. Work that draws less keeps its speed: capped_speed() of
//                       physics/gpu_power.h with the idle node as its static part.
// Page: docs/models/energy-acts.md.
// Invariant: the facts come in order of time; of a site one cap holds at a time, the lowest of
// those that are due.
#pragma once

#include <vector>

#include "sim/facility.h"
#include "sim/outage_plan.h"
#include "world/event.h"

namespace dure {

std::vector<Event> plan_energy(const Scenario& scenario, const Founding& founding,
                               const Facility& facility, Millis from, Millis to,
                               const std::vector<PowerWindow>& windows);

}  // namespace dure
