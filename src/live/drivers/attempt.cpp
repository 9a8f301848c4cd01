#include "live/drivers/attempt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "io/describe_json.h"
#include "live/drivers/attempt_files.h"
#include "live/drivers/attempt_task.h"
#include "live/drivers/processes.h"

namespace dure {
namespace {

constexpr std::int64_t kNever = INT64_MAX;
constexpr std::size_t kLongestDetail = 1024;
constexpr std::int64_t kEndRoomBytes = 4096;
constexpr int kLowestFd = 10;  // ours stay clear of 0 to 3

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool same_file(int fd, const char* path) {
  struct stat open_one {
  }, named{};
  return ::fstat(fd, &open_one) == 0 && ::stat(path, &named) == 0 &&
         open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

// Invariant 4.
class LogLimit {
 public:
  LogLimit(const std::string& path, std::int64_t limit)
      : file_(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)), limit_(limit) {
    head_ = std::min<std::int64_t>(65'536, limit / 4) / 4096 * 4096;
    punched_to_ = head_;
  }
  void look() {
    struct stat info {};
    if (!file_ || limit_ <= 0 || ::fstat(file_.fd, &info) != 0) return;
    if (info.st_size < punched_to_) punched_to_ = head_;  // the command made it shorter
    if (info.st_size - punched_to_ + head_ <= limit_) return;
    const std::int64_t to = (info.st_size - limit_ / 2) / 4096 * 4096;
    if (to <= punched_to_) return;
    if (::fallocate(file_.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, punched_to_,
                    to - punched_to_) == 0) {
      punched_to_ = to;
    } else if (::ftruncate(file_.fd, 0) == 0) {  // a file system without holes: all of it goes
      punched_to_ = head_;
    }
  }

 private:
  Fd file_;
  std::int64_t limit_, head_ = 0, punched_to_ = 0;
};

class Supervisor {
 public:
  explicit Supervisor(std::string folder) : folder_(std::move(folder)) {}
  int run();

 private:
  struct Task {
    pid_t pid = 0;
    bool over = false;
  };
  bool set_up();
  void read_gate();
  void read_signals();
  void gate_line(std::string_view line);
  void asked_to_stop(std::int64_t grace_s);
  void wait_for_release();
  int claim();
  bool start_tasks(const TaskPlan& tasks);
  void supervise();
  void reap();
  void task_ended(Task& task, int status);
  void stop_tasks(std::int64_t grace_ms);
  void signal_all(int signal);
  void sleep_until(std::int64_t ms);
  void kill_rest();
  void write_end();

  std::string folder_;
  Fd gate_, lock_, signals_, end_file_;
  std::string gate_text_, cgroup_;
  bool released_ = false, stop_asked_ = false, going_down_ = false, no_children_ = false,
       failed_ = false;
  AttemptOrder order_;
  AttemptEnd end_;
  std::vector<Task> tasks_;
  std::size_t left_ = 0;  // tasks that are not over
  std::int64_t started_ = 0, kill_at_ = kNever, limit_at_ = kNever;
  std::string oom_adj_;
};

bool Supervisor::set_up() {
  if (::chdir(folder_.c_str()) != 0 || !same_file(0, "gate") || !same_file(3, "supervisor"))
    return false;
  ::umask(077);
  gate_ = Fd(::fcntl(0, F_DUPFD_CLOEXEC, kLowestFd));
  lock_ = Fd(::fcntl(3, F_DUPFD_CLOEXEC, kLowestFd));
  ::close(3);
  const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!gate_ || !lock_ || !nothing || ::dup2(nothing.fd, 0) < 0) return false;
  if (::flock(lock_.fd, LOCK_EX | LOCK_NB) != 0) return false;  // ours came locked
  ::fcntl(gate_.fd, F_SETFL, O_RDWR | O_NONBLOCK);
  sigset_t taken;
  ::sigemptyset(&taken);
  for (const int s : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&taken, s);
  ::sigprocmask(SIG_BLOCK, &taken, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  signals_ = Fd(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  const auto self = read_process(::getpid());
  if (!signals_ || !self) return false;
  const std::string name = process_name(*self, ' ') + "\n";
  if (::ftruncate(lock_.fd, 0) != 0 ||
      ::pwrite(lock_.fd, name.data(), name.size(), 0) != static_cast<ssize_t>(name.size()))
    return false;
  ::prctl(PR_SET_NAME, "dure-attempt");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // When memory runs out the kernel should take the command, not who watches it.
  if (const auto adj = read_small_file("/proc/self/oom_score_adj")) {
    const Fd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (file && write_all(file.fd, "-900")) oom_adj_ = *adj;
  }
  return true;
}

void Supervisor::gate_line(std::string_view line) {
  if (line == "release") released_ = true;
  if (!line.starts_with("stop ")) return;
  line.remove_prefix(5);
  std::int64_t grace_s = 0;
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), grace_s);
  if (error != std::errc{} || stop != line.data() + line.size()) return;
  asked_to_stop(grace_s);
}

void Supervisor::asked_to_stop(std::int64_t grace_s) {
  stop_asked_ = true;
  if (!tasks_.empty() && left_ == 0 && kill_at_ == kNever) return;  // it was over already
  end_.stopped = true;
  if (!tasks_.empty()) stop_tasks(grace_s * 1000);
}

void Supervisor::read_gate() {
  char part[4096];
  for (;;) {
    const ssize_t n = ::read(gate_.fd, part, sizeof part);
    if (n <= 0) break;
    gate_text_.append(part, static_cast<std::size_t>(n));
  }
  for (std::size_t end = 0; (end = gate_text_.find('\n')) != std::string::npos;) {
    gate_line(std::string_view(gate_text_).substr(0, end));
    gate_text_.erase(0, end + 1);
  }
}

void Supervisor::read_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.fd, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    if (info.ssi_signo != static_cast<std::uint32_t>(SIGTERM)) continue;
    going_down_ = true;
    if (left_ == 0) continue;
    end_.node_failed = true;  // nobody asked for it: the machine goes down
    stop_tasks(order_.order.grace_s * 1000);
  }
}

void Supervisor::sleep_until(std::int64_t ms) {
  pollfd fds[] = {{gate_.fd, POLLIN, 0}, {signals_.fd, POLLIN, 0}};
  int timeout = -1;
  if (ms != kNever)
    timeout = static_cast<int>(std::clamp<std::int64_t>(ms - steady_ms(), 0, 3'600'000));
  ::poll(fds, 2, timeout);
  read_signals();
  read_gate();  // all lines at once: a stop right behind the release still counts (invariant 1)
}

void Supervisor::wait_for_release() {
  while (!released_ && !stop_asked_ && !going_down_) sleep_until(kNever);
}

int Supervisor::claim() {
  const Fd file(::open("claim", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file && errno == EEXIST) return kAttemptClaimed;
  const Fd folder(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // The claim is empty: its name is all there is to store, and that is the folder's. Room for the
  // end now: a full disk must not take it from us.
  end_file_ = Fd(::open("end.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  struct stat info {};
  if (!file || !folder || !end_file_ || ::posix_fallocate(end_file_.fd, 0, kEndRoomBytes) != 0 ||
      ::fsync(folder.fd) != 0 || ::fstat(file.fd, &info) != 0) {
    end_.detail = "its claim could not be stored: " + error_text(errno);
    return kAttemptUsage;
  }
  end_.ran = true;
  end_.started_ms = static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1000 +
                    static_cast<std::int64_t>(info.st_mtim.tv_nsec) / 1'000'000;
  started_ = steady_ms();
  return 0;
}

bool Supervisor::start_tasks(const TaskPlan& tasks) {
  std::vector<std::string> base;
  for (char** entry = environ; *entry != nullptr; ++entry) base.emplace_back(*entry);
  const Fd names(::open("tasks", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const std::size_t ranks = order_.order.each_node ? order_.order.nodes.size() : 1;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const pid_t pid = start_task(tasks, task_environment(tasks, rank, base));
    if (pid < 0) {
      end_.exit_code = 126;
      end_.detail = "no process could be made: " + error_text(errno);
      failed_ = true;
      return false;
    }
    tasks_.push_back({pid, false});
    ++left_;
    const auto process = read_process(pid);
    if (names && process)
      static_cast<void>(write_all(names.fd, process_name(*process, ' ') + "\n"));
  }
  return true;
}

// Whole groups first, then whoever left them.
void Supervisor::signal_all(int signal) {
  if (signal == SIGKILL && !cgroup_.empty()) {
    const Fd file(::open((cgroup_ + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
    if (file) static_cast<void>(write_all(file.fd, "1"));
  }
  for (const Task& task : tasks_) {
    if (!task.over) ::kill(-task.pid, signal);  // else its number may be another's
  }
  const pid_t self = ::getpid();
  const auto mine = descendants(all_processes(), [&](const Process& p) { return p.pid == self; });
  for (const Process& p : mine) {
    const bool in_group = std::any_of(tasks_.begin(), tasks_.end(), [&](const Task& task) {
      return !task.over && task.pid == p.group;
    });
    if (!in_group) signal_process(p, signal);
  }
}

void Supervisor::stop_tasks(std::int64_t grace_ms) {
  const bool first = kill_at_ == kNever;
  kill_at_ = std::min(kill_at_, steady_ms() + grace_ms);  // a shorter grace counts, a longer not
  if (first) signal_all(SIGTERM);
}

void Supervisor::task_ended(Task& task, int status) {
  task.over = true;
  --left_;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if ((code == 0 && signal == 0) || failed_) return;
  failed_ = true;  // the first counts, and ends the others
  end_.exit_code = code;
  end_.signal = signal;
  if (left_ > 0) stop_tasks(order_.order.grace_s * 1000);
}

void Supervisor::reap() {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid < 0 && errno == ECHILD) no_children_ = true;
    if (pid <= 0) return;
    for (Task& task : tasks_) {
      if (task.pid == pid && !task.over) task_ended(task, status);
    }
  }
}

void Supervisor::supervise() {
  LogLimit out("out", order_.log_limit_bytes), err("err", order_.log_limit_bytes);
  std::int64_t look_at = steady_ms() + order_.log_check_ms;
  for (;;) {
    reap();
    // While it is being stopped, what a task left behind has the rest of the grace.
    if (no_children_ || (left_ == 0 && kill_at_ == kNever)) return;
    const std::int64_t now = steady_ms();
    if (now >= kill_at_) return;
    if (now >= limit_at_) {
      limit_at_ = kNever;
      end_.time_limit = true;
      stop_tasks(order_.order.grace_s * 1000);
      continue;
    }
    if (now >= look_at) {
      out.look();
      err.look();
      look_at = now + order_.log_check_ms;
    }
    sleep_until(std::min({kill_at_, limit_at_, look_at}));
  }
}

void Supervisor::kill_rest() {
  std::int64_t pause_ms = 5;
  for (reap(); !no_children_; reap()) {  // invariant 3
    signal_all(SIGKILL);
    reap();
    if (no_children_) break;
    sleep_until(steady_ms() + pause_ms);
    pause_ms = std::min<std::int64_t>(pause_ms * 2, 2000);
  }
}

void Supervisor::write_end() {
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  const auto ms = [](const timeval& t) {
    return static_cast<std::int64_t>(t.tv_sec) * 1000 + static_cast<std::int64_t>(t.tv_usec) / 1000;
  };
  if (end_.ran) {
    end_.ended_ms = end_.started_ms + steady_ms() - started_;
    end_.cpu_ms = ms(used.ru_utime) + ms(used.ru_stime);
    end_.max_rss_kib = used.ru_maxrss;
  }
  if (end_.detail.size() > kLongestDetail) end_.detail.resize(kLongestDetail);
  const std::string text = to_json(end_);
  // A disk that is full now may have room in a moment; until then it counts as running.
  for (int tries = 0; tries < 60; ++tries) {
    if (!end_file_) end_file_ = Fd(::open("end.tmp", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (end_file_ &&
        ::pwrite(end_file_.fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
        ::ftruncate(end_file_.fd, static_cast<off_t>(text.size())) == 0 &&
        (!end_.ran || ::fsync(end_file_.fd) == 0) && ::rename("end.tmp", "end.json") == 0) {
      const Fd folder(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (folder && end_.ran) ::fsync(folder.fd);  // what did not run, a power cut ends as well
      return;
    }
    end_file_ = Fd();
    ::poll(nullptr, 0, 1000);
  }
}

std::int64_t oom_kills(const std::string& cgroup) {
  const auto text = read_small_file(cgroup + "/memory.events");
  const std::size_t at = text ? text->find("oom_kill ") : std::string::npos;
  std::int64_t n = 0;
  if (at != std::string::npos)
    std::from_chars(text->data() + at + 9, text->data() + text->size(), n);
  return n;
}

int Supervisor::run() {
  if (!set_up()) return kAttemptUsage;
  wait_for_release();
  if (going_down_) return 0;  // without a claim and an end: lost, and it never ran
  if (stop_asked_) {
    write_end();
    return 0;
  }
  auto order = read_attempt_order(".");
  if (!order) {
    end_.detail = "its order cannot be read";
    write_end();
    return kAttemptUsage;
  }
  order_ = std::move(*order);
  if (const int refused = claim(); refused != 0) {
    if (refused != kAttemptClaimed) write_end();
    return refused;
  }
  if (auto tasks = plan_tasks(folder_, order_); !tasks) {
    end_.exit_code = 126;
    end_.detail = to_string(tasks.fault());
  } else {
    tasks.value().oom_adj = oom_adj_;
    cgroup_ = tasks.value().cgroup;
    if (order_.order.time_limit_s > 0) limit_at_ = started_ + order_.order.time_limit_s * 1000;
    if (start_tasks(tasks.value())) supervise();
    kill_rest();
    for (const char* const log : {"out", "err"}) LogLimit(log, order_.log_limit_bytes).look();
    if (!cgroup_.empty() && oom_kills(cgroup_) > 0) end_.detail = "out of memory";
    if (!cgroup_.empty()) ::rmdir(cgroup_.c_str());
    std::error_code ignored;
    std::filesystem::remove_all("tmp", ignored);
  }
  write_end();
  return 0;
}

}  // namespace

int run_attempt(int argc, char** argv) {
  if (argc != 3) return kAttemptUsage;
  return Supervisor(argv[2]).run();
}

}  // namespace dure
