// Bytes of a file, plain or gzip, as one stream; and the gzip compressor. Door to zlib.
// Invariants: 1. What read() hands out is exactly the plain content: several gzip members are one
//                stream, zero padding after the last member is skipped.
//             2. The end (a read of 0 bytes) is reported only after every checksum was right: a
//                truncated or damaged file always ends in a Fault.
//             3. Memory is bounded by the buffers, whatever the file claims or expands to.
// Source: RFC 1952 (gzip).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dure {

class ByteSource {
 public:
  // A file, a pipe or a device; gzip is told by its first two bytes, not by the name.
  static Result<ByteSource> open(const std::string& path);
  // Bytes that the caller keeps alive, under a name for messages; gzip is told likewise.
  static ByteSource of_memory(std::string name, std::string_view bytes);

  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;
  ~ByteSource();

  // Fills as much of `into` as there is; fewer bytes than asked only at the end, then 0.
  Result<std::size_t> read(std::span<char> into);
  const std::string& name() const;
  // Size of what lies on disk (compressed, if it is); 0 if unknown.
  std::uint64_t stored_bytes() const;

 private:
  struct State;
  explicit ByteSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Appends gzip to a string, without a time stamp: equal input, equal bytes.
class GzipCompressor {
 public:
  GzipCompressor();
  ~GzipCompressor();
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;
  void add(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  struct State;
  void pump(std::string_view bytes, int flush, std::string& out);
  std::unique_ptr<State> state_;
};

}  // namespace dure
