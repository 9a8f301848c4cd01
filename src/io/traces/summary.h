// What a trace of any format holds, in figures: what `dure trace inspect` prints.
// Percentile p is the value at index floor(p n) of the sorted values, as in the reference tables.
// Units: seconds, processors or GPUs, tokens; each distribution names its own.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/traces/batch_log.h"

namespace dure {

struct Distribution {
  std::string name, unit;
  std::int64_t count = 0;
  double mean = 0, least = 0, p10 = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0, most = 0;
};
// Of at least one value.
Distribution distribution_of(std::string name, std::string unit, std::vector<double> values);

enum class HourOf : std::uint8_t {
  local_day,  // the log's own wall clock
  utc_day,
  log_start,  // hours since the log began, modulo 24: its clock is not known
};
std::string_view name_of(HourOf kind);

struct Named {
  std::string name;
  std::int64_t count = 0;
};

struct TraceSummary {
  std::string name;
  TraceFormat format = TraceFormat::swf;
  std::string row_is;  // "job", "request", "node", ...
  std::int64_t rows = 0, kept = 0;
  std::vector<Named> dropped;  // by reason, none with 0
  std::vector<Named> notes;    // other counts worth a line
  LogHeader header;
  std::int64_t machine = 0;               // processors or GPUs; 0 unknown
  std::string machine_unit;               // "processors", "GPUs"
  std::optional<double> first_s, last_s;  // of the submissions, on the log's clock
  std::optional<double> offered_load;     // sum of run x procs / (machine x span)
  std::vector<Distribution> distributions;
  std::optional<std::array<std::int64_t, 24>> arrivals_by_hour;
  HourOf hour_of = HourOf::log_start;
};

// Of any format in TraceFormat. A log of jobs needs no machine size here.
Result<TraceSummary> summarize_trace(const std::string& path, TraceFormat format,
                                     LogOptions options);

}  // namespace dure
