// The batch script of an attempt: it claims its key, runs the command, and records how that ended.
// POSIX sh; on the node it needs coreutils, util-linux's setsid, and srun where each_node is set.
//
// Invariants: 1. Nothing of the attempt runs before its claim, and one run a key gets past it: the
//                file CLAIMS/KEY, made with O_EXCL. Another ends with exit code 75 (kClaimRefused);
//                one that can write no claim with 76, and has not run.
//             2. CLAIMS/KEY.end says how the command ended, by a rename, before the script ends; it
//                is missing only if the script was killed or its node failed.
//             3. Whatever is in the order stays data: no byte of it is read by a shell as its own.
//             4. The command gets one SIGTERM. Slurm sends its own to all processes of a job, so
//                the script passes one on only where CLAIMS/KEY.stop says that it alone was told
//                ("GRACE_S batch"), or at the time limit, which it keeps itself, to the second.
// SIGKILL follows after the grace. The command runs in a session of its own, and what it leaves
// behind there is killed with it. With each_node srun starts it, and the script has Slurm signal
// the tasks: srun would take a SIGTERM of its own for an order to kill them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "live/protocol.h"

namespace dure {

struct SlurmScriptPlan {
  std::string claims;        // folder that all nodes of the site see
  std::string work;          // attempts without a folder start in WORK/KEY
  std::int64_t beat_s = 60;  // touches CLAIMS/KEY.beat so often; 0: never
};

// A Fault's `found` is the code: bad_environment, bad_script, bad_command.
Result<std::string> slurm_script(const RunOrder& order, const SlurmScriptPlan& plan);

// The minutes to ask of Slurm for: the limit and the grace, rounded up. 0: none.
std::int64_t slurm_minutes(std::int64_t time_limit_s, std::int64_t grace_s);

}  // namespace dure
