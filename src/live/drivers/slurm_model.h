// What Slurm says, in words of our own, and what it means: jobs, nodes, states, GRES, error codes.
// Pure: no call is made here. Filled from the JSON of slurmrestd and of squeue --json alike
// (slurm_json.h). Seen with Slurm 22.05.8; names of slurm/slurm.h and slurm/slurm_errno.h.
//
// Invariants: 1. A job is ours if, and only if, its name is a key and its comment is the mark of
//                that key.
//             2. The claim and the end that an attempt wrote itself outrank what Slurm says of it:
//             a
//                job that Slurm calls RUNNING may be dead, and one that FAILED with the exit code
//                of a refused claim says nothing of the run that holds the claim.
// Times in s since the epoch of Unix by the site's clock, limits in s, memory in MiB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/driver.h"

namespace dure {

struct SlurmJob {
  std::int64_t id = 0;
  std::string name, comment, user, account, partition;
  std::string state, reason;  // RUNNING, COMPLETING, …; JobHeldUser, …
  std::int64_t priority = -1;
  std::int64_t wait_status = 0;  // as wait(2) gives it: 256 * exit code, or a signal
  std::int64_t restarts = 0, time_limit_s = 0, end_s = 0;
  std::vector<NodeShare> shares;  // what it holds, or held last
};

struct SlurmNode {
  std::string name, state, reason;  // state: idle, mixed, allocated, down, unknown, …
  std::vector<std::string> flags;   // DRAIN, NOT_RESPONDING, …
  std::vector<std::string> partitions;
  std::int64_t gpus = 0, cpus = 0, memory_mib = 0, slurmd_start_s = 0;
};

struct SlurmSubmit {
  std::string name, comment, partition, account, script, out, err;
  std::vector<std::string> nodes;                                       // exactly these
  std::int64_t gpus = 0, cpus = 0, memory_mib = 0, time_limit_min = 0;  // of each node; 0: unsaid
};

// What an attempt wrote into the claims folder (slurm_claims.h).
struct SlurmTrace {
  bool claimed = false;     // a run holds the key
  bool fenced = false;      // we hold it: nothing will ever run under the key
  bool stop_asked = false;  // by us
  bool ended = false;       // and so:
  std::int64_t exit_code = 0, signal = 0;
  bool stopped = false, time_limit = false;
  std::string by{};  // id of the job at the site whose run holds the key
};

inline constexpr int kClaimRefused = 75;     // exit code of a second run under a key (EX_TEMPFAIL)
inline constexpr int kClaimImpossible = 76;  // … of one that could not write a claim: it never ran

bool slurm_key(std::string_view key);  // may it name an attempt? a-z A-Z 0-9 - . _, 1 to 60
std::string slurm_comment(std::string_view key);
bool slurm_ours(const SlurmJob& job);  // invariant 1

// n[1-3,07-09],m2 as names; none if it is malformed or stands for more than 100,000.
std::vector<std::string> slurm_hostlist(std::string_view text);
// "gpu:4", "gpu:a100:4(S:0-1)", "gres/gpu=4", "gres:gpu:a100:2,gpu:b:1", "gpu:2(IDX:0-1)": the GPUs
// in it. What is not understood counts none.
std::int64_t slurm_gpus(std::string_view gres);

bool slurm_over(std::string_view state);   // it has ended, and holds nothing
bool slurm_holds(std::string_view state);  // it has machines, running or not

Seen slurm_seen(const SlurmJob& job, const SlurmTrace& trace);
std::optional<Seen> slurm_traced(const std::string& key,
                                 const SlurmTrace& trace);  // none: never ran
ForeignFact slurm_foreign(const SlurmJob& job);
NodeReport slurm_report(const SlurmNode& node);

// A number of slurm_errno.h as an answer to a submit: refused if the head (or slurmrestd) looked at
// the order and said no for good; unknown for all else.
Answer slurm_refusal(std::int64_t error, const std::string& text);
// The error number that a client's message stands for; 0: not one that we know.
std::int64_t slurm_error_of(std::string_view message);

}  // namespace dure
