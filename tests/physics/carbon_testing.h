// The shipped carbon data.
#pragma once

#include <tuple>
#include <vector>

#include "money_testing.h"
#include "world/carbon_spec.h"

namespace dure {

struct CarbonFile {
  CarbonSpec carbon;
  std::vector<SourceSpec> sources;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("carbon", &CarbonFile::carbon, "carbon of the grid", required),
                      Field("sources", &CarbonFile::sources, "where it comes from", required));
  }
};

inline const CarbonSpec& shipped_carbon() {
  static const CarbonSpec spec = read_cited<CarbonFile>("models/carbon-kr.yaml").carbon;
  return spec;
}

}  // namespace dure
