#include "environment.h"

#include <fmt/core.h>

#include <charconv>
#include <cstdlib>

#include "files.h"

namespace factory {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<int> number(const char* name, int least, int most) {
  const auto text = variable(name);
  if (!text) return std::nullopt;
  int value = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc{} || stop != end || value < least || value > most)
    throw Bad(fmt::format("{}={}: a number from {} to {}", name, *text, least, most));
  return value;
}

int threads(int flag) { return flag > 0 ? flag : number("OMP_NUM_THREADS", 1, 1024).value_or(1); }

}  // namespace factory
