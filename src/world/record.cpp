#include "world/record.h"

#include <cstring>

#include "base/crc32.h"
#include "world/archive.h"
#include "world/event_fields.h"

namespace dure {
namespace {

constexpr std::string_view kMagic = "dure record 2\n";

}  // namespace

void encode(const Event& e, Millis before, std::vector<std::byte>& out) {
  Writer w(out);
  w.i((e.at - before).count());
  walk(w, e.what);
}

Result<Done> decode(std::span<const std::byte> bytes, Millis& before, const std::string& where,
                    const std::function<void(const Event&)>& take) {
  Reader r(bytes);
  while (!r.done()) {
    const std::size_t from = r.at();
    Event e{before, TimeReached{}};
    std::int64_t at = 0;
    if (__builtin_add_overflow(before.count(), r.i(), &at)) r.fail("a time");
    e.at = Millis(at);
    if (r.ok()) walk(r, e.what);
    if (!r.ok())
      return Fault{where, "an event in canonical bytes",
                   "other bytes at offset " + std::to_string(from),
                   "the record was altered, or written by a newer version"};
    before = e.at;
    take(e);
  }
  return Done{};
}

void RecordHash::flush() {
  if (pending_.empty()) return;
  hash_.add(pending_);
  if (sink_) sink_(pending_);
  pending_.clear();
}

std::string RecordHash::sha256() {
  flush();
  return hash_.hex();
}

std::span<const std::byte> record_magic() {
  return std::as_bytes(std::span(kMagic.data(), kMagic.size()));
}

std::vector<std::byte> frame(std::span<const std::byte> payload) {
  std::vector<std::byte> out;
  out.reserve(payload.size() + 8);
  for (const std::byte b : le32(static_cast<std::uint32_t>(payload.size()))) out.push_back(b);
  for (const std::byte b : le32(crc32(payload))) out.push_back(b);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Result<std::uint64_t> read_record(std::span<const std::byte> file, const std::string& where,
                                  const std::function<void(const Event&)>& take) {
  if (file.size() < kMagic.size() || std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0)
    return Fault{where, "a record of dure", "another first line", "made by dure simulate --record"};
  std::uint64_t events = 0;
  Millis before;
  for (std::size_t at = kMagic.size(); at < file.size();) {
    const std::string here = where + ": frame at byte " + std::to_string(at);
    const auto broken = [&](const char* what) {
      return Fault{here, "a whole frame", what,
                   std::to_string(events) + " events before it are whole"};
    };
    if (file.size() - at < 8) return broken("the end of the file");
    const std::uint32_t length = le32(file.data() + at), crc = le32(file.data() + at + 4);
    // A frame is never empty: eight zeros have the checksum of nothing, and are what a torn write
    // leaves.
    if (length == 0) return broken("an empty frame");
    if (file.size() - at - 8 < length) return broken("the end of the file");
    const auto payload = file.subspan(at + 8, length);
    if (crc32(payload) != crc) return broken("a checksum that does not match");
    TRY(decoded, decode(payload, before, here, [&](const Event& e) {
          ++events;
          take(e);
        }));
    (void)decoded;
    at += 8 + length;
  }
  return events;
}

}  // namespace dure
