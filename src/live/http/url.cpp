#include "live/http/url.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace dure {
namespace {

constexpr std::size_t kLongestSocketPath = 107;  // sockaddr_un::sun_path with its NUL

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
      if (low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

// Hands each part of text between separators to take(), until it returns false.
template <class Take>
bool each_part(std::string_view text, char separator, Take take) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!take(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

Fault bad_target(std::string_view target, std::string why) {
  return {"target", "a path of percent-encoded segments, without . and ..", std::string(target),
          std::move(why)};
}

Fault bad_url(std::string_view url, std::string hint) {
  return {"url", "http://HOST[:PORT][/PREFIX], https://... or unix:PATH[:/PREFIX]",
          std::string(url), std::move(hint)};
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && stop == end && port >= 1 && port <= 65535;
}

// A blank or a control character would end the request line early.
bool fits_request_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '?' || c == '#';
  });
}

bool split_authority(std::string_view authority, HostPlace& place) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return false;
    place.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    place.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (place.host.empty() || place.host.find('@') != std::string::npos) return false;
  if (port.empty()) {
    place.port = place.tls ? "443" : "80";
    return true;
  }
  place.port = port.substr(1);
  return port.front() == ':' && is_port(place.port);
}

}  // namespace

const std::string* Target::find(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return &value;
  return nullptr;
}

Result<Target> parse_target(std::string_view target) {
  const std::string_view whole = target;
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return bad_target(whole, "it starts with /");
    target.remove_prefix(scheme + 3);
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
  }
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  Target out;
  if (path.size() > 1) {
    path.remove_prefix(1);
    const bool good = each_part(path, '/', [&](std::string_view part) {
      auto segment = percent_decoded(part, false);
      if (!segment || *segment == "." || *segment == "..") return false;  // invariant 2
      out.segments.push_back(*std::move(segment));
      return true;
    });
    if (!good) return bad_target(whole, "a bad escape, a NUL, or a segment . or ..");
  }
  if (question == std::string_view::npos) return out;
  const bool good = each_part(target.substr(question + 1), '&', [&](std::string_view part) {
    if (part.empty()) return true;
    const std::size_t equals = std::min(part.find('='), part.size());
    auto name = percent_decoded(part.substr(0, equals), true);
    auto value = percent_decoded(part.substr(std::min(equals + 1, part.size())), true);
    if (!name || !value) return false;
    out.query.emplace_back(*std::move(name), *std::move(value));
    return true;
  });
  if (!good) return bad_target(whole, "a bad escape or a NUL in the query");
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

Result<HostPlace> parse_place(std::string_view url) {
  HostPlace place;
  std::string_view rest = url;
  if (rest.starts_with("unix:")) {
    rest.remove_prefix(5);
    const std::size_t colon = std::min(rest.find(":/"), rest.size());
    place.socket_path = rest.substr(0, colon);
    place.prefix = rest.substr(std::min(colon + 1, rest.size()));
    if (place.socket_path.empty() || place.socket_path.size() > kLongestSocketPath)
      return bad_url(url, "the path of a unix socket has 1 to 107 bytes");
  } else {
    place.tls = rest.starts_with("https://");
    if (!place.tls && !rest.starts_with("http://")) return bad_url(url, "");
    rest.remove_prefix(place.tls ? 8 : 7);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    place.prefix = rest.substr(slash);
    if (!split_authority(rest.substr(0, slash), place) || !fits_request_line(place.host))
      return bad_url(url, "the host or the port is not one");
  }
  while (place.prefix.ends_with('/')) place.prefix.pop_back();
  if (!fits_request_line(place.prefix))
    return bad_url(url, "the prefix is percent-encoded and has no query");
  return place;
}

}  // namespace dure
