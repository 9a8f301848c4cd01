// The driver that runs jobs as processes of this machine: what a hub has when it has no cluster.
//
// In its folder (0700; 0711, with 0700 and 0600 inside, where jobs run as other users):
//   attempts/KEY/  one for each attempt until it is forgotten (attempt_files.h)
//   logs/KEY/      out, err, claim and end of those that are; the claim keeps the key used for ever
//   drained.json   nodes that take no work;  lock: one driver at a time
//
// Each attempt has a supervisor of its own (attempt.h), in a session of its own, that outlives the
// agent. A driver that is opened again finds it by folder and lock. The agent's service must
// therefore not kill what it started: KillMode=process under systemd.
//
// Invariants: 1. No two attempts that live hold the same GPU index; what each holds stands in its
//                order.json, so a restart changes nothing.
//             2. lost is said when two looks in a row found no supervisor, no end and no process of
//                the attempt. When the supervisor was killed but its processes were not, they are
//                ended (SIGTERM, after grace_s SIGKILL) and it counts as running until then: nobody
//                could learn their exit code or keep their time limit. They are found by the
//                numbers and start times in `tasks`, their groups, DURE_ATTEMPT_FOLDER in
//                /proc/*/environ, the cgroup, and as descendants of those. What left its group,
//                cleared its environment, has no living ancestor of ours and no cgroup is not
//                found; that needs somebody who kills the supervisor as well.
//             3. What an earlier start of the machine left behind is lost, with node_failed.
//             4. The agent's environment is not handed to jobs: only options.environment is.
//             5. Memory is limited only by a cgroup (v2), see attempt_task.cpp; a job without one
//                may use what is there. Cores are not fenced off: OMP_NUM_THREADS says how many.
// Power is measured where the machine has one node and a meter (local_meter.h), else worked out
// from what runs. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/driver.h"
#include "live/drivers/attempt_files.h"
#include "live/drivers/local_meter.h"
#include "live/drivers/processes.h"

namespace dure {

struct LocalOptions {
  std::string folder;
  std::vector<std::string> runner;  // argv before FOLDER: {"/proc/self/exe", "attempt"}
  std::vector<std::string> nodes;   // names; several pretend that the machine is several
  std::string partition;
  // Of each node; none: what the machine has. Real GPUs belong to the first node.
  std::optional<std::int64_t> cpus, memory_mib;
  std::int64_t pretended_gpus = 0;       // of each node; only where there are no real ones
  std::vector<std::string> environment;  // NAME=value for all jobs
  std::string cgroup;                    // a folder of cgroup v2 that is ours; empty: none
  bool allow_root = false;               // may an order name user root?
  std::int64_t log_limit_bytes = std::int64_t{1} << 30, log_check_ms = 5000;
  PowerModel power;
  MeterOptions meter;  // its system_root is the driver's too
  std::function<std::int64_t()> now_ms;
};

class LocalDriver : public Driver {
 public:
  // Takes up what an earlier driver left in the folder. A Fault: another driver has it, it cannot
  // be written, or the options are wrong.
  static Result<std::unique_ptr<LocalDriver>> open(LocalOptions options);

  std::string name() const override;
  bool caps_power() const override;
  std::vector<Answer> submit_held(std::span<const RunOrder> orders) override;
  std::vector<Answer> release(std::span<const Handle> attempts) override;
  std::vector<Answer> stop(std::span<const StopOrder> orders,
                           std::span<const Handle> attempts) override;
  Answer set_node(const NodeOrder& order) override;
  Answer cap(const CapOrder& order) override;
  Result<Sweep> observe(std::span<const Handle> watched) override;
  Result<std::optional<Seen>> trace(const std::string& key) override;
  Result<LogPart> read_log(const std::string& key, LogStream stream, std::int64_t offset,
                           std::int64_t most) override;
  std::vector<NodeSample> samples() override;
  void forget(const std::string& key) override;

 private:
  struct Node {
    std::string name;
    std::int64_t gpus = 0, cpus = 0, memory_mib = 0, first_gpu = 0;
    std::vector<std::string> holder;  // of each GPU: a key, or empty
    std::optional<std::string> drained;
  };
  struct Attempt {
    AttemptOrder plan;
    Seen seen;
    int child = 0;  // its supervisor, if it is ours to wait for
    bool over = false, released = false;
    int empty_looks = 0;  // invariant 2
    bool asked_to_end = false;
    std::int64_t kill_at_ms = 0;  // steady; of what a dead supervisor left
  };
  struct Draft;      // a folder that is being made
  struct Processes;  // of the machine, read once a sweep and only if needed

  LocalDriver(LocalOptions options, LocalHardware hardware);
  std::string folder_of(const std::string& key) const { return attempts_folder_ + "/" + key; }
  std::string log_folder_of(const std::string& key) const { return logs_folder_ + "/" + key; }
  Result<Done> prepare_folders();
  Result<Done> read_drained();
  void adopt();

  std::optional<Answer> refusal(const RunOrder& order);
  std::optional<Answer> user_refusal(const std::string& user) const;
  std::optional<Answer> take_gpus(AttemptOrder& plan);
  void release_gpus(const std::string& key);
  Node* find_node(const std::string& name);

  std::optional<Answer> existing(const RunOrder& order);
  void submit_batch(std::span<const RunOrder> orders, std::vector<Answer>& answers);
  Answer make_folder(Draft& draft);
  Answer show_folder(Draft& draft);
  Answer start_supervisor(Draft& draft);
  void drop(Draft& draft);

  Answer release_one(const Handle& handle);
  Answer stop_one(const StopOrder& order, const Handle& handle);
  void look(const std::string& key, Attempt& attempt, Processes& processes);
  void take_end(const std::string& key, Attempt& attempt, const AttemptEnd& end);
  bool end_rest(const std::string& key, Attempt& attempt, Processes& processes);
  void finish(const std::string& key, Attempt& attempt);
  void lose(const std::string& key, Attempt& attempt, std::string detail);
  NodeReport report(const Node& node) const;
  void measure(const Node& node, NodeSample& sample);
  std::int64_t model_w(const Node& node, double cpu_share, double gpu_share) const;

  LocalOptions options_;
  LocalHardware hardware_;
  LocalMeter meter_;
  std::string attempts_folder_, logs_folder_, boot_;
  Fd lock_, attempts_fd_;
  bool other_users_ = false;  // we are root, so jobs may run as others
  std::vector<Node> nodes_;
  std::map<std::string, Attempt> attempts_;
  std::vector<int> to_wait_for_;  // supervisors that are dead, or soon will be
};

}  // namespace dure
