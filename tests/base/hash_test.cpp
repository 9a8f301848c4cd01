// SHA-256 and CRC-32 against the published vectors.
#include "base/hash.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/crc32.h"

namespace dure {
namespace {

std::span<const std::byte> bytes(std::string_view s) {
  return std::as_bytes(std::span(s.data(), s.size()));
}

std::string sha256(std::string_view s) {
  Sha256 h;
  h.add(bytes(s));
  return h.hex();
}

TEST(Sha256, VectorsOfFips180) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  Sha256 h;
  const std::string thousand(1000, 'a');
  for (int i = 0; i < 1000; ++i) h.add(bytes(thousand));
  EXPECT_EQ(h.hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, MayBeAskedOnTheWay) {
  Sha256 h;
  h.add(bytes("a"));
  EXPECT_EQ(h.hex(), sha256("a"));
  h.add(bytes("bc"));
  EXPECT_EQ(h.hex(), sha256("abc"));
  EXPECT_EQ(h.hex(), sha256("abc"));
}

TEST(Crc32, Vectors) {
  EXPECT_EQ(crc32(bytes("")), 0u);
  EXPECT_EQ(crc32(bytes("123456789")), 0xcbf43926u);
  EXPECT_EQ(crc32(bytes("The quick brown fox jumps over the lazy dog")), 0x414fa339u);
}

TEST(Crc32, FindsEveryAlteredBit) {
  std::string text = "an append-only record of facts";
  const std::uint32_t good = crc32(bytes(text));
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string bad = text;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_NE(crc32(bytes(bad)), good);
  }
}

}  // namespace
}  // namespace dure
