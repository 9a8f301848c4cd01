// Tables of training steps: what a row means, rows with blanks and nonsense, and the error of the
// shipped constants where the published table is at hand.
#include "validate/training_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/stream.h"
#include "shared_folder.h"
#include "source_dir.h"
#include "temp_folder.h"
#include "validate/tables.h"
#include "validate/training_fit.h"

namespace dure {
namespace {

const Models& shipped_models() {
  static const Models models = [] {
    Outcome<Models> read = read_models(source_dir() + "/models");
    for (const Fault& f : read ? Faults{} : read.faults()) ADD_FAILURE() << to_string(f);
    return read.value();
  }();
  return models;
}
const TrainingSpec& shipped_training() { return shipped_models().training.training; }

constexpr const char* kHeader =
    "id,suite,release,model,params_b,active_params_b,layers,hidden,heads,seq_len_tokens,workload,"
    "gpu,gpu_peak_bf16_dense_tflops,n_gpus,precision,gbs_seqs,mbs_seqs,tp,pp,vp,cp,ep,dp,fsdp,"
    "act_ckpt,hybrid_note,step_time_s,evidence\n";
constexpr const char* kRow =
    "a,mine,25.09,Llama3-8B,8.03,,32,4096,32,8192,pretrain,GB200,2500,8,FP8,128,2,1,1,,1,,8,0,,,"
    "4.18,read\n";

Outcome<std::vector<ValidationTable>> tables_of(const std::string& text) {
  const TempFolder folder;
  return tables_of_file(shipped_models(), folder.put("mine.csv", text), "training");
}
std::optional<double> predicted(const std::string& row) {
  const auto tables = tables_of(kHeader + row);
  if (!tables) ADD_FAILURE() << to_string(tables.faults().front());
  if (!tables) return std::nullopt;
  return tables.value().front().rows.at(0).predicted;
}

TEST(TrainingTables, ARowHasAnAnswer) {
  const auto s = predicted(kRow);
  ASSERT_TRUE(s);
  EXPECT_NEAR(*s, 4.18, 0.25 * 4.18);
}

TEST(TrainingTables, BlanksAreFilledIn) {
  // No shape, no layout, no release, an unknown family; then a GPU known by its peak alone.
  const auto blank =
      predicted("a,mine,,Solar-70B,70,,,,,4096,,H100,,64,BF16,128,,,,,,,,,,,12,read\n");
  ASSERT_TRUE(blank);
  EXPECT_GT(*blank, 2);
  EXPECT_LT(*blank, 40);
  EXPECT_TRUE(predicted("a,mine,,Solar-70B,,,,,,4096,,NPU-9,500,64,BF16,128,,,,,,,,,,,12,read\n"));
  EXPECT_FALSE(predicted("a,mine,,Solar-70B,70,,,,,4096,,NPU-9,,64,BF16,128,,,,,,,,,,,12,read\n"));
}

TEST(TrainingTables, NamesOfGpusAreFoundInLongerOnes) {
  const auto id = [](std::string_view name) {
    const TrainingGpuSpec* g = training_gpu(shipped_training(), name);
    return g == nullptr ? "" : g->id;
  };
  EXPECT_EQ(id("GB200"), "GB200");
  EXPECT_EQ(id("NVIDIA h200-PCIe"), "H200");
  EXPECT_EQ(id("A100-40"), "A100-40");
  EXPECT_EQ(id("A100-SXM-80GB"), "A100");
  EXPECT_EQ(id("abacus"), "");
}

TEST(TrainingTables, ReleasesHaveYears) {
  EXPECT_NEAR(release_year("25.09"), 2025.71, 0.01);
  EXPECT_NEAR(release_year("26.04.01"), 2026.29, 0.01);
  EXPECT_NEAR(release_year("2024-04-22"), 2024.29, 0.01);
  EXPECT_NEAR(release_year("2022"), 2022.5, 0.01);
  EXPECT_NEAR(release_year("v5.1"), 2025.9, 0.01);
  for (const char* none : {"", "main", "v", "3"}) EXPECT_EQ(release_year(none), 0) << none;
}

TEST(TrainingTables, AMeasurementThatCannotBeIsRefusedWithItsLine) {
  for (const char* bad :
       {"a,mine,,X,8,,32,4096,32,8192,,H100,,8,FP8,128,2,1,1,,1,,8,0,,,0,read\n",
        "a,mine,,X,8,,32,4096,32,8192,,H100,,8,FP8,128,2,1,1,,1,,8,0,,,nan,read\n",
        "a,mine,,X,8,9,32,4096,32,8192,,H100,,8,FP8,128,2,1,1,,1,,8,0,,,1,read\n",
        "a,mine,,X,8,,32,4096,32,8192,,H100,,0,FP8,128,2,1,1,,1,,8,0,,,1,read\n",
        "a,mine,,X,8,,32,4096,32,8192,,H100,,8,FP8,128,2,1,1,,1,,8,0,1.5,,1,read\n"}) {
    const auto tables = tables_of(std::string(kHeader) + kRow + bad);
    ASSERT_FALSE(tables) << bad;
    EXPECT_NE(tables.faults().front().where.find("mine.csv:3"), std::string::npos)
        << to_string(tables.faults().front());
  }
}

// Any cell of a good row becomes something else: a refusal with its place, or a table in which
// every answer is a positive number and no row is lost.
TEST(TrainingTables, MutatedRowsAreRefusedAnsweredOrCounted) {
  std::vector<std::string> cells;
  std::string cell;
  for (const char c : std::string(kRow)) {
    if (c == ',' || c == '\n') {
      cells.push_back(cell);
      cell.clear();
    } else {
      cell += c;
    }
  }
  const std::vector<std::string> odd = {"",      "0",        "-1",    "1",        "7",
                                        "0.001", "1e9",      "1e300", "99999999", "nan",
                                        "H9000", "\xff\xfe", "FP4",   "lora",     "read it"};
  Stream stream(11, "mutated training rows", 0);
  int answered = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<std::string> row = cells;
    for (int change = 0; change < 1 + i % 3; ++change)
      row[stream.below(row.size() - 1)] = odd[stream.below(odd.size())];
    std::string text;
    for (std::size_t k = 0; k < row.size(); ++k) text += (k == 0 ? "" : ",") + row[k];
    const auto tables = tables_of(kHeader + text + "\n");
    if (!tables) {
      EXPECT_FALSE(tables.faults().front().where.empty()) << text;
      continue;
    }
    std::size_t rows = 0;
    for (const ValidationTable& t : tables.value()) {
      if (t.table == "training_layout_choice") continue;
      rows += t.rows.size();
      for (const ValidationRow& r : t.rows) {
        if (!r.predicted) continue;
        EXPECT_TRUE(std::isfinite(*r.predicted) && *r.predicted > 0) << text;
        ++answered;
      }
    }
    EXPECT_EQ(rows, 1u) << text;
  }
  EXPECT_GT(answered, 50);
}

TEST(TrainingFitTest, FindsTheConstantsThatRowsWereMadeWith) {
  // Rows that the model itself answers: the fit to them leaves next to no error.
  std::vector<TrainingRow> rows;
  for (int i = 0; i < 60; ++i) {
    TrainingRow r;
    r.id = std::to_string(i);
    r.suite = "made";
    r.model = "Llama3-8B";
    r.gpu = i % 2 == 0 ? "H100" : "GB200";
    r.precision = i % 3 == 0 ? "FP8" : "BF16";
    r.evidence = "read";
    r.params_b = 8;
    r.layers = 32;
    r.hidden = 4096;
    r.heads = 32;
    r.seq_len_tokens = 2048 << (i % 3);
    r.n_gpus = 8;
    r.gbs_seqs = 64;
    r.mbs_seqs = 1 + i % 4;
    r.tp = 1 << (i % 2);
    r.pp = 1;
    r.step_time_s = 1;
    rows.push_back(r);
  }
  TrainingJobs jobs = training_jobs(shipped_training(), rows);
  for (TrainingJob& job : jobs.jobs) job.measured_s = 1.2 * predicted_s(shipped_training(), job);
  const auto fit = fit_training(shipped_training(), jobs.jobs, [](const auto&) { return true; });
  ASSERT_TRUE(fit) << to_string(fit.fault());
  std::vector<double> values;
  for (const FittedParameter& p : fit.value().parameters) values.push_back(p.value);
  const TrainingSpec fitted = with_constants(shipped_training(), values);
  EXPECT_LT(verdict(step_time_table(fitted, jobs)).mape_pct, 5);
}

// The published table: what was seen when the constants were fitted may not get worse.
TEST(TrainingTables, PublishedRowsKeepTheirError) {
  const std::string csv = shared_folder() + "/data/truth/training.csv";
  ASSERT_TRUE(is_shared(csv)) << csv << kSetShared;
  const auto tables = training_tables(csv, shipped_training(), shipped_models().training_holdout);
  ASSERT_TRUE(tables) << to_string(tables.fault());
  const std::map<std::string, double> most = {{"training_step", 7.6},
                                              {"training_step_unseen_suite", 16.8},
                                              {"training_step_unseen_family", 14},
                                              {"training_step_unseen_gpu", 10.5},
                                              {"training_step_unseen_layout", 11.4},
                                              {"training_layout_choice", 29}};
  std::size_t seen = 0;
  for (const ValidationTable& t : tables.value()) {
    const TableVerdict v = verdict(t);
    ASSERT_TRUE(most.contains(t.table)) << t.table;
    EXPECT_LE(v.mape_pct, most.at(t.table)) << t.table;
    EXPECT_LE(v.unanswered, 2u) << t.table;
    EXPECT_GE(v.rows, t.table == "training_layout_choice" ? 148u : 1813u) << t.table;
    ++seen;
  }
  EXPECT_EQ(seen, most.size());
}

}  // namespace
}  // namespace dure
