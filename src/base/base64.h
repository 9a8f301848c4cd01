// Bytes as text: base64 of RFC 4648 §4, with its padding. Strict: a text that another writer would
// have written differently (bits left over, blanks, no padding) is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dure {

std::string base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace dure
