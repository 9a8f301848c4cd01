#include "app/live_config.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/laptop.h"
#include "io/describe_reader.h"
#include "io/doc_loader.h"
#include "io/scenario_reader.h"
#include "live/drivers/local.h"
#include "live/drivers/null.h"
#include "live/drivers/slurm.h"
#include "live/live_plant.h"
#include "live/live_record.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

template <Described S>
Outcome<S> read_yaml(const std::string& path) {
  Loaded loaded = load_document(path, {});
  if (!loaded.faults.empty()) return loaded.faults;
  DescribedReader reader(loaded.doc, loaded.whole);
  S out{};
  reader.read(loaded.doc.root, out);
  if (!reader.faults.empty()) return reader.faults;
  return out;
}

// Paths of a file are relative to it.
void root(std::string& path, const fs::path& folder) {
  if (!path.empty() && path[0] != '/') path = (folder / path).lexically_normal().string();
}
void root(AgentSpec& a, const fs::path& folder) {
  for (std::string* p :
       {&a.token_file, &a.ca_file, &a.certificate_file, &a.key_file, &a.folder, &a.slurm_conf,
        &a.rest_socket, &a.claims_folder, &a.log_folder, &a.data_folder})
    root(*p, folder);
}

std::string absolute_folder(const std::string& file) {
  return fs::absolute(file).parent_path().string();
}

std::int64_t real_gpus() {
  std::error_code none;
  std::int64_t n = 0;
  for (fs::directory_iterator it("/proc/driver/nvidia/gpus", none), end; !none && it != end;
       it.increment(none))
    ++n;
  return n;
}

constexpr std::int64_t kPretendedGpus = 8;

}  // namespace

std::int64_t unix_now_ms() {
  static const std::unique_ptr<Clock> clock = Clock::real();
  return unix_ms(clock->now());
}

std::string state_folder() {
  const auto named = [](const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
  };
  if (const std::string f = named("DURE_FOLDER"); !f.empty()) return f;
  if (const std::string f = named("XDG_STATE_HOME"); !f.empty()) return f + "/dure";
  if (const std::string f = named("HOME"); !f.empty()) return f + "/.local/state/dure";
  return "/var/lib/dure";
}

Result<std::string> read_secret(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line) || line.empty())
    return Fault{path, "a file whose first line is a token", file ? "an empty line" : "no file",
                 ""};
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

Outcome<LiveConfig> read_live_config(const std::string& path) {
  LiveConfig out;
  Outcome<HubSpec> hub = read_yaml<HubSpec>(path);
  if (!hub) return hub.faults();
  out.hub = std::move(hub.value());
  out.folder = absolute_folder(path);
  const fs::path folder(out.folder);
  for (std::string* p :
       {&out.hub.scenario, &out.hub.certificate_file, &out.hub.key_file, &out.hub.client_ca_file})
    root(*p, folder);
  if (out.hub.store.starts_with("sqlite:")) {
    std::string file = out.hub.store.substr(7);
    root(file, folder);
    out.hub.store = "sqlite:" + file;
  }
  for (AgentSpec& a : out.hub.agents) root(a, folder);
  Outcome<Scenario> scenario = read_scenario(out.hub.scenario);
  if (!scenario) return scenario.faults();
  out.scenario = std::move(scenario.value());
  return out;
}

Outcome<LiveConfig> embedded_config(const std::string& folder) {
  LiveConfig out;
  out.folder = folder;
  const std::int64_t real = real_gpus(), gpus = real > 0 ? real : kPretendedGpus;
  const std::int64_t cpus = std::max(1u, std::thread::hardware_concurrency());
  const std::string settings[] = {"hardware[this_machine].gpus_per_node=" + std::to_string(gpus)};
  Outcome<Scenario> scenario = read_scenario(
      "laptop.yaml", settings, nullptr,
      [](const std::string&) { return Result<std::string>(std::string(laptop_yaml())); });
  if (!scenario) return scenario.faults();
  out.scenario = std::move(scenario.value());
  out.hub.store = "sqlite:" + folder + "/hub.db";
  out.hub.local_member = "local";
  LivePoolSpec pool;
  pool.id = "local";
  pool.site = "local";
  pool.owner = "local";
  pool.hardware = "this_machine";
  pool.cpus_for_jobs = cpus;
  out.hub.pools.push_back(std::move(pool));
  AgentSpec agent;
  agent.site = "local";
  agent.driver = DriverKind::local;
  agent.folder = folder + "/local";
  agent.pretend_gpus = real > 0 ? 0 : gpus;
  agent.observe_ms = 200;
  out.hub.agents.push_back(std::move(agent));
  return out;
}

Outcome<AgentSpec> read_agent_config(const std::string& path) {
  Outcome<AgentSpec> spec = read_yaml<AgentSpec>(path);
  if (!spec) return spec;
  root(spec.value(), absolute_folder(path));
  return spec;
}

Result<int> lock_store(const std::string& url) {
  if (!url.starts_with("sqlite:")) return -1;
  const std::string path = url.substr(7) + ".lock";
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  if (lock >= 0) ::close(lock);
  return Fault{path, "a store that no hub runs on", "another hub has it", ""};
}

Result<SiteTools> make_tools(const AgentSpec& spec) {
  SiteTools tools;
  if (spec.driver == DriverKind::null) return tools;
  const bool local = spec.driver == DriverKind::local;
  std::string data = spec.data_folder;
  if (data.empty()) data = local ? spec.folder + "/data" : spec.claims_folder + "/data";
  TRY(folder, DataFolder::open(data, geteuid() == 0));
  tools.data = std::make_unique<DataFolder>(std::move(folder));
  tools.prober = http_prober(spec.service_host.empty() && local ? "127.0.0.1" : spec.service_host);
  return tools;
}

Result<std::unique_ptr<Driver>> make_driver(const AgentSpec& spec) {
  switch (spec.driver) {
    case DriverKind::none:
      return Fault{"driver", "local, slurm or null", "none", "an agent that runs here needs one"};
    case DriverKind::null: {
      NullOptions o;
      o.nodes = spec.nodes;
      o.gpus = spec.gpus < 0 ? 8 : spec.gpus;
      o.cpus = spec.cpus == 0 ? 8 : spec.cpus;
      o.now_ms = unix_now_ms;
      return std::unique_ptr<Driver>(new NullDriver(std::move(o)));
    }
    case DriverKind::local: {
      LocalOptions o;
      o.folder = spec.folder + "/attempts";
      o.runner = {"/proc/self/exe", "attempt"};
      char host[256] = "node";
      gethostname(host, sizeof host - 1);
      if (spec.nodes == 1)
        o.nodes.push_back(host);
      else
        for (std::int64_t i = 1; i <= spec.nodes; ++i)
          o.nodes.push_back(std::string(host) + "-" + std::to_string(i));
      if (spec.cpus > 0) o.cpus = spec.cpus;
      o.pretended_gpus = spec.pretend_gpus;
      o.now_ms = unix_now_ms;
      const char* path = std::getenv("PATH");
      o.environment = {std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path)};
      o.allow_root = geteuid() == 0;
      TRY(driver, LocalDriver::open(std::move(o)));
      return std::unique_ptr<Driver>(std::move(driver));
    }
    case DriverKind::slurm: {
      SlurmOptions o;
      o.site = spec.site;
      o.rest_socket = spec.rest_socket;
      o.slurm_conf = spec.slurm_conf;
      o.claims = spec.claims_folder;
      o.logs = spec.log_folder.empty() ? spec.claims_folder + "/logs" : spec.log_folder;
      for (const std::string& folder : {o.claims, o.logs}) {
        std::error_code error;
        if (fs::exists(folder, error)) continue;
        fs::create_directories(folder, error);
        if (error) return Fault{folder, "a folder that all nodes share", error.message(), ""};
        fs::permissions(folder, fs::perms::all | fs::perms::sticky_bit, error);  // all users write
      }
      o.partition = spec.partition;
      o.other_users = geteuid() == 0;
      o.now_ms = unix_now_ms;
      TRY(driver, SlurmDriver::open(o));
      return std::unique_ptr<Driver>(std::move(driver));
    }
  }
  CHECK(!"a DriverKind");
}

}  // namespace dure
