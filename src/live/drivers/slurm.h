// The driver of a Slurm site: slurmrestd where there is one, else Slurm's commands; never its
// library. Seen with Slurm 22.05.8.
//
// Invariants (besides those of driver.h):
//   1. Nothing is submitted twice: after an answer that leaves it open, the caller looks for the
//   key
//      in observe(). Only what was never sent goes the other way in (REST, then commands).
//   2. An attempt that is stopped before it ran is fenced: we take its claim, so that it cannot run
//      even if Slurm starts it.
//   3. A number is released, signalled or cancelled only if it carried our key less than
//      2 s ago (SlurmWatch::kKnownFor): in a sweep, in an acknowledgement, or asked for just now.
//   4. A sweep belongs to one start of the head: one that restarts meanwhile makes it a Fault.
//
// RUNNING is not alive, gone is not "not run", NODE_FAIL is not dead: what the attempt wrote itself
// decides where it can (slurm_claims.h). An attempt whose node failed is seen as running, with
// node_failed, until its node is back (slurmd kills what is left of it) or its heartbeat stops.
//
// All methods may be called from several threads; observe() one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "live/driver.h"

namespace dure {

struct SlurmOptions {
  std::string site;
  std::string rest_socket;    // of slurmrestd; empty: commands only
  std::string slurm_conf;     // for the commands; empty: as they find it themselves
  std::string client_folder;  // where sbatch and the like are; empty: in PATH
  bool commands = true;       // false: slurmrestd only
  // Absolute, seen by all nodes, of letters, digits and / . _ + @ -. Where jobs run as several
  // users all of them may write there (mode 1777).
  std::string claims, logs, work;  // work: attempts without a folder start in WORK/KEY; empty: logs
  std::string partition;           // for orders that name none
  bool other_users = false;        // submit as the user of an order: we must be root for that
  int connections = 4;
  std::int64_t deadline_ms = 5'000, list_deadline_ms = 20'000;
  std::int64_t beat_s = 60;              // of the heartbeat; 0: none
  std::function<std::int64_t()> now_ms;  // stamps samples; none without it
};

class SlurmDriver : public Driver {
 public:
  // Faults of the options; a site that does not answer is none.
  static Result<std::unique_ptr<SlurmDriver>> open(const SlurmOptions& options);
};

}  // namespace dure
