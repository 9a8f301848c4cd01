// The Standard Workload Format: reader and writer. docs/formats/swf.md decides, defect by defect,
// what is accepted, what is dropped and what is a Fault.
// Invariants: 1. A token that is no number, or does not fit int64, in fields 1 to 18 is a Fault
// with
//                file:line:column; it is never read as something else.
//             2. Fields beyond a row's end are -1 (unknown), as the format writes it itself.
// Units: seconds, KB, processors; SwfJob is the row as it stands, the rules come in read_swf.
// Source: Chapin et al., "Benchmarks and Standards for the Evaluation of Parallel Job Schedulers",
// JSSPP 1999; https://www.cs.huji.ac.il/labs/parallel/workload/swf.html (version 2.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/gzip_file.h"
#include "io/line_reader.h"
#include "io/traces/batch_log.h"

namespace dure {

struct SwfJob {  // in the order of the fields; -1 unknown; fractions rounded to the nearest whole
  std::int64_t job = -1, submit_s = -1, wait_s = -1, run_s = -1, allocated_procs = -1;
  std::int64_t average_cpu_s = -1, memory_kb = -1, requested_procs = -1, requested_s = -1;
  std::int64_t requested_memory_kb = -1, status = -1, user = -1, group = -1, executable = -1;
  std::int64_t queue = -1, partition = -1, preceding_job = -1, think_s = -1;
  bool operator==(const SwfJob&) const = default;
};

class SwfReader {  // pulls one job after the other; header lines may stand anywhere
 public:
  static Result<SwfReader> open(const std::string& path);
  explicit SwfReader(ByteSource source);

  [[nodiscard]] Step next(SwfJob& job);
  const Fault& fault() const { return fault_; }
  const LogHeader& header() const { return header_; }  // whole once next() said end
  std::int64_t rows() const { return rows_; }
  std::int64_t short_rows() const { return short_rows_; }  // with fewer than 18 fields
  std::string where() const { return lines_.where(); }
  const std::string& name() const { return lines_.name(); }
  std::uint64_t stored_bytes() const { return lines_.stored_bytes(); }

 private:
  Step parse(std::string_view line, SwfJob& job);
  void header_line(std::string_view line);

  LineReader lines_;
  LogHeader header_;
  Fault fault_;
  std::int64_t rows_ = 0, short_rows_ = 0;
};

// The whole log under conventions 1 and 2.
Result<BatchLog> read_swf(const std::string& path, const LogOptions& options);
Result<BatchLog> read_swf(ByteSource source, const LogOptions& options);

// One line with its newline.
void append_swf(const SwfJob& job, std::string& out);
// A whole log; gzip if the name ends in .gz. The header has what is known of LogHeader.
Result<Done> write_swf(const std::string& path, const LogHeader& header,
                       const std::vector<SwfJob>& jobs);

}  // namespace dure
