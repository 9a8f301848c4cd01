// What a file that `dure simulate` is given is of: the alliance, or a model of its own beside it.
// It is told by a key at the top of the file itself, not of what it includes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/faults.h"
#include "live/file_formats.h"

namespace dure {

enum class ScenarioKind { alliance, service, ran, hybrid };  // else, replica:, cells:, hybrids:

// Nothing where the file cannot be read: whoever reads it for good says why.
std::optional<ScenarioKind> scenario_kind(const std::string& path);

// ---- of the kinds that are not the alliance's

// What is wrong with the file; nothing where it is of the alliance or cannot be read.
std::optional<Faults> check_own_kind(const std::string& path,
                                     const std::vector<std::string>& settings);

const std::vector<FileFormat>& own_file_formats();  // service, ai-ran, hybrids

}  // namespace dure
