#include "source_dir.h"

namespace dure {

std::string source_dir() { return DURE_SOURCE_DIR; }

}  // namespace dure
