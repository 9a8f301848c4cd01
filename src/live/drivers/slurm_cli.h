// Slurm by its own commands: sbatch, squeue, sinfo, scancel, scontrol. The way in where there is no
// slurmrestd, and the only one for what v0.0.38 of its API lacks: to submit as another user, to
// signal the batch script alone, to drain a node, and the start of the head.
//
// Each call is one process with a deadline; past it, what was asked may have happened.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/child.h"
#include "live/drivers/slurm_door.h"

namespace dure {

struct SlurmCliOptions {
  std::string slurm_conf;     // becomes SLURM_CONF
  std::string client_folder;  // of the commands; empty: looked for in PATH
  std::int64_t deadline_ms = 5'000;
  std::int64_t list_deadline_ms = 20'000;
};
struct SlurmUser {
  std::int64_t uid = -1, gid = -1;  // -1: whoever we are
};
struct SlurmWatts {
  std::string node;
  std::int64_t power_w = 0;
  double cpu_load = 0;  // of its cores
};

class SlurmCli final : public SlurmDoor {
 public:
  explicit SlurmCli(SlurmCliOptions options) : options_(std::move(options)) {}

  Answer submit(const SlurmSubmit& submit) override { return submit_as(submit, {}); }
  Answer submit_as(const SlurmSubmit& submit, const SlurmUser& user);
  Answer release(const std::string& id) override;
  Answer cancel(const std::string& id) override;
  Result<std::optional<SlurmJob>> job(const std::string& id) override;
  Result<std::optional<std::vector<SlurmJob>>> jobs(std::int64_t since_s) override;    // never none
  Result<std::optional<std::vector<SlurmNode>>> nodes(std::int64_t since_s) override;  // never none

  // SIGTERM to the batch scripts of these, and to nothing else of them. One answer for each.
  std::vector<Answer> terminate(const std::vector<std::string>& ids);
  Answer set_node(const NodeOrder& order);
  Result<SlurmHead> head();
  Result<std::string> energy_plugin();  // "none", "ipmi", "rapl", …
  Result<std::vector<SlurmWatts>> watts();

 private:
  Result<ChildEnd> run(std::vector<std::string> argv, std::string input, bool list = false) const;
  std::vector<Answer> terminate_some(const std::vector<std::string>& ids) const;
  Answer act(std::vector<std::string> argv) const;
  SlurmCliOptions options_;
};

std::vector<std::string> sbatch_arguments(const SlurmSubmit& submit, const SlurmUser& user);
// What a command that failed has said, as an answer.
Answer slurm_complaint(const ChildEnd& end);
// NAME = value of `scontrol show config`; "": not there.
std::string slurm_setting(std::string_view config, std::string_view name);
std::vector<SlurmWatts> slurm_watts(std::string_view nodes);  // of scontrol -o show nodes

}  // namespace dure
