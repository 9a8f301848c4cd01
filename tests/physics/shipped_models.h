// The shipped rows of cooling and water.
#pragma once

#include <vector>

#include "base/describe.h"
#include "physics/cooling.h"
#include "read_shipped.h"
#include "world/scenario.h"
#include "world/water_spec.h"

namespace dure {

struct CoolingFile {
  std::vector<SourceSpec> sources;
  std::vector<CoolerSpec> coolers;
  std::vector<ChillerSpec> chillers;
  std::vector<ThermalMassSpec> thermal_masses;
  std::vector<CoolingKindSpec> cooling_kinds;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("sources", &CoolingFile::sources, "what rows cite"),
                      Field("coolers", &CoolingFile::coolers, "outdoors"),
                      Field("chillers", &CoolingFile::chillers, "between"),
                      Field("thermal_masses", &CoolingFile::thermal_masses, "what heats up"),
                      Field("cooling_kinds", &CoolingFile::cooling_kinds, "halls"));
  }
};

struct WaterFile {
  std::vector<SourceSpec> sources;
  std::vector<WaterSourceSpec> water_sources;
  std::vector<DroughtStageSpec> drought_stages;
  WaterBandSpec water_band;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("sources", &WaterFile::sources, "what rows cite"),
                      Field("water_sources", &WaterFile::water_sources, "kinds of water"),
                      Field("drought_stages", &WaterFile::drought_stages, "stages"),
                      Field("water_band", &WaterFile::water_band, "the physical band"));
  }
};

inline CoolingModel shipped_cooling() {
  CoolingFile f = read_shipped<CoolingFile>("models/cooling.yaml");
  return {f.coolers, f.chillers, f.thermal_masses, f.cooling_kinds};
}
inline WaterModel shipped_water() {
  WaterFile f = read_shipped<WaterFile>("models/water-kr.yaml");
  return {f.water_sources, f.drought_stages, f.water_band};
}

}  // namespace dure
