// The table formats from hostile bytes; the first byte picks the reader. A value or a Fault, never
// a crash; what reads is written, read again, and must be the same.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "io/traces/acme.h"
#include "io/traces/chronus.h"
#include "io/traces/helios.h"
#include "io/traces/machines.h"
#include "io/traces/muri.h"
#include "io/traces/openb.h"
#include "io/traces/philly.h"
#include "io/traces/pollux.h"
#include "io/traces/requests.h"
#include "io/traces/shockwave.h"

namespace dure {
namespace {

template <class Row>
void table(std::string_view bytes) {
  const auto rows = read_table<Row>(ByteSource::of_memory("fuzz", bytes));
  if (!rows) {
    CHECK(!rows.fault().where.empty() && to_string(rows.fault()).size() < 2000);
    return;
  }
  std::string text;
  if (Row::shape.header == Header::first_line) append_header<Row>(text);
  for (const Row& row : rows.value()) append_row(row, text);
  const auto again = read_table<Row>(ByteSource::of_memory("again", text));
  CHECK(again && again.value() == rows.value());
}

void job_log(std::string_view bytes, Result<BatchLog> (*read)(ByteSource, const LogOptions&)) {
  LogOptions options;
  options.machine = MachineSize::may_be_unknown;
  const auto log = read(ByteSource::of_memory("fuzz", bytes), options);
  CHECK(!log || !log.value().jobs.empty());
}

}  // namespace
}  // namespace dure

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dure;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'n': table<OpenbNode>(bytes); break;
    case 'o':
      table<OpenbPod>(bytes);
      static_cast<void>(read_openb_pods(ByteSource::of_memory("fuzz", bytes)));
      job_log(bytes, read_openb_log);
      break;
    case 'h': table<HeliosMinute>(bytes); break;
    case 'g': static_cast<void>(read_helios_gpus(ByteSource::of_memory("fuzz", bytes))); break;
    case 'p':
      table<PhillyRow>(bytes);
      job_log(bytes, read_philly_log);
      break;
    case 'a': table<ClusterSummary>(bytes); break;
    case 'd': table<CdfPoint>(bytes); break;
    case 'm':
      table<MuriRow>(bytes);
      job_log(bytes, read_muri_log);
      break;
    case 't':
      table<TiresiasRow>(bytes);
      job_log(bytes, read_tiresias_log);
      break;
    case 'c':
      table<ChronusRow>(bytes);
      job_log(bytes, read_chronus_log);
      break;
    case 'x': table<PolluxRow>(bytes); break;
    case 's':
      table<ShockwaveRow>(bytes);
      job_log(bytes, read_shockwave_log);
      break;
    case 'z':
      table<AzureRow>(bytes);
      static_cast<void>(read_request_log(ByteSource::of_memory("fuzz", bytes), TraceFormat::azure));
      break;
    case 'k': table<MachineRow>(bytes); break;
    case 'f': static_cast<void>(read_fgd_curves(ByteSource::of_memory("fuzz", bytes))); break;
    default: return -1;
  }
  return 0;
}
