#include "validate/power_tables.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/decimal.h"
#include "physics/gpu_power.h"
#include "physics/gpu_work.h"
#include "physics/node_power.h"
#include "validate/power_rows.h"
#include "world/power_check.h"

namespace dure {
namespace {

constexpr double kBarPct = 8;
constexpr double kLlamaWindow = 4096;  // tokens of LLaMA-2; a longer prompt is not served
// Beyond these no model here is meant to answer.
constexpr double kMostParamsB = 1e5, kMostBatch = 1e6, kMostGpus = 1e4, kMostNodes = 1e5;

const GpuPowerSpec* gpu_of(const PowerSpec& spec, std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"V100", "v100_pcie"}, {"A40", "a40"},       {"A100", "a100_80_sxm"},
      {"H100", "h100_sxm"},  {"H200", "h200_sxm"}, {"B200", "b200_hgx"}};
  for (const auto& [short_name, id] : kNames) {
    if (!same_word(short_name, name)) continue;
    const auto found = find_row(spec.gpus, id, "gpus");
    return found ? found.value() : nullptr;
  }
  return nullptr;
}

// The number after `word` in text: "prompt 512 output 128".
std::optional<double> number_after(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + word.size());
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

// What a row is about; each part has its tables.
enum class Part { cap, serving, image, splitwise, training_node, inference_node, none };

// By the kind or, where that is not known here, by a suite that is. Splitwise has an engine of its
// own.
Part part_of(const PowerRow& r) {
  if (begins(r.suite, "splitwise")) return Part::splitwise;
  static constexpr std::pair<std::string_view, Part> kKinds[] = {
      {"power-cap", Part::cap},
      {"inference", Part::serving},
      {"diffusion", Part::image},
      {"node-training", Part::training_node},
      {"node-inference", Part::inference_node}};
  for (const auto& [kind, part] : kKinds) {
    if (same_word(r.kind, kind)) return part;
  }
  if (begins(r.suite, "zeus")) return Part::cap;
  if (begins(r.suite, "ml-energy:text-to-image")) return Part::image;
  if (begins(r.suite, "ml-energy:")) return Part::serving;
  return Part::none;
}

// Qwen3-Coder-30B is of Qwen3, Llama-3.1-8B of Llama.
std::string family(std::string_view model) {
  return std::string(model.substr(0, model.find_first_of("-.0123456789")));
}

// ---- GPUs that serve ----

bool within_reach(double params_b, double batch, double gpus) {
  return params_b <= kMostParamsB && batch <= kMostBatch && gpus <= kMostGpus;
}

std::optional<double> served_w(const PowerSpec& spec, const PowerRow& r) {
  const GpuPowerSpec* gpu = gpu_of(spec, r.gpu);
  if (gpu == nullptr || !r.batch || !r.n_gpus) return std::nullopt;
  const bool splitwise = part_of(r) == Part::splitwise;
  const auto engine = find_row(spec.serving_steps, splitwise ? "splitwise" : "vllm", "engines");
  if (!engine) return std::nullopt;
  const ServingStepSpec& step = *engine.value();
  ServedModel m;
  m.params_b = r.params_b.value_or(0);
  m.active_params_b = r.active_params_b.value_or(m.params_b);
  m.prompt_ratio =
      begins(r.suite, "ml-energy:sourcegraph") ? step.prompt_tokens_code : step.prompt_tokens_chat;
  if (splitwise) {  // the metered mean falls as prompts grow: it is that of the token phase
    m.params_b = m.active_params_b = number_after(r.model, "-").value_or(0);
    m.prompt_ratio = 0;
    const auto prompt = number_after(r.note, "prompt ");
    if (begins(r.model, "LLaMA") && prompt > kLlamaWindow) return gpu->idle_w;
  }
  m.bytes_per_param = same_word(r.precision, "fp8") ? 1 : 2;
  m.batch_seqs = *r.batch;
  m.gpus = *r.n_gpus;
  m.sharding = r.tp.value_or(1) < *r.n_gpus ? Sharding::expert : Sharding::tensor;
  if (!within_reach(m.params_b, m.batch_seqs, m.gpus)) return std::nullopt;
  const auto times = serving_step(step, *gpu, m);
  if (!times) return std::nullopt;
  return gpu_working_w(*gpu, activity(times.value()));
}

// What a name says of an image model: SANA's encoder makes a quarter of the tokens, FLUX was
// distilled to need one pass a step.
std::optional<double> image_w(const PowerSpec& spec, const PowerRow& r) {
  const GpuPowerSpec* gpu = gpu_of(spec, r.gpu);
  if (gpu == nullptr || spec.image_steps.empty() || !r.batch || !r.n_gpus) return std::nullopt;
  const ImageStepSpec& step = spec.image_steps.front();
  ImageModel m;
  m.params_b = r.params_b.value_or(0);
  m.tokens = begins(r.model, "SANA") ? step.tokens_1024px / 4 : 0;
  m.passes = begins(r.model, "FLUX") ? 1 : 2;
  m.batch_images = *r.batch;
  m.gpus = *r.n_gpus;
  m.ring = std::min(number_after(r.note, " ring ").value_or(1), m.gpus);
  if (!within_reach(m.params_b, m.batch_images, m.gpus)) return std::nullopt;
  const auto times = image_step(step, *gpu, m);
  if (!times) return std::nullopt;
  return gpu_working_w(*gpu, activity(times.value()));
}

using Predict = std::optional<double> (*)(const PowerSpec&, const PowerRow&);
bool every(const PowerRow&) { return true; }
bool unseen(const PowerRow& r) {  // not of the families of models/power_holdout.yaml
  for (const std::string_view seen : {"Qwen", "gemma", "FLUX", "SANA", "Hunyuan"}) {
    if (begins(r.model, seen)) return false;
  }
  return true;
}

ValidationTable gpu_table(std::string name, std::string note, const std::vector<PowerRow>& rows,
                          Part part, const PowerSpec& spec, Predict predict,
                          bool (*take)(const PowerRow&) = every) {
  ValidationTable t{std::move(name), "mean power of a GPU", "W", std::move(note), kBarPct, {}};
  for (const PowerRow& r : rows) {
    if (part_of(r) != part || !r.gpu_mean_w || !take(r)) continue;
    t.rows.push_back({r.id, family(r.model) + "/" + r.gpu, predict(spec, r), *r.gpu_mean_w});
  }
  return t;
}

// ---- caps ----

struct CapTables {
  ValidationTable speed, other, power;
};

bool is_cap(const PowerRow& r) {
  return part_of(r) == Part::cap && r.power_limit_w && r.gpu_mean_w && r.time_per_epoch_s &&
         r.batch;
}

// A run and its highest limit: what the others of the run are set beside. No row at that limit is
// validated, for it is answered by itself; of several, the means are taken.
struct OpenRun {
  double limit_w = 0, time_s = 0, draw_w = 0, rows = 0, capped_rows = 0;
};
using RunKey = std::tuple<std::string, std::string, std::string, double>;
RunKey run_key(const PowerRow& r) { return {r.suite, r.model, lower(r.gpu), *r.batch}; }

std::map<RunKey, OpenRun> open_runs(const std::vector<PowerRow>& rows) {
  std::map<RunKey, OpenRun> runs;
  for (const PowerRow& r : rows) {
    if (!is_cap(r)) continue;
    OpenRun& run = runs[run_key(r)];
    run.limit_w = std::max(run.limit_w, *r.power_limit_w);
  }
  for (const PowerRow& r : rows) {
    if (!is_cap(r)) continue;
    OpenRun& run = runs[run_key(r)];
    if (*r.power_limit_w < run.limit_w) {
      ++run.capped_rows;
      continue;
    }
    run.time_s += *r.time_per_epoch_s;
    run.draw_w += *r.gpu_mean_w;
    ++run.rows;
  }
  for (auto& [key, run] : runs) {
    run.time_s /= run.rows;
    run.draw_w /= run.rows;
  }
  return runs;
}

Result<CapTables> cap_tables(const std::vector<PowerRow>& rows, const PowerSpec& spec) {
  CapTables t{{"power_cap_speed",
               "speed under a cap, uncapped = 1",
               "",
               "the draw without a cap is given; each GPU by the constants fitted to its own rows",
               kBarPct,
               {}},
              {"power_cap_speed_other_gpu",
               "speed under a cap, uncapped = 1",
               "",
               "V100 by the constants of A40, A40 by those of V100: a whole GPU held out",
               kBarPct,
               {}},
              {"power_under_cap",
               "mean power under a cap",
               "W",
               "the draw without a cap is given",
               kBarPct,
               {}}};
  const std::map<RunKey, OpenRun> runs = open_runs(rows);
  TRY(v100, find_row(spec.gpus, "v100_pcie", "gpus"));
  TRY(a40, find_row(spec.gpus, "a40", "gpus"));
  for (const PowerRow& r : rows) {
    if (!is_cap(r)) continue;
    const OpenRun& open = runs.at(run_key(r));
    if (*r.power_limit_w >= open.limit_w) continue;
    const GpuPowerSpec* own = gpu_of(spec, r.gpu);
    const double measured = open.time_s / *r.time_per_epoch_s;
    std::optional<double> speed, lent, power;
    if (own != nullptr) {
      GpuPowerSpec other = *own;  // its board, the other's law
      const GpuPowerSpec& law = own->id == "a40" ? *v100 : *a40;
      other.static_share = law.static_share;
      other.cap_exponent = law.cap_exponent;
      const auto by_own = capped_speed(*own, *r.power_limit_w, open.draw_w);
      const auto by_other = capped_speed(other, *r.power_limit_w, open.draw_w);
      if (by_own) speed = by_own.value();
      if (by_other) lent = by_other.value();
      power = std::min(*r.power_limit_w, open.draw_w);
    }
    t.speed.rows.push_back({r.id, r.gpu, speed, measured});
    t.other.rows.push_back({r.id, r.gpu, lent, measured});
    t.power.rows.push_back({r.id, r.gpu, power, *r.gpu_mean_w});
  }
  return t;
}

// ---- nodes ----

std::string boards(const PowerRow& r) {  // of a node that no model here is of
  return r.gpu + (r.n_gpus ? " x " + decimal_text(*r.n_gpus) : "");
}

Result<ValidationTable> training_nodes(const std::vector<PowerRow>& rows, const PowerSpec& spec) {
  ValidationTable t{"node_training_power",
                    "busy plateau of an 8 x H100 node",
                    "W",
                    "median of the log; single nodes and 8 nodes are fitted, 64 nodes held out",
                    kBarPct,
                    {}};
  TRY(node, find_node(spec, "h100_hgx"));
  for (const PowerRow& r : rows) {
    if (part_of(r) != Part::training_node || !r.node_median_w) continue;
    const double nodes = r.n_nodes.value_or(1);
    if (!same_word(r.gpu, "H100") || r.n_gpus.value_or(8) != 8 || nodes > kMostNodes) {
      t.rows.push_back({r.id, boards(r), std::nullopt, *r.node_median_w});
      continue;
    }
    TRY(dc, training_node_w(spec, node, nodes));
    TRY(ac, node_plug_w(spec, node.node, dc));
    t.rows.push_back({r.id,
                      nodes > 8   ? "more_nodes"
                      : nodes > 1 ? "8_nodes"
                                  : "1_node",
                      begins(r.note, "DC") ? dc : ac, *r.node_median_w});
  }
  return t;
}

Result<ValidationTable> inference_nodes(const std::vector<PowerRow>& rows, const PowerSpec& spec) {
  ValidationTable t{"node_inference_power",
                    "wall power of an 8-GPU node, tuned for efficiency",
                    "W",
                    "the caps are not published: each node is taken at the cap with the least "
                    "energy for arithmetic, nothing is fitted",
                    kBarPct,
                    {}};
  TRY(node, find_node(spec, "h200_hgx"));
  TRY(work, find_row(spec.phases, "prefill", "phases"));
  const StepTimes step{1, 0, 0, 0};  // arithmetic alone
  const double beside = node_w(node.node, node.gpu, 0, work->cpu);
  const double cap =
      energy_optimal_cap_w(node.gpu, step, beside / static_cast<double>(node.node.gpus));
  TRY(ac, node_plug_w(spec, node.node, node_w(node.node, node.gpu, cap, work->cpu)));
  for (const PowerRow& r : rows) {
    if (part_of(r) != Part::inference_node || !r.node_mean_w) continue;
    if (same_word(r.gpu, "H200") && r.n_gpus == 8)
      t.rows.push_back(
          {r.id, std::string(r.model.substr(0, r.model.find('/'))), ac, *r.node_mean_w});
    else
      t.rows.push_back({r.id, boards(r), std::nullopt, *r.node_mean_w});
  }
  return t;
}

// ---- rows of no table ----

std::string why_in_no_table(const PowerRow& r, const std::map<RunKey, OpenRun>& runs) {
  const auto lacks = [](const char* column) { return "without " + std::string(column); };
  switch (part_of(r)) {
    case Part::none: return "kind " + r.kind;
    case Part::cap:
      if (!is_cap(r))
        return lacks(!r.power_limit_w      ? "power_limit_w"
                     : !r.gpu_mean_w       ? "gpu_power_mean_w"
                     : !r.time_per_epoch_s ? "time_per_epoch_s"
                                           : "batch");
      return runs.at(run_key(r)).capped_rows > 0 ? "" : "uncapped, and no row of it under a cap";
    case Part::training_node: return r.node_median_w ? "" : lacks("node_power_median_w");
    case Part::inference_node: return r.node_mean_w ? "" : lacks("node_power_mean_w");
    default: return r.gpu_mean_w ? "" : lacks("gpu_power_mean_w");
  }
}

ValidationTable rows_of_no_table(const std::vector<PowerRow>& rows) {
  ValidationTable t = unmatched_table("power");
  const std::map<RunKey, OpenRun> runs = open_runs(rows);
  for (const PowerRow& r : rows) {
    std::string why = why_in_no_table(r, runs);
    if (!why.empty()) t.rows.push_back({r.id, std::move(why), std::nullopt, 0});
  }
  return t;
}

}  // namespace

Result<std::vector<ValidationTable>> power_tables(const std::string& csv, const PowerSpec& spec,
                                                  const PowerSpec& part, Unmatched unmatched) {
  TRY(read, read_truth_rows<PowerRow>(csv));
  const std::vector<PowerRow>& rows = read.rows;
  std::vector<ValidationTable> tables;
  TRY(caps, cap_tables(rows, spec));
  tables.push_back(caps.speed);
  tables.push_back(caps.other);
  tables.push_back(caps.power);
  tables.push_back(
      gpu_table("llm_gpu_power", "fitted to these rows", rows, Part::serving, spec, served_w));
  tables.push_back(gpu_table("llm_gpu_power_unseen_families", "fitted to Qwen and gemma", rows,
                             Part::serving, part, served_w, unseen));
  tables.push_back(
      gpu_table("image_gpu_power", "fitted to these rows", rows, Part::image, spec, image_w));
  tables.push_back(gpu_table("image_gpu_power_unseen_families",
                             "fitted to FLUX, SANA and HunyuanDiT", rows, Part::image, part,
                             image_w, unseen));
  tables.push_back(gpu_table("splitwise_gpu_power",
                             "fitted to LLaMA, BLOOM held out; watts are the source's share times "
                             "400 W; with prompts beyond LLaMA's window a GPU is idle",
                             rows, Part::splitwise, spec, served_w));
  TRY(training, training_nodes(rows, spec));
  tables.push_back(training);
  TRY(inference, inference_nodes(rows, spec));
  tables.push_back(inference);
  if (unmatched == Unmatched::counted) tables.push_back(rows_of_no_table(rows));
  for (ValidationTable& t : tables) t.left_out = read.left_out;
  return tables;
}

Result<std::vector<ValidationTable>> published_power_tables(const PowerSpec& spec) {
  std::vector<ValidationTable> tables;
  ValidationTable machines{"machine_power",
                           "power of a whole machine in a known state",
                           "MW",
                           "parameters by its twin, nothing fitted here",
                           kBarPct,
                           {}};
  ValidationTable losses{"machine_losses",
                         "losses of the stages over the input",
                         "%",
                         "as machine_power",
                         kBarPct,
                         {}};
  for (const MachineCaseSpec& c : spec.machine_cases) {
    TRY(machine, find_machine(spec, c.machine));
    const NodeGroup busy{c.busy_nodes, c.gpu, c.cpu};
    TRY(flow, machine_power(machine, {&busy, 1}));
    if (c.quantity == MachineQuantity::input_mw)
      machines.rows.push_back({c.id, c.machine, flow.input_w / 1e6, c.published});
    else
      losses.rows.push_back({c.id, c.machine, 100 * flow.loss_w() / flow.input_w, c.published});
  }
  tables.push_back(machines);
  tables.push_back(losses);

  ValidationTable nodes{"node_power_published",
                        "an 8 x H100 node at the plug",
                        "kW",
                        "figures named in the issue; the GPT-3 run is taken as one node's",
                        kBarPct,
                        {}};
  TRY(node, find_node(spec, "h100_hgx"));
  TRY(idle, node_plug_w(spec, node.node, node_w(node.node, node.gpu, node.gpu.idle_w, 0)));
  TRY(dc, training_node_w(spec, node, 1));
  TRY(train, node_plug_w(spec, node.node, dc));
  TRY(busy, find_row(spec.phases, "train", "phases"));
  TRY(most, node_plug_w(spec, node.node,
                        node_w(node.node, node.gpu, node.gpu.regulated_share * node.gpu.limit_w,
                               busy->cpu)));
  nodes.rows = {{"idle", "dgx_h100", idle / 1e3, 2.3},
                {"gpt3_training_mean", "dgx_h100", train / 1e3, 6.85},
                {"ceiling", "dgx_h100", most / 1e3, 7.35}};
  tables.push_back(nodes);

  ValidationTable phases{"power_cap_by_phase",
                         "step time at a cap of 70 %, uncapped = 1",
                         "",
                         "nothing fitted: the law of caps is that of A40",
                         kBarPct,
                         {}};
  TRY(gpu, find_row(spec.gpus, "a100_80_sxm", "gpus"));
  for (const auto& [id, measured] : {std::pair{"prefill", 1.30}, std::pair{"decode", 1.00}}) {
    TRY(phase, find_row(spec.phases, id, "phases"));
    const double busiest = std::max(phase->compute, phase->memory);
    const StepTimes step{phase->compute, phase->memory, 1 - busiest, 0};
    TRY(capped, capped_step(*gpu, step, 0.7 * gpu->limit_w));
    phases.rows.push_back({id, "a100", capped.slowdown, measured});
  }
  tables.push_back(phases);
  return tables;
}

}  // namespace dure
