// Pieces of POSIX sh that the scripts of attempts are made of.
#pragma once

#include <string>
#include <string_view>

namespace dure {

std::string sh_quoted(std::string_view text);  // as one word of sh

// After `run & child=$!`: code=its exit code. A wait that a signal cut short (its trap sets
// woken=1) is asked again; 127 is then a shell that has forgotten the answer.
inline constexpr std::string_view kShWait = R"sh(
code=127
while :; do
  woken=0
  wait "$child"; c=$?
  [ "$c" = 127 ] && [ "$code" != 127 ] || code=$c
  [ "$woken" = 0 ] && break
done
)sh";

}  // namespace dure
