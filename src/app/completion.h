// Completion of a command line: what may stand where the cursor is. Shells call `dure complete`,
// which is hidden, through a script of a few lines (dure completion SHELL), so that there is one
// implementation for all of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_tree.h"

namespace dure {

struct Candidate {
  std::string text, help;
  bool operator==(const Candidate&) const = default;
};
struct Completion {
  std::vector<Candidate> candidates;
  Takes paths = Takes::nothing;  // file or folder: the shell completes these itself
};
// Values that a hub knows; `begun` is what stands there so far. Nothing where no hub answers.
using AskHub = std::function<std::vector<Candidate>(Takes takes, const std::string& begun,
                                                    const std::string& hub)>;

// words: after the program's name, the last one being the one at the cursor, maybe empty. Shells
// that split words at "=" and ":" (bash) may do so.
Completion complete(const CommandInfo& program, const std::vector<std::string>& words,
                    const AskHub& ask);
// Asks the hub, for at most a second in all.
std::vector<Candidate> known_to_hub(Takes takes, const std::string& begun, const std::string& hub);

// none: not one of bash, zsh, fish.
std::optional<std::string_view> completion_script(std::string_view shell);

}  // namespace dure
