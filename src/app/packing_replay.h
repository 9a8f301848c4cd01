// dure replay LOG --packing NAME --nodes FILE: pods that share GPUs onto nodes, seed by seed
// (docs/models/packing.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dure {

struct PackingOptions {
  std::string packing;  // empty: not asked for
  std::string nodes;
  std::optional<std::int64_t> seeds, first_seed, mix_from;  // 10, 42, all pods
  std::optional<double> inflate;                            // 1.3
  bool any() const { return !nodes.empty() || seeds || first_seed || mix_from || inflate; }
};

// Prints and returns the exit code. format: as --format gave it.
int replay_packing(const std::vector<std::string>& logs, const std::string& format,
                   const PackingOptions& options, bool json);

}  // namespace dure
