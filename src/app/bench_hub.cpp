#include "app/bench_hub.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "app/bench_load.h"
#include "app/laptop.h"
#include "live/http/client.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  ::close(fd);
  return ntohs(at.sin_port);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  CHECK(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace

std::int64_t number_of(const std::string& json, const std::string& key) {
  const nlohmann::json j = nlohmann::json::parse(json, nullptr, false);
  return j.is_object() && j.contains(key) && j[key].is_number() ? j[key].get<std::int64_t>() : -1;
}

Result<std::unique_ptr<BenchHub>> BenchHub::start(const BenchHubOptions& options) {
  std::unique_ptr<BenchHub> hub(new BenchHub);
  std::string folder = fs::temp_directory_path() / "dure-bench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr)
    return Fault{folder, "a folder", std::strerror(errno), "TMPDIR"};
  hub->folder_ = folder;
  hub->port_ = free_port();
  // Racks of 18 nodes, as a large site has them.
  std::string alliance =
      replaced(std::string(laptop_yaml()), "nodes_per_domain: 1", "nodes_per_domain: 18");
  alliance = replaced(alliance, "nodes_per_rack: 1", "nodes_per_rack: 18");
  alliance = replaced(alliance, "rack_max_kw: 1", "rack_max_kw: 100");
  std::ofstream(folder + "/alliance.yaml") << alliance;
  std::ofstream(folder + "/hub.yaml")
      << "scenario: alliance.yaml\nstore: sqlite:hub.db\nlisten: 127.0.0.1:" << hub->port_
      << "\nlocal_member: local\nrequests_per_s: 0\n"
         "pools: [{id: local, site: local, owner: local, hardware: this_machine}]\n"
         "agents: [{site: local, driver: nothing, folder: agent, nodes: "
      << options.nodes << ", gpus: 8}]\n";
  TRY(launched, hub->launch());
  (void)launched;
  TRY(joined, hub->until("the nodes have joined", 300, [&] {
    const nlohmann::json j = nlohmann::json::parse(hub->get("/api/v1/sites"), nullptr, false);
    return j.is_object() && j["sites"][0]["pools"][0]["installed"] == options.nodes * 8;
  }));
  (void)joined;
  return hub;
}

Result<Done> BenchHub::launch() {
  const std::string config = folder_ + "/hub.yaml", log = folder_ + "/log";
  const char* const argv[] = {"/proc/self/exe", "serve", config.c_str(), nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  const int error =
      ::posix_spawn(&pid_, argv[0], &files, nullptr, const_cast<char* const*>(argv), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) return Fault{"dure serve", "to start", std::strerror(error), ""};
  return until("the hub leads", 120, [&] { return !get("/readyz").empty(); });
}

BenchHub::~BenchHub() {
  kill();
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

void BenchHub::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

Result<double> BenchHub::restart() {
  kill();
  const double began = seconds_now();
  TRY(launched, launch());
  (void)launched;
  return seconds_now() - began;
}

std::string BenchHub::get(const std::string& target) const {
  const auto client = HttpClient::open("http://127.0.0.1:" + std::to_string(port_));
  CHECK(client);
  HttpCall call;
  call.target = target;
  call.deadline_ms = 60'000;
  const auto answer = client.value()->call(call);
  return answer && answer.value().status / 100 == 2 ? answer.value().body : "";
}

std::string BenchHub::post(const std::string& target, const std::string& json) const {
  const auto client = HttpClient::open("http://127.0.0.1:" + std::to_string(port_));
  CHECK(client);
  HttpCall call;
  call.method = "POST";
  call.target = target;
  call.headers = {{"Content-Type", "application/json"}};
  call.body = json;
  call.deadline_ms = 120'000;
  const auto answer = client.value()->call(call);
  return answer && answer.value().status / 100 == 2 ? answer.value().body : "";
}

std::int64_t BenchHub::status(const std::string& key) const {
  return number_of(get("/api/v1/status"), key);
}

Result<Done> BenchHub::until(const std::string& words, double seconds,
                             const std::function<bool()>& holds) const {
  for (const double began = seconds_now(); seconds_now() < began + seconds;) {
    if (holds()) return Done{};
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      std::string log;
      std::getline(std::ifstream(folder_ + "/log"), log, '\0');
      return Fault{"dure serve", "to run on", "it ended", log.substr(0, 500)};
    }
    // What takes long is asked for seldom: asking costs the hub time too.
    const double pause_s = std::clamp((seconds_now() - began) / 50, 0.002, 0.25);
    std::this_thread::sleep_for(std::chrono::duration<double>(pause_s));
  }
  return Fault{"dure serve", words, "nothing of it within " + std::to_string(seconds) + " s", ""};
}

std::int64_t BenchHub::rss_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::int64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

double BenchHub::cpu_s() const {
  std::string line;
  std::getline(std::ifstream("/proc/" + std::to_string(pid_) + "/stat"), line);
  std::istringstream words(line.substr(line.rfind(')') + 2));
  std::string word;
  for (int field = 3; field < 14; ++field) words >> word;
  std::int64_t user = 0, system = 0;
  words >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace dure
