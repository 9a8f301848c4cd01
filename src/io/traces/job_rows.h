// From the rows of a job table to a BatchLog: the loop that all job tables share.
// Invariant: a time beyond kLongestMillis in a row that would be kept is a Fault with its line.
#pragma once

#include <cstdint>
#include <utility>

#include "base/result.h"
#include "io/traces/batch_builder.h"
#include "io/traces/table.h"

namespace dure {

// translate(row, builder, row number from 0) -> RawJob.
template <class Row, class Translate>
Result<BatchLog> read_job_rows(ByteSource source, TraceFormat format, LogClock clock,
                               const LogOptions& options, Translate translate) {
  TRY(reader, TableReader<Row>::open(std::move(source)));
  BatchBuilder builder(reader.name(), format, clock, options, reader.stored_bytes());
  const Millis longest(kLongestMillis);
  for (Row row{};;) {
    const Step step = reader.next(row);
    if (step == Step::fault) return reader.fault();
    if (step == Step::end) break;
    const RawJob job = translate(std::as_const(row), builder, reader.rows() - 1);
    if (job.submit > longest || job.run > longest || job.estimate > longest)
      return Fault{reader.where(), "times of at most 1000000000000 s",
                   "submit " + std::to_string(job.submit.count()) + " ms, run " +
                       std::to_string(job.run.count()) + " ms",
                   "the line is damaged"};
    builder.add(job);
  }
  return builder.finish({}, std::nullopt);
}

}  // namespace dure
