#include "live/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace dure {
namespace {

using Clock = std::chrono::steady_clock;

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { close(); }
  void reset(int fd) {
    close();
    fd_ = fd;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

Fault failed(const std::string& program, const char* what, int error) {
  return Fault{program, what, std::strerror(error), ""};
}

// A socket, so that writing to a child that does not read any more is an error, not SIGPIPE.
bool make_pair(Fd& ours, Fd& theirs) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
  ours.reset(ends[0]);
  theirs.reset(ends[1]);
  fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  return true;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

int spawn(const ChildCommand& command, int in, int out, int err, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, in, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);  // its own group: killed as one (invariant 1)
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const std::vector<char*> argv = pointers(command.argv);
  const std::vector<char*> environment = pointers(command.environment);
  const int error = posix_spawnp(&pid, command.argv[0].c_str(), &actions, &attributes, argv.data(),
                                 environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

// Reads what is there; false: the stream has ended.
bool drain(const Fd& fd, std::string& into, std::size_t most, bool& cut) {
  std::array<char, 65'536> buffer{};
  while (true) {
    const ssize_t got = read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    const std::size_t room = most - std::min(most, into.size());
    const auto size = static_cast<std::size_t>(got);
    into.append(buffer.data(), std::min(room, size));
    if (size > room) cut = true;
  }
}

// Writes what it takes; false: nothing is left to write, or nobody reads.
bool feed(const Fd& fd, const std::string& input, std::size_t& written) {
  while (written < input.size()) {
    const ssize_t put =
        send(fd.get(), input.data() + written, input.size() - written, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno == EAGAIN;
    written += static_cast<std::size_t>(put);
  }
  return false;
}

}  // namespace

Result<ChildEnd> run_child(const ChildCommand& command) {
  CHECK(!command.argv.empty());
  const std::string& program = command.argv[0];
  const auto deadline = Clock::now() + std::chrono::milliseconds(command.deadline_ms);
  Fd in, out, err, child_in, child_out, child_err;
  if (!make_pair(in, child_in) || !make_pair(out, child_out) || !make_pair(err, child_err))
    return failed(program, "descriptors for its streams", errno);
  pid_t pid = 0;
  if (const int error = spawn(command, child_in.get(), child_out.get(), child_err.get(), pid);
      error != 0)
    return failed(program, "a program that can be started", error);
  child_in.close();
  child_out.close();
  child_err.close();
  const Fd ended(
      static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));  // glibc 2.36 has no C++ header

  ChildEnd end;
  std::size_t written = 0;
  bool over = false;
  while (!over) {
    std::array<pollfd, 4> watch{{{ended.get(), POLLIN, 0},
                                 {out.get(), POLLIN, 0},
                                 {err.get(), POLLIN, 0},
                                 {in.get(), POLLOUT, 0}}};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0 || !ended.open()) {
      end.timed_out = true;
      break;
    }
    if (poll(watch.data(), watch.size(), static_cast<int>(std::min<long>(left, 60'000))) < 0 &&
        errno != EINTR)
      break;
    if (in.open() && watch[3].revents != 0 && !feed(in, command.input, written)) in.close();
    over = watch[0].revents != 0;  // what it wrote is there by now; a grandchild may hold the ends
    if (out.open() && !drain(out, end.out, command.largest_output, end.cut)) out.close();
    if (err.open() && !drain(err, end.err, command.largest_output, end.cut)) err.close();
  }
  if (!over) kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  return end;
}

}  // namespace dure
