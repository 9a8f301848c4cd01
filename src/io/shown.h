// Bytes from outside as they may appear in a Fault: one line, printable, short.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dure {

// Control and non-ASCII bytes become \xNN, long text is cut with "...": an error message must not
// carry a megabyte, a newline or a terminal escape from a hostile file.
inline std::string shown(std::string_view bytes, std::size_t most = 40) {
  std::string out = "'";
  for (const char c : bytes.substr(0, most)) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '\t') {
      out += "\\t";
    } else if (u >= 0x20 && u < 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += "0123456789abcdef"[u >> 4];
      out += "0123456789abcdef"[u & 15];
    }
  }
  out += '\'';
  if (bytes.size() > most) out += "...";
  return out;
}

}  // namespace dure
