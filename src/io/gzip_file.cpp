#include "io/gzip_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace dure {
namespace {

constexpr std::size_t kInputBytes = 256 * 1024;

std::string message(int error) { return std::error_code(error, std::generic_category()).message(); }

}  // namespace

struct ByteSource::State {
  std::string name;
  int fd = -1;               // or memory
  std::string_view memory;   // what is left of it
  std::uint64_t stored = 0;  // bytes on disk, if known
  bool input_over = false;
  bool gzip = false;
  bool in_member = false;   // between a member's first byte and its checked trailer
  std::uint64_t taken = 0;  // bytes of the stored file handed to the inflater
  std::string input;        // what is read but not yet used is [begin, end)
  std::size_t begin = 0, end = 0;
  z_stream z{};

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (fd >= 0) ::close(fd);
    if (gzip) inflateEnd(&z);
  }

  // Reads once, at most into.size() bytes.
  Result<std::size_t> raw(std::span<char> into) {
    if (fd < 0) {
      const std::size_t n = std::min(into.size(), memory.size());
      if (n > 0) std::memcpy(into.data(), memory.data(), n);
      memory.remove_prefix(n);
      return n;
    }
    for (;;) {
      const ssize_t n = ::read(fd, into.data(), into.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) return Fault{name, "to read the file", message(errno), ""};
    }
  }

  // Makes [begin, end) hold at least `least` bytes unless the file is over.
  Result<Done> fill(std::size_t least) {
    if (input.empty())  // small files need no large buffer
      input.resize(stored > 0 && stored < kInputBytes ? stored + 1 : kInputBytes);
    while (end - begin < least && !input_over) {
      if (begin > 0) {
        std::memmove(input.data(), input.data() + begin, end - begin);
        end -= begin;
        begin = 0;
      }
      TRY(n, raw(std::span(input).subspan(end)));
      input_over = n == 0;
      end += n;
    }
    return Done{};
  }

  Result<Done> start() {
    if (const auto done = fill(2); !done) return done.fault();
    gzip = end - begin >= 2 && input[begin] == '\x1f' && input[begin + 1] == '\x8b';
    if (gzip) CHECK(inflateInit2(&z, 15 + 16) == Z_OK);
    return Done{};
  }

  Result<std::size_t> read_plain(std::span<char> into) {
    std::size_t got = std::min(into.size(), end - begin);
    if (got > 0) std::memcpy(into.data(), input.data() + begin, got);
    begin += got;
    while (got < into.size() && !input_over) {
      TRY(n, raw(into.subspan(got)));
      input_over = n == 0;
      got += n;
    }
    return got;
  }

  Fault damaged(std::string found, std::string hint) const {
    return {name, "a whole gzip stream",
            std::move(found) + " at compressed byte " + std::to_string(taken), std::move(hint)};
  }

  Result<std::size_t> read_gzip(std::span<char> into) {
    const std::size_t want = std::min<std::size_t>(into.size(), 1u << 30);
    z.next_out = reinterpret_cast<Bytef*>(into.data());
    z.avail_out = static_cast<uInt>(want);
    while (z.avail_out > 0) {
      if (begin == end) {
        if (const auto done = fill(1); !done) return done.fault();
        if (begin == end) {  // invariant 2
          if (in_member) return damaged("its end", "the file is truncated: fetch or pack it again");
          break;
        }
      }
      if (!in_member) {  // a first or further member, padding, or rubbish
        if (input[begin] == '\0' && taken > 0) {
          ++begin;
          ++taken;
          continue;
        }
        if (input[begin] != '\x1f')
          return damaged("bytes that are not gzip", "something was appended to the file");
        CHECK(inflateReset(&z) == Z_OK);
        in_member = true;
      }
      z.next_in = reinterpret_cast<Bytef*>(input.data() + begin);
      z.avail_in = static_cast<uInt>(end - begin);
      const int code = inflate(&z, Z_NO_FLUSH);
      const std::size_t left = z.avail_in;
      taken += (end - begin) - left;
      begin = end - left;
      if (code == Z_STREAM_END) {
        in_member = false;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return damaged(z.msg != nullptr ? z.msg : "a damaged block", "the file is damaged");
      }
    }
    return want - z.avail_out;
  }
};

ByteSource::ByteSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

Result<ByteSource> ByteSource::open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->name = path;
  if (path.find('\0') != std::string::npos)
    return Fault{path.substr(0, path.find('\0')), "a file name", "a NUL byte in it", ""};
  state->fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (state->fd < 0) return Fault{path, "a file that can be read", message(errno), ""};
  struct stat info {};
  if (::fstat(state->fd, &info) == 0 && S_ISDIR(info.st_mode))
    return Fault{path, "a file", "a folder", ""};
  if (S_ISREG(info.st_mode)) state->stored = static_cast<std::uint64_t>(info.st_size);
  if (const auto done = state->start(); !done) return done.fault();
  return ByteSource(std::move(state));
}

ByteSource ByteSource::of_memory(std::string name, std::string_view bytes) {
  auto state = std::make_unique<State>();
  state->name = std::move(name);
  state->memory = bytes;
  state->stored = bytes.size();
  CHECK(state->start());  // memory cannot fail to be read
  return ByteSource(std::move(state));
}

Result<std::size_t> ByteSource::read(std::span<char> into) {
  return state_->gzip ? state_->read_gzip(into) : state_->read_plain(into);
}

const std::string& ByteSource::name() const { return state_->name; }
std::uint64_t ByteSource::stored_bytes() const { return state_->stored; }

struct GzipCompressor::State {
  z_stream z{};
};

GzipCompressor::GzipCompressor() : state_(std::make_unique<State>()) {
  CHECK(deflateInit2(&state_->z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
}

GzipCompressor::~GzipCompressor() { deflateEnd(&state_->z); }

void GzipCompressor::pump(std::string_view bytes, int flush, std::string& out) {
  z_stream& z = state_->z;
  std::array<Bytef, 64 * 1024> chunk;
  // zlib takes the input as non-const but does not write to it.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
  z.avail_in = static_cast<uInt>(bytes.size());
  do {
    z.next_out = chunk.data();
    z.avail_out = static_cast<uInt>(chunk.size());
    CHECK(deflate(&z, flush) != Z_STREAM_ERROR);
    out.append(reinterpret_cast<const char*>(chunk.data()), chunk.size() - z.avail_out);
  } while (z.avail_out == 0);
  CHECK(z.avail_in == 0);
}

void GzipCompressor::add(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, std::size_t{1} << 30);
    pump(part, Z_NO_FLUSH, out);
    bytes.remove_prefix(part.size());
  }
}

void GzipCompressor::finish(std::string& out) { pump({}, Z_FINISH, out); }

}  // namespace dure
