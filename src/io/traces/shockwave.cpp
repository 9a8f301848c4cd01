#include "io/traces/shockwave.h"

#include <utility>

#include "io/traces/job_rows.h"

namespace dure {

Result<BatchLog> read_shockwave_log(ByteSource source, const LogOptions& options) {
  return read_job_rows<ShockwaveRow>(std::move(source), TraceFormat::shockwave, LogClock::log_start,
                                     options,
                                     [](const ShockwaveRow& r, BatchBuilder&, std::int64_t row) {
                                       return RawJob{row, r.arrival, r.duration, {}, r.gpus, -1};
                                     });
}

}  // namespace dure
