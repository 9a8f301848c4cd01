// dure calibrate as a user types it: what is fitted and written, and what is refused.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "app/run_command.h"
#include "shared_folder.h"
#include "temp_folder.h"

namespace dure {
namespace {

const std::string kTraining = shared_folder() + "/data/truth/training.csv";

Ran calibrate(std::vector<std::string> args) {
  args.insert(args.begin(), "calibrate");
  args.insert(args.end(), {"--models", source_dir() + "/models"});
  return run_command(add_calibrate_command, std::move(args));
}

// The header and so many of the first rows.
void write_rows(const std::string& from, const std::string& to, int rows) {
  std::ifstream in(from);
  std::ofstream out(to);
  std::string line;
  for (int i = 0; i <= rows && std::getline(in, line); ++i) out << line << "\n";
}

std::string text_of_file(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(CalibrateCommand, FewerMeasurementsThanConstantsAreRefusedAndNothingIsWritten) {
  ASSERT_TRUE(is_shared(kTraining)) << kTraining << kSetShared;
  const TempFolder folder;
  for (const int rows : {0, 2}) {
    write_rows(kTraining, folder / "few.csv", rows);
    const Ran ran =
        calibrate({folder / "few.csv", "--model", "training", "--out", folder / "few.yaml"});
    EXPECT_EQ(ran.exit_code, kBadInput);
    EXPECT_NE(
        ran.err.find("measurements or more, one for each constant, found " + std::to_string(rows)),
        std::string::npos)
        << ran.err;
    EXPECT_EQ(text_of_file(folder / "few.yaml"), "");
  }
  EXPECT_EQ(calibrate({folder / "few.csv", "--model", "weather"}).exit_code, kBadInput);
}

TEST(CalibrateCommand, TheSameTableGivesTheSameBytesWhichAModelsFolderTakes) {
  ASSERT_TRUE(is_shared(kTraining)) << kTraining << kSetShared;
  const TempFolder folder;
  write_rows(kTraining, folder / "some.csv", 60);
  std::string first;
  for (const char* name : {"a.yaml", "b.yaml"}) {
    const Ran ran = calibrate({folder / "some.csv", "--model", "training", "--out", folder / name});
    ASSERT_EQ(ran.exit_code, kDone) << ran.err;
    EXPECT_NE(ran.out.find("training_step_unseen_suite"), std::string::npos) << ran.out;
    const std::string text = text_of_file(folder / name);
    EXPECT_NE(text.find("some.csv, 60 rows of 60 that were read, SHA-256 "), std::string::npos);
    if (first.empty()) first = text;
    EXPECT_EQ(text, first);
  }
}

}  // namespace
}  // namespace dure
