// Lines of a text file, one at a time, without copying them.
// Invariants: 1. A line has neither its "\n" nor a "\r" before that; the byte after it may be read
//                and is '\n' or '\r', so a scanner needs no second end test.
//             2. A UTF-8 byte order mark at the start of the file is not part of the first line.
//             3. No line is longer than the limit, and memory is bounded by it, not by the file.
//             4. A NUL byte is never handed out: text has none, binary files do.
//             5. The last line counts whether or not a newline ends it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/gzip_file.h"

namespace dure {

inline constexpr std::size_t kLongestLine = 1024 * 1024;

enum class Step { item, end, fault };  // what a pull reader has: the next item, none, or a fault()

class LineReader {
 public:
  explicit LineReader(ByteSource source, std::size_t longest = kLongestLine);

  // On Step::item line() is valid until the next call. After end or fault it stays so.
  [[nodiscard]] Step next() {
    const char* const from = buffer_.data() + begin_;
    const void* const newline = std::memchr(from, '\n', clean_ - begin_);
    const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - from);
    if (newline == nullptr || length > longest_) return slow_next();
    take(length);
    return Step::item;
  }
  std::string_view line() const { return line_; }
  std::int64_t number() const { return number_; }  // of line(), from 1
  const Fault& fault() const { return fault_; }

  const std::string& name() const { return source_.name(); }
  std::uint64_t stored_bytes() const { return source_.stored_bytes(); }
  // "file:line", and "file:line:column" for a place inside line().
  std::string where() const;
  std::string where(const char* at) const;

 private:
  void take(std::size_t length) {  // a line and its newline from begin_ on
    const char* const from = buffer_.data() + begin_;
    begin_ += length + 1;
    ++number_;
    if (length > 0 && from[length - 1] == '\r') --length;
    line_ = std::string_view(from, length);
  }
  Step slow_next();
  Step stop(Fault fault);

  ByteSource source_;
  std::size_t longest_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is not yet handed out
  std::size_t clean_ = 0;  // no NUL in [begin_, clean_): what may be handed out
  std::size_t end_ = 0;    // of what was read; clean_ < end_ only before a NUL
  bool over_ = false;      // the source has no more
  bool failed_ = false;
  std::int64_t number_ = 0;
  std::string_view line_;
  Fault fault_;
};

}  // namespace dure
