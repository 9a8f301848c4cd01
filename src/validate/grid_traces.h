// The hourly traces of the Korean grid (data/traces/grid-kr): direct carbon intensity, stamped in
// UTC, and the system marginal price, stamped in KST. Format: data/traces/README.md.
#pragma once

#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "world/carbon_spec.h"

namespace dure {

struct HourValue {
  Millis at;  // KST, the hour's first millisecond
  double value = 0;
};

// A row without a time or number is refused with its line.
Result<std::vector<HourValue>> read_carbon_trace(const std::string& path);  // g/kWh
Result<std::vector<HourValue>> read_price_trace(const std::string& path);   // KRW/kWh

// Mean of each season and hour over the mean of all: the rows that HourShape takes.
std::vector<SeasonShapeSpec> shape_of(const std::vector<HourValue>& hours);

}  // namespace dure
