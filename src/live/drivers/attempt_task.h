// Starts the command of an attempt, once for each rank: user, environment, folder, output.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/drivers/attempt_files.h"

namespace dure {

// What is the same for all ranks; made once, before the first starts.
struct TaskPlan {
  std::string folder;  // of the attempt, absolute
  AttemptOrder plan;
  unsigned uid = 0;
  unsigned gid = 0;
  bool other_user = false;  // than the supervisor's
  std::string user, home, shell, start_folder;
  std::vector<std::string> argv;
  std::string cgroup;   // of this attempt; empty: none
  std::string oom_adj;  // that tasks get back; empty: leave it
  Fd out, err, nothing;
};

// Makes out, err, work/, tmp/, script and the cgroup.
Result<TaskPlan> plan_tasks(const std::string& folder, AttemptOrder order);

// "NAME=value" of a rank, sorted by name. Later ones win: the agent's, ours, the order's, and what
// says who it is and which GPUs it may use.
std::vector<std::string> task_environment(const TaskPlan& tasks, std::size_t rank,
                                          const std::vector<std::string>& base);

// -1: no process could be made (errno). In the task, what goes wrong before the command runs is
// said in err; it then ends with 127 (no such program) or 126.
int start_task(const TaskPlan& tasks, const std::vector<std::string>& environment);

}  // namespace dure
