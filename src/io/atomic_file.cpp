#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "io/gzip_file.h"

namespace dure {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

std::string message(int error) { return std::error_code(error, std::generic_category()).message(); }

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Where the bytes belong when `path` is a link; `path` itself when it is none or leads nowhere.
std::string target_of(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
  char* const real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string out = real;
  std::free(real);
  return out;
}

}  // namespace

struct AtomicFile::State {
  std::string shown_path;  // as the caller named it
  std::string path;        // where it goes
  std::string temporary;   // empty: written directly
  int fd = -1;
  bool committed = false;
  std::optional<Fault> failed;
  std::string buffer;
  std::unique_ptr<GzipCompressor> gzip;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { drop(); }

  void drop() {
    if (fd >= 0) ::close(fd);
    fd = -1;
    if (!temporary.empty() && !committed) ::unlink(temporary.c_str());  // invariant 2
    temporary.clear();
  }

  Fault fail(std::string expected, int error) {
    failed = Fault{shown_path, std::move(expected), message(error),
                   temporary.empty() ? "" : "nothing was left under this name"};
    drop();
    return *failed;
  }

  Result<Done> flush() {
    std::string_view rest = buffer;
    while (!rest.empty()) {
      const ssize_t n = ::write(fd, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail("to write the file", errno);
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
    buffer.clear();
    return Done{};
  }
};

AtomicFile::AtomicFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
AtomicFile::AtomicFile(AtomicFile&&) noexcept = default;
AtomicFile& AtomicFile::operator=(AtomicFile&&) noexcept = default;
AtomicFile::~AtomicFile() = default;

Result<AtomicFile> AtomicFile::create(const std::string& path) {
  auto state = std::make_unique<State>();
  State& s = *state;
  s.shown_path = path;
  if (path.empty() || path.find('\0') != std::string::npos)
    return Fault{"output file", "a file name", path.empty() ? "an empty one" : "a NUL byte", ""};
  const bool device = path.starts_with("/dev/") || path.starts_with("/proc/");
  s.path = device ? path : target_of(path);
  struct stat info {};
  const bool exists = ::stat(s.path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return Fault{path, "a file to write", "a folder", ""};
  if (device || (exists && !S_ISREG(info.st_mode))) {
    // stdout by its own descriptor: opening it anew would write over what is already there.
    s.fd = path == "/dev/stdout" ? ::dup(STDOUT_FILENO)
                                 : ::open(s.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (s.fd < 0) return Fault{path, "a file that can be written", message(errno), ""};
  } else {
    static std::atomic<unsigned> serial = 0;
    const std::string stem = folder_of(s.path) + "/.dure-" + std::to_string(::getpid()) + "-";
    do {  // EEXIST: left by a killed process of the same number
      s.temporary = stem + std::to_string(serial.fetch_add(1)) + ".tmp";
      s.fd = ::open(s.temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (s.fd < 0 && errno == EEXIST);
    if (s.fd < 0) {
      const int error = errno;
      s.temporary.clear();
      return Fault{path, "a folder where a file can be written", message(error), ""};
    }
    if (exists) static_cast<void>(::fchmod(s.fd, info.st_mode & 07777));  // a courtesy
  }
  if (path.ends_with(".gz")) s.gzip = std::make_unique<GzipCompressor>();
  s.buffer.reserve(kBufferBytes + kBufferBytes / 2);
  return AtomicFile(std::move(state));
}

Result<Done> AtomicFile::write(std::string_view bytes) {
  State& s = *state_;
  if (s.failed) return *s.failed;  // invariant 3
  CHECK(!s.committed);
  if (s.gzip) {
    s.gzip->add(bytes, s.buffer);
  } else {
    s.buffer.append(bytes);
  }
  return s.buffer.size() >= kBufferBytes ? s.flush() : Result<Done>(Done{});
}

Result<Done> AtomicFile::commit() {
  State& s = *state_;
  if (s.failed) return *s.failed;
  CHECK(!s.committed);
  if (s.gzip) s.gzip->finish(s.buffer);
  TRY(done, s.flush());
  if (!s.temporary.empty() && ::fsync(s.fd) != 0) return s.fail("to store the file", errno);
  const int fd = std::exchange(s.fd, -1);
  if (::close(fd) != 0) return s.fail("to close the file", errno);
  if (!s.temporary.empty()) {
    if (::rename(s.temporary.c_str(), s.path.c_str()) != 0)
      return s.fail("to rename the finished file", errno);
    // The name itself must survive a power cut too. Some file systems refuse to sync a folder; the
    // file is whole all the same.
    const int folder = ::open(folder_of(s.path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
      static_cast<void>(::fsync(folder));
      ::close(folder);
    }
  }
  s.committed = true;
  return done;
}

Result<Done> write_file(const std::string& path, std::string_view bytes) {
  TRY(file, AtomicFile::create(path));
  if (const auto written = file.write(bytes); !written) return written.fault();
  return file.commit();
}

}  // namespace dure
