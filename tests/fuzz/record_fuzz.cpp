// Any bytes as a record: read_record never crashes, hands on only whole frames, and what it took it
// would write again byte for byte.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "world/record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dure;
  const auto bytes = std::as_bytes(std::span(data, size));
  // The bytes as events, without the checksums that a fuzzer seldom gets right.
  std::vector<std::byte> again;
  Millis before, last;
  const auto decoded = decode(bytes, before, "fuzz", [&](const Event& e) {
    encode(e, last, again);
    last = e.at;
  });
  CHECK(again.size() <= size);
  CHECK(again.empty() || std::memcmp(again.data(), data, again.size()) == 0);
  CHECK(!decoded || again.size() == size);
  // As a file; and as a payload in a whole frame.
  std::uint64_t events = 0;
  const auto read = read_record(bytes, "fuzz", [&](const Event&) { ++events; });
  CHECK(!read || read.value() == events);
  std::vector<std::byte> file(record_magic().begin(), record_magic().end());
  const std::vector<std::byte> framed = frame(bytes);
  file.insert(file.end(), framed.begin(), framed.end());
  CHECK(static_cast<bool>(read_record(file, "fuzz", [](const Event&) {})) ==
        (static_cast<bool>(decoded) && size > 0));
  return 0;
}
