// slurmrestd of Slurm 22.05 (OpenAPI v0.0.38) on a unix socket. All that is asked is asked as the
// user that slurmrestd takes us for: v0.0.38 cannot submit as somebody else.
//
// A few connections are kept, each used by one call at a time; a call waits for a free one, within
// its deadline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "live/drivers/slurm_door.h"
#include "live/drivers/slurm_json.h"

namespace dure {

struct SlurmRestOptions {
  std::string socket;
  int connections = 4;
  std::int64_t deadline_ms = 5'000;
  std::int64_t list_deadline_ms = 20'000;  // of jobs() and nodes(): MBs of JSON
};

class SlurmRest : public SlurmDoor {
 public:
  static Result<std::unique_ptr<SlurmRest>> open(const SlurmRestOptions& options);
  virtual Result<SlurmDiag> diag() = 0;
  virtual Answer terminate(const std::string& id) = 0;  // SIGTERM to every process of it
};

}  // namespace dure
