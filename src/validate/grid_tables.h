// Tables that the tariff, the carbon signal and the market shape are checked against. `shared` is
// the folder with facts/ and data/. Bars, set before the tables were first run:
//   flat load     0.2 %: the printed decimal of the fact base's own means
//   industrial    5 %: the nation's mean price is of all loads and voltages, ours of a flat one at
//   154 kV carbon shape  5 %: half of the swing that shifting lives on price shape   10 %
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "validate/table.h"
#include "world/carbon_spec.h"
#include "world/tariff_spec.h"

namespace dure {

// facts: grid.tariff.flat_load_mean_krw_per_kwh, whose calendar has weekends and no holidays.
Result<ValidationTable> flat_load_table(const TariffSpec& tariff, const std::string& shared);

// facts: grid.tariff.industrial_mean_krw_per_kwh, against a load that is flat in the hours and has
// the nation's load factor in its demand charge. With that of a data centre, 0.9, the table misses
// its bar (6.0 %): docs/models/tariff.md.
Result<ValidationTable> industrial_mean_table(const TariffSpec& tariff, const std::string& shared);

// Each season and hour of 2021 and 2023, of the mean of its year. 2021 is predicted by the shipped
// shape, which was made of 2023; 2023 by a shape made of 2021: each year is left out.
Result<ValidationTable> carbon_shape_table(const CarbonSpec& carbon, const std::string& shared);

// The same without the level of the season, which does not carry over from one year to the other.
Result<ValidationTable> carbon_hour_table(const CarbonSpec& carbon, const std::string& shared);

// The same of the system marginal price, each year by the shape of the other.
Result<ValidationTable> price_shape_table(const std::string& shared);

// All of them; the first that cannot be read is the Fault.
Result<std::vector<ValidationTable>> grid_tables(const TariffSpec& tariff, const CarbonSpec& carbon,
                                                 const std::string& shared);

}  // namespace dure
