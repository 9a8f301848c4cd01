// A document of several files: `include:` at the top of a file names others, by paths relative to
// it.
//   include: sites.yaml
//   include: [members.yaml, sites.yaml]
// Merging: the lists of included files come first, in the order of `include:`, then the file's own;
// maps merge key by key; of a scalar the including file's wins. The same scalar in two files of one
// `include:` is a Fault, and so is a file that is reached twice (its rows would count twice) or
// includes itself. Settings come last: `path=value`, where a path is keys joined by dots, and [3]
// or [id] picks a row:
//   policy.order=arrival    sites[ulsan].pue=1.3    sites[3].grid[0].grid_mw=50
//   workloads[x].only_sites=[a, b]
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/faults.h"
#include "io/doc_node.h"

namespace dure {

using ReadText = std::function<Result<std::string>(const std::string& path)>;

// The bytes of a file, at most one more than kLargestYaml.
Result<std::string> read_text_file(const std::string& path);

struct Loaded {
  Document doc;  // what could be read
  Faults faults;
  bool whole = true;  // false: what some file says is not in doc
};
Loaded load_document(const std::string& path, std::span<const std::string> settings,
                     const ReadText& read_text = read_text_file);

}  // namespace dure
