// A listing of a hub, shown once or, with --watch, again whenever it has changed: the one way in
// which all commands do it.
// Invariants: 1. What is on a terminal is never longer or wider than it: a line says what is left
// out.
//             2. Where stdout is no terminal each print is whole, and none is like the one before.
//             3. The first call's Fault ends the command; later ones (a hub that restarts) are
//             said,
//                and it goes on.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/hub_client.h"
#include "base/result.h"

namespace dure {

// The text of a listing, or of its JSON with --json: whole lines.
using Listing = std::function<Result<std::string>(HubClient& hub)>;

void add_watch(CLI::App* command, Connection& c);
// Of a command's callback: the exit status.
int show_listing(const Connection& c, const Listing& listing);

// ---- for tests
struct TerminalSize {
  std::size_t rows = 0, columns = 0;
  bool operator==(const TerminalSize&) const = default;
};
struct Screen {
  std::function<std::optional<TerminalSize>()> size;  // none: no terminal
  std::function<bool(std::string_view)> put;          // false: nobody takes it
  std::function<bool()> wait;                         // until the next look; false: enough
  std::function<void(const Fault&)> complain;
};
int watch(const Screen& screen, const std::function<Result<std::string>()>& listing);
std::string fitted(std::string_view text, TerminalSize size);  // invariant 1

}  // namespace dure
