// Generated Seoul beside measured Seoul: every table is within its bar.
#include "validate/weather_tables.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "shared_folder.h"
#include "shipped.h"

namespace dure {
namespace {

ClimateSpec korea() { return shipped_models().climate; }

TEST(WeatherTables, EveryTableIsWithinItsBar) {
  const std::string data = shared_folder() + "/data";
  ASSERT_TRUE(is_shared(data)) << data << kSetShared;
  const auto tables = weather_tables(korea(), data);
  ASSERT_TRUE(tables) << to_string(tables.fault());
  ASSERT_EQ(tables.value().size(), 7u);
  for (const ValidationTable& t : tables.value()) {
    const TableVerdict v = verdict(t);
    EXPECT_TRUE(v.ok) << t.table << " " << v.mape_pct << " of " << t.bar_pct;
    EXPECT_EQ(v.rows, t.table == "weather/hot_hours" ? 2u : 24u);
    EXPECT_EQ(v.unanswered, 0u);
  }
}

TEST(WeatherTables, SaysWhatIsMissing) {
  EXPECT_FALSE(weather_tables(korea(), "/nowhere"));
  ClimateSpec nothing;
  EXPECT_FALSE(weather_tables(nothing, "/nowhere"));
}

}  // namespace
}  // namespace dure
