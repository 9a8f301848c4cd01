// Seasons of the Korean tariff, which the hour shapes of carbon, price and sun use as well.
// Source: KEPCO supply terms as in facts grid.tariff.seasons: summer June to August, winter
// November to February, spring and autumn the rest.
#pragma once

#include <array>

#include "base/check.h"
#include "base/describe.h"

namespace dure {

enum class Season { winter, spring_autumn, summer };
inline constexpr int kSeasons = 3;

constexpr auto describe_enum(Season) {
  using E = Season;
  return std::array{
      Choice<E>{E::winter, "winter", "November to February"},
      Choice<E>{E::spring_autumn, "spring_autumn", "March to May, September, October"},
      Choice<E>{E::summer, "summer", "June to August"}};
}

constexpr Season season_of(int month) {  // 1 to 12
  CHECK(month >= 1 && month <= 12);
  if (month >= 6 && month <= 8) return Season::summer;
  return month >= 11 || month <= 2 ? Season::winter : Season::spring_autumn;
}

}  // namespace dure
