#include "validate/inference_fit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/decimal.h"

namespace dure {
namespace {

constexpr double kFarOff = 0.1, kPercentileWeight = 0.3;
constexpr double kReach = 3.5;  // widths that a constant may move
constexpr double kPull = 0.6;   // of a width, beside a suite and quantity of weight 80
constexpr double kGroupWeight = 80;
constexpr double kNoAnswer = 3;  // e of a row that loses its answer on the way

struct Expected {
  double start, width;
  double most = 1e9;
};

FreeParameter free_of(std::string name, const Expected& x) {
  const double least = x.start * std::exp(-kReach * x.width);
  const double most = std::min(x.most, x.start * std::exp(kReach * x.width));
  return {std::move(name), std::min(x.start, most), least, most};
}

template <class Rows>
auto& row_of(Rows& rows, const std::string& id) {
  const auto at =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
  CHECK(at != rows.end());  // constants name shipped rows
  return *at;
}

class List {
 public:
  std::vector<InferenceConstant> all;

  void law(const char* name, double InferenceLawSpec::*member, Expected x) {
    all.push_back({free_of(std::string("law.") + name, x), x.width,
                   [member](InferenceSpec& s, double v) { s.law.*member = v; },
                   [member](const InferenceSpec& s) { return s.law.*member; }});
  }
  void generation(std::vector<std::string> ids, const char* name,
                  double InferenceGenerationSpec::*member, Expected x) {
    add(&InferenceSpec::generations, std::move(ids), name, member, x);
  }
  void engine(std::vector<std::string> ids, const char* name, double InferenceEngineSpec::*member,
              Expected x) {
    add(&InferenceSpec::engines, std::move(ids), name, member, x);
  }
  void workload(const char* id, Expected x) {
    add(&InferenceSpec::workloads, {id}, "prompt_tokens", &InferenceWorkloadSpec::prompt_tokens, x);
  }

 private:
  // Rows that share a constant are named after the first.
  template <class Row>
  void add(std::vector<Row> InferenceSpec::*list, std::vector<std::string> ids, const char* name,
           double Row::*member, const Expected& x) {
    const std::string first = ids.front();
    all.push_back(
        {free_of(first + "." + name, x), x.width,
         [list, ids, member](InferenceSpec& s, double v) {
           for (const std::string& id : ids) row_of(s.*list, id).*member = v;
         },
         [list, first, member](const InferenceSpec& s) { return row_of(s.*list, first).*member; }});
  }
};

std::vector<InferenceConstant> constants() {
  using L = InferenceLawSpec;
  using G = InferenceGenerationSpec;
  using E = InferenceEngineSpec;
  List c;
  c.law("compute_efficiency", &L::compute_efficiency, {0.68, 0.3});
  c.law("memory_efficiency", &L::memory_efficiency, {0.82, 0.08});
  c.law("overlap_cost", &L::overlap_cost, {0.3, 0.7, 1});
  c.law("attention_efficiency", &L::attention_efficiency, {0.35, 0.5, 0.95});
  c.law("cache_efficiency", &L::cache_efficiency, {0.8, 0.12, 0.95});
  c.law("expert_efficiency", &L::expert_efficiency, {0.6, 0.5, 1});
  c.law("expert_width", &L::expert_width, {500, 0.7});
  c.law("expert_memory", &L::expert_memory, {0.85, 0.2, 1});
  c.law("imbalance_share", &L::imbalance_share, {0.05, 1});
  c.law("spread", &L::spread, {1, 0.3});
  c.law("activations", &L::activations, {8, 0.7});
  c.law("expert_activations", &L::expert_activations, {2, 0.7});
  c.law("state_passes", &L::state_passes, {2, 0.5});
  c.law("hop_us", &L::hop_us, {8, 0.7});
  c.law("doubling_us", &L::doubling_us, {6, 0.7});
  c.law("kernel_us", &L::kernel_us, {10, 0.7});
  c.law("memory_share", &L::memory_share, {0.92, 0.05, 0.97});
  c.law("most_sequences", &L::most_sequences, {1500, 0.7});
  c.law("server_share", &L::server_share, {0.94, 0.2, 1});
  c.law("interactive_share", &L::interactive_share, {0.8, 0.3});
  c.law("median_share", &L::median_share, {0.1, 0.7, 0.6});
  c.law("p90_share", &L::p90_share, {0.2, 1});
  c.law("p99_share", &L::p99_share, {0.6, 1});
  c.law("half_power_clock", &L::half_power_clock, {0.77, 0.1, 1});
  for (const char* id : {"hopper", "blackwell", "cdna"}) {
    // Measured matrix products, MI300X over H100: about 0.65 (SemiAnalysis, 2024-12, recalled).
    c.generation({id}, "compute_share", &G::compute_share,
                 {std::string(id) == "cdna" ? 0.64 : 0.95, 0.1, 1.04});
    c.generation({id}, "memory_share", &G::memory_share, {0.95, 0.1, 1});
  }
  c.generation({"hopper", "blackwell", "ampere", "tpu"}, "fp8_share", &G::fp8_share,
               {0.85, 0.2, 1});
  c.generation({"cdna"}, "fp8_share", &G::fp8_share, {0.77, 0.15, 1});
  c.generation({"blackwell", "cdna"}, "fp4_share", &G::fp4_share, {0.7, 0.3, 1});
  c.engine({"kernels"}, "compute_factor", &E::compute_factor, {1, 0.15});
  c.engine({"kernels"}, "memory_factor", &E::memory_factor, {1, 0.07});
  for (const char* id :
       {"vllm", "trtllm_pytorch", "trtllm_2024", "trtllm_2023", "mlperf", "prototype"}) {
    c.engine({id}, "compute_factor", &E::compute_factor, {1, 0.15});
    c.engine({id}, "memory_factor", &E::memory_factor, {1, 0.07});
    c.engine({id}, "step_ms", &E::step_ms, {1.5, 0.86});
    c.engine({id}, "layer_us", &E::layer_us, {25, 0.8});
    c.engine({id}, "sequence_us", &E::sequence_us, {5, 1.2});
    c.engine({id}, "head_share", &E::head_share, {0.3, 0.86});
    c.engine({id}, "link_share", &E::link_share, {0.5, 0.64, 2});
  }
  c.engine({"vllm"}, "expert_layer_us", &E::expert_layer_us, {60, 1});
  c.engine({"trtllm_pytorch", "trtllm_2024", "trtllm_2023", "mlperf", "prototype"},
           "expert_layer_us", &E::expert_layer_us, {60, 1});
  c.engine({"vllm"}, "fp8_expert_layer_us", &E::fp8_expert_layer_us, {80, 1});
  c.engine({"vllm"}, "fp8_expert_share", &E::fp8_expert_share, {0.5, 0.5, 1});
  c.engine({"vllm"}, "prompt_layer_us", &E::prompt_layer_us, {40, 1});
  c.engine({"vllm"}, "prompt_expert_layer_us", &E::prompt_expert_layer_us, {200, 1});
  c.engine({"vllm"}, "prompt_fp8_expert_layer_us", &E::prompt_fp8_expert_layer_us, {300, 1});
  c.engine({"vllm"}, "prompt_state_layer_us", &E::prompt_state_layer_us, {500, 1});
  c.engine({"prototype"}, "large_message_ns", &E::large_message_ns, {60, 0.7});
  c.workload("chat", {200, 0.4});
  c.workload("code", {1500, 0.5});
  c.workload("summarise_beams", {900, 0.1});
  return c.all;
}

bool is_percentile(InferenceQuantity q) {
  return q == InferenceQuantity::p90_ms || q == InferenceQuantity::p99_ms;
}

double residual(double e) {
  const double x = e / kFarOff;
  const double root = kFarOff * std::sqrt(2 * (std::sqrt(1 + x * x) - 1));
  return e < 0 ? -root : root;
}

}  // namespace

const std::vector<InferenceConstant>& inference_constants() {
  static const std::vector<InferenceConstant> all = constants();
  return all;
}

InferenceSpec with_constants(InferenceSpec spec, const std::vector<double>& values) {
  CHECK(values.size() == inference_constants().size());
  for (std::size_t i = 0; i < values.size(); ++i) inference_constants()[i].set(spec, values[i]);
  return spec;
}

bool is_core(InferenceQuantity q) {
  return q == InferenceQuantity::tokens_per_s || q == InferenceQuantity::token_ms ||
         q == InferenceQuantity::op_ms;
}

std::vector<InferencePoint> inference_points(const std::vector<InferenceRow>& rows,
                                             const std::vector<InferenceGpuSpec>& gpus,
                                             const std::vector<LanguageModelSpec>& models) {
  std::vector<InferencePoint> out;
  for (const InferenceRow& r : rows) {
    auto what = inference_case(r, gpus, models);
    if (!what) continue;
    for (const Measured& m : measured(r))
      out.push_back(
          {r.id, r.suite.substr(0, r.suite.find(':')), what.value(), m.quantity, m.value});
  }
  return out;
}

Result<FittedModel> fit_inference(const InferenceSpec& spec,
                                  const std::vector<InferencePoint>& points,
                                  const TakesPoint& takes) {
  struct Weighed {
    const InferencePoint* point;
    double weight;
  };
  std::vector<Weighed> rows;
  std::map<std::pair<std::string, InferenceQuantity>, double> of_group;
  for (const InferencePoint& p : points) {
    // Requests whose outputs ended early say nothing of the model.
    if (p.quantity == InferenceQuantity::e2e_ms) continue;
    ++of_group[{p.suite, p.quantity}];
    if (takes(p)) rows.push_back({&p, 0});
  }
  if (rows.empty()) return Fault{"rows", "measurements of inference", "none", ""};
  for (Weighed& r : rows)
    r.weight = kGroupWeight / std::sqrt(of_group[{r.point->suite, r.point->quantity}]) *
               (is_percentile(r.point->quantity) ? kPercentileWeight : 1);

  const std::vector<InferenceConstant>& all = inference_constants();
  std::vector<FreeParameter> free;
  for (const InferenceConstant& c : all) free.push_back(c.free);
  InferenceSpec tried = spec;
  const auto of = [&](std::span<const double> x, std::span<double> out) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].set(tried, x[i]);
      out[rows.size() + i] = kPull * std::log(x[i] / all[i].free.start) / all[i].width;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto answer = inference_answer(tried, rows[i].point->what, rows[i].point->quantity);
      out[i] =
          rows[i].weight * residual(answer ? std::log(*answer / rows[i].point->value) : kNoAnswer);
    }
  };
  FitSettings settings;
  settings.evaluations = 25;
  return least_squares(free, rows.size() + all.size(), of, settings);
}

const std::vector<InferenceDimension>& inference_dimensions() {
  static const std::vector<InferenceDimension> all = {
      {"family", [](const InferencePoint& p) { return p.what.family; }},
      {"gpu", [](const InferencePoint& p) { return p.what.gpu->id; }},
      {"layout", [](const InferencePoint& p) { return decimal_text(p.what.gpus); }},
      {"suite", [](const InferencePoint& p) { return p.suite; }}};
  return all;
}

}  // namespace dure
