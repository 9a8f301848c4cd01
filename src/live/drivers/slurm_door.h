// What is asked of a Slurm site, by whatever way: slurmrestd (slurm_rest.h) or its own commands
// (slurm_cli.h).
//
// Invariants: 1. Every call has a deadline of its own: Slurm's are 60 s.
//             2. A number in the answer to a submit means accepted, whatever else it says. No whole
//                answer, or one that is no refusal (slurm_refusal), is unknown. Nothing is asked
//                twice here.
//             3. code "not_connected" means that nothing was sent.
// Any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/drivers/slurm_model.h"

namespace dure {

struct SlurmHead {            // of slurmctld
  std::string boot, release;  // boot: another word after each start
};

class SlurmDoor {
 public:
  virtual ~SlurmDoor() = default;
  virtual Answer submit(const SlurmSubmit& submit) = 0;
  virtual Answer release(const std::string& id) = 0;
  virtual Answer cancel(const std::string& id) = 0;  // SIGKILL to all of it
  // Its id, name, comment and state at least; none: the site knows no such number.
  virtual Result<std::optional<SlurmJob>> job(const std::string& id) = 0;
  // All, or none where nothing has changed since then (s by the site's clock; 0: never asked).
  virtual Result<std::optional<std::vector<SlurmJob>>> jobs(std::int64_t since_s) = 0;
  virtual Result<std::optional<std::vector<SlurmNode>>> nodes(std::int64_t since_s) = 0;
};

}  // namespace dure
