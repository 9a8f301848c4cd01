// Mooncake's JSON lines from hostile bytes: a log or a Fault, never a crash.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "io/traces/requests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dure;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto log = read_request_log(ByteSource::of_memory("fuzz", bytes), TraceFormat::mooncake);
  if (!log) {
    CHECK(!log.fault().where.empty() && to_string(log.fault()).size() < 2000);
    return 0;
  }
  CHECK(!log.value().requests.empty());
  for (const Request& r : log.value().requests) {
    CHECK(r.at >= Millis() && r.tokens_in >= 0 && r.tokens_in <= kMostTokens);
    CHECK(r.tokens_out >= 0 && r.tokens_out <= kMostTokens);
  }
  return 0;
}
