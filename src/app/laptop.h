// scenarios/laptop/laptop.yaml, built into the program: the alliance of `dure serve` without a
// configuration.
#pragma once

#include <string_view>

namespace dure {

std::string_view laptop_yaml();

}  // namespace dure
