#include "shipped.h"

#include "read_described.h"

namespace dure {
namespace {

struct ModelsFile : ShippedModels {
  template <class S = ModelsFile>
  static constexpr auto describe() {
    return Fields(
        Field("sources", &S::sources, "what rows cite"), Field("climate", &S::climate, "weather"),
        Field("coolers", &S::coolers, "outdoors"), Field("chillers", &S::chillers, "between"),
        Field("thermal_masses", &S::thermal_masses, "what heats up"),
        Field("cooling_kinds", &S::cooling_kinds, "halls"), Field("power", &S::power, "chains"),
        Field("water_sources", &S::water_sources, "water"),
        Field("drought_stages", &S::drought_stages, "stages"),
        Field("water_band", &S::water_band, "the physical band"),
        Field("tariff", &S::tariff, "prices"), Field("carbon", &S::carbon, "factors"),
        Field("failures", &S::failures, "what breaks"),
        Field("network", &S::network, "between sites"), Field("grid", &S::grid, "beside the sites"),
        Field("finance", &S::finance, "what is paid for it"));
  }
};

struct PowerFile {
  std::vector<SourceSpec> sources;
  PowerSpec power;
  template <class S = PowerFile>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "sources", required),
                  Field("power", &S::power, "power", required));
  }
};

PowerSpec power_of(const std::string& yaml) {
  const Outcome<PowerSpec> read = read_power(yaml);
  if (read) return read.value();
  for (const Fault& f : read.faults()) ADD_FAILURE() << to_string(f);
  return {};
}

}  // namespace

const ShippedModels& shipped_models() {
  static const ModelsFile all = must(read_text<ModelsFile>(
      "include: [models/climate-kr.yaml, models/cooling.yaml, models/water-kr.yaml, "
      "models/power.yaml, models/tariff-kr.yaml, models/carbon-kr.yaml, models/failures.yaml, "
      "models/network.yaml, models/grid-kr.yaml, models/finance-kr.yaml]\n"));
  return all;
}

Outcome<PowerSpec> read_power(const std::string& yaml) {
  Outcome<PowerFile> file = read_text<PowerFile>(yaml);
  if (!file) return file.faults();
  return std::move(file).value().power;
}

const PowerSpec& shipped_power() {
  static const PowerSpec spec = power_of("include: [models/power.yaml, models/frontier.yaml]\n");
  return spec;
}

const PowerSpec& part_of_power() {
  static const PowerSpec spec = power_of("include: models/power_holdout.yaml\n");
  return spec;
}

}  // namespace dure
