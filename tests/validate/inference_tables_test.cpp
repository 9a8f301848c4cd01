// The shipped model of inference against the published tables: each row is answered, errors are
// what docs/models/inference.md says; and against tables that were changed.
#include "validate/inference_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "shared_folder.h"
#include "source_dir.h"
#include "temp_folder.h"

namespace dure {
namespace {

const InferenceModels& inference_models() {
  static const InferenceModels all = [] {
    auto read = read_inference_models(source_dir() + "/models");
    EXPECT_TRUE(read) << (read ? "" : to_string(read.faults().at(0)));
    return read ? read.value() : InferenceModels{};
  }();
  return all;
}
std::string inference_csv() { return shared_folder() + "/data/truth/inference.csv"; }

TEST(InferenceTables, MeasuredRows) {
  ASSERT_TRUE(is_shared(inference_csv())) << inference_csv() << kSetShared;
  const auto tables = inference_tables(inference_csv(), inference_models(), Unmatched::counted);
  ASSERT_TRUE(tables) << to_string(tables.fault());
  // MAPE that the documentation prints; a model that gets worse turns this red.
  const std::map<std::string, double> most = {{"vllm_tokens", 11.6},
                                              {"vllm_gap", 12.6},
                                              {"vllm_gap_p90", 19.8},
                                              {"vllm_gap_p99", 38},
                                              {"trtllm_static_tokens", 9.5},
                                              {"trtllm_static_prompt", 5.5},
                                              {"trtllm_inflight_tokens", 8.9},
                                              {"mlperf_tokens", 9.3},
                                              {"splitwise_prompt", 25.5},
                                              {"splitwise_step", 9.6},
                                              {"splitwise_request", 127},
                                              {"operators_time", 5.2},
                                              {"inference_unseen_family", 15.8},
                                              {"inference_unseen_gpu", 14.8},
                                              {"inference_unseen_layout", 13.4},
                                              {"inference_unseen_suite", 20.7}};
  EXPECT_EQ(tables.value().size(), most.size());
  for (const ValidationTable& t : tables.value()) {
    const TableVerdict v = verdict(t);
    std::printf("%-26s %5zu rows  MAPE %6.2f %%  P90 %6.2f  bias %6.2f\n", t.table.c_str(), v.rows,
                v.mape_pct, v.p90_ape_pct, v.bias_pct);
    EXPECT_EQ(v.unanswered, 0u) << t.table;
    ASSERT_TRUE(most.contains(t.table)) << t.table;
    EXPECT_LE(v.mape_pct, most.at(t.table)) << t.table;
  }
}

using RowCells = std::map<std::string, std::string>;
const char* const kColumns[] = {"id",
                                "suite",
                                "release",
                                "engine",
                                "model",
                                "params_b",
                                "active_params_b",
                                "gpu",
                                "n_gpus",
                                "tp",
                                "pp",
                                "ep",
                                "dp",
                                "weight_precision",
                                "isl_tokens",
                                "osl_tokens",
                                "batch_limit_seqs",
                                "batch_mean_seqs",
                                "scenario",
                                "output_tokens_per_s_per_gpu",
                                "output_tokens_per_s_total",
                                "prefill_ms",
                                "ttft_ms",
                                "itl_median_ms",
                                "itl_p90_ms",
                                "itl_p99_ms",
                                "token_step_ms",
                                "e2e_ms",
                                "op",
                                "op_tokens",
                                "op_time_ms",
                                "evidence",
                                "note"};

std::string csv_of(const std::vector<RowCells>& rows) {
  std::string out;
  for (const char* c : kColumns) out += (out.empty() ? "" : ",") + std::string(c);
  out += "\n";
  for (const RowCells& row : rows) {
    std::string line;
    for (const char* c : kColumns) {
      const auto cell = row.find(c);
      const std::string blank = std::string(c) == "evidence" ? "read" : "";
      line += (c == kColumns[0] ? "" : ",") + (cell == row.end() ? blank : cell->second);
    }
    out += line + "\n";
  }
  return out;
}

std::size_t unanswered_of(const std::vector<RowCells>& rows, std::size_t* all = nullptr) {
  const TempFolder folder;
  const auto tables =
      inference_tables(folder.put("own.csv", csv_of(rows)), inference_models(), Unmatched::counted);
  EXPECT_TRUE(tables) << (tables ? "" : to_string(tables.fault()));
  std::size_t none = 0, count = 0;
  if (!tables) return 99;
  for (const ValidationTable& t : tables.value()) {
    if (t.table.find("unseen") != std::string::npos) continue;
    for (const ValidationRow& r : t.rows) {
      ++count;
      if (!r.predicted) {
        ++none;
        continue;
      }
      EXPECT_TRUE(std::isfinite(*r.predicted) && *r.predicted > 0) << r.id;
    }
  }
  if (all != nullptr) *all = count;
  return none;
}

TEST(InferenceTables, RowsWithBlanksNewGpusAndNewModelsAreAnswered) {
  std::size_t all = 0;
  const std::string rate = "output_tokens_per_s_per_gpu", total = "output_tokens_per_s_total";
  EXPECT_EQ(unanswered_of({{{"model", "Llama-3.1-70B"}, {"gpu", "MI355X"}, {rate, "1000"}},
                           {{"engine", "SGLang 0.5"},
                            {"model", "Unheard-of-120B-A12B"},
                            {"gpu", "NVIDIA GB300 NVL72"},
                            {"n_gpus", "8"},
                            {"tp", "1"},
                            {"ep", "8"},
                            {"dp", "8"},
                            {"weight_precision", "nvfp4"},
                            {total, "1000"},
                            {"itl_median_ms", "30"}},
                           {{"engine", "TensorRT-LLM"},
                            {"model", "my-model"},
                            {"params_b", "13"},
                            {"gpu", "NVIDIA L40S"},
                            {"isl_tokens", "1000000000"},
                            {"osl_tokens", "1000000000"},
                            {"batch_limit_seqs", "1000000000"},
                            {"scenario", "static"},
                            {"prefill_ms", "5"},
                            {"token_step_ms", "6"},
                            {"e2e_ms", "7"}},
                           {{"suite", "mlperf-inference-v9"},
                            {"engine", "vLLM"},
                            {"model", "Mixtral-8x7B"},
                            {"gpu", "TPUv6e"},
                            {"n_gpus", "64"},
                            {"scenario", "Interactive"},
                            {total, "900"}},
                           {{"model", "phi-2"},
                            {"gpu", "A40"},
                            {"tp", "4"},
                            {"op", "qkv"},
                            {"op_tokens", "100000000"},
                            {"op_time_ms", "3"}},
                           {{"engine", "vLLM"},
                            {"model", "DeepSeek-R1"},
                            {"gpu", "H200"},
                            {"n_gpus", "16"},
                            {"tp", "8"},
                            {"pp", "2"},
                            {"ep", "16"},
                            {"dp", "2"},
                            {"isl_tokens", "0.001"},
                            {"osl_tokens", "0.001"},
                            {"batch_mean_seqs", "0.001"},
                            {"ttft_ms", "1"},
                            {"itl_p99_ms", "1"}}},
                          &all),
            0u);
  EXPECT_EQ(all, 10u);
}

const RowCells kGood = {{"id", "a"},     {"engine", "vLLM"}, {"model", "Llama-3.1-8B"},
                        {"gpu", "H100"}, {"n_gpus", "1"},    {"output_tokens_per_s_total", "10"}};
RowCells with_cell(const char* column, const char* text) {
  RowCells row = kGood;
  row[column] = text;
  return row;
}

TEST(InferenceTables, WhatIsNotKnownIsCounted) {
  EXPECT_EQ(unanswered_of({with_cell("gpu", "Abacus 3000"), with_cell("model", "who"),
                           with_cell("output_tokens_per_s_total", "")}),
            3u);
}

TEST(InferenceTables, CellsThatCannotBeAreRefusedWithTheirLine) {
  const TempFolder folder;
  for (const auto& [column, text] : {std::pair{"params_b", "0"},
                                     {"active_params_b", "-8"},
                                     {"n_gpus", "0"},
                                     {"tp", "x"},
                                     {"output_tokens_per_s_total", "nan"},
                                     {"itl_median_ms", "-4"},
                                     {"op_tokens", "0"}}) {
    const auto tables =
        inference_tables(folder.put("own.csv", csv_of({kGood, with_cell(column, text)})),
                         inference_models(), Unmatched::counted);
    ASSERT_FALSE(tables) << column;
    EXPECT_NE(tables.fault().where.find("own.csv:3"), std::string::npos) << tables.fault().where;
    EXPECT_FALSE(tables.fault().expected.empty() || tables.fault().hint.empty());
  }
}

// Cells of the published rows blanked, moved far or taken from other rows: refused or answered,
// never a number that is none.
TEST(InferenceTables, ChangedTables) {
  ASSERT_TRUE(is_shared(inference_csv())) << inference_csv() << kSetShared;
  std::ifstream in(inference_csv());
  std::string header, line;
  std::getline(in, header);
  std::vector<std::string> lines;
  for (int i = 0; std::getline(in, line); ++i) {
    if (i % 12 == 0 && line.find('"') == std::string::npos) lines.push_back(line);
  }
  ASSERT_GT(lines.size(), 20u);
  const TempFolder folder;
  const auto cells = [](const std::string& text) {
    std::vector<std::string> out(1);
    for (const char c : text) {
      if (c == ',')
        out.emplace_back();
      else
        out.back() += c;
    }
    return out;
  };
  const std::size_t columns = cells(header).size();
  for (std::size_t column = 1; column < columns; ++column) {
    for (const char* text : {"", "0", "1e300", "1e-300", "7", "H200", "Qwen3-235B-A22B"}) {
      std::string changed = header + "\n";
      for (const std::string& l : lines) {
        std::vector<std::string> row = cells(l);
        row[column] = text;
        for (std::size_t i = 0; i < row.size(); ++i) changed += (i > 0 ? "," : "") + row[i];
        changed += "\n";
      }
      const auto tables = inference_tables(folder.put("changed.csv", changed), inference_models(),
                                           Unmatched::counted);
      if (!tables) {
        EXPECT_NE(tables.fault().where.find("changed.csv"), std::string::npos);
        continue;
      }
      for (const ValidationTable& t : tables.value()) {
        for (const ValidationRow& r : t.rows) {
          const double v = r.predicted.value_or(1);
          EXPECT_TRUE(std::isfinite(v) && v > 0) << t.table << ' ' << r.id;
        }
      }
    }
  }
}

}  // namespace
}  // namespace dure
