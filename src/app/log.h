// What a server says while it runs: one line each on stderr, for people on a terminal, as JSON
// elsewhere.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dure {

void log_line(const char* event, const std::vector<std::pair<const char*, std::string>>& fields);

}  // namespace dure
