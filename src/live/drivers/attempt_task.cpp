#include "live/drivers/attempt_task.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <utility>

namespace dure {
namespace {

constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

Fault cannot(const std::string& what, const std::string& where) {
  return Fault{where, what, error_text(errno), ""};
}

Result<Done> make_folder(const TaskPlan& tasks, const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot("a new folder", path);
  if (tasks.other_user && ::chown(path.c_str(), tasks.uid, tasks.gid) != 0)
    return cannot("a folder of the user", path);
  return Done{};
}

Result<Fd> make_log(const TaskPlan& tasks, const std::string& path) {
  Fd log(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!log) return cannot("a file for the output", path);
  // So that "> /dev/stderr" works: it opens the file anew.
  if (tasks.other_user && ::fchown(log.fd, tasks.uid, tasks.gid) != 0)
    return cannot("a file of the user", path);
  return log;
}

Result<Done> make_script(const TaskPlan& tasks, const std::string& path, std::string_view text) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700));
  if (!file || !write_all(file.fd, text)) return cannot("a file for the script", path);
  if (tasks.other_user && ::fchown(file.fd, tasks.uid, tasks.gid) != 0)
    return cannot("a script of the user", path);
  return Done{};
}

Result<Done> find_user(TaskPlan& tasks) {
  const std::string& name = tasks.plan.order.user;
  errno = 0;
  const passwd* const user = name.empty() ? ::getpwuid(::geteuid()) : ::getpwnam(name.c_str());
  if (user == nullptr) {
    if (!name.empty()) return Fault{"order.json: user", "a user of this machine", name, ""};
    tasks.uid = ::geteuid();  // a container without passwd: the number is enough
    tasks.gid = ::getegid();
    tasks.user = std::to_string(tasks.uid);
    return Done{};
  }
  tasks.uid = user->pw_uid;
  tasks.gid = user->pw_gid;
  tasks.user = user->pw_name;
  tasks.home = user->pw_dir;
  tasks.shell = user->pw_shell;
  tasks.other_user = tasks.uid != ::geteuid();
  return Done{};
}

bool write_word(const std::string& path, const std::string& text) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && write_all(file.fd, text);
}

// Memory is only limited by a cgroup: RLIMIT_AS counts addresses, of which CUDA reserves terabytes.
Result<Done> make_cgroup(TaskPlan& tasks) {
  if (tasks.plan.cgroup.empty()) return Done{};
  const std::string path = tasks.plan.cgroup + "/" + tasks.plan.order.key;
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return cannot("a new cgroup", path);
  tasks.cgroup = path;
  if (tasks.plan.order.memory_mib > 0) {  // memory_mib is on each node, and all are this machine
    const auto nodes = static_cast<std::int64_t>(tasks.plan.order.nodes.size());
    if (!write_word(path + "/memory.max",
                    std::to_string(tasks.plan.order.memory_mib * nodes * 1024 * 1024)))
      return cannot("a limit of memory, which needs the controller memory", path);
    static_cast<void>(write_word(path + "/memory.swap.max", "0"));  // not all kernels have it
  }
  return Done{};
}

void set(std::map<std::string, std::string>& all, const std::string& entry) {
  const std::size_t equals = entry.find('=');
  if (equals != std::string::npos && equals != 0)
    all[entry.substr(0, equals)] = entry.substr(equals + 1);
}

[[noreturn]] void give_up(int code, const std::string& what) {
  static_cast<void>(write_all(STDERR_FILENO, "dure: " + what + ": " + error_text(errno) + "\n"));
  ::_exit(code);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// In the new process, which has one thread: all of libc may be used.
[[noreturn]] void become_task(const TaskPlan& tasks, const std::vector<std::string>& environment) {
  ::setsid();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(tasks.nothing.fd, STDIN_FILENO);
  ::dup2(tasks.out.fd, STDOUT_FILENO);
  ::dup2(tasks.err.fd, STDERR_FILENO);
  if (!tasks.oom_adj.empty())
    static_cast<void>(write_word("/proc/self/oom_score_adj", tasks.oom_adj));
  if (!tasks.cgroup.empty() && !write_word(tasks.cgroup + "/cgroup.procs", "0"))
    give_up(126, "cannot enter " + tasks.cgroup);
  ::umask(022);
  if (tasks.other_user) {
    if (::initgroups(tasks.user.c_str(), tasks.gid) != 0 || ::setgid(tasks.gid) != 0 ||
        ::setuid(tasks.uid) != 0)
      give_up(126, "cannot become user " + tasks.user);
    if (::setuid(0) == 0) give_up(126, "could become root again");
  }
  if (::chdir(tasks.start_folder.c_str()) != 0) give_up(126, "folder " + tasks.start_folder);
  const std::vector<char*> argv = pointers(tasks.argv), envp = pointers(environment);
  environ = const_cast<char**>(envp.data());  // execvp looks its PATH up there
  ::execvp(argv.front(), argv.data());
  give_up(errno == ENOENT ? 127 : 126, "cannot run " + tasks.argv.front());
}

}  // namespace

Result<TaskPlan> plan_tasks(const std::string& folder, AttemptOrder order) {
  TaskPlan tasks;
  tasks.folder = folder;
  tasks.plan = std::move(order);
  if (auto user = find_user(tasks); !user) return user.fault();
  TRY(out, make_log(tasks, folder + "/out"));
  TRY(err, make_log(tasks, folder + "/err"));
  tasks.out = std::move(out);
  tasks.err = std::move(err);
  tasks.nothing = Fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (auto tmp = make_folder(tasks, folder + "/tmp"); !tmp) return tmp.fault();
  tasks.start_folder = tasks.plan.order.folder;
  if (tasks.start_folder.empty()) {
    tasks.start_folder = folder + "/work";
    if (auto work = make_folder(tasks, tasks.start_folder); !work) return work.fault();
  }
  tasks.argv = tasks.plan.order.command;
  if (tasks.argv.empty()) {
    tasks.argv = {folder + "/script"};
    auto made = make_script(tasks, tasks.argv.front(), tasks.plan.order.script);
    if (!made) return made.fault();
  }
  if (auto cgroup = make_cgroup(tasks); !cgroup) return cgroup.fault();
  return tasks;
}

std::vector<std::string> task_environment(const TaskPlan& tasks, std::size_t rank,
                                          const std::vector<std::string>& base) {
  std::map<std::string, std::string> all;
  const RunOrder& order = tasks.plan.order;
  all["PATH"] = kPath;
  all["LANG"] = "C.UTF-8";
  for (const std::string& entry : base) set(all, entry);
  all["HOME"] = tasks.home.empty() ? tasks.start_folder : tasks.home;
  all["USER"] = all["LOGNAME"] = tasks.user;
  all["SHELL"] = tasks.shell.empty() ? "/bin/sh" : tasks.shell;
  all["TMPDIR"] = tasks.folder + "/tmp";
  all["PWD"] = tasks.start_folder;
  const NodeShare& share = order.nodes.at(rank);
  if (share.cpus > 0) all["OMP_NUM_THREADS"] = std::to_string(share.cpus);
  for (const std::string& entry : order.environment) set(all, entry);
  std::string nodes;
  for (const NodeShare& node : order.nodes) nodes += (nodes.empty() ? "" : ",") + node.node;
  const std::string gpus = rank < tasks.plan.gpus.size() ? tasks.plan.gpus[rank] : "";
  all["DURE_JOB_KEY"] = order.key;
  all["DURE_ATTEMPT_FOLDER"] = tasks.folder;
  all["DURE_NODES"] = nodes;
  all["DURE_NODE"] = share.node;
  all["DURE_NODE_RANK"] = std::to_string(rank);
  all["DURE_GPUS"] = gpus;
  // Not empty where there are none: scripts write ${CUDA_VISIBLE_DEVICES:-0}. -1 names no device;
  // NVIDIA's container tools say void.
  all["CUDA_VISIBLE_DEVICES"] = all["ROCR_VISIBLE_DEVICES"] = gpus.empty() ? "-1" : gpus;
  all["NVIDIA_VISIBLE_DEVICES"] = gpus.empty() ? "void" : gpus;
  std::vector<std::string> out;
  for (const auto& [name, value] : all) out.push_back(name + "=" + value);
  return out;
}

pid_t start_task(const TaskPlan& tasks, const std::vector<std::string>& environment) {
  const pid_t pid = ::fork();
  if (pid == 0) become_task(tasks, environment);
  return pid;
}

}  // namespace dure
