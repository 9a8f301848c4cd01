#include "validate/training_jobs.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dure {
namespace {

bool says(std::string_view text, std::string_view word) {
  return lower(text).find(lower(word)) != std::string::npos;
}

// The whole number at the beginning of text, which is cut off; nothing if there is none.
std::optional<int> take_number(std::string_view& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// "GPT-22B", "MPT-760m", "GPT-18.4B": 10^9 parameters; 0: no size in the name.
double size_in_name(std::string_view name) {
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] < '0' || name[at] > '9') continue;
    double value = 0;
    const auto [end, error] = std::from_chars(name.data() + at, name.data() + name.size(), value,
                                              std::chars_format::fixed);
    const auto next = static_cast<std::size_t>(end - name.data());
    if (error == std::errc{} && next < name.size()) {
      const bool word_ends =
          next + 1 == name.size() || !std::isalnum(static_cast<unsigned char>(name[next + 1]));
      if (word_ends && (name[next] == 'B' || name[next] == 'b')) return value;
      if (word_ends && (name[next] == 'M' || name[next] == 'm')) return value / 1e3;
      if (word_ends && (name[next] == 'T' || name[next] == 't')) return value * 1e3;
    }
    at = std::max(at, next - 1);
  }
  return 0;
}

TrainedModel model_of(const TrainingRow& r) {
  TrainedModel m;
  m.name = r.model;
  m.layers = r.layers.value_or(0);
  m.hidden = r.hidden.value_or(0);
  m.heads = r.heads.value_or(0);
  m.params_b = r.params_b.value_or(size_in_name(r.model));
  if (m.params_b <= 0) m.params_b = 12 * m.layers * m.hidden * m.hidden / 1e9;
  m.active_params_b = r.active_params_b.value_or(0);
  return m;
}

std::optional<TrainingGpuSpec> gpu_of(const TrainingSpec& spec, const TrainingRow& r) {
  if (const TrainingGpuSpec* known = training_gpu(spec, r.gpu)) return *known;
  const TrainingGpuSpec* like = training_gpu(spec, "H100");
  if (!r.gpu_peak_tflops || like == nullptr || *r.gpu_peak_tflops > 1e6) return std::nullopt;
  TrainingGpuSpec gpu = *like;  // per FLOP, boards differ less than their peaks do
  const double scale = *r.gpu_peak_tflops / like->bf16_dense_tflops;
  gpu.id = r.gpu;
  gpu.stack = TrainingStack::other;
  for (double* part : {&gpu.bf16_dense_tflops, &gpu.fp8_dense_tflops, &gpu.memory_gb,
                       &gpu.memory_tb_per_s, &gpu.limit_w})
    *part *= scale;
  return gpu;
}

std::string software_of(const TrainingRow& r, double year) {
  if (same_word(r.precision, "FP16") || (year > 0 && year < 2023)) return "legacy";
  if (begins(r.suite, "mlperf")) return "tuned";
  for (const std::string_view word : {"torchtitan", "torchtune", "pytorch", "automodel"}) {
    if (says(r.suite, word)) return "torch";
  }
  return "fused";
}

TrainingPrecision precision_of(std::string_view text) {
  using P = TrainingPrecision;
  if (begins(text, "FP8/FP4")) return P::lowest;
  if (says(text, "FP4")) return P::fp4;
  if (says(text, "MXFP8")) return P::mxfp8;
  if (says(text, "FP8") && (says(text, "row") || says(text, "block"))) return P::fp8_rowwise;
  return says(text, "FP8") ? P::fp8 : P::bf16;
}

std::string family_of(std::string_view model) {
  return std::string(model.substr(0, model.find_first_of("-.0123456789")));
}

// N of `grad_accum N` in the note; 0: not said.
double accumulated(const TrainingRow& r) {
  const std::string note = lower(r.note);
  const std::string_view word = "grad_accum ";
  const std::size_t at = note.find(word);
  if (at == std::string::npos) return 0;
  std::string_view rest = std::string_view(note).substr(at + word.size());
  return take_number(rest).value_or(0);
}

// Of a run whose layout is not known: see the header. What the row says of it stays.
TrainingLayout usual_layout(const TrainingRow& r, const TrainingJob& job) {
  constexpr double kStateFull = 8, kStateLora = 2;  // bytes a parameter; the optimizer is sharded
  constexpr double kLeastTokens = 1024, kMostMicrobatch = 8;
  const double n = job.layout.gpus, batch = job.run.batch_seqs, params = job.shape.params;
  const double bytes = params * (job.run.method == TrainingMethod::lora ? kStateLora : kStateFull);
  double replica = 1;
  while (replica < n && bytes / replica > 0.5e9 * job.gpu.memory_gb) replica *= 2;
  const double accum = accumulated(r);
  const double dp = std::max(1.0, std::min(batch / std::max(accum, 1.0), n / replica));
  const double ranks = std::max(1.0, n / dp);  // tp x pp x cp
  TrainingLayout l = job.layout;
  l.tp = r.tp.value_or(std::min(ranks, params > 50e9 ? 4.0 : params > 20e9 ? 2.0 : 1.0));
  l.pp = r.pp.value_or(params > 1e11 ? std::clamp(ranks / l.tp, 1.0, 8.0) : 1);
  l.virtual_stages = r.vp.value_or(l.pp > 1 ? (params > 4e11 ? 8 : 6) : 1);
  l.cp = r.cp.value_or(std::max(1.0, ranks / (l.tp * l.pp)));
  const double most = std::max(1.0, job.run.sequence_tokens / kLeastTokens);
  if (!r.cp && l.cp > most) {
    if (!r.tp) l.tp *= l.cp / most;
    l.cp = most;
  }
  l.ep = r.ep.value_or(job.shape.mixture() ? std::clamp(l.dp(), 1.0, 8.0) : 1);
  l.microbatch_seqs = accum > 0 ? std::clamp(batch / dp / accum, 1.0, kMostMicrobatch) : 1;
  return l;
}

std::string why_without(const TrainingRow& r, const TrainedModel& m) {
  if (!r.step_time_s && !r.tokens_per_s_per_gpu) return "without step_time_s";
  if (!r.n_gpus) return "without n_gpus";
  if (!r.gbs_seqs) return "without gbs_seqs";
  if (!r.seq_len_tokens) return "without seq_len_tokens";
  if (!(m.params_b > 0)) return "without params_b";
  return "";
}

}  // namespace

double release_year(std::string_view release) {
  const bool version = !release.empty() && (release[0] == 'v' || release[0] == 'V');
  if (version) release.remove_prefix(1);
  const auto first = take_number(release);
  if (!first) return 0;
  std::optional<int> second;
  if (!release.empty() && (release[0] == '.' || release[0] == '-')) {
    release.remove_prefix(1);
    second = take_number(release);
  }
  // MLPerf Training comes out in June (.0) and November (.1): 5.0 was 2025.
  if (version) return 2020.4 + *first + 0.5 * std::min(second.value_or(0), 1);
  const double month = second && *second >= 1 && *second <= 12 ? (*second - 0.5) / 12 : 0.5;
  if (*first >= 2000 && *first < 2100) return *first + month;
  if (*first >= 17 && *first < 100 && second) return 2000 + *first + month;
  return 0;
}

TrainingJobs training_jobs(const TrainingSpec& spec, const std::vector<TrainingRow>& rows) {
  TrainingJobs out;
  for (const TrainingRow& r : rows) {
    const TrainedModel model = model_of(r);
    double measured = r.step_time_s.value_or(0);
    if (!r.step_time_s && r.tokens_per_s_per_gpu && r.gbs_seqs && r.seq_len_tokens && r.n_gpus)
      measured = *r.gbs_seqs * *r.seq_len_tokens / (*r.n_gpus * *r.tokens_per_s_per_gpu);
    const auto without = [&](std::string why) {
      out.without.push_back({r.id, std::move(why), measured});
    };
    std::string why = why_without(r, model);
    if (!why.empty()) {
      without(std::move(why));
      continue;
    }
    const std::optional<TrainingGpuSpec> gpu = gpu_of(spec, r);
    if (!gpu) {
      without("gpu " + r.gpu);
      continue;
    }
    TrainingJob job;
    job.id = r.id;
    job.suite = r.suite;
    job.family = family_of(r.model);
    job.gpu = *gpu;
    job.measured_s = measured;
    job.run.year = release_year(r.release);
    const std::string software = software_of(r, job.run.year);
    for (std::size_t i = 0; i < spec.software.size(); ++i) {
      if (spec.software[i].id == software) job.software = i;
    }
    const TrainingSoftwareSpec& s = spec.software[job.software];
    job.shape = model_shape(spec, s, model);
    job.run.sequence_tokens = *r.seq_len_tokens;
    job.run.batch_seqs = *r.gbs_seqs;
    job.run.precision = precision_of(r.precision);
    job.run.method = says(r.workload, "lora") ? TrainingMethod::lora : TrainingMethod::full;
    job.run.recompute = r.act_ckpt ? (*r.act_ckpt >= 1 ? 1 : 0) : s.recomputes ? 1 : 0;
    job.run.recompute_scores = r.act_ckpt && *r.act_ckpt < 1 ? *r.act_ckpt : 0;
    job.run.shards_weights =
        r.fsdp.value_or(0) > 0 || says(r.note, "fsdp") || says(r.note, "full_shard");
    if (says(r.note, "grad_op")) job.run.shards_weights = false;  // ZeRO-2: gradients alone
    TrainingLayout& l = job.layout;
    l.gpus = *r.n_gpus;
    job.layout_known = r.mbs_seqs.has_value();
    if (!within_training_reach(job.shape, job.run, l)) {
      without("out of reach");
      continue;
    }
    if (job.layout_known) {
      l.tp = r.tp.value_or(1);
      l.pp = r.pp.value_or(1);
      l.virtual_stages = r.vp.value_or(1);
      l.cp = r.cp.value_or(1);
      l.microbatch_seqs = *r.mbs_seqs;
      l.ep = r.ep.value_or(job.shape.mixture() ? std::clamp(l.dp(), 1.0, 8.0) : 1);
    } else {
      l = usual_layout(r, job);
    }
    if (!within_training_reach(job.shape, job.run, l)) {
      without("out of reach");
      continue;
    }
    out.jobs.push_back(std::move(job));
  }
  return out;
}

double predicted_s(const TrainingSpec& spec, const TrainingJob& job) {
  return training_step(spec.law, spec.software[job.software], job.gpu, job.shape, job.run,
                       job.layout)
      .step_s;
}

}  // namespace dure
