// Waiting for a job of a hub to be over.
#pragma once

#include <cstdint>
#include <string_view>

#include "app/hub_client.h"

namespace dure {

bool is_over(std::string_view state);

// Outlives a restart of the hub. Prints how the job ended, and why where it is not done; the exit
// status of a command that waited.
int wait_for_job(HubClient& hub, std::int64_t job, bool json);

}  // namespace dure
