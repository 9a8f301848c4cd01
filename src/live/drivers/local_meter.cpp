#include "live/drivers/local_meter.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <utility>

#include "live/drivers/attempt_files.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLeaveAloneMs = 60'000;
constexpr std::int64_t kLeastSpanMs = 20;  // RAPL counts in steps of about 1 ms

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

template <class T>
std::optional<T> number(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  T out{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<std::int64_t> whole_in(const std::string& path) {
  const auto text = read_small_file(path, 4096);
  return text ? number<std::int64_t>(*text) : std::nullopt;
}

// Names in a folder, sorted; none where it cannot be read.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    names.push_back(i->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What `argv` writes to stdout. none: it failed, or took longer than the deadline (and is killed).
struct Said {
  bool late = false;
  std::optional<std::string> text;
};
void kill_now(pid_t pid) {
  ::kill(pid, SIGKILL);
  // One that hangs in its driver may not even die: it is not waited for longer than this.
  for (int tries = 0; tries < 50 && ::waitpid(pid, nullptr, WNOHANG) == 0; ++tries)
    ::poll(nullptr, 0, 2);
}
Said run_within(const std::vector<std::string>& argv, std::int64_t deadline_ms) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  const Fd from(ends[0]);
  Fd to(ends[1]);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, to.fd, 1);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  std::vector<char*> args;
  for (const std::string& a : argv) args.push_back(const_cast<char*>(a.c_str()));
  args.push_back(nullptr);
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path, nullptr};
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, argv[0].c_str(), &files, nullptr, args.data(), environment);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) return {};
  to = Fd();  // the old one goes with the temporary
  std::string text;
  const std::int64_t end = steady_ms() + deadline_ms;
  for (char part[4096];;) {
    pollfd waits{from.fd, POLLIN, 0};
    const std::int64_t rest = end - steady_ms();
    if (rest <= 0 || ::poll(&waits, 1, static_cast<int>(rest)) <= 0 || text.size() > 1 << 20) {
      kill_now(pid);
      return {true, std::nullopt};
    }
    const ssize_t n = ::read(from.fd, part, sizeof part);
    if (n <= 0) break;
    text.append(part, static_cast<std::size_t>(n));
  }
  int status = 0;
  for (pid_t done = 0; (done = ::waitpid(pid, &status, WNOHANG)) == 0;) {  // stdout closed: soon
    if (steady_ms() > end) {
      kill_now(pid);
      return {true, std::nullopt};
    }
    ::poll(nullptr, 0, 2);
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return {};
  return {false, text};
}

std::pair<std::int64_t, std::int64_t> cpu_ticks(const std::string& root) {  // busy, all
  const auto text = read_small_file(root + "/proc/stat", 4 << 20);
  if (!text || !text->starts_with("cpu ")) return {0, 0};
  std::string_view line = std::string_view(*text).substr(4, text->find('\n') - 4);
  std::int64_t all = 0, idle = 0;
  for (int field = 0; field < 8 && !line.empty(); ++field) {  // user … steal; guests are in user
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    const std::int64_t ticks = number<std::int64_t>(word).value_or(0);
    all += ticks;
    if (field == 3 || field == 4) idle += ticks;  // idle, iowait
  }
  return {all - idle, all};
}

bool writable(const std::string& path) { return ::access(path.c_str(), W_OK) == 0; }

}  // namespace

LocalHardware find_hardware(const std::string& root) {
  LocalHardware found;
  for (const std::string& name : names_in(root + "/proc/driver/nvidia/gpus"))
    found.gpus += name.empty() ? 0 : 1;
  if (found.gpus == 0) {
    for (const std::string& name : names_in(root + "/dev"))
      found.gpus += name.starts_with("nvidia") && digits(std::string_view(name).substr(6)) ? 1 : 0;
  }
  found.cpus = std::max<std::int64_t>(1, ::sysconf(_SC_NPROCESSORS_ONLN));
  found.memory_mib = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) / 1024 *
                     static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
  return found;
}

LocalMeter::LocalMeter(MeterOptions options, LocalHardware hardware)
    : options_(std::move(options)), hardware_(hardware) {
  const std::string base = options_.system_root + "/sys/class/powercap/";
  for (const std::string& name : names_in(base)) {
    if (!name.starts_with("intel-rapl:")) continue;  // AMD's has this name too
    const auto kind = read_small_file(base + name + "/name", 256);
    const auto energy = whole_in(base + name + "/energy_uj");
    const auto range = whole_in(base + name + "/max_energy_range_uj");
    if (!kind || !energy || !range) continue;
    const bool package = kind->starts_with("package");
    // core and uncore are parts of the package; psys would count it again.
    if (package || kind->starts_with("dram"))
      zones_.push_back({base + name, package, *energy, *range});
  }
  read_at_ms_ = steady_ms();
  std::tie(busy_ticks_, all_ticks_) = cpu_ticks(options_.system_root);
}

std::optional<double> LocalMeter::processor_w() {
  const std::int64_t span_ms = steady_ms() - read_at_ms_;
  if (zones_.empty() || span_ms < kLeastSpanMs) return std::nullopt;
  std::int64_t used_uj = 0;
  for (Zone& zone : zones_) {
    const auto now = whole_in(zone.folder + "/energy_uj");
    if (!now) return std::nullopt;
    used_uj += *now - zone.energy_uj + (*now < zone.energy_uj ? zone.range_uj : 0);
    zone.energy_uj = *now;
  }
  read_at_ms_ += span_ms;
  return static_cast<double>(used_uj) / 1000.0 / static_cast<double>(span_ms);
}

std::optional<std::string> LocalMeter::nvidia_smi(const std::vector<std::string>& arguments) {
  const std::int64_t now = steady_ms();
  if (hardware_.gpus == 0 || options_.nvidia_smi.empty() || now < leave_gpus_until_ms_ ||
      ::access(options_.nvidia_smi.c_str(), X_OK) != 0)
    return std::nullopt;
  std::vector<std::string> argv{options_.nvidia_smi};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Said said = run_within(argv, options_.deadline_ms);
  if (said.late) leave_gpus_until_ms_ = steady_ms() + kLeaveAloneMs;  // invariant 2
  return std::move(said.text);
}

std::vector<GpuReading> LocalMeter::gpus() {
  const auto text = nvidia_smi(
      {"--query-gpu=power.draw,utilization.gpu,temperature.gpu,power.min_limit,power.max_limit,"
       "power.default_limit",
       "--format=csv,noheader,nounits"});
  std::vector<GpuReading> found;
  if (!text) return found;
  std::string_view rest = *text;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    std::vector<std::optional<double>> values;
    while (!line.empty()) {
      const std::string_view word = line.substr(0, line.find(','));
      line.remove_prefix(std::min(line.size(), word.size() + 1));
      values.push_back(number<double>(word));  // "[N/A]" is none
    }
    if (values.size() != 6 || !values[0]) return {};  // power not measured: invariant 1
    found.push_back({*values[0], values[1].value_or(0) / 100, values[2].value_or(0),
                     values[3].value_or(0), values[4].value_or(0), values[5].value_or(0)});
  }
  return found;
}

std::optional<double> LocalMeter::cpu_share() {
  const auto [busy, all] = cpu_ticks(options_.system_root);
  const std::int64_t span = all - all_ticks_, used = busy - busy_ticks_;
  if (span <= 0) return std::nullopt;
  busy_ticks_ = busy;
  all_ticks_ = all;
  return std::clamp(static_cast<double>(used) / static_cast<double>(span), 0.0, 1.0);
}

double LocalMeter::temperature_c() {
  const std::string thermal = options_.system_root + "/sys/class/thermal/";
  const std::string hwmon = options_.system_root + "/sys/class/hwmon/";
  std::vector<std::string> sensors;
  for (const std::string& zone : names_in(thermal)) {
    if (zone.starts_with("thermal_zone")) sensors.push_back(thermal + zone + "/temp");
  }
  for (const std::string& chip : names_in(hwmon)) {
    for (const std::string& name : names_in(hwmon + chip)) {
      if (name.starts_with("temp") && name.ends_with("_input"))
        sensors.push_back(hwmon + chip + "/" + name);
    }
  }
  double hottest = 0;
  for (const std::string& sensor : sensors) {
    const double c = static_cast<double>(whole_in(sensor).value_or(0)) / 1000.0;
    if (c < 200) hottest = std::max(hottest, c);  // more is a broken sensor
  }
  return hottest;
}

bool LocalMeter::caps() const {
  if (hardware_.gpus > 0)
    return ::geteuid() == 0 && ::access(options_.nvidia_smi.c_str(), X_OK) == 0;
  return std::any_of(zones_.begin(), zones_.end(), [](const Zone& zone) {
    return zone.package && writable(zone.folder + "/constraint_0_power_limit_uw");
  });
}

Result<Done> LocalMeter::cap(double cap_w, double other_w) {
  return hardware_.gpus > 0 ? cap_gpus(cap_w, other_w) : cap_processors(cap_w, other_w);
}

Result<Done> LocalMeter::cap_gpus(double cap_w, double other_w) {
  const std::vector<GpuReading> found = gpus();
  if (found.empty()) return Fault{"nvidia-smi", "limits of the GPUs", "none", ""};
  double least = 0, most = found.front().most_w;
  for (const GpuReading& gpu : found) {
    least = std::max(least, gpu.least_w);
    most = std::min(most, gpu.most_w);
  }
  double each = std::floor((cap_w - other_w) / static_cast<double>(found.size()));
  if (cap_w <= 0) each = found.front().default_w;
  if (each < least)
    return Fault{"cap_w",
                 "at least " + std::to_string(static_cast<std::int64_t>(
                                   std::ceil(least * static_cast<double>(found.size()) + other_w))),
                 std::to_string(static_cast<std::int64_t>(cap_w)), "GPUs go no lower"};
  each = std::min(each, most);
  if (!nvidia_smi({"-pl", std::to_string(static_cast<std::int64_t>(each))}))
    return Fault{"nvidia-smi -pl", "exit code 0", "a failure", "see its own messages"};
  return Done{};
}

Result<Done> LocalMeter::cap_processors(double cap_w, double other_w) {
  std::vector<const Zone*> packages;
  for (const Zone& zone : zones_) {
    if (zone.package) packages.push_back(&zone);
  }
  if (packages.empty()) return Fault{"/sys/class/powercap", "packages", "none", ""};
  const double each = (cap_w - other_w) / static_cast<double>(packages.size());
  if (cap_w > 0 && each <= 0)
    return Fault{"cap_w", "more than the machine draws besides its processors",
                 std::to_string(static_cast<std::int64_t>(cap_w)), ""};
  for (const Zone* const zone : packages) {
    auto limit_uw = static_cast<std::int64_t>(each * 1'000'000);
    const auto most_uw = whole_in(zone->folder + "/constraint_0_max_power_uw");
    if (cap_w <= 0 && (!most_uw || *most_uw <= 0))
      return Fault{zone->folder, "constraint_0_max_power_uw, to go back to", "none", ""};
    if (most_uw && *most_uw > 0) limit_uw = cap_w <= 0 ? *most_uw : std::min(limit_uw, *most_uw);
    const std::string path = zone->folder + "/constraint_0_power_limit_uw";
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_TRUNC));
    if (!file || !write_all(file.fd, std::to_string(limit_uw)))
      return Fault{path, "a limit that can be set", error_text(errno), ""};
  }
  return Done{};
}

}  // namespace dure
