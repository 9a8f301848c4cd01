// A real PostgreSQL server for a test process: its own folder, a Unix socket, no port. It dies with
// the process, however that ends (PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "temp_folder.h"

namespace dure {

class PostgresServer {
 public:
  PostgresServer();  // initdb, start; problem() says what went wrong
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  const std::string& problem() const { return problem_; }
  void start();
  void kill();  // no shutdown: as after a power cut, it recovers at the next start()
  // "" for the whole server; else of a schema, whose tables go to `tablespace`.
  std::string url(const std::string& schema = "", const std::string& tablespace = "") const;
  // Rows, columns joined by |; the error if it failed. Of the statement that is last in `sql`.
  std::vector<std::string> query(const std::string& sql, const std::string& schema = "");
  void give(const std::string& folder);  // the server may write there
  std::string log() const;

 private:
  bool run(const std::vector<std::string>& command, pid_t* leave_running);
  TempFolder folder_{"dure-pg"};
  std::string problem_;
  pid_t pid_ = 0;
};

}  // namespace dure
