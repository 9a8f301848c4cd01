// The rows of data/truth/training.csv, or of a table of one's own:
// docs/formats/validation-tables.md. Columns in any order, others ignored.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "base/decimal.h"
#include "io/traces/table.h"
#include "validate/truth_rows.h"

namespace dure {

struct TrainingRow {
  std::string id, suite, release, model, workload, gpu, precision, note, evidence, source, license;
  std::optional<double> params_b, active_params_b, layers, hidden, heads, seq_len_tokens;
  std::optional<double> gpu_peak_tflops, n_gpus, gbs_seqs, mbs_seqs, tp, pp, vp, cp, ep, dp, fsdp;
  std::optional<double> act_ckpt, step_time_s, tokens_per_s_per_gpu, tflops_per_gpu, train_min;

  static constexpr TableShape shape = {',', Header::first_line, Others::ignored};
  static constexpr auto columns() {
    using R = TrainingRow;
    constexpr CellRule count{1, 1};     // 1 or more
    constexpr CellRule share{1, 0, 1};  // 0 to 1
    constexpr Presence may_lack = Presence::may_lack;
    return std::tuple(
        Column("id", &R::id), Column("suite", &R::suite),
        Column("release", &R::release, CellRule{}, may_lack), Column("model", &R::model),
        Column("params_b", &R::params_b, above_zero),
        Column("active_params_b", &R::active_params_b, above_zero, may_lack),
        Column("layers", &R::layers, count, may_lack),
        Column("hidden", &R::hidden, count, may_lack), Column("heads", &R::heads, count, may_lack),
        Column("seq_len_tokens", &R::seq_len_tokens, count),
        Column("workload", &R::workload, CellRule{}, may_lack), Column("gpu", &R::gpu),
        Column("gpu_peak_bf16_dense_tflops", &R::gpu_peak_tflops, above_zero, may_lack),
        Column("n_gpus", &R::n_gpus, count),
        Column("precision", &R::precision, CellRule{}, may_lack),
        Column("gbs_seqs", &R::gbs_seqs, above_zero),
        Column("mbs_seqs", &R::mbs_seqs, above_zero, may_lack),
        Column("tp", &R::tp, count, may_lack), Column("pp", &R::pp, count, may_lack),
        Column("vp", &R::vp, count, may_lack), Column("cp", &R::cp, count, may_lack),
        Column("ep", &R::ep, count, may_lack), Column("dp", &R::dp, count, may_lack),
        Column("fsdp", &R::fsdp, natural, may_lack),
        Column("act_ckpt", &R::act_ckpt, share, may_lack),
        Column("hybrid_note", &R::note, CellRule{}, may_lack),
        Column("step_time_s", &R::step_time_s, above_zero),
        Column("tokens_per_s_per_gpu", &R::tokens_per_s_per_gpu, above_zero, may_lack),
        Column("model_tflops_per_gpu", &R::tflops_per_gpu, above_zero, may_lack),
        Column("time_to_train_min", &R::train_min, above_zero, may_lack),
        Column("evidence", &R::evidence), Column("source", &R::source, CellRule{}, may_lack),
        Column("license", &R::license, CellRule{}, may_lack));
  }
  static std::optional<RowFault> wrong(const TrainingRow& row) {
    if (row.params_b && row.active_params_b && *row.active_params_b > *row.params_b)
      return RowFault{"active_params_b of at most params_b", decimal_text(*row.active_params_b),
                      "a dense model has as many active as there are"};
    return std::nullopt;
  }
};

}  // namespace dure
