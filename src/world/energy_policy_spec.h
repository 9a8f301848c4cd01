// What the alliance does about the price and carbon of energy and about power that runs short, as
// data: when work is shifted, when GPUs are capped, and how far before nodes are switched off.
// What is made of it: sim/energy_plan.h; page: docs/models/energy-acts.md.
#pragma once

#include <string>

#include "base/describe.h"

namespace dure {

struct EnergyPolicySpec {
  double krw_per_t_co2 = 0;    // what a tonne of CO2 weighs beside the price
  double shift_above = 0;      // over the mean of the day; 0: no hour is dear
  double cap_above = 0;        // over the mean of the day; 0: price caps nothing
  double cap_share = 1;        // of committed power, in hours above that
  double least_cap_share = 1;  // of committed power: shorter than that, nodes go
  double cap_exponent = 0;     // dynamic power goes as clock to this power
  std::string source, note;
  template <class S = EnergyPolicySpec>
  static constexpr auto describe() {
    return Fields(
        Field("krw_per_t_co2", &S::krw_per_t_co2, "what a tonne of CO2 weighs beside the price",
              range(0, 10'000'000)),
        Field("shift_above", &S::shift_above,
              "an hour is dear if it costs more than so many times the mean of its day; work that "
              "may be shifted waits; 0: no hour is",
              range(0, 100), dimensionless),
        Field("cap_above", &S::cap_above,
              "GPUs are capped in hours that cost more than so many times the mean of their day; "
              "0: in none",
              range(0, 100), dimensionless),
        Field("cap_share", &S::cap_share, "of the racks' committed power, in such hours",
              above(0, 1), dimensionless),
        Field(
            "least_cap_share", &S::least_cap_share,
            "of the racks' committed power: where grid, cooling or water carry less than all of it "
            "but as much as this, GPUs are capped; where they carry less, nodes are switched off; "
            "1: nothing is capped",
            above(0, 1), dimensionless),
        Field("cap_exponent", &S::cap_exponent,
              "power above idle goes as clock to this power (law of caps)", required, above(1, 10),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
