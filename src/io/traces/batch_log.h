// A recorded log as the replay wants it: rigid jobs on one machine of equal processors, whatever
// format they came from. Times in ms, processors (or whole GPUs) as counts.
// Invariants of a BatchLog that a reader returned (the replay need not check them again):
//   1. jobs are sorted by submit; equal instants keep the order of the file.
//   2. jobs is not empty; 0 <= submit, 0 < run <= estimate, 0 < procs <= log.procs (for all of this
//      log.procs = 0 means a machine without end, which only MachineSize::may_be_unknown yields).
//   3. No job number occurs twice.
//   4. rows = jobs.size() + the sum of dropped.
//   5. last submit + the sum of all estimates, and the sum of run x procs, fit int64 with a bit to
//      spare: no schedule of the log can overflow Millis or GpuMillis.
// Source of the rules: shared/data/reference/README.md, conventions 1 and 2; docs/formats/swf.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "world/batch_job.h"

namespace dure {

// Why a row was left out. Users see them spelt as here, see name_of().
enum class Drop : std::uint8_t {
  no_run_time,          // run <= 0, or the log does not tell
  no_processors,        // neither requested nor allocated > 0
  negative_submit,      // submit < 0
  larger_than_machine,  // procs > the machine
  duplicate_number,     // a job number seen before (among the rows that were kept)
  outside_window,       // not in [from, to): asked for, not a defect
};
inline constexpr std::size_t kDropCount = 6;
std::string_view name_of(Drop reason);

enum class TraceFormat : std::uint8_t {
  automatic,  // by content: see detect_format
  swf,
  openb_nodes,
  openb_pods,
  helios,       // virtual cluster minute by minute
  helios_gpus,  // GPUs of each virtual cluster by day
  philly,
  acme_summary,  // also the Helios cluster summary: same idea, other columns
  acme_cdf,
  muri,      // milliseconds
  tiresias,  // seconds, else as muri
  chronus,
  pollux,
  shockwave,
  azure,
  mooncake,
};
inline constexpr std::size_t kFormatCount = 16;
std::string_view name_of(TraceFormat format);
// "swf", "openb" (pods), "auto", ...: every name_of and the short names of docs/formats.
Result<TraceFormat> parse_format(std::string_view name);
// Looks at the first kilobytes (through gzip); a Fault names the formats that are known.
Result<TraceFormat> detect_format(const std::string& path);

enum class LogClock : std::uint8_t {
  log_start,  // 0 is the start of the log; the hour of day is unknown
  unix_utc,   // 0 is 1970-01-01T00:00Z
  civil,      // local wall clock read as if it were UTC: hours of day are local
};

enum class MachineSize : std::uint8_t {
  required,        // no size in the file and none given: a Fault that names --procs
  may_be_unknown,  // then BatchLog::procs is 0, and nothing is larger than the machine
};

struct LogOptions {
  std::optional<std::int64_t> procs;  // --procs: overrides the header
  std::optional<Millis> from, to;     // keep from <= submit < to, on the log's clock
  MachineSize machine = MachineSize::required;
};

struct LogHeader {  // what the file said about itself; empty or none where it said nothing
  std::string computer, installation, time_zone;
  std::optional<std::int64_t> max_procs, max_nodes, max_jobs, unix_start_s, utc_offset_s;
};

struct BatchLog {
  std::string name;  // file name without folder, .gz and extension
  TraceFormat format = TraceFormat::swf;
  LogClock clock = LogClock::log_start;
  std::int64_t procs = 0;  // the machine
  std::vector<BatchJob> jobs;
  std::int64_t rows = 0;  // data rows in the file, kept or dropped
  std::array<std::int64_t, kDropCount> dropped{};
  std::int64_t cut_to_estimate = 0;  // rows with a run longer than asked for
  std::int64_t short_rows = 0;       // SWF: rows with fewer than 18 fields
  std::vector<std::string> users;    // names behind BatchJob::user where the log has names
  LogHeader header;

  std::int64_t dropped_for(Drop reason) const { return dropped[static_cast<std::size_t>(reason)]; }
};

// Reads a plain or gzip file of any format that holds jobs with run times (swf, openb_pods, philly,
// muri, tiresias, chronus, shockwave). Without a machine size in the file and in the options: a
// Fault whose hint names --procs. Formats without jobs or run times: a Fault that says which hold.
Result<BatchLog> read_job_log(const std::string& path, TraceFormat format,
                              const LogOptions& options);

}  // namespace dure
