// Manual pages, in the language of man(7), of the commands as command_tree() has them.
#pragma once

#include <string>
#include <vector>

#include "app/command_tree.h"

namespace dure {

// dure, dure-submit, dure-audit-verify
std::string man_name(const CommandInfo& command);
std::string man_page(const CommandInfo& command);
// The command and all below it, the program first.
std::vector<const CommandInfo*> all_commands(const CommandInfo& program);

}  // namespace dure
