// Byte sources and lines from hostile bytes (gzip, or not): the same lines whatever the size of the
// reads, memory bounded, and what is packed comes back.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "io/gzip_file.h"
#include "io/line_reader.h"

namespace dure {
namespace {

constexpr std::size_t kEnough = 4 * 1024 * 1024;  // a bomb is read so far and left

std::string read_all(ByteSource source, std::size_t step, bool& well) {
  std::string out, chunk(step, '\0');
  for (;;) {
    const auto n = source.read(chunk);
    well = static_cast<bool>(n);
    if (!n || n.value() == 0 || out.size() > kEnough) return out;
    out.append(chunk, 0, n.value());
  }
}

}  // namespace
}  // namespace dure

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dure;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  bool well = false, again = false;
  const std::string large = read_all(ByteSource::of_memory("fuzz", bytes), 1 << 20, well);
  if (well && large.size() < 10'000) {
    CHECK(read_all(ByteSource::of_memory("fuzz", bytes), 7, again) == large && again);
    GzipCompressor gzip;
    std::string packed;
    gzip.add(large, packed);
    gzip.finish(packed);
    CHECK(read_all(ByteSource::of_memory("fuzz", packed), 100, again) == large && again);
  }
  LineReader lines(ByteSource::of_memory("fuzz", bytes), 1000);
  std::int64_t n = 0;
  for (; n < 100'000 && lines.next() == Step::item; ++n) {
    CHECK(lines.line().size() <= 1000 && lines.number() == n + 1);
    CHECK(std::find(lines.line().begin(), lines.line().end(), '\0') == lines.line().end());
  }
  return 0;
}
