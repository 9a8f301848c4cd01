#include "app/job_wait.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>

#include "app/command.h"

namespace dure {

bool is_over(std::string_view state) {
  const std::string_view ends[] = {"done", "failed", "cancelled", "refused", "timed_out", "lost"};
  return std::find(std::begin(ends), std::end(ends), state) != std::end(ends);
}

int wait_for_job(HubClient& hub, std::int64_t job, bool json) {
  for (;;) {
    TRY_OR_COMPLAIN(answer, hub.call_patiently("/api/v1/jobs/" + std::to_string(job)));
    const std::string state = text_of(answer.json["state"]);
    if (is_over(state)) {
      const std::string why = text_of(answer.json["detail"]);
      if (json)
        fmt::print("{}", json_line(answer.json));
      else if (state == "done" || why.empty())
        fmt::print("job {} {}\n", job, state);
      else
        fmt::print("job {} {}: {}\n", job, state, why);
      return state == "done" ? kDone : kNo;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
}

}  // namespace dure
