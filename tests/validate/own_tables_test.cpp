// Tables of one's own: what no measurement can have is refused with its line, what a model is not
// for is counted as unanswered, and no row is dropped without a count.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "source_dir.h"
#include "temp_folder.h"
#include "validate/cooling_rows.h"
#include "validate/failure_rows.h"
#include "validate/power_rows.h"
#include "validate/tables.h"

namespace dure {
namespace {

using Cells = std::map<std::string, std::string, std::less<>>;

const Models& shipped() {
  static const Models models = [] {
    Outcome<Models> read = read_models(source_dir() + "/models");
    for (const Fault& f : read ? Faults{} : read.faults()) ADD_FAILURE() << to_string(f);
    return std::move(read.value());
  }();
  return models;
}

Cells with(Cells row, const Cells& other) {
  for (const auto& [column, text] : other) row[column] = text;
  return row;
}

template <class Row>
std::string table_of(const std::vector<Cells>& rows) {
  std::string text;
  append_header<Row>(text);
  for (const Cells& row : rows) {
    std::string_view gap;
    for (const std::string_view name : column_names<Row>()) {
      text += gap;
      const auto cell = row.find(name);
      if (cell != row.end()) append_cell(cell->second, ',', text);
      gap = ",";
    }
    text += '\n';
  }
  return text;
}

class OwnTables : public ::testing::Test {
 protected:
  Outcome<std::vector<ValidationTable>> judge(const std::string& kind,
                                              const std::vector<Cells>& rows) {
    return judge_text(kind, kind == "power"     ? table_of<PowerRow>(rows)
                            : kind == "cooling" ? table_of<CoolingRow>(rows)
                                                : table_of<FailureRow>(rows));
  }
  Outcome<std::vector<ValidationTable>> judge_text(const std::string& kind,
                                                   const std::string& text) {
    return tables_of_file(shipped(), folder_.put("own.csv", text), kind);
  }
  // Refused, at this line, with what was found and a hint.
  void refuses(const std::string& kind, const std::vector<Cells>& rows, int line) {
    const auto tables = judge(kind, rows);
    ASSERT_FALSE(tables);
    const Fault& f = tables.faults().at(0);
    EXPECT_NE(f.where.find("own.csv:" + std::to_string(line)), std::string::npos) << f.where;
    EXPECT_FALSE(f.expected.empty() || f.found.empty() || f.hint.empty()) << to_string(f);
  }
  // By "table/group": rows and of them unanswered.
  std::map<std::string, std::pair<std::size_t, std::size_t>> groups(
      const std::string& kind, const std::vector<Cells>& rows) {
    const auto tables = judge(kind, rows);
    EXPECT_TRUE(tables) << (tables ? "" : to_string(tables.faults().at(0)));
    std::map<std::string, std::pair<std::size_t, std::size_t>> out;
    for (const ValidationTable& t : tables ? tables.value() : std::vector<ValidationTable>{}) {
      for (const GroupVerdict& g : verdict_by_group(t))
        out[t.table + "/" + g.group] = {g.verdict.rows, g.verdict.unanswered};
    }
    return out;
  }
  using Counts = std::map<std::string, std::pair<std::size_t, std::size_t>>;
  const TempFolder folder_;
};

const Cells kServed = {{"id", "p"},
                       {"suite", "ml-energy:lm-arena-chat"},
                       {"kind", "inference"},
                       {"model_or_workload", "Qwen3-8B"},
                       {"params_b", "8"},
                       {"active_params_b", "8"},
                       {"gpu", "H100"},
                       {"n_gpus", "1"},
                       {"batch", "64"},
                       {"tp", "1"},
                       {"weight_precision", "bfloat16"},
                       {"gpu_power_mean_w", "500"},
                       {"evidence", "read"}};
const Cells kImage = with(
    kServed,
    {{"suite", "ml-energy:text-to-image"}, {"kind", "diffusion"}, {"model_or_workload", "SANA"}});
const Cells kOpen = {{"id", "z"},
                     {"suite", "zeus-mine"},
                     {"kind", "power-cap"},
                     {"model_or_workload", "x"},
                     {"gpu", "V100"},
                     {"power_limit_w", "250"},
                     {"batch", "8"},
                     {"gpu_power_mean_w", "200"},
                     {"time_per_epoch_s", "10"},
                     {"evidence", "read"}};
const Cells kCapped = with(kOpen, {{"id", "c"},
                                   {"power_limit_w", "150"},
                                   {"gpu_power_mean_w", "150"},
                                   {"time_per_epoch_s", "12"}});
const Cells kNode = {
    {"id", "n"},     {"suite", "mine"}, {"kind", "node-training"},       {"gpu", "H100"},
    {"n_gpus", "8"}, {"n_nodes", "1"},  {"node_power_median_w", "7000"}, {"evidence", "read"}};
const Cells kFleet = {
    {"id", "f"},          {"suite", "mine"},     {"gpu", "H100"},         {"n_gpus", "16384"},
    {"n_nodes", "2048"},  {"period_days", "54"}, {"category", "summary"}, {"cause", "all"},
    {"metric", "faults"}, {"value", "419"},      {"unit", "count"},       {"evidence", "read"}};
const Cells kSite = {{"id", "s"},           {"operator", "Google"},   {"site", "Hamina"},
                     {"region", "Finland"}, {"metric", "pue_annual"}, {"value", "1.1"},
                     {"evidence", "read"}};

TEST_F(OwnTables, PowerThatCannotBeIsRefusedWithItsLine) {
  for (const char* column : {"gpu_power_mean_w", "batch", "params_b", "n_gpus", "tp"}) {
    for (const char* text : {"0", "-3", "nan", "inf", "x"}) {
      SCOPED_TRACE(std::string(column) + " " + text);
      refuses("power", {kServed, with(kServed, {{column, text}})}, 3);
      refuses("power", {with(kImage, {{column, text}})}, 2);
    }
  }
  for (const char* column : {"gpu_power_mean_w", "time_per_epoch_s", "power_limit_w"}) {
    SCOPED_TRACE(column);
    refuses("power", {kOpen, with(kCapped, {{column, "0"}})}, 3);
    refuses("power", {with(kOpen, {{column, "0"}}), kCapped}, 2);  // the one others are set beside
  }
  refuses("power", {with(kNode, {{"node_power_median_w", "0"}})}, 2);
  for (const char* nodes : {"0", "-4"}) refuses("power", {with(kNode, {{"n_nodes", nodes}})}, 2);
  refuses("power", {with(kServed, {{"active_params_b", "80"}})}, 2);
}

TEST_F(OwnTables, PowerBeyondTheModelsIsUnanswered) {
  for (const Cells& beyond :
       {Cells{{"batch", "1e300"}}, Cells{{"batch", "1e160"}}, Cells{{"n_gpus", "1e9"}},
        Cells{{"params_b", "1e300"}, {"active_params_b", "1e300"}}}) {
    EXPECT_EQ(groups("power", {kServed, with(kServed, beyond)}),
              (Counts{{"llm_gpu_power/Qwen/H100", {2, 1}}}));
    EXPECT_EQ(groups("power", {with(kImage, beyond)}),
              (Counts{{"image_gpu_power/SANA/H100", {1, 1}}}));
  }
  EXPECT_EQ(groups("power", {with(kNode, {{"n_nodes", "1e300"}})}),
            (Counts{{"node_training_power/H100 x 8", {1, 1}}}));
  const Cells split = with(kServed, {{"suite", "splitwise"}, {"gpu", "A100"}});
  for (const char* model : {"LLaMA-1e300", "LLaMA-inf", "LLaMA"}) {
    const auto tables = judge("power", {with(split, {{"model_or_workload", model}})});
    ASSERT_TRUE(tables) << model;
    EXPECT_EQ(verdict(tables.value()[0]).unanswered, 1u) << model;
  }
}

TEST_F(OwnTables, FailuresThatCannotBeAreRefusedWithTheirLine) {
  const Cells logged = with(kFleet, {{"metric", "max_nodes_out_at_once"}});
  for (const char* column : {"n_nodes", "n_gpus", "period_days", "value"}) {
    for (const char* text : {"-5", "nan", "inf", "x"}) {
      SCOPED_TRACE(std::string(column) + " " + text);
      refuses("failures", {kFleet, with(kFleet, {{column, text}})}, 3);
      refuses("failures", {with(logged, {{column, text}})}, 2);
    }
  }
  for (const char* column : {"n_nodes", "period_days"})
    refuses("failures", {with(logged, {{column, "0"}})}, 2);
}

// Each took minutes, or for ever.
TEST_F(OwnTables, FleetsBeyondTheModelAreUnansweredAtOnce) {
  for (const Cells& beyond :
       {Cells{{"n_nodes", "10000000"}, {"n_gpus", "80000000"}},
        Cells{{"n_nodes", "1"}, {"n_gpus", "1e17"}}, Cells{{"period_days", "1000000"}},
        Cells{{"n_nodes", "1000000"}, {"n_gpus", "8000000"}, {"period_days", "5000"}},
        Cells{{"n_nodes", "1e18"}, {"n_gpus", "8e18"}}}) {
    const Cells row = with(kFleet, beyond);
    const auto tables =
        judge("failures", {with(row, {{"metric", "max_nodes_out_at_once"}}),
                           with(row, {{"metric", "time_out_p90"}, {"category", "repair"}})});
    ASSERT_TRUE(tables);
    ASSERT_EQ(tables.value().size(), 2u);
    for (const ValidationTable& t : tables.value()) EXPECT_EQ(verdict(t).unanswered, 1u) << t.table;
  }
}

TEST_F(OwnTables, EachFleetHasALogOfItsOwnWhateverItsSuite) {
  const Cells logged = with(kFleet, {{"metric", "nodes_with_a_fault"}, {"value", "50"}});
  const auto tables = judge("failures", {with(logged, {{"n_nodes", "100"}, {"n_gpus", "800"}}),
                                         with(logged, {{"n_nodes", "400"}, {"n_gpus", "3200"}})});
  ASSERT_TRUE(tables);
  const auto& rows = tables.value()[0].rows;
  EXPECT_GT(*rows[1].predicted, 3 * *rows[0].predicted);
}

TEST_F(OwnTables, AnAcceleratorWithoutAFactorIsUnansweredOneNotToldIsNot) {
  EXPECT_EQ(groups("failures", {with(kFleet, {{"gpu", "TPUv5"}}), with(kFleet, {{"gpu", ""}}),
                                with(kFleet, {{"gpu", "not stated"}}),
                                with(kFleet, {{"gpu", "h100"}}), with(kFleet, {{"gpu", "GB200"}})}),
            (Counts{{"failures_rates/mine", {4, 0}}, {"failures_rates/mine: gpu TPUv5", {1, 1}}}));
  // A fleet's own counts hold its class of GPU already; another with such a beginning is not it.
  EXPECT_EQ(groups("failures", {with(kFleet, {{"gpu", "TPUv5"}, {"suite", "Llama3-405b"}}),
                                with(kFleet, {{"gpu", "TPUv5"}, {"suite", "optics"}})}),
            (Counts{{"failures_rates/Llama3-405b", {1, 0}},
                    {"failures_rates/optics: gpu TPUv5", {1, 1}}}));
}

TEST_F(OwnTables, RowsOfNoTableAreCountedAndSayWhy) {
  EXPECT_EQ(groups("failures", {kFleet, with(kFleet, {{"category", "GPU"}, {"cause", "Gremlins"}}),
                                with(kFleet, {{"metric", "mood"}}), with(kFleet, {{"n_nodes", ""}}),
                                with(kFleet, {{"unit", "count, lower bound"}})}),
            (Counts{{"failures_rates/mine", {1, 0}},
                    {"failures_rates/mine: without n_nodes", {1, 1}},
                    {"failures_unanswered/cause Gremlins", {1, 1}},
                    {"failures_unanswered/metric mood", {1, 1}},
                    {"failures_unanswered/metric faults, a bound", {1, 1}}}));
  EXPECT_EQ(
      groups("cooling", {kSite, with(kSite, {{"operator", "Meta"}}),
                         with(kSite, {{"site", "Atlantis"}, {"region", ""}}),
                         with(kSite, {{"metric", "pue_summer"}}), with(kSite, {{"site", "global"}}),
                         with(kSite, {{"metric", "wue_annual"}, {"value", "0"}})}),
      (Counts{{"pue_by_site/google", {1, 0}},
              {"pue_by_site/operator Meta", {1, 1}},
              {"pue_by_site/google in Atlantis", {1, 1}},
              {"wue_by_region/google", {1, 1}},
              {"cooling_unanswered/metric pue_summer", {1, 1}},
              {"cooling_unanswered/of more than one place", {1, 1}}}));
  EXPECT_EQ(
      groups("power", {kServed, with(kServed, {{"gpu", "MI300X"}}),
                       with(kServed, {{"suite", "mine"}, {"kind", "gaming"}}),
                       with(kServed, {{"gpu_power_mean_w", ""}}), with(kNode, {{"gpu", "B200"}}),
                       kOpen, with(kCapped, {{"model_or_workload", "y"}, {"batch", ""}})}),
      (Counts{{"llm_gpu_power/Qwen/H100", {1, 0}},
              {"llm_gpu_power/Qwen/MI300X", {1, 1}},
              {"node_training_power/B200 x 8", {1, 1}},
              {"power_unanswered/kind gaming", {1, 1}},
              {"power_unanswered/uncapped, and no row of it under a cap", {1, 1}},
              {"power_unanswered/without batch", {1, 1}},
              {"power_unanswered/without gpu_power_mean_w", {1, 1}}}));
}

TEST_F(OwnTables, LettersOfEitherCaseAndOtherSuitesAreAnswered) {
  EXPECT_EQ(groups("cooling", {with(kSite, {{"operator", "google"}, {"metric", "PUE_annual"}}),
                               with(kSite, {{"operator", "Lawson"}})}),  // not AWS
            (Counts{{"pue_by_site/google", {1, 0}}, {"pue_by_site/operator Lawson", {1, 1}}}));
  EXPECT_EQ(groups("failures", {with(kFleet, {{"category", "host"}, {"cause", "nic"}})}),
            (Counts{{"failures_causes/mine", {1, 0}}}));
  EXPECT_EQ(groups("power", {with(kServed, {{"suite", "mine"}, {"gpu", "h100"}}),
                             with(kServed, {{"kind", "unheard of"}, {"suite", "ML-Energy:new"}}),
                             with(kNode, {{"kind", "Node-Training"}})}),
            (Counts{{"llm_gpu_power/Qwen/h100", {1, 0}},
                    {"llm_gpu_power/Qwen/H100", {1, 0}},
                    {"node_training_power/1_node", {1, 0}}}));
  const auto a = judge("power", {kServed}),
             b = judge("power", {with(kServed, {{"suite", "mine"}})});
  EXPECT_EQ(*a.value()[0].rows[0].predicted, *b.value()[0].rows[0].predicted);
}

TEST_F(OwnTables, WhatWasNotReadIsLeftOutWithACount) {
  const auto tables = judge(
      "power", {kServed, with(kServed, {{"evidence", "read from a figure"}}),
                with(kServed, {{"evidence", "measured"}}), with(kServed, {{"evidence", ""}})});
  ASSERT_TRUE(tables);
  EXPECT_EQ(tables.value()[0].rows.size(), 2u);
  EXPECT_EQ(tables.value()[0].left_out.by_evidence,
            (std::map<std::string, std::size_t>{{"measured", 1}, {"", 1}}));
  for (const auto& [kind, row] :
       {std::pair{"power", kServed}, std::pair{"cooling", kSite}, std::pair{"failures", kFleet}}) {
    const auto none = judge(kind, {with(row, {{"evidence", "recalled"}})});
    ASSERT_FALSE(none) << kind;  // and says so, not only that there is nothing
    EXPECT_NE(none.faults()[0].found.find("recalled"), std::string::npos);
  }
}

TEST_F(OwnTables, MoreRowsWithoutACapMakeNoTableBetter) {
  const Cells bad = with(kCapped, {{"gpu_power_mean_w", "90"}, {"time_per_epoch_s", "30"}});
  std::vector<Cells> rows{kOpen, bad};
  const auto once = judge("power", rows);
  for (int i = 0; i < 30; ++i) rows.push_back(with(kOpen, {{"id", "d" + std::to_string(i)}}));
  const auto often = judge("power", rows);
  ASSERT_TRUE(once && often);
  ASSERT_EQ(often.value().size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const TableVerdict v = verdict(often.value()[i]);
    EXPECT_EQ(v.rows, 1u);
    EXPECT_FALSE(v.ok);
    EXPECT_NEAR(v.mape_pct, verdict(once.value()[i]).mape_pct, 1e-9);
  }
}

TEST_F(OwnTables, PueIsARatioOfAtLeastOne) {
  for (const char* text : {"0.9", "-1.1", "1e-300", "1e308", "110", "", "1,1", "nan", "inf"})
    refuses("cooling", {kSite, with(kSite, {{"value", text}})}, 3);
  EXPECT_TRUE(judge("cooling", {with(kSite, {{"value", "1"}})}));
}

TEST_F(OwnTables, OnlyThreeKindsHaveATableOfOnesOwn) {
  for (const char* kind : {"weather", "grid"}) {
    const auto tables = judge_text(kind, "t\n1\n");
    ASSERT_FALSE(tables);
    const Fault& f = tables.faults()[0];
    EXPECT_NE(f.expected.find("power, cooling, failures, training or inference"), std::string::npos)
        << f.expected;
    EXPECT_NE(f.hint.find("docs/formats/validation-tables.md"), std::string::npos) << f.hint;
  }
}

// The page lists every column of each kind, so that the hint leads somewhere.
TEST(ValidationTablesPage, HasEveryColumn) {
  std::ifstream in(source_dir() + "/docs/formats/validation-tables.md");
  const std::string page((std::istreambuf_iterator<char>(in)), {});
  for (const auto& names :
       {column_names<PowerRow>(), column_names<CoolingRow>(), column_names<FailureRow>()}) {
    for (const std::string_view name : names)
      EXPECT_NE(page.find("`" + std::string(name) + "`"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace dure
