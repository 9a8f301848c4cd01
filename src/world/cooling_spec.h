// How halls are cooled, as data: models/cooling.yaml. A hall's heat goes two ways, into liquid and
// into air; each way (CoolingPathSpec) ends at a cooler outdoors, with a chiller between where the
// weather is not always cold enough. What the numbers do: docs/models/cooling.md.
//   Temperatures end in _c, differences of them in _k; a _share is kW of power (or of capacity) for
//   each kW of the heat that a part is built for.
// Invariants (checked by find_plant in physics/cooling.h): 1. Ids are unique, what is referred to
// exists.  2. A kind has at least one way.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"

namespace dure {

// Where heat leaves the site.
enum class CoolerKind { dry, tower, sea, outside_air };

constexpr auto describe_enum(CoolerKind) {
  using E = CoolerKind;
  return std::array{
      Choice<E>{E::dry, "dry", "coils and fans: follows the dry bulb; with pads, adiabatic"},
      Choice<E>{E::tower, "tower", "evaporates water: follows the wet bulb"},
      Choice<E>{E::sea, "sea", "pumped sea or lake water through an exchanger"},
      Choice<E>{E::outside_air, "outside_air", "the hall breathes outdoor air; no water loop"}};
}

struct CoolerSpec {
  std::string id;
  CoolerKind kind = CoolerKind::dry;
  double approach_k = 8;
  double load_exponent = 1, speed_exponent = 0.8;
  double fan_share = 0.02;
  double pump_share = 0;
  double pump_static_share = 0;
  double least_flow = 0;
  double power_exponent = 3;
  double least_speed = 0.2;
  double air_kg_per_s_per_kw = 0.1;
  double pad_effectiveness = 0;
  double pad_above_c = 25;
  double design_wet_bulb_c = 26;
  double design_range_k = 8;
  double water_kg_per_s_per_kw = 0.03;
  double drift_share = 0;
  double least_c = -30;
  double most_c = 43;
  std::string source;
  std::string note;
  template <class S = CoolerSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("kind", &S::kind, "how heat leaves the site", required),
        Field("approach_k", &S::approach_k,
              "what leaves it over what it follows, at design heat and full speed", required,
              range(0, 30)),
        Field("load_exponent", &S::load_exponent,
              "the approach grows with the load of a cell to this power", range(0.5, 1),
              dimensionless),
        Field("speed_exponent", &S::speed_exponent, "the approach falls with speed to this power",
              range(0.3, 1), dimensionless),
        Field("fan_share", &S::fan_share, "fan power for each kW of heat, at design", range(0, 0.2),
              dimensionless),
        Field("pump_share", &S::pump_share,
              "spray or sea pump power for each kW of heat, at design", range(0, 0.2),
              dimensionless),
        Field(
            "pump_static_share", &S::pump_static_share,
            "of the head of a tower's pumps, what does not fall with the flow: lift, held pressure",
            range(0, 1), dimensionless),
        Field("least_flow", &S::least_flow,
              "of the water of a running cell of a tower, of that at design: with less its fill "
              "dries",
              range(0, 1), dimensionless),
        Field("power_exponent", &S::power_exponent,
              "power follows speed to this power: the cube law", range(2, 3), dimensionless),
        Field("least_speed", &S::least_speed, "of fans and pumps, of their full speed",
              range(0.05, 1), dimensionless),
        Field("air_kg_per_s_per_kw", &S::air_kg_per_s_per_kw, "air for each kW of heat, at design",
              range(0, 1)),
        Field("pad_effectiveness", &S::pad_effectiveness,
              "of the way from dry to wet bulb that wet pads cool the air; 0: no pads", range(0, 1),
              dimensionless),
        Field("pad_above_c", &S::pad_above_c, "pads stay dry below this dry bulb", range(0, 50)),
        Field("design_wet_bulb_c", &S::design_wet_bulb_c, "where the approach of a tower holds",
              range(0, 35)),
        Field("design_range_k", &S::design_range_k,
              "how much warmer water comes to a tower than it leaves", range(1, 30)),
        Field("water_kg_per_s_per_kw", &S::water_kg_per_s_per_kw,
              "circulating in a tower for each kW of heat", range(0, 1)),
        Field("drift_share", &S::drift_share, "of the circulating water, lost as drops",
              range(0, 0.001), dimensionless),
        Field("least_c", &S::least_c, "below this outdoors the model is not meant to hold",
              range(-60, 20)),
        Field("most_c", &S::most_c, "above this outdoors the model is not meant to hold",
              range(0, 60)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ChillerSpec {
  std::string id;
  double carnot_share = 0.6;
  double evaporator_k = 2;
  double condenser_k = 7;
  double design_lift_k = 32;
  double least_lift_k = 12;
  double standby_share = 0.05;
  double capacity_share = 1.1;
  double capacity_loss_per_k = 0.01;
  std::string source;
  std::string note;
  template <class S = ChillerSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("carnot_share", &S::carnot_share,
              "COP over that of Carnot between evaporation and condensation", required,
              range(0.1, 0.9), dimensionless),
        Field("evaporator_k", &S::evaporator_k, "evaporation below the water that it makes",
              range(0, 15)),
        Field("condenser_k", &S::condenser_k, "condensation above what its cooler sends back",
              range(0, 20)),
        Field("design_lift_k", &S::design_lift_k,
              "condensation over evaporation, where capacity_share holds", required, range(10, 80)),
        Field("least_lift_k", &S::least_lift_k, "below this lift the COP grows no more",
              range(5, 40)),
        Field("standby_share", &S::standby_share,
              "of its power at full load that stays at none, while it runs", range(0, 0.5),
              dimensionless),
        Field("capacity_share", &S::capacity_share,
              "heat that it takes, of its way's design heat, at design lift", range(0, 3),
              dimensionless),
        Field("capacity_loss_per_k", &S::capacity_loss_per_k,
              "of capacity_share, lost with each K above the design lift", range(0, 0.1)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ThermalMassSpec {  // what a loss of cooling heats, and when machines mind
  std::string id;
  double mass_kj_per_k_per_kw = 10;
  double leak_w_per_k_per_kw = 0;
  double rise_k = 0;
  double throttle_c = 40;
  double trip_c = 50;
  std::string source;
  std::string note;
  template <class S = ThermalMassSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("mass_kj_per_k_per_kw", &S::mass_kj_per_k_per_kw,
              "what takes up heat, for each kW of design heat", required, range(0.01, 1000)),
        Field("leak_w_per_k_per_kw", &S::leak_w_per_k_per_kw,
              "heat that leaves by itself, for each kW of design heat", range(0, 100)),
        Field("rise_k", &S::rise_k, "over the supply, at full load, of what the limits are about",
              range(0, 80)),
        Field("throttle_c", &S::throttle_c, "clocks fall from here on", required, range(10, 120)),
        Field("trip_c", &S::trip_c, "machines switch off here", required, range(10, 150)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct CoolingPathSpec {  // the way of one part of a hall's heat
  std::string cooler;
  std::optional<std::string> chiller;
  double capacity_share = 1;
  double supply_c = 25;
  double supply_most_c = 32;
  double approach_k = 5;
  double rise_k = 10;
  double fan_share = 0;
  double pump_share = 0;
  double pump_static_share = 0;
  double least_speed = 0.3;
  bool free_cooling = true;
  double free_approach_k = 1.5;
  std::string mass;
  std::string stopped_mass;
  template <class S = CoolingPathSpec>
  static constexpr auto describe() {
    return Fields(
        Field("cooler", &S::cooler, "where its heat leaves the site", required, not_empty, id_text,
              refers_to("coolers")),
        Field("chiller", &S::chiller, "what helps when the weather is too warm; none if left out",
              refers_to("chillers")),
        Field("capacity_share", &S::capacity_share,
              "heat that it is built for, for each kW of the hall's design", required, range(0, 2),
              dimensionless),
        Field("supply_c", &S::supply_c, "set point of what reaches the machines, air or coolant",
              required, range(5, 60)),
        Field("supply_most_c", &S::supply_most_c,
              "warmer than this it must not get: the load is cut", required, range(5, 70)),
        Field("approach_k", &S::approach_k,
              "the supply over the water that cools it (coil, CDU), at design heat", range(0, 25)),
        Field("rise_k", &S::rise_k, "of the water or air through the hall, at design",
              range(2, 30)),
        Field("fan_share", &S::fan_share, "fans indoors, power for each kW of heat, at design",
              range(0, 0.3), dimensionless),
        Field("pump_share", &S::pump_share,
              "pumps of CDU and facility loop, for each kW of heat, at design", range(0, 0.2),
              dimensionless),
        Field("pump_static_share", &S::pump_static_share,
              "of the head of those pumps, what does not fall with the flow: held pressure",
              range(0, 1), dimensionless),
        Field("least_speed", &S::least_speed, "of those fans and pumps, of their full speed",
              range(0.05, 1), dimensionless),
        Field("free_cooling", &S::free_cooling,
              "with a chiller: its cooler takes what heat it can without"),
        Field("free_approach_k", &S::free_approach_k,
              "with a chiller: of the exchanger between cooler and loop", range(0, 10)),
        Field("mass", &S::mass, "what heats up when heat no longer leaves", required, not_empty,
              refers_to("thermal_masses")),
        Field("stopped_mass", &S::stopped_mass, "what heats up when fans or pumps of the hall stop",
              required, not_empty, refers_to("thermal_masses")));
  }
};

struct CoolingKindSpec {
  std::string id;
  std::string name_en;
  std::vector<std::string> words;
  double liquid_share = 0;
  std::optional<CoolingPathSpec> liquid;
  std::optional<CoolingPathSpec> air;
  std::string source;
  std::string note;
  template <class S = CoolingKindSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("words", &S::words, "what scenarios call it besides its id"),
        Field("liquid_share", &S::liquid_share,
              "of the heat, into liquid, where the machines do not say", range(0, 1),
              dimensionless),
        Field("liquid", &S::liquid,
              "the way of the heat that liquid takes; none: it goes into air"),
        Field("air", &S::air, "the way of the heat that air takes; none: it goes into liquid"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct CoolingModel {  // what a scenario holds of all this
  std::vector<CoolerSpec> coolers;
  std::vector<ChillerSpec> chillers;
  std::vector<ThermalMassSpec> thermal_masses;
  std::vector<CoolingKindSpec> cooling_kinds;
};

}  // namespace dure
