// `money` of summary.json: what a run cost by site, member and class, and what a GPU-hour came to.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/summary.h"

namespace dure {

nlohmann::ordered_json money_json(const Simulation& run, const MoneyRun& money);

}  // namespace dure
