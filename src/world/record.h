// The record: every event in order, as canonical bytes. The same run gives the same bytes on every
// compiler, so its SHA-256 names the run; decoding it and applying the events rebuilds the world.
// Format, with a worked example: docs/formats/record.md.
// Invariants: 1. decode(encode(e)) = e.  2. Append only: an event is never changed.
//             3. A reader stops at the last whole frame; a torn or altered frame is a Fault, not a
//             guess.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "world/event.h"

namespace dure {

// Appends the canonical bytes of e; before is the time of the event before it.
void encode(const Event& e, Millis before, std::vector<std::byte>& out);

// Hands each event of canonical bytes to `take`, in order. where names the source in a Fault.
Result<Done> decode(std::span<const std::byte> bytes, Millis& before, const std::string& where,
                    const std::function<void(const Event&)>& take);

// Hashes a run as it happens, and hands the bytes on in frames if somebody keeps them.
class RecordHash {
 public:
  using Sink = std::function<void(std::span<const std::byte> frame)>;
  explicit RecordHash(Sink sink = {}) : sink_(std::move(sink)) {}
  void append(const Event& e) {
    encode(e, before_, pending_);
    before_ = e.at;
    ++events_;
    if (pending_.size() >= kFrame) flush();
  }
  void waits(JobId, Reason) {}
  void flush();
  std::string sha256();  // of the canonical bytes so far; flushes
  std::uint64_t events() const { return events_; }

 private:
  static constexpr std::size_t kFrame = 1 << 16;
  Sink sink_;
  Sha256 hash_;
  std::vector<std::byte> pending_;
  Millis before_;
  std::uint64_t events_ = 0;
};

// The file: a magic line, then frames of [u32 length][u32 CRC-32][canonical bytes], little endian.
std::span<const std::byte> record_magic();
std::vector<std::byte> frame(std::span<const std::byte> payload);
// Reads a whole record file. Result: how many events it held. A record that ends inside a frame is
// a Fault that says how many events were whole (all of them were handed to take).
Result<std::uint64_t> read_record(std::span<const std::byte> file, const std::string& where,
                                  const std::function<void(const Event&)>& take);

}  // namespace dure
