#include "live/drivers/processes.h"

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <set>

#include "live/drivers/attempt_files.h"

namespace dure {
namespace {

template <class T>
bool parse_whole(std::string_view text, T& out) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end && !text.empty();
}

std::string_view next_word(std::string_view& text) {
  const std::size_t from = text.find_first_not_of(' ');
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

std::optional<Process> read_process(pid_t pid) {
  const auto text = read_small_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!text) return std::nullopt;
  // "PID (name) S PARENT GROUP …": the name may hold anything, so from the last bracket on.
  const std::size_t bracket = text->rfind(')');
  if (bracket == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(*text).substr(bracket + 1);
  Process p;
  p.pid = pid;
  const std::string_view state = next_word(rest);
  if (state.size() != 1) return std::nullopt;
  p.state = state.front();
  if (!parse_whole(next_word(rest), p.parent) || !parse_whole(next_word(rest), p.group))
    return std::nullopt;
  for (int field = 6; field < 22; ++field) next_word(rest);
  if (!parse_whole(next_word(rest), p.start)) return std::nullopt;
  return p;
}

std::vector<Process> all_processes() {
  std::vector<Process> all;
  DIR* const folder = ::opendir("/proc");
  if (folder == nullptr) return all;
  while (const dirent* const entry = ::readdir(folder)) {
    pid_t pid = 0;
    if (!parse_whole(std::string_view(entry->d_name), pid)) continue;
    if (const auto p = read_process(pid)) all.push_back(*p);
  }
  ::closedir(folder);
  return all;
}

std::string process_name(const Process& p, char between) {
  return std::to_string(p.pid) + between + std::to_string(p.start);
}

std::optional<Process> parse_process(std::string_view text, char between) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const std::size_t at = text.find(between);
  Process p;
  if (at == std::string_view::npos || !parse_whole(text.substr(0, at), p.pid) ||
      !parse_whole(text.substr(at + 1), p.start) || p.pid <= 0)
    return std::nullopt;
  return p;
}

std::vector<Process> descendants(const std::vector<Process>& all,
                                 const std::function<bool(const Process&)>& root) {
  std::multimap<pid_t, const Process*> children;
  std::vector<pid_t> frontier;
  std::set<pid_t> seen;
  for (const Process& p : all) {
    children.emplace(p.parent, &p);
    if (root(p) && seen.insert(p.pid).second) frontier.push_back(p.pid);
  }
  std::vector<Process> found;
  while (!frontier.empty()) {
    const pid_t parent = frontier.back();
    frontier.pop_back();
    const auto [from, to] = children.equal_range(parent);
    for (auto i = from; i != to; ++i) {
      if (!seen.insert(i->second->pid).second) continue;
      frontier.push_back(i->second->pid);
      if (i->second->state != 'Z' && i->second->state != 'X') found.push_back(*i->second);
    }
  }
  return found;
}

std::optional<std::string> environment_value(pid_t pid, std::string_view name) {
  const auto text = read_small_file("/proc/" + std::to_string(pid) + "/environ", 8 << 20);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find('\0'));
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
      return std::string(one.substr(name.size() + 1));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return std::nullopt;
}

bool signal_process(const Process& p, int signal) {
  // By number: <sys/pidfd.h> of glibc 2.36 declares them for C only.
  const Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, p.pid, 0)));
  const bool old_kernel = !handle && errno == ENOSYS;  // before 5.3
  const auto now = read_process(p.pid);
  if (!now || now->start != p.start) return false;
  if (handle) return ::syscall(SYS_pidfd_send_signal, handle.fd, signal, nullptr, 0) == 0;
  return old_kernel && ::kill(p.pid, signal) == 0;
}

}  // namespace dure
