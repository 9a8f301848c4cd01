#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "postgres_server.h"

namespace dure {
namespace {

constexpr const char* kBin = "/usr/lib/postgresql/15/bin/";
using Clock = std::chrono::steady_clock;

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};
// PostgreSQL refuses to run as root.
User server_user() {
  if (::geteuid() != 0) return {::geteuid(), ::getegid()};
  for (const char* name : {"postgres", "nobody"})
    if (const passwd* user = ::getpwnam(name)) return {user->pw_uid, user->pw_gid};
  return {65534, 65534};
}

bool ends_within(pid_t pid, std::chrono::seconds patience, int* status) {
  const auto until = Clock::now() + patience;
  while (Clock::now() < until) {
    if (::waitpid(pid, status, WNOHANG) == pid) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

std::string read_file(const std::string& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

}  // namespace

PostgresServer::PostgresServer() {
  if (::access((std::string(kBin) + "initdb").c_str(), X_OK) != 0) {
    problem_ =
        std::string("PostgreSQL 15 is not below ") + kBin + ": apt-get install postgresql-15";
    return;
  }
  give(folder_.path());
  if (!problem_.empty()) return;
  if (!run({std::string(kBin) + "initdb", "-D", folder_ / "data", "-U", "dure", "-A", "trust", "-E",
            "UTF8", "--locale=C", "--no-sync", "--no-instructions"},
           nullptr)) {
    problem_ = "initdb failed: " + log();
    return;
  }
  start();
}

PostgresServer::~PostgresServer() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGINT);
  int status = 0;
  if (!ends_within(pid_, std::chrono::seconds(10), &status)) {
    ::kill(pid_, SIGQUIT);
    ::waitpid(pid_, &status, 0);
  }
}

// As the server's user, its output to the log. leave_running: its pid; else waits for its end.
bool PostgresServer::run(const std::vector<std::string>& command, pid_t* leave_running) {
  const User user = server_user();
  const std::string log_file = folder_ / "log";
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = ::getpid(), pid = ::fork();
  if (pid == 0) {
    const int out = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(out, 1), ::dup2(out, 2);
    const bool root = ::geteuid() == 0;
    if (root &&
        (::setgroups(0, nullptr) != 0 || ::setgid(user.gid) != 0 || ::setuid(user.uid) != 0))
      ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid(), which forgets it
    if (::getppid() != parent || ::chdir("/") != 0) ::_exit(126);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  if (pid < 0) return false;
  if (leave_running != nullptr) return (*leave_running = pid, true);
  int status = 0;
  if (!ends_within(pid, std::chrono::seconds(60), &status)) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
  }
  return status == 0;
}

// fsync is off: a test kills processes, not machines, and what they wrote survives that.
void PostgresServer::start() {
  if (!run({std::string(kBin) + "postgres", "-D", folder_ / "data", "-c", "listen_addresses=", "-c",
            "unix_socket_directories=" + folder_.path(), "-c", "shared_buffers=32MB", "-c",
            "max_connections=20", "-c", "fsync=off"},
           &pid_)) {
    problem_ = "fork";
    return;
  }
  const auto until = Clock::now() + std::chrono::seconds(60);
  while (PQping(url().c_str()) != PQPING_OK) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) pid_ = 0;
    if (pid_ == 0 || Clock::now() > until) {
      problem_ = "the server did not start: " + log();
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void PostgresServer::kill() {
  ::kill(pid_, SIGQUIT);  // "immediate": nothing is written any more
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
}

std::string PostgresServer::url(const std::string& schema, const std::string& tablespace) const {
  std::string host;
  for (const char c : folder_.path()) host += c == '/' ? std::string("%2F") : std::string(1, c);
  std::string out = "postgresql://dure@" + host + "/postgres";
  if (!schema.empty()) out += "?options=-csearch_path%3D" + schema;
  if (!tablespace.empty()) out += "%20-cdefault_tablespace%3D" + tablespace;
  return out;
}

std::vector<std::string> PostgresServer::query(const std::string& sql, const std::string& schema) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> pg(PQconnectdb(url(schema).c_str()), PQfinish);
  PQsetNoticeProcessor(
      pg.get(), [](void*, const char*) {}, nullptr);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(pg.get(), sql.c_str()),
                                                              PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return {PQerrorMessage(pg.get())};
  std::vector<std::string> out;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::string line;
    for (int i = 0; i < PQnfields(result.get()); ++i)
      line += (i == 0 ? "" : "|") + std::string(PQgetvalue(result.get(), row, i));
    out.push_back(line);
  }
  return out;
}

void PostgresServer::give(const std::string& folder) {
  const User user = server_user();
  if (::chown(folder.c_str(), user.uid, user.gid) != 0) problem_ = "chown " + folder;
}

std::string PostgresServer::log() const { return read_file(folder_ / "log"); }

}  // namespace dure
