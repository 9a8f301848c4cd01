// What the law and the contracts of a scenario say of a pool that a lane does not name: for
// explain().
#pragma once

#include "sched/explain.h"
#include "world/scenario.h"

namespace dure {

Outside outside_of(const Scenario& scenario, const World& world, const LaneOpened& lane,
                   PoolId pool);

}  // namespace dure
