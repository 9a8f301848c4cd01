// The rows of data/truth/inference.csv, or of a table of one's own:
// docs/formats/validation-tables.md. Columns in any order, others ignored.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "base/decimal.h"
#include "io/traces/table.h"
#include "validate/truth_rows.h"

namespace dure {

struct InferenceRow {
  std::string id, suite, release, engine, model, gpu, precision, scenario, op, evidence, note,
      source, license;
  std::optional<double> params_b, active_params_b, n_gpus, tp, pp, ep, dp, prompt_tokens,
      output_tokens, batch_limit, batch_mean;
  std::optional<double> tokens_per_s_per_gpu, tokens_per_s_total, prefill_ms, ttft_ms,
      itl_median_ms, itl_p90_ms, itl_p99_ms, token_step_ms, e2e_ms, op_tokens, op_time_ms,
      n_repeats;

  static constexpr TableShape shape = {',', Header::first_line, Others::ignored};
  static constexpr auto columns() {
    using R = InferenceRow;
    constexpr CellRule count{1, 1};  // 1 or more
    constexpr Presence unused = Presence::may_lack;
    return std::tuple(
        Column("id", &R::id), Column("suite", &R::suite),
        Column("release", &R::release, CellRule{}, unused), Column("engine", &R::engine),
        Column("model", &R::model), Column("params_b", &R::params_b, above_zero),
        Column("active_params_b", &R::active_params_b, above_zero), Column("gpu", &R::gpu),
        Column("n_gpus", &R::n_gpus, count), Column("tp", &R::tp, count),
        Column("pp", &R::pp, count, unused), Column("ep", &R::ep, count, unused),
        Column("dp", &R::dp, count, unused), Column("weight_precision", &R::precision),
        Column("isl_tokens", &R::prompt_tokens, above_zero),
        Column("osl_tokens", &R::output_tokens, above_zero),
        Column("batch_limit_seqs", &R::batch_limit, above_zero),
        Column("batch_mean_seqs", &R::batch_mean, above_zero), Column("scenario", &R::scenario),
        Column("output_tokens_per_s_per_gpu", &R::tokens_per_s_per_gpu, above_zero),
        Column("output_tokens_per_s_total", &R::tokens_per_s_total, above_zero),
        Column("prefill_ms", &R::prefill_ms, above_zero),
        Column("ttft_ms", &R::ttft_ms, above_zero),
        Column("itl_median_ms", &R::itl_median_ms, above_zero),
        Column("itl_p90_ms", &R::itl_p90_ms, above_zero),
        Column("itl_p99_ms", &R::itl_p99_ms, above_zero),
        Column("token_step_ms", &R::token_step_ms, above_zero),
        Column("e2e_ms", &R::e2e_ms, above_zero), Column("op", &R::op),
        Column("op_tokens", &R::op_tokens, above_zero),
        Column("op_time_ms", &R::op_time_ms, above_zero),
        Column("n_repeats", &R::n_repeats, count, unused), Column("evidence", &R::evidence),
        Column("note", &R::note), Column("source", &R::source, CellRule{}, unused),
        Column("license", &R::license, CellRule{}, unused));
  }
  static std::optional<RowFault> wrong(const InferenceRow& row) {
    if (row.params_b && row.active_params_b && *row.active_params_b > *row.params_b)
      return RowFault{"active_params_b of at most params_b", decimal_text(*row.active_params_b),
                      "a dense model has as many active as there are"};
    return std::nullopt;
  }
};

}  // namespace dure
