#include "app/log.h"

#include <fmt/core.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "app/live_config.h"
#include "base/calendar.h"
#include "live/live_record.h"

namespace dure {

void log_line(const char* event, const std::vector<std::pair<const char*, std::string>>& fields) {
  const std::string at = iso_kst(world_time(unix_now_ms()));
  std::string line;
  if (isatty(STDERR_FILENO) != 0) {
    line = fmt::format("{} {}", at.substr(11, 8), event);
    for (const auto& [name, value] : fields) line += fmt::format("  {}={}", name, value);
  } else {
    nlohmann::ordered_json j{{"at", at}, {"event", event}};
    for (const auto& [name, value] : fields) j[name] = value;
    line = j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace dure
