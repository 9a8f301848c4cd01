// What stands in a URL, taken apart: the target of a request (RFC 3986, RFC 9112 §3.2) for routing,
// and the place that a client calls.
//
// Invariants: 1. A segment or a name of the query is what its percent-encoding says, once: nobody
//                decodes again behind this.
//             2. No segment is "." or "..", and nothing holds a NUL: what is left may be compared
//                with names, and names no file of its own accord.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace dure {

struct Target {
  std::vector<std::string> segments;                       // "/": none; "/a/": "a" and ""
  std::vector<std::pair<std::string, std::string>> query;  // in order; names may come twice
  const std::string* find(std::string_view name) const;    // the first of the name, or null
};
// target: /path?query as it came, or with http://host before it. A + of the query is a blank.
Result<Target> parse_target(std::string_view target);

// All but letters, digits and - . _ ~ as %XX: fit for a segment and for names and values of a
// query.
std::string percent_encode(std::string_view text);

struct HostPlace {  // that a client calls
  bool tls = false;
  std::string host, port;   // without the [] of an IPv6 address
  std::string socket_path;  // of a unix socket; then there is no host
  std::string prefix;       // goes before every target: "" or /…, without a / at its end
};
// http://HOST[:PORT][/PREFIX], https://… or unix:PATH[:/PREFIX]
Result<HostPlace> parse_place(std::string_view url);

}  // namespace dure
