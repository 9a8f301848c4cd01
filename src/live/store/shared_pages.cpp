#include "live/store/shared_pages.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "base/check.h"

namespace dure {
namespace {

constexpr std::size_t kLargestPage = 64 << 10;

std::atomic<std::uint64_t> lost = 0;
std::size_t page_bytes = 0;
struct sigaction before {};

// One line of /proc/self/maps: "7f0-7f8 rw-s 0000 08:01 12 /path/hub.db-shm".
bool is_index_at(const char* line, std::size_t length, std::uintptr_t address) {
  std::uintptr_t from = 0, to = 0;
  std::uintptr_t* number = &from;
  for (std::size_t i = 0; i < length && line[i] != ' '; ++i) {
    const char c = line[i];
    if (c == '-')
      number = &to;
    else
      *number = *number * 16 + static_cast<std::uintptr_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  constexpr std::size_t kEnd = 4;
  return from <= address && address < to && length > kEnd &&
         std::memcmp(line + length - kEnd, "-shm", kEnd) == 0;
}

// Only the start and the end of a line matter, so a path that is longer than the buffer does not.
bool in_index(std::uintptr_t address) {
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps < 0) return false;
  char bytes[4096], line[512];
  std::size_t length = 0;
  bool found = false;
  for (ssize_t n = 0; !found && (n = ::read(maps, bytes, sizeof bytes)) > 0;)
    for (ssize_t i = 0; i < n && !found; ++i) {
      if (bytes[i] == '\n') {
        found = is_index_at(line, length, address);
        length = 0;
        continue;
      }
      if (length == sizeof line) {  // keeps the first 256 bytes, and the last
        std::memmove(line + 256, line + 384, 128);
        length = 384;
      }
      line[length++] = bytes[i];
    }
  ::close(maps);
  return found;
}

bool make_private(std::uintptr_t address) {
  if (page_bytes > kLargestPage) return false;
  char copy[kLargestPage];
  void* const page = reinterpret_cast<void*>(address / page_bytes * page_bytes);
  std::memcpy(copy, page, page_bytes);
  if (::mmap(page, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0) == MAP_FAILED)
    return false;
  std::memcpy(page, copy, page_bytes);
  return true;
}

void on_bus_error(int, siginfo_t* info, void*) {
  const int error = errno;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (info->si_code == BUS_ADRERR && in_index(address) && make_private(address))
    ++lost;
  else
    ::sigaction(SIGBUS, &before, nullptr);  // the same access again, and it is told as before
  errno = error;
}

}  // namespace

void guard_shared_pages() {
  static std::once_flag once;
  std::call_once(once, [] {
    page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    struct sigaction ours {};
    ours.sa_sigaction = on_bus_error;
    ours.sa_flags = SA_SIGINFO;
    sigemptyset(&ours.sa_mask);
    CHECK(::sigaction(SIGBUS, &ours, &before) == 0);
  });
}

std::uint64_t shared_pages_lost() { return lost; }

}  // namespace dure
