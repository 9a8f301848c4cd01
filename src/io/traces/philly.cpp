#include "io/traces/philly.h"

#include <utility>

#include "io/traces/job_rows.h"

namespace dure {

// The table has no job numbers: the row is the number.
Result<BatchLog> read_philly_log(ByteSource source, const LogOptions& options) {
  return read_job_rows<PhillyRow>(std::move(source), TraceFormat::philly, LogClock::civil, options,
                                  [](const PhillyRow& r, BatchBuilder& builder, std::int64_t row) {
                                    return RawJob{row,    r.submitted.floor_ms(),    r.duration, {},
                                                  r.gpus, builder.user_of(r.cluster)};
                                  });
}

}  // namespace dure
