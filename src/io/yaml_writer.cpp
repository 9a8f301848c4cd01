#include "io/yaml_writer.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/calendar.h"

namespace dure {
namespace {

// Words that some YAML reader takes for null or a truth value.
bool reserved(std::string_view text) {
  std::string low(text);
  for (char& c : low) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::array words{"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  return std::find(words.begin(), words.end(), low) != words.end();
}

bool plain(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (text.empty() || text.back() == ' ' || !letter(text[0]) || reserved(text)) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == ' ' || c == '-' || c == '.' || c == '+' ||
           c == '/';
  });
}

}  // namespace

std::string yaml_text(std::string_view text) {
  if (plain(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (u < 0x20 || u == 0x7f) {
      out += "\\x";
      out += "0123456789abcdef"[u >> 4];
      out += "0123456789abcdef"[u & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace dure
