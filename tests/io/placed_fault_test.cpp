// Where a model's Fault about a part of a scenario stands in the scenario's files.
#include <gtest/gtest.h>

#include "io/scenario_reader.h"
#include "source_dir.h"

namespace dure {
namespace {

const PlacedScenario& frontier() {
  static const PlacedScenario read = [] {
    Outcome<PlacedScenario> r = read_placed_scenario(source_dir() + "/scenarios/frontier.yaml", {});
    for (const Fault& f : r ? Faults{} : r.faults()) ADD_FAILURE() << to_string(f);
    return std::move(r.value());
  }();
  return read;
}

std::string where(const std::string& path) {
  return placed(frontier().doc, {path, "a", "b", ""}).where;
}

// Of a place, the line that it names.
std::string line_of(const std::string& place) {
  const std::size_t colon = place.find(".yaml:") + 5;
  const auto line = std::stoul(place.substr(colon + 1));
  std::string text = read_text_file(place.substr(0, colon)).value();
  for (unsigned long i = 1; i < line; ++i) text.erase(0, text.find('\n') + 1);
  return text.substr(0, text.find('\n'));
}

TEST(PlacedFault, APathIsLedByFileLineAndColumn) {
  const std::string hall = where("sites[oak_ridge].halls[e102].cooling");
  EXPECT_NE(hall.find("scenarios/frontier.yaml:"), std::string::npos) << hall;
  EXPECT_TRUE(hall.ends_with(": sites[oak_ridge].halls[e102].cooling")) << hall;
  EXPECT_NE(line_of(hall).find("cooling: frontier_cdus"), std::string::npos) << hall;
  // By number as by id; a file that is included; what is said after the path.
  EXPECT_NE(line_of(where("utilities[0].tariff")).find("tariff: flat"), std::string::npos);
  const std::string rate = where("tariff.rates[0] (flat)");
  EXPECT_NE(rate.find("models/flat-prices.yaml:"), std::string::npos) << rate;
  EXPECT_NE(line_of(rate).find("- tariff: flat"), std::string::npos) << rate;
  const std::string month = where("climate.stations[0]: month 7");
  EXPECT_NE(month.find("models/climate-oak-ridge.yaml:"), std::string::npos) << month;
}

TEST(PlacedFault, WhatIsNotThereIsPlacedByItsNearest) {
  EXPECT_NE(line_of(where("sites[oak_ridge].halls[none].cooling")).find("{id: e102"),
            std::string::npos);
  EXPECT_NE(where("drought_stages[99]").find("water-kr.yaml:"), std::string::npos);
  EXPECT_NE(where("failures").find("scenarios/frontier.yaml:"), std::string::npos);
}

TEST(PlacedFault, WhatIsNoPathStays) {
  EXPECT_EQ(where("weather.csv: 2021-01-01"), "weather.csv: 2021-01-01");
  EXPECT_EQ(where("--weather"), "--weather");
  EXPECT_EQ(where(""), "");
}

TEST(PlacedFault, ASettingHasNoLine) {
  const auto read = read_placed_scenario(source_dir() + "/scenarios/frontier.yaml",
                                         std::vector<std::string>{"utilities[0].tariff=none"});
  ASSERT_TRUE(read);
  EXPECT_EQ(placed(read.value().doc, {"utilities[0].tariff", "a", "b", ""}).where,
            "--set utilities[0].tariff=none: utilities[0].tariff");
}

}  // namespace
}  // namespace dure
