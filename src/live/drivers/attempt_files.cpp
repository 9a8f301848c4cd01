#include "live/drivers/attempt_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "io/describe_json.h"

namespace dure {

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd, other.fd);
  return *this;
}
Fd::~Fd() {
  if (fd >= 0) ::close(fd);
}

std::string error_text(int error) {
  return std::error_code(error, std::generic_category()).message();
}

bool attempt_key_is_good(std::string_view key) {
  if (key.empty() || key.size() > 60 || key.front() == '.') return false;
  for (const char c : key) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '.' && c != '_') return false;
  }
  return true;
}

std::optional<std::string> read_small_file(const std::string& path, std::size_t most) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string bytes;
  char part[4096];
  for (;;) {
    const ssize_t n = ::read(file.fd, part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) return bytes;
    bytes.append(part, static_cast<std::size_t>(n));
    if (bytes.size() > most) return std::nullopt;
  }
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool is_locked(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  return ::flock(file.fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::string boot_id(const std::string& system_root) {
  const std::string path = "/proc/sys/kernel/random/boot_id";
  std::optional<std::string> id = read_small_file(system_root + path);
  if (!id) id = read_small_file(path);
  if (!id) return "unknown";
  while (!id->empty() && id->back() == '\n') id->pop_back();
  return *id;
}

namespace {
template <Described S>
std::optional<S> read_described(const std::string& path) {
  const std::optional<std::string> text = read_small_file(path, 64 << 20);
  if (!text) return std::nullopt;
  Outcome<S> out = from_json<S>(*text, path);
  if (!out) return std::nullopt;
  return std::move(out.value());
}
}  // namespace

std::optional<AttemptOrder> read_attempt_order(const std::string& folder) {
  return read_described<AttemptOrder>(folder + "/order.json");
}
std::optional<AttemptEnd> read_attempt_end(const std::string& folder) {
  return read_described<AttemptEnd>(folder + "/end.json");
}

}  // namespace dure
