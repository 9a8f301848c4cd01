#include "io/traces/chronus.h"

#include <utility>

#include "io/traces/job_rows.h"

namespace dure {

Result<BatchLog> read_chronus_log(ByteSource source, const LogOptions& options) {
  return read_job_rows<ChronusRow>(
      std::move(source), TraceFormat::chronus, LogClock::civil, options,
      [](const ChronusRow& r, BatchBuilder& builder, std::int64_t) {
        RawJob job{r.job, r.submit, r.duration, {}, r.gpus, builder.user_of(r.user)};
        if (const auto in = r.deadline()) job.deadline = r.submit + *in;
        return job;
      });
}

}  // namespace dure
