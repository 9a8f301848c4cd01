// A row of `dure bench`.
#pragma once

#include <string>
#include <vector>

namespace dure {

struct BenchRow {
  std::string name, unit;
  double value = 0;
  double ratio = 0;  // 0: none
  std::string ratio_to;
};

}  // namespace dure
