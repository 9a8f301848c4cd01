#include "io/traces/muri.h"

#include <utility>

#include "io/traces/job_rows.h"

namespace dure {

Result<BatchLog> read_muri_log(ByteSource source, const LogOptions& options) {
  return read_job_rows<MuriRow>(std::move(source), TraceFormat::muri, LogClock::log_start, options,
                                [](const MuriRow& r, BatchBuilder&, std::int64_t) {
                                  return RawJob{r.job, r.submit, r.duration, {}, r.gpus, -1};
                                });
}

Result<BatchLog> read_tiresias_log(ByteSource source, const LogOptions& options) {
  return read_job_rows<TiresiasRow>(std::move(source), TraceFormat::tiresias, LogClock::log_start,
                                    options, [](const TiresiasRow& r, BatchBuilder&, std::int64_t) {
                                      return RawJob{r.job, r.submit, r.duration, {}, r.gpus, -1};
                                    });
}

}  // namespace dure
