// What a server says while it runs: one line each on stderr, for people on a terminal, as JSON
// elsewhere.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

namespace dure {

void log_line(const char* event, std::initializer_list<std::pair<const char*, std::string>> fields);

}  // namespace dure
