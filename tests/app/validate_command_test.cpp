// dure validate with a table of one's own: what is left out is told to people and to programs.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "app/run_command.h"
#include "source_dir.h"
#include "temp_folder.h"

namespace dure {
namespace {

class Validate : public testing::Test {
 protected:
  Ran validate(const std::string& kind, const std::string& rows) const {
    const std::string table =
        folder_.put("mine.csv", "id,operator,site,region,metric,value,evidence,note\n" + rows);
    return run_command(add_validate_command,
                       {"validate", "--table", table, "--kind", kind, "--json", "--groups",
                        "--models", source_dir() + "/models"});
  }
  const TempFolder folder_;
};

TEST_F(Validate, WhatIsLeftOutIsTold) {
  const Ran ran = validate("cooling",
                           "a,Google,Hamina,Finland,pue_annual,1.09,read,\n"
                           "b,Google,Hamina,Finland,pue_annual,1.2,r\xe9"
                           "ad,\n"
                           "c,Google,Hamina,Finland,pue_annual,1.2,recalled,\n");
  EXPECT_EQ(ran.exit_code, kDone) << ran.err;
  EXPECT_NE(ran.err.find("mine.csv: rows left out"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("1 'recalled'"), std::string::npos) << ran.err;
  const nlohmann::json tables = nlohmann::json::parse(ran.out);
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0]["rows"], 1);
  ASSERT_EQ(tables[0]["left_out"].size(), 2u);
  EXPECT_EQ(tables[0]["left_out"][0]["evidence"], "recalled");
  EXPECT_EQ(tables[0]["left_out"][0]["rows"], 1);
}

TEST_F(Validate, WithoutAnAnswerItExitsWithOneAndTheGroupSaysWhy) {
  const Ran ran = validate("cooling", "a,Meta,Prineville,Oregon,pue_annual,1.09,read,\n");
  EXPECT_EQ(ran.exit_code, kNo) << ran.err;
  EXPECT_NE(ran.out.find("operator Meta"), std::string::npos) << ran.out;
}

TEST_F(Validate, KindsWithoutATableAreRefused) {
  for (const char* kind : {"weather", "grid"}) {
    const Ran ran = validate(kind, "");
    EXPECT_EQ(ran.exit_code, kBadInput);
    EXPECT_NE(ran.err.find("docs/formats/validation-tables.md"), std::string::npos) << ran.err;
  }
}

}  // namespace
}  // namespace dure
