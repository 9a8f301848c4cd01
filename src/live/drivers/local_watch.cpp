// The half of the local driver that looks: what runs, how it ended, its logs, power.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <set>
#include <utility>

#include "live/drivers/local.h"

namespace dure {
namespace {

constexpr int kEmptyLooks = 2;  // invariant 2 of local.h
constexpr std::int64_t kMostLogBytes = 1'048'576;
constexpr const char* kFolderName = "DURE_ATTEMPT_FOLDER";

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  const std::string text = read_small_file(path).value_or("");
  for (std::size_t from = 0, end = 0; (end = text.find('\n', from)) != std::string::npos;
       from = end + 1)
    lines.push_back(text.substr(from, end - from));
  return lines;
}

std::string end_text(const AttemptEnd& end) {
  if (!end.detail.empty()) return end.detail;
  const std::string how = end.signal > 0      ? "signal " + std::to_string(end.signal) + ", "
                          : end.exit_code > 0 ? "exit " + std::to_string(end.exit_code) + ", "
                                              : "";
  return how + "ran " + std::to_string(end.ended_ms - end.started_ms) + " ms, used " +
         std::to_string(end.cpu_ms) + " ms of processor and at most " +
         std::to_string(end.max_rss_kib) + " KiB in one process";
}

}  // namespace

struct LocalDriver::Processes {
  bool read = false;
  std::vector<Process> all;
  std::multimap<std::string, pid_t> by_folder;

  void need() {
    if (read) return;
    read = true;
    all = all_processes();
    for (const Process& p : all) {
      if (auto folder = environment_value(p.pid, kFolderName))
        by_folder.emplace(std::move(*folder), p.pid);
    }
  }
};

Result<Sweep> LocalDriver::observe(std::span<const Handle>) {
  Sweep sweep;
  sweep.complete = true;
  sweep.boot = boot_;
  Processes processes;
  for (auto& [key, attempt] : attempts_) {
    if (!attempt.over) look(key, attempt, processes);
    sweep.attempts.push_back(attempt.seen);
  }
  std::erase_if(to_wait_for_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  for (const Node& node : nodes_) sweep.nodes.push_back(report(node));
  return sweep;
}

void LocalDriver::look(const std::string& key, Attempt& attempt, Processes& processes) {
  const std::string folder = folder_of(key);
  Seen& seen = attempt.seen;
  const bool locked = is_locked(folder + "/supervisor");  // before the end: then nothing slips by
  if (const auto end = read_attempt_end(folder)) return take_end(key, attempt, *end);
  seen.claimed = seen.claimed || exists(folder + "/claim");
  if (seen.remote.empty()) {
    const auto text = read_small_file(folder + "/supervisor");
    if (const auto process = text ? parse_process(*text, ' ') : std::nullopt)
      seen.remote = process_name(*process, ':');
  }
  seen.state = Seen::held;
  if (attempt.released) seen.state = Seen::pending;
  if (seen.claimed) seen.state = Seen::running;
  if (locked) return;
  if (attempt.plan.boot != boot_) {
    seen.node_failed = true;  // invariant 3
    return lose(key, attempt, "the machine started anew");
  }
  if (!seen.claimed) return lose(key, attempt, "its supervisor died before it ran");
  if (end_rest(key, attempt, processes)) {
    attempt.empty_looks = 0;
    seen.detail = "its supervisor died; what is left of it is being ended";
  } else if (++attempt.empty_looks >= kEmptyLooks) {
    lose(key, attempt, "its supervisor died");
  }
}

void LocalDriver::take_end(const std::string& key, Attempt& attempt, const AttemptEnd& end) {
  if (!end.ran && !end.stopped)
    return lose(key, attempt, end.detail.empty() ? "it could not be run" : end.detail);
  Seen& seen = attempt.seen;
  seen.state = Seen::ended;
  seen.claimed = end.ran;
  seen.exit_code = end.exit_code;
  seen.signal = end.signal;
  seen.time_limit = end.time_limit;
  seen.stopped = end.stopped;
  seen.node_failed = end.node_failed;
  seen.detail = end.ran ? end_text(end) : "it was taken away before it ran";
  if (seen.remote.empty()) {
    const auto text = read_small_file(folder_of(key) + "/supervisor");
    if (const auto process = text ? parse_process(*text, ' ') : std::nullopt)
      seen.remote = process_name(*process, ':');
  }
  finish(key, attempt);
}

void LocalDriver::finish(const std::string& key, Attempt& attempt) {
  attempt.over = true;
  release_gpus(key);
  if (attempt.child != 0) to_wait_for_.push_back(std::exchange(attempt.child, 0));
}

void LocalDriver::lose(const std::string& key, Attempt& attempt, std::string detail) {
  attempt.seen.state = Seen::lost;
  attempt.seen.detail = std::move(detail);
  finish(key, attempt);
}

// Signals what a dead supervisor left. False: there is nothing.
bool LocalDriver::end_rest(const std::string& key, Attempt& attempt, Processes& processes) {
  processes.need();
  const std::string folder = folder_of(key);
  std::vector<Process> tasks;
  for (const std::string& line : lines_of(folder + "/tasks")) {
    if (const auto task = parse_process(line, ' ')) tasks.push_back(*task);
  }
  std::set<pid_t> marked;  // by its environment or its cgroup
  for (auto [i, end] = processes.by_folder.equal_range(folder); i != end; ++i)
    marked.insert(i->second);
  if (!attempt.plan.cgroup.empty()) {
    for (const std::string& line : lines_of(attempt.plan.cgroup + "/" + key + "/cgroup.procs")) {
      pid_t pid = 0;
      std::from_chars(line.data(), line.data() + line.size(), pid);
      if (pid > 0) marked.insert(pid);
    }
  }
  std::set<pid_t> groups;  // of tasks whose number no other process has now
  for (const Process& task : tasks) {
    const auto now = std::find_if(processes.all.begin(), processes.all.end(),
                                  [&](const Process& p) { return p.pid == task.pid; });
    if (now == processes.all.end() || now->start == task.start) groups.insert(task.pid);
  }
  const auto ours = [&](const Process& p) {
    return marked.contains(p.pid) || groups.contains(p.group);
  };
  std::vector<Process> left = descendants(processes.all, ours);
  for (const Process& p : processes.all) {
    if (ours(p) && p.state != 'Z' && p.state != 'X') left.push_back(p);
  }
  if (left.empty()) {
    if (!attempt.plan.cgroup.empty()) ::rmdir((attempt.plan.cgroup + "/" + key).c_str());
    return false;
  }
  const std::int64_t now_ms = steady_ms();
  if (!attempt.asked_to_end) {
    attempt.asked_to_end = true;
    attempt.kill_at_ms = now_ms + attempt.plan.order.grace_s * 1000;
    for (const Process& p : left) signal_process(p, SIGTERM);
  } else if (now_ms >= attempt.kill_at_ms) {
    for (const Process& p : left) signal_process(p, SIGKILL);
  }
  return true;
}

NodeReport LocalDriver::report(const Node& node) const {
  NodeReport out;
  out.name = node.name;
  out.partition = options_.partition;
  out.gpus = node.gpus;
  out.cpus = node.cpus;
  out.memory_mib = node.memory_mib;
  if (node.drained) {
    const bool busy = std::any_of(attempts_.begin(), attempts_.end(), [&](const auto& one) {
      const auto& shares = one.second.plan.order.nodes;
      return !one.second.over && std::any_of(shares.begin(), shares.end(), [&](const auto& share) {
        return share.node == node.name;
      });
    });
    out.state = busy ? NodeState::draining : NodeState::drained;
    out.reason = *node.drained;
  } else if (hardware_.gpus == 0 && node.gpus > 0) {
    out.reason = "its GPUs are pretended";
  }
  return out;
}

Result<std::optional<Seen>> LocalDriver::trace(const std::string& key) {
  if (!attempt_key_is_good(key)) return Fault{"key", "a-z A-Z 0-9 - . _, at most 60", key, ""};
  std::string folder = folder_of(key);
  if (!exists(folder)) folder = log_folder_of(key);
  if (!exists(folder + "/claim")) return std::optional<Seen>();
  Attempt attempt;
  attempt.seen.key = key;
  attempt.seen.claimed = true;
  attempt.seen.state = Seen::running;
  if (const auto end = read_attempt_end(folder)) {
    attempt.seen.state = Seen::ended;
    attempt.seen.exit_code = end->exit_code;
    attempt.seen.signal = end->signal;
    attempt.seen.time_limit = end->time_limit;
    attempt.seen.stopped = end->stopped;
    attempt.seen.node_failed = end->node_failed;
    attempt.seen.detail = end_text(*end);
  }
  return std::optional<Seen>(attempt.seen);
}

Result<LogPart> LocalDriver::read_log(const std::string& key, LogStream stream, std::int64_t offset,
                                      std::int64_t most) {
  if (!attempt_key_is_good(key)) return Fault{"key", "a-z A-Z 0-9 - . _, at most 60", key, ""};
  if (offset < 0 || most < 1) return Fault{"offset and most", "at least 0 and 1", "less", ""};
  const std::string file = "/" + std::string(enum_name(stream));
  // Not through a link: the file is the job's own, and so may what it is made to point at.
  const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  Fd log(::open((folder_of(key) + file).c_str(), flags));
  if (!log) log = Fd(::open((log_folder_of(key) + file).c_str(), flags));
  struct stat info {};
  if (!log || ::fstat(log.fd, &info) != 0 || !S_ISREG(info.st_mode))
    return Fault{key + file, "a log", "none", "it has not run yet, or never will"};
  LogPart part;
  part.size = info.st_size;
  part.offset = std::min<std::int64_t>(offset, part.size);
  std::int64_t end = std::min(part.size, part.offset + std::min(most, kMostLogBytes));
  if (part.offset == part.size) return part;
  // What was punched out (attempt.h, invariant 4) is passed over, not read as zeros.
  const off_t data = ::lseek(log.fd, part.offset, SEEK_DATA);
  if (data < 0 && errno == ENXIO) {
    part.offset = part.size;
    return part;
  }
  if (data > part.offset) {
    end = std::min(part.size, data + (end - part.offset));
    part.offset = data;
  }
  const off_t hole = ::lseek(log.fd, part.offset, SEEK_HOLE);
  if (hole > part.offset) end = std::min<std::int64_t>(end, hole);
  part.bytes.resize(static_cast<std::size_t>(end - part.offset));
  ssize_t n = 0;
  do {
    n = ::pread(log.fd, part.bytes.data(), part.bytes.size(), part.offset);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return Fault{key + file, "a log that can be read", error_text(errno), ""};
  part.bytes.resize(static_cast<std::size_t>(n));
  return part;
}

void LocalDriver::forget(const std::string& key) {
  const auto found = attempts_.find(key);
  if (found == attempts_.end() || !found->second.over) return;
  const std::string folder = folder_of(key);
  std::error_code error;
  for (const char* const name : {"gate", "supervisor", "tasks", "script", "end.tmp", "tmp"})
    std::filesystem::remove_all(folder + "/" + name, error);
  // Kept under its key if it cannot move: then it is reported again after a restart, no more.
  ::rename(folder.c_str(), log_folder_of(key).c_str());
  attempts_.erase(found);
}

// ---- power ----

std::int64_t LocalDriver::model_w(const Node& node, double cpu_share, double gpu_share) const {
  const PowerModel& model = options_.power;
  const auto gpus = static_cast<double>(node.gpus);
  return std::llround(model.idle_w + cpu_share * model.cpu_span_w +
                      gpus * (model.gpu_idle_w + gpu_share * model.gpu_span_w));
}

std::vector<NodeSample> LocalDriver::samples() {
  std::vector<NodeSample> samples;
  const bool one = nodes_.size() == 1;  // several share one meter: then each is worked out
  const std::optional<double> share = meter_.cpu_share();
  const double temperature = meter_.temperature_c();
  for (const Node& node : nodes_) {
    NodeSample sample;
    sample.node = node.name;
    sample.at_ms = options_.now_ms ? options_.now_ms() : 0;
    sample.temperature_c = temperature;
    std::int64_t held_cpus = 0;
    std::set<std::string> running;
    for (const auto& [key, attempt] : attempts_) {
      if (attempt.over || !attempt.seen.claimed) continue;
      running.insert(key);
      for (const NodeShare& s : attempt.plan.order.nodes)
        held_cpus += s.node == node.name ? s.cpus : 0;
    }
    const auto held = std::count_if(node.holder.begin(), node.holder.end(),
                                    [&](const std::string& key) { return running.contains(key); });
    sample.gpu_share =
        node.gpus > 0 ? static_cast<double>(held) / static_cast<double>(node.gpus) : 0;
    sample.cpu_share = std::min(1.0, static_cast<double>(held_cpus) /
                                         static_cast<double>(std::max<std::int64_t>(1, node.cpus)));
    if (one && share) sample.cpu_share = *share;
    sample.power_w = model_w(node, sample.cpu_share, sample.gpu_share);
    if (one) measure(node, sample);
    samples.push_back(std::move(sample));
  }
  return samples;
}

// The source is that of the largest part: on a node with GPUs these.
void LocalDriver::measure(const Node& node, NodeSample& sample) {
  const std::optional<double> processors = meter_.processor_w();
  if (hardware_.gpus == 0) {
    if (node.gpus > 0 || !processors) return;  // pretended GPUs: all of it is worked out
    sample.power_w = std::llround(*processors);
    sample.source = PowerSource::rapl;
    return;
  }
  const std::vector<GpuReading> gpus = meter_.gpus();
  if (gpus.empty()) return;
  double gpu_w = 0, share = 0;
  for (const GpuReading& gpu : gpus) {
    gpu_w += gpu.power_w;
    share += gpu.share;
    sample.temperature_c = std::max(sample.temperature_c, gpu.temperature_c);
  }
  sample.gpu_share = std::clamp(share / static_cast<double>(gpus.size()), 0.0, 1.0);
  const double rest =
      processors.value_or(options_.power.idle_w + sample.cpu_share * options_.power.cpu_span_w);
  sample.power_w = std::llround(gpu_w + rest);
  sample.source = PowerSource::nvml;
}

bool LocalDriver::caps_power() const { return nodes_.size() == 1 && meter_.caps(); }

Answer LocalDriver::cap(const CapOrder& order) {
  if (!caps_power()) return Driver::cap(order);
  const Node* const node = find_node(order.node);
  if (node == nullptr) return {Answer::refused, "", "no_such_node", order.node};
  // With GPUs the processors are not capped, so they count in full; without, the rest idles.
  const PowerModel& model = options_.power;
  const double other_w = hardware_.gpus > 0 ? model.idle_w + model.cpu_span_w : 0;
  const Result<Done> capped = meter_.cap(static_cast<double>(order.cap_w), other_w);
  if (capped) return {Answer::done, "", "", ""};
  return {Answer::refused, "", "cap_refused", to_string(capped.fault())};
}

}  // namespace dure
