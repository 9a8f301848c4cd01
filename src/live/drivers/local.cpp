#include "live/drivers/local.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

#include "io/atomic_file.h"
#include "io/describe_json.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatch = 128;  // one descriptor each is open at a time
constexpr int kLowestFd = 10;        // clear of those that the supervisor is given
constexpr const char* kDraft = ".new-";

struct Drained {
  std::vector<NodeOrder> nodes;
  template <class S = Drained>
  static constexpr auto describe() {
    return Fields(Field("nodes", &S::nodes, "that take no work"));
  }
};

Answer done(std::string remote = "") { return {Answer::done, std::move(remote), "", ""}; }
Answer refused(std::string code, std::string detail) {
  return {Answer::refused, "", std::move(code), std::move(detail)};
}
Answer cannot(const std::string& path) {
  return refused("folder", path + ": " + error_text(errno));
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Fd high(Fd low) { return Fd(::fcntl(low.fd, F_DUPFD_CLOEXEC, kLowestFd)); }

enum class Sent { yes, nobody, full };
Sent send_line(const std::string& gate, const std::string& line) {
  const Fd file(::open(gate.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return Sent::nobody;  // ENXIO: no supervisor has it open
  return ::write(file.fd, line.data(), line.size()) == static_cast<ssize_t>(line.size())
             ? Sent::yes
             : Sent::full;
}

}  // namespace

// ---- open ----

LocalDriver::LocalDriver(LocalOptions options, LocalHardware hardware)
    : options_(std::move(options)),
      hardware_(hardware),
      meter_(options_.meter, hardware),
      attempts_folder_(options_.folder + "/attempts"),
      logs_folder_(options_.folder + "/logs"),
      boot_(boot_id(options_.meter.system_root)),
      other_users_(::geteuid() == 0) {
  const bool pretended = hardware_.gpus == 0;
  for (const std::string& name : options_.nodes) {
    Node node;
    node.name = name;
    node.cpus = options_.cpus.value_or(hardware_.cpus);
    node.memory_mib = options_.memory_mib.value_or(hardware_.memory_mib);
    if (pretended) node.gpus = options_.pretended_gpus;
    if (!pretended && nodes_.empty()) node.gpus = hardware_.gpus;
    node.first_gpu = nodes_.empty() ? 0 : nodes_.back().first_gpu + nodes_.back().gpus;
    node.holder.resize(static_cast<std::size_t>(node.gpus));
    nodes_.push_back(std::move(node));
  }
}

Result<std::unique_ptr<LocalDriver>> LocalDriver::open(LocalOptions options) {
  if (options.runner.empty()) return Fault{"runner", "a program and its arguments", "nothing", ""};
  if (!options.folder.starts_with('/'))
    return Fault{"folder", "an absolute path", options.folder, "jobs are told their own"};
  if (options.nodes.empty()) {
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    options.nodes.emplace_back(name[0] == '\0' ? "local" : name);
  }
  const std::set<std::string> names(options.nodes.begin(), options.nodes.end());
  if (names.size() != options.nodes.size() || names.contains(""))
    return Fault{"nodes", "names that differ", "the same name twice, or none", ""};
  if (options.pretended_gpus < 0 || options.pretended_gpus > 1024)
    return Fault{"pretended_gpus", "0 to 1024", std::to_string(options.pretended_gpus), ""};
  // One spelling for ever: it is how processes are known that lost their supervisor.
  std::error_code error;
  ::mkdir(options.folder.c_str(), 0700);
  const fs::path folder = fs::canonical(options.folder, error);
  if (error) return Fault{options.folder, "a folder that can be made", error.message(), ""};
  options.folder = folder.string();
  const LocalHardware hardware = find_hardware(options.meter.system_root);
  std::unique_ptr<LocalDriver> driver(new LocalDriver(std::move(options), hardware));
  if (auto made = driver->prepare_folders(); !made) return made.fault();
  if (auto read = driver->read_drained(); !read) return read.fault();
  driver->adopt();
  return driver;
}

Result<Done> LocalDriver::prepare_folders() {
  const mode_t mode = other_users_ ? 0711 : 0700;
  for (const std::string& folder : {options_.folder, attempts_folder_, logs_folder_}) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
      return Fault{folder, "a folder that can be made", error_text(errno), ""};
    if (::chmod(folder.c_str(), mode) != 0 || ::access(folder.c_str(), W_OK | X_OK) != 0)
      return Fault{folder, "a folder of our own that can be written", error_text(errno), ""};
  }
  const std::string path = options_.folder + "/lock";
  lock_ = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) return Fault{path, "a file that can be written", error_text(errno), ""};
  if (::flock(lock_.fd, LOCK_EX | LOCK_NB) != 0)
    return Fault{path, "no other driver with this folder", "one that runs", ""};
  attempts_fd_ = Fd(::open(attempts_folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!attempts_fd_) return Fault{attempts_folder_, "a folder", error_text(errno), ""};
  return Done{};
}

Result<Done> LocalDriver::read_drained() {
  const std::string path = options_.folder + "/drained.json";
  const auto text = read_small_file(path);
  if (!text && !exists(path)) return Done{};
  const Outcome<Drained> drained = from_json<Drained>(text.value_or(""), path);
  if (!drained) return drained.faults().front();
  for (const NodeOrder& order : drained.value().nodes) {
    if (Node* const node = find_node(order.node)) node->drained = order.reason;
  }
  return Done{};
}

// What an earlier driver left: half-made folders have no supervisor and go; the rest is ours.
void LocalDriver::adopt() {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator i(attempts_folder_, error), end; !error && i != end;
       i.increment(error))
    names.push_back(i->path().filename().string());
  for (const std::string& key : names) {
    if (key.starts_with(kDraft)) fs::remove_all(folder_of(key), error);
    if (!attempt_key_is_good(key)) continue;
    Attempt attempt;
    attempt.plan = read_attempt_order(folder_of(key)).value_or(AttemptOrder{});
    attempt.seen.key = attempt.plan.order.key = key;
    for (std::size_t n = 0; n < attempt.plan.gpus.size(); ++n) {
      const std::string held = "," + attempt.plan.gpus[n] + ",";
      for (Node& node : nodes_) {
        for (std::size_t slot = 0; slot < node.holder.size(); ++slot) {
          const auto index = node.first_gpu + static_cast<std::int64_t>(slot);
          if (held.find("," + std::to_string(index) + ",") != std::string::npos)
            node.holder[slot] = key;
        }
      }
    }
    attempts_.emplace(key, std::move(attempt));
  }
}

std::string LocalDriver::name() const {
  std::string text = "local";
  if (hardware_.gpus == 0 && options_.pretended_gpus > 0) text += ", pretended GPUs";
  if (nodes_.size() > 1) text += ", pretended nodes";
  return text;
}

LocalDriver::Node* LocalDriver::find_node(const std::string& name) {
  for (Node& node : nodes_) {
    if (node.name == name) return &node;
  }
  return nullptr;
}

// ---- submit ----

std::optional<Answer> LocalDriver::user_refusal(const std::string& user) const {
  if (user.empty()) return std::nullopt;  // the agent's own
  passwd entry{};
  passwd* found = nullptr;
  std::string room(16'384, '\0');
  if (::getpwnam_r(user.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
    return refused("no_such_user", user);
  if (found->pw_uid == 0 && !options_.allow_root) return refused("root_refused", user);
  if (found->pw_uid != ::geteuid() && !other_users_)
    return refused("not_permitted", "the agent does not run as root, so not as " + user);
  return std::nullopt;
}

std::optional<Answer> LocalDriver::refusal(const RunOrder& order) {
  if (!attempt_key_is_good(order.key)) return refused("bad_key", "a-z A-Z 0-9 - . _, at most 60");
  // What the supervisor will read must be what we were told: this finds NULs and bad ranges.
  if (const auto read = from_json<RunOrder>(to_json(order), "order"); !read)
    return refused("bad_order", to_string(read.faults().front()));
  if (order.command.empty() ? !order.script.starts_with("#!") : order.command.front().empty())
    return refused("bad_order", "no command, and no script with a #! line");
  for (const std::string& entry : order.environment) {
    if (entry.find('=') == std::string::npos || entry.starts_with('='))
      return refused("bad_order", "environment: not NAME=value: " + entry);
  }
  std::set<std::string> names;
  for (const NodeShare& share : order.nodes) {
    const Node* const node = find_node(share.node);
    if (node == nullptr) return refused("no_such_node", share.node);
    if (!names.insert(share.node).second) return refused("bad_order", share.node + " twice");
    if (node->drained) return refused("node_drained", share.node);
    if (share.gpus > node->gpus || share.cpus > node->cpus || order.memory_mib > node->memory_mib)
      return refused("too_large", share.node + " has less");
  }
  if (names.empty()) return refused("bad_order", "no nodes");
  std::error_code error;
  if (!order.folder.empty() &&
      (!order.folder.starts_with('/') || !fs::is_directory(order.folder, error)))
    return refused("no_such_folder", order.folder);
  return user_refusal(order.user);
}

// The same order again, while it is held, is the same attempt; any other use of the key is refused.
std::optional<Answer> LocalDriver::existing(const RunOrder& order) {
  const auto known = attempts_.find(order.key);
  if (known != attempts_.end()) {
    const Attempt& attempt = known->second;
    const std::string folder = folder_of(order.key);
    const bool used = attempt.over || exists(folder + "/claim") || exists(folder + "/end.json");
    if (attempt.plan.order == order && !attempt.seen.remote.empty() && !used &&
        is_locked(folder + "/supervisor"))
      return done(attempt.seen.remote);
    return refused("key_used", order.key);
  }
  if (exists(log_folder_of(order.key))) return refused("key_used", order.key);
  return std::nullopt;
}

std::optional<Answer> LocalDriver::take_gpus(AttemptOrder& plan) {
  for (const NodeShare& share : plan.order.nodes) {
    const Node& node = *find_node(share.node);
    const auto free = std::count(node.holder.begin(), node.holder.end(), "");
    if (free < share.gpus)
      return refused("gpus_busy", share.node + ": " + std::to_string(free) + " are free");
  }
  for (const NodeShare& share : plan.order.nodes) {
    Node& node = *find_node(share.node);
    std::string indices;
    std::int64_t left = share.gpus;
    for (std::size_t slot = 0; slot < node.holder.size() && left > 0; ++slot) {
      if (!node.holder[slot].empty()) continue;
      node.holder[slot] = plan.order.key;  // invariant 1
      --left;
      if (!indices.empty()) indices += ',';
      indices += std::to_string(node.first_gpu + static_cast<std::int64_t>(slot));
    }
    plan.gpus.push_back(indices);
  }
  return std::nullopt;
}

void LocalDriver::release_gpus(const std::string& key) {
  for (Node& node : nodes_) {
    for (std::string& holder : node.holder) {
      if (holder == key) holder.clear();
    }
  }
}

struct LocalDriver::Draft {
  std::size_t index = 0;  // of its order
  AttemptOrder plan;
  std::string temporary;
  Fd lock;
};

std::vector<Answer> LocalDriver::submit_held(std::span<const RunOrder> orders) {
  std::vector<Answer> answers(orders.size());
  for (std::size_t from = 0; from < orders.size(); from += kBatch) {
    const auto part = orders.subspan(from, std::min(kBatch, orders.size() - from));
    std::vector<Answer> some(part.size());
    submit_batch(part, some);
    std::move(some.begin(), some.end(), answers.begin() + static_cast<std::ptrdiff_t>(from));
  }
  return answers;
}

// Only that the folders are there is stored on disk, once for all: a claim needs a name to be found
// under. Orders need not outlive a power cut, since nothing that was ordered does (invariant 3).
void LocalDriver::submit_batch(std::span<const RunOrder> orders, std::vector<Answer>& answers) {
  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    Draft draft;
    draft.index = i;
    draft.plan.order = orders[i];
    std::optional<Answer> no = refusal(orders[i]);
    if (!no) no = existing(orders[i]);
    if (!no) no = take_gpus(draft.plan);
    if (no) {
      answers[i] = *no;
      continue;
    }
    draft.plan.boot = boot_;
    draft.plan.cgroup = options_.cgroup;
    draft.plan.log_limit_bytes = options_.log_limit_bytes;
    draft.plan.log_check_ms = options_.log_check_ms;
    draft.temporary = folder_of(kDraft + orders[i].key);
    attempts_[orders[i].key].plan = draft.plan;
    answers[i] = make_folder(draft);
    drafts.push_back(std::move(draft));
  }
  const auto next = [&](const auto& step) {
    for (Draft& draft : drafts) {
      Answer& answer = answers[draft.index];
      if (answer.kind == Answer::done) answer = step(draft);
    }
  };
  next([&](Draft& draft) { return show_folder(draft); });
  if (!drafts.empty() && ::fsync(attempts_fd_.fd) != 0)
    next([&](Draft&) { return cannot(attempts_folder_); });
  next([&](Draft& draft) { return start_supervisor(draft); });
  for (Draft& draft : drafts) {
    if (answers[draft.index].kind != Answer::done) drop(draft);
  }
}

Answer LocalDriver::make_folder(Draft& draft) {
  const std::string& folder = draft.temporary;
  const mode_t mode = other_users_ ? 0711 : 0700;
  if (::mkdir(folder.c_str(), mode) != 0 || ::chmod(folder.c_str(), mode) != 0)
    return cannot(folder);
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  const Fd order(::open((folder + "/order.json").c_str(), flags, 0600));  // it may hold secrets
  if (!order || !write_all(order.fd, to_json(draft.plan))) return cannot(folder);
  draft.lock = high(Fd(::open((folder + "/supervisor").c_str(), flags, 0600)));
  if (!draft.lock || ::flock(draft.lock.fd, LOCK_EX | LOCK_NB) != 0 ||
      ::mkfifo((folder + "/gate").c_str(), 0600) != 0)
    return cannot(folder);
  return done();
}

Answer LocalDriver::show_folder(Draft& draft) {
  const std::string folder = folder_of(draft.plan.order.key);
  if (::rename(draft.temporary.c_str(), folder.c_str()) != 0) return cannot(folder);
  draft.temporary = folder;
  return done();
}

Answer LocalDriver::start_supervisor(Draft& draft) {
  const std::string& folder = draft.temporary;
  // Both ways, so that the gate never closes while the supervisor has it.
  const Fd gate = high(Fd(::open((folder + "/gate").c_str(), O_RDWR | O_CLOEXEC)));
  if (!gate) return cannot(folder + "/gate");
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, gate.fd, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawn_file_actions_adddup2(&files, draft.lock.fd, 3);
  posix_spawn_file_actions_addclosefrom_np(&files, 4);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawnattr_setflags(&how,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv, environment;
  for (const std::string& word : options_.runner) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(const_cast<char*>(folder.c_str()));
  argv.push_back(nullptr);
  for (const std::string& entry : options_.environment)
    environment.push_back(const_cast<char*>(entry.c_str()));
  environment.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      ::posix_spawnp(&pid, argv.front(), &files, &how, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&how);
  if (error != 0)
    return refused("no_supervisor", options_.runner.front() + ": " + error_text(error));
  const auto process = read_process(pid);  // our child: its number is not used again before wait
  if (!process) {
    ::kill(pid, SIGKILL);
    to_wait_for_.push_back(pid);
    return refused("no_supervisor", "it ended at once");
  }
  Attempt& attempt = attempts_[draft.plan.order.key];
  attempt.seen.key = draft.plan.order.key;
  attempt.seen.remote = process_name(*process, ':');
  attempt.child = pid;
  return done(attempt.seen.remote);
}

// Nothing ran, and nothing can: no supervisor was started.
void LocalDriver::drop(Draft& draft) {
  std::error_code error;
  fs::remove_all(draft.temporary, error);
  release_gpus(draft.plan.order.key);
  attempts_.erase(draft.plan.order.key);
}

// ---- release, stop ----

std::vector<Answer> LocalDriver::release(std::span<const Handle> attempts) {
  std::vector<Answer> answers;
  for (const Handle& handle : attempts) answers.push_back(release_one(handle));
  return answers;
}

Answer LocalDriver::release_one(const Handle& handle) {
  if (!attempt_key_is_good(handle.key)) return refused("bad_key", handle.key);
  const auto found = attempts_.find(handle.key);
  if (found == attempts_.end()) {
    if (exists(log_folder_of(handle.key) + "/claim")) return done(handle.remote);
    return refused("no_such_attempt", handle.key);
  }
  Attempt& attempt = found->second;
  if (!handle.remote.empty() && !attempt.seen.remote.empty() &&
      handle.remote != attempt.seen.remote)
    return refused("wrong_number", handle.key + " is " + attempt.seen.remote);
  const std::string folder = folder_of(handle.key);
  if (exists(folder + "/claim")) return done(attempt.seen.remote);
  if (attempt.over) return refused("over", "it ended before it was released");
  switch (send_line(folder + "/gate", "release\n")) {
    case Sent::yes: attempt.released = true; return done(attempt.seen.remote);
    case Sent::full: return {Answer::unknown, "", "gate", "its supervisor does not read"};
    case Sent::nobody: break;
  }
  // It may have claimed, run and ended since we looked: only who has no claim has not run.
  if (exists(folder + "/claim")) return done(attempt.seen.remote);
  return refused("gone", "its supervisor is not there any more");
}

std::vector<Answer> LocalDriver::stop(std::span<const StopOrder> orders,
                                      std::span<const Handle> attempts) {
  CHECK(orders.size() == attempts.size());
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < orders.size(); ++i)
    answers.push_back(stop_one(orders[i], attempts[i]));
  return answers;
}

Answer LocalDriver::stop_one(const StopOrder& order, const Handle& handle) {
  if (!attempt_key_is_good(handle.key)) return refused("bad_key", handle.key);
  const auto found = attempts_.find(handle.key);
  if (found == attempts_.end()) {
    if (exists(log_folder_of(handle.key))) return done(handle.remote);  // over
    return refused("no_such_attempt", handle.key);
  }
  Attempt& attempt = found->second;
  if (!handle.remote.empty() && !attempt.seen.remote.empty() &&
      handle.remote != attempt.seen.remote)
    return refused("wrong_number", handle.key + " is " + attempt.seen.remote);
  if (attempt.over || (order.unless_started && attempt.released)) return done(attempt.seen.remote);
  const std::string line = "stop " + std::to_string(std::max<std::int64_t>(0, order.grace_s));
  if (send_line(folder_of(handle.key) + "/gate", line + "\n") == Sent::full)
    return {Answer::unknown, "", "gate", "its supervisor does not read"};
  return done(attempt.seen.remote);  // nobody there: observe() ends what is left
}

Answer LocalDriver::set_node(const NodeOrder& order) {
  Node* const node = find_node(order.node);
  if (node == nullptr) return refused("no_such_node", order.node);
  const std::optional<std::string> before = node->drained;
  node->drained = order.drain ? std::optional(order.reason) : std::nullopt;
  Drained all;
  for (const Node& each : nodes_) {
    if (each.drained) all.nodes.push_back({each.name, true, *each.drained});
  }
  const auto stored = write_file(options_.folder + "/drained.json", to_json(all));
  if (stored) return done();
  node->drained = before;
  return refused("folder", to_string(stored.fault()));
}

}  // namespace dure
