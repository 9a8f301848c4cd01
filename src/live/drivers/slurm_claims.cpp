#include "live/drivers/slurm_claims.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

namespace dure {
namespace {

constexpr std::size_t kLargest = 512;

Fault failed(const std::string& path, const char* expected, int error) {
  return Fault{path, expected, std::strerror(error), ""};
}

// The text of a small file; none: it is not there.
Result<std::optional<std::string>> small_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return std::optional<std::string>();
  if (fd < 0) return failed(path, "a file that can be read", errno);
  std::array<char, kLargest> buffer{};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  const int error = errno;
  close(fd);
  if (got < 0) return failed(path, "a file that can be read", error);
  return std::optional<std::string>(std::string(buffer.data(), static_cast<std::size_t>(got)));
}

// The value of NAME= among the words of a line.
std::int64_t word(std::string_view line, std::string_view name) {
  std::size_t at = 0;
  while ((at = line.find(name, at)) != std::string_view::npos) {
    const bool begins = at == 0 || line[at - 1] == ' ';
    at += name.size();
    if (!begins || at >= line.size() || line[at] != '=') continue;
    std::int64_t n = 0;
    std::from_chars(line.data() + at + 1, line.data() + line.size(), n);
    return n >= 0 && n <= 255 ? n : 0;
  }
  return 0;
}

std::string second_word(const std::string& text) {
  const std::size_t from = text.find(' ');
  if (from == std::string::npos) return "";
  return text.substr(from + 1, text.find_first_of(" \n", from + 1) - from - 1);
}

bool write_new(const std::string& path, const std::string& text, int& error) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) {
    error = errno;
    return false;
  }
  const ssize_t put = write(fd, text.data(), text.size());
  error = put == static_cast<ssize_t>(text.size()) ? 0 : (put < 0 ? errno : ENOSPC);
  if (close(fd) != 0 && error == 0) error = errno;
  if (error != 0) unlink(path.c_str());
  return error == 0;
}

std::string own_suffix(const char* what) {
  static std::atomic<std::uint64_t> count{0};
  return std::string(what) + "." + std::to_string(getpid()) + "." + std::to_string(++count);
}

}  // namespace

Result<Done> SlurmClaims::usable() const {
  struct stat about {};
  if (stat(folder_.c_str(), &about) != 0) return failed(folder_, "a folder for claims", errno);
  const std::string probe = folder_ + "/" + own_suffix(".probe");
  int error = 0;
  if (!write_new(probe, "", error)) return failed(folder_, "a folder that can be written", error);
  unlink(probe.c_str());
  return Done{};
}

bool SlurmClaims::has_end(const std::string& key) const {
  struct stat about {};
  return lstat(path(key, ".end").c_str(), &about) == 0 ||
         lstat(path(key, ".done").c_str(), &about) == 0;
}

Result<SlurmTrace> SlurmClaims::read(const std::string& key) const {
  SlurmTrace trace;
  if (!slurm_key(key)) return trace;
  TRY(claim, small_file(path(key)));
  if (!claim) return trace;
  trace.fenced = claim->substr(0, 5) == "fence";
  trace.claimed = !trace.fenced;
  trace.by = trace.claimed ? second_word(*claim) : "";
  TRY(stop, small_file(path(key, ".stop")));
  trace.stop_asked = stop.has_value();
  TRY(now, small_file(path(key, ".end")));
  std::optional<std::string> end = now;
  if (!end) {
    TRY(earlier, small_file(path(key, ".done")));
    end = earlier;
  }
  if (!end || trace.fenced) return trace;
  trace.ended = true;
  trace.exit_code = word(*end, "exit");
  trace.signal = word(*end, "signal") & 0x7f;
  trace.time_limit = word(*end, "limit") == 1;
  trace.stopped = word(*end, "stopped") == 1 && trace.stop_asked;
  return trace;
}

Result<bool> SlurmClaims::fence(const std::string& key) const {
  int error = 0;
  // Written aside and linked: a claim is never seen without its word.
  const std::string aside = folder_ + "/" + own_suffix(".fence");
  if (!write_new(aside, "fence\n", error))
    return failed(aside, "a file that can be written", error);
  const bool made = link(aside.c_str(), path(key).c_str()) == 0;
  error = errno;
  unlink(aside.c_str());
  if (made) return true;
  if (error != EEXIST) return failed(path(key), "a claim that can be made", error);
  TRY(claim, small_file(path(key)));
  return claim && claim->substr(0, 5) == "fence";
}

Result<Done> SlurmClaims::ask_stop(const std::string& key, std::int64_t grace_s,
                                   const std::string& how) const {
  int error = 0;
  const std::string aside = folder_ + "/" + own_suffix(".stop");
  if (!write_new(aside, std::to_string(grace_s) + " " + how + "\n", error))
    return failed(aside, "a file that can be written", error);
  if (rename(aside.c_str(), path(key, ".stop").c_str()) == 0) return Done{};
  error = errno;
  unlink(aside.c_str());
  return failed(path(key, ".stop"), "a file that can be replaced", error);
}

std::int64_t SlurmClaims::now_s() const {
  const std::string probe = folder_ + "/" + own_suffix(".now");
  int error = 0;
  struct stat about {};
  if (!write_new(probe, "", error)) return 0;
  const bool known = stat(probe.c_str(), &about) == 0;
  unlink(probe.c_str());
  return known ? about.st_mtim.tv_sec : 0;
}

std::int64_t SlurmClaims::silent_s(const std::string& key) const {
  struct stat about {};
  if (lstat(path(key, ".beat").c_str(), &about) != 0) return -1;
  const std::int64_t now = now_s();
  return now == 0 ? -1 : std::max<std::int64_t>(0, now - about.st_mtim.tv_sec);
}

void SlurmClaims::forget(const std::string& key) const {
  if (!slurm_key(key)) return;
  rename(path(key, ".end").c_str(), path(key, ".done").c_str());
  for (const char* suffix : {".stop", ".beat", ".run"}) unlink(path(key, suffix).c_str());
}

void SlurmClaims::prune() const {
  const std::int64_t now = now_s();
  DIR* const dir = now == 0 ? nullptr : opendir(folder_.c_str());
  if (dir == nullptr) return;
  constexpr std::string_view kDone = ".done";
  while (const dirent* const entry = readdir(dir)) {
    const std::string_view name = entry->d_name;
    struct stat about {};
    if (name.size() <= kDone.size() || name.substr(name.size() - kDone.size()) != kDone ||
        lstat((folder_ + "/" + entry->d_name).c_str(), &about) != 0 ||
        now - about.st_mtim.tv_sec < kKeepClaims_s)
      continue;
    const std::string key(name.substr(0, name.size() - kDone.size()));
    for (const char* suffix : {"", ".end", ".stop", ".beat", ".run", ".done"})
      unlink(path(key, suffix).c_str());
  }
  closedir(dir);
}

}  // namespace dure
