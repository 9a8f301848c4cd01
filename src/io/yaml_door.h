// YAML text as a neutral tree. Door to yaml-cpp. What it takes is the part of YAML 1.2 that a
// person can read without surprises; the rest is a Fault with its place, never a guess and never a
// crash:
//   anchors and aliases (also merge keys), tags, keys that are no text, the same key twice, a
//   second document, tabs before text, CRLF, a byte order mark, control characters, bytes that are
//   not UTF-8, more than kLargestYaml bytes, more than kDeepest levels.
// Why no anchors: an alias repeats what is far away, ten lines of them grow to 10^9 nodes, and a
// place in the file no longer says which field is meant. `include:` and rows that name ids do the
// same job.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/faults.h"
#include "io/doc_node.h"

namespace dure {

inline constexpr std::size_t kLargestYaml = std::size_t{16} << 20;

// The tree of one file, whose place in files is file_index; nothing when it could not be read to
// its end. A key that stands twice is a Fault, but the rest can be read. An empty document is a
// Fault.
std::optional<DocNode> parse_yaml(std::string_view text, const std::vector<std::string>& files,
                                  std::uint32_t file_index, Faults& faults);

}  // namespace dure
