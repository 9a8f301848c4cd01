// Where the checkout is. Only source_dir.cpp is compiled with the path, so that a compiler cache
// serves every checkout.
#pragma once

#include <string>

namespace dure {

std::string source_dir();

}  // namespace dure
