#include "io/line_reader.h"

#include <algorithm>
#include <utility>

#include "io/shown.h"

namespace dure {
namespace {

constexpr std::size_t kFirstChunk = 4 * 1024, kChunk = 128 * 1024;

// Why a file with a NUL byte may be what it is.
std::string binary_hint(std::string_view start) {
  const auto is = [&](std::string_view magic) { return start.starts_with(magic); };
  if (is("\xff\xfe") || is("\xfe\xff")) return "it begins like UTF-16: convert it to UTF-8";
  if (is("\xfd"
         "7zXZ"))
    return "it begins like xz: unpack it, or pack it as gzip";
  if (is("\x28\xb5\x2f\xfd")) return "it begins like zstd: unpack it, or pack it as gzip";
  if (is("BZh")) return "it begins like bzip2: unpack it, or pack it as gzip";
  if (is("PK\x03\x04")) return "it begins like zip: unpack it, or pack it as gzip";
  return "";
}

}  // namespace

LineReader::LineReader(ByteSource source, std::size_t longest)
    : source_(std::move(source)), longest_(longest), buffer_(kFirstChunk) {}

std::string LineReader::where() const { return name() + ":" + std::to_string(number_); }

std::string LineReader::where(const char* at) const {
  return where() + ":" + std::to_string(at - line_.data() + 1);
}

Step LineReader::stop(Fault fault) {
  fault_ = std::move(fault);
  failed_ = true;
  begin_ = clean_ = end_ = 0;
  line_ = {};
  return Step::fault;
}

// No newline in [begin_, clean_): read on until there is one, or the end, or something is wrong.
Step LineReader::slow_next() {
  if (failed_) return Step::fault;
  for (;;) {
    const auto place = [&] { return name() + ":" + std::to_string(number_ + 1); };
    if (clean_ - begin_ > longest_)  // invariant 3
      return stop({place(), "lines of at most " + std::to_string(longest_) + " bytes",
                   "a longer one, beginning " + shown({buffer_.data() + begin_, 40}),
                   "is this a text file of the right kind?"});
    if (clean_ < end_)  // invariant 4
      return stop({place(), "text", "a NUL byte: the file looks binary",
                   number_ == 0 ? binary_hint({buffer_.data() + begin_, end_ - begin_}) : ""});
    if (over_) {
      if (begin_ == end_) {
        line_ = {};
        return Step::end;
      }
      buffer_[end_] = '\n';  // invariants 1 and 5; a full buffer cannot be over, see below
      const std::size_t length = end_ - begin_;
      clean_ = ++end_;
      take(length);
      return Step::item;
    }
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    // Room for what is read next and the newline that a last line may lack. Buffers grow as the
    // file turns out to be large.
    const std::size_t chunk = std::min(kChunk, std::max(kFirstChunk, buffer_.size()));
    if (buffer_.size() < end_ + chunk) buffer_.resize(std::max(4 * buffer_.size(), end_ + chunk));
    const std::size_t room = buffer_.size() - end_ - 1;
    auto read = source_.read({buffer_.data() + end_, room});
    if (!read) return stop(read.fault());
    const std::size_t before = end_;
    over_ = read.value() < room;
    end_ += read.value();
    const bool first = number_ == 0 && before == 0;
    if (first && std::string_view(buffer_.data(), end_).starts_with("\xef\xbb\xbf")) begin_ = 3;
    const void* const nul = std::memchr(buffer_.data() + before, '\0', end_ - before);
    clean_ = nul == nullptr
                 ? end_
                 : static_cast<std::size_t>(static_cast<const char*>(nul) - buffer_.data());
    const void* const newline = std::memchr(buffer_.data() + begin_, '\n', clean_ - begin_);
    if (newline != nullptr) {
      const auto length =
          static_cast<std::size_t>(static_cast<const char*>(newline) - (buffer_.data() + begin_));
      if (length <= longest_) {
        take(length);
        return Step::item;
      }
      clean_ = begin_ + length;  // reported above as too long
    }
  }
}

}  // namespace dure
