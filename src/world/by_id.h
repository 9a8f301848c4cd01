// Where something of a scenario stands in its list, by its id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"

namespace dure {

template <class Spec>
std::optional<std::uint32_t> find_id(const std::vector<Spec>& list, const std::string& id) {
  for (std::uint32_t i = 0; i < list.size(); ++i)
    if (list[i].id == id) return i;
  return std::nullopt;
}

// Of an id that check_references has let pass.
template <class Spec>
std::uint32_t index_of(const std::vector<Spec>& list, const std::string& id) {
  const std::optional<std::uint32_t> found = find_id(list, id);
  CHECK(found.has_value());
  return *found;
}

}  // namespace dure
