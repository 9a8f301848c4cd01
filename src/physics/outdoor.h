// The weather at one place and instant, as the physics take it.
#pragma once

namespace dure {

struct Outdoor {
  double dry_bulb_c = 20, wet_bulb_c = 15, pressure_kpa = 101.325;
  double sea_c = 15;  // of sea or lake water, where some is taken in
};

}  // namespace dure
