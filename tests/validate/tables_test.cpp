// Tables of one's own: rows of one kind are judged, and what has no rows is no miss.
#include "validate/tables.h"

#include <gtest/gtest.h>

#include <fstream>

#include "shared_folder.h"
#include "source_dir.h"
#include "temp_folder.h"

namespace dure {
namespace {

Models shipped() {
  Outcome<Models> models = read_models(source_dir() + "/models");
  EXPECT_TRUE(models) << (models ? "" : to_string(models.faults().at(0)));
  return models ? std::move(models.value()) : Models{};
}

TEST(Tables, AFileWithRowsOfOneTable) {
  const std::string truth = shared_folder() + "/data/truth/power.csv";
  ASSERT_TRUE(is_shared(truth)) << truth << kSetShared;
  const TempFolder folder;
  const std::string path = folder / "power.csv";
  {
    std::ifstream in(truth);
    std::ofstream out(path);
    std::string line;
    std::getline(in, line);
    out << line << "\n";
    for (int kept = 0; kept < 12 && std::getline(in, line);)
      if (line.find(",mlperf-training") != std::string::npos) {
        out << line << "\n";
        ++kept;
      }
  }
  const auto tables = tables_of_file(shipped(), path, "power");
  ASSERT_TRUE(tables) << to_string(tables.faults().at(0));
  ASSERT_EQ(tables.value().size(), 1u);
  EXPECT_EQ(tables.value()[0].table, "node_training_power");
  EXPECT_EQ(tables.value()[0].rows.size(), 12u);
  EXPECT_TRUE(verdict(tables.value()[0]).ok);
}

TEST(Tables, AKindThatHasNoFile) {
  EXPECT_FALSE(tables_of_file(shipped(), "x.csv", "weather"));
  EXPECT_FALSE(tables_of_file(shipped(), "/nowhere.csv", "power"));
}

}  // namespace
}  // namespace dure
