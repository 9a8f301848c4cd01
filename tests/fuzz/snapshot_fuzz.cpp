// Any bytes as the body of a snapshot, with the magic line and a checksum that is right: load never
// crashes, and a world that it takes passes audit() and would be saved again byte for byte.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "base/crc32.h"
#include "world/archive.h"
#include "world/world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dure;
  static const std::vector<std::byte> empty = World().save();
  const auto bytes = std::as_bytes(std::span(data, size));
  (void)World::load(bytes, "fuzz");  // as a file
  constexpr std::size_t kMagic = 16;
  std::vector<std::byte> file(empty.begin(), empty.begin() + kMagic);
  file.insert(file.end(), bytes.begin(), bytes.end());
  for (const std::byte b : le32(crc32(file))) file.push_back(b);
  const Result<World> world = World::load(file, "fuzz");
  if (!world) return 0;
  audit(world.value());
  CHECK(world.value().save() == file);
  return 0;
}
