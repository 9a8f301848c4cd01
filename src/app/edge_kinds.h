// Scenarios of one machine beside the hub, each with a model of its own: AI-RAN (`cells:`) and
// hybrid jobs (`hybrids:`). `dure simulate` tells them by that key at the top of their file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dure {

struct EdgeRunOptions {
  std::string scenario, out;
  std::int64_t seed = -1;  // -1: the scenario's
  std::vector<std::string> settings;
  std::vector<std::string> not_for_these;  // options that were given and mean nothing here
  bool json = false;
};

// The exit status, where the file is of such a kind; nothing where it is a Scenario or unreadable.
std::optional<int> run_edge_kind(const EdgeRunOptions& options);

}  // namespace dure
