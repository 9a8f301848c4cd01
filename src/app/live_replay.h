// dure replay STORE: the record of a hub, applied to nothing, must make the world that the hub has:
// the same SHA-256 as GET /api/v1/status?digest=1 says. The store is only read, also while a hub
// runs.
#pragma once

#include <string>

namespace dure {

int replay_live_record(const std::string& url, bool json);

}  // namespace dure
