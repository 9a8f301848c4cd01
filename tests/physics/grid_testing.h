// The shipped data of grid-kr.yaml.
#pragma once

#include <tuple>
#include <vector>

#include "money_testing.h"
#include "world/grid_spec.h"

namespace dure {

struct GridFile {
  GridSpec grid;
  std::vector<SourceSpec> sources;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("grid", &GridFile::grid, "the grid", required),
                      Field("sources", &GridFile::sources, "where it comes from", required));
  }
};

inline const GridSpec& shipped_grid() {
  static const GridSpec spec = read_cited<GridFile>("models/grid-kr.yaml").grid;
  return spec;
}

}  // namespace dure
