// The known name that a mistyped one was most likely meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dure {

// Edits between two names: insert, delete, replace, or swap two neighbours (optimal string
// alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of known within a third of the name's length (at least 1 edit); "" when none is near.
// The first of equals. Looks at the first 64 bytes of each.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

// "did you mean X?", or "known: a, b, c" when none is near and the list is short enough to help.
std::string name_hint(std::string_view name, std::span<const std::string_view> known);

}  // namespace dure
