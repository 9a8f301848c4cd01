#include "validate/power_tables.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "physics/gpu_power.h"
#include "physics/gpu_work.h"
#include "physics/node_power.h"
#include "validate/power_rows.h"
#include "world/power_check.h"

namespace dure {
namespace {

constexpr double kBarPct = 8;
constexpr double kLlamaWindow = 4096;  // tokens of LLaMA-2; a longer prompt is not served

const GpuPowerSpec* gpu_of(const PowerSpec& spec, std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"V100", "v100_pcie"}, {"A40", "a40"},       {"A100", "a100_80_sxm"},
      {"H100", "h100_sxm"},  {"H200", "h200_sxm"}, {"B200", "b200_hgx"}};
  for (const auto& [short_name, id] : kNames) {
    if (short_name != name) continue;
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

bool starts(std::string_view text, std::string_view with) { return text.starts_with(with); }

// Qwen3-Coder-30B is of Qwen3, Llama-3.1-8B of Llama.
std::string family(std::string_view model) {
  return std::string(model.substr(0, model.find_first_of("-.0123456789")));
}

// ---- GPUs that serve ----

std::optional<double> served_w(const PowerSpec& spec, const PowerRow& r) {
  const GpuPowerSpec* gpu = gpu_of(spec, r.gpu);
  if (gpu == nullptr || !r.batch || !r.n_gpus) return std::nullopt;
  const bool splitwise = starts(r.suite, "splitwise");
  const auto engine = find_row(spec.serving_steps, splitwise ? "splitwise" : "vllm", "engines");
  if (!engine) return std::nullopt;
  const ServingStepSpec& step = *engine.value();
  ServedModel m;
  m.params_b = r.params_b.value_or(0);
  m.active_params_b = r.active_params_b.value_or(m.params_b);
  m.prompt_ratio =
      starts(r.suite, "ml-energy:sourcegraph") ? step.prompt_tokens_code : step.prompt_tokens_chat;
  if (splitwise) {  // the metered mean falls as prompts grow: it is that of the token phase
    m.params_b = m.active_params_b = number_after(r.model, "-").value_or(0);
    m.prompt_ratio = 0;
    const auto prompt = number_after(r.note, "prompt ");
    if (starts(r.model, "LLaMA") && prompt > kLlamaWindow) return gpu->idle_w;
  }
  m.bytes_per_param = r.precision == "fp8" ? 1 : 2;
  m.batch_seqs = *r.batch;
  m.gpus = *r.n_gpus;
  m.sharding = r.tp.value_or(1) < *r.n_gpus ? Sharding::expert : Sharding::tensor;
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
  m.tokens = starts(r.model, "SANA") ? step.tokens_1024px / 4 : 0;
  m.passes = starts(r.model, "FLUX") ? 1 : 2;
  m.batch_images = *r.batch;
  m.gpus = *r.n_gpus;
  m.ring = std::min(number_after(r.note, " ring ").value_or(1), m.gpus);
  const auto times = image_step(step, *gpu, m);
  if (!times) return std::nullopt;
  return gpu_working_w(*gpu, activity(times.value()));
}

using Predict = std::optional<double> (*)(const PowerSpec&, const PowerRow&);
bool every(const PowerRow&) { return true; }
bool unseen(const PowerRow& r) {  // not of the families of models/power_holdout.yaml
  for (const std::string_view seen : {"Qwen", "gemma", "FLUX", "SANA", "Hunyuan"}) {
    if (starts(r.model, seen)) return false;
  }
  return true;
}

ValidationTable gpu_table(std::string name, std::string note, const std::vector<PowerRow>& rows,
                          std::string_view suite, const PowerSpec& spec, Predict predict,
                          bool (*take)(const PowerRow&) = every) {
  ValidationTable t{std::move(name), "mean power of a GPU", "W", std::move(note), kBarPct, {}};
  for (const PowerRow& r : rows) {
    if (!starts(r.suite, suite) || !r.gpu_mean_w || r.evidence != "read" || !take(r)) continue;
    if (suite == "ml-energy:" && starts(r.suite, "ml-energy:text-to-image")) continue;
    t.rows.push_back({r.id, family(r.model) + "/" + r.gpu, predict(spec, r), *r.gpu_mean_w});
  }
  return t;
}

// ---- caps ----

struct CapTables {
  ValidationTable speed, other, power;
};

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
  using Key = std::tuple<std::string, std::string, double>;
  std::map<Key, const PowerRow*> open;  // the highest limit of a run
  const auto is_cap = [](const PowerRow& r) {
    return starts(r.suite, "zeus") && r.power_limit_w && r.gpu_mean_w && r.time_per_epoch_s &&
           r.batch && r.evidence == "read";
  };
  for (const PowerRow& r : rows) {
    if (!is_cap(r)) continue;
    const PowerRow*& best = open[{r.model, r.gpu, *r.batch}];
    if (best == nullptr || *r.power_limit_w > *best->power_limit_w) best = &r;
  }
  TRY(v100, find_row(spec.gpus, "v100_pcie", "gpus"));
  TRY(a40, find_row(spec.gpus, "a40", "gpus"));
  for (const PowerRow& r : rows) {
    if (!is_cap(r)) continue;
    const PowerRow& free = *open[{r.model, r.gpu, *r.batch}];
    if (&free == &r) continue;
    const GpuPowerSpec* own = gpu_of(spec, r.gpu);
    const double measured = *free.time_per_epoch_s / *r.time_per_epoch_s;
    std::optional<double> speed, lent, power;
    if (own != nullptr) {
      GpuPowerSpec other = *own;  // its board, the other's law
      const GpuPowerSpec& law = own->id == "a40" ? *v100 : *a40;
      other.static_share = law.static_share;
      other.cap_exponent = law.cap_exponent;
      const auto by_own = capped_speed(*own, *r.power_limit_w, *free.gpu_mean_w);
      const auto by_other = capped_speed(other, *r.power_limit_w, *free.gpu_mean_w);
      if (by_own) speed = by_own.value();
      if (by_other) lent = by_other.value();
      power = std::min(*r.power_limit_w, *free.gpu_mean_w);
    }
    t.speed.rows.push_back({r.id, r.gpu, speed, measured});
    t.other.rows.push_back({r.id, r.gpu, lent, measured});
    t.power.rows.push_back({r.id, r.gpu, power, *r.gpu_mean_w});
  }
  return t;
}

// ---- nodes ----

Result<ValidationTable> training_nodes(const std::vector<PowerRow>& rows, const PowerSpec& spec) {
  ValidationTable t{"node_training_power",
                    "busy plateau of an 8 x H100 node",
                    "W",
                    "median of the log; single nodes and 8 nodes are fitted, 64 nodes held out",
                    kBarPct,
                    {}};
  TRY(node, find_node(spec, "h100_hgx"));
  for (const PowerRow& r : rows) {
    if (r.kind != "node-training" || !r.node_median_w || r.evidence != "read") continue;
    const double nodes = r.n_nodes.value_or(1);
    TRY(dc, training_node_w(spec, node, nodes));
    TRY(ac, node_plug_w(spec, node.node, dc));
    std::optional<double> predicted;
    if (r.gpu == "H100") predicted = starts(r.note, "DC") ? dc : ac;
    t.rows.push_back({r.id,
                      nodes > 8   ? "more_nodes"
                      : nodes > 1 ? "8_nodes"
                                  : "1_node",
                      predicted, *r.node_median_w});
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
    if (r.kind != "node-inference" || !r.node_mean_w || r.evidence != "read") continue;
    const bool known = r.gpu == "H200" && r.n_gpus == 8;
    t.rows.push_back({r.id, std::string(r.model.substr(0, r.model.find('/'))),
                      known ? std::optional(ac) : std::nullopt, *r.node_mean_w});
  }
  return t;
}

}  // namespace

Result<std::vector<ValidationTable>> power_tables(const std::string& csv, const PowerSpec& spec,
                                                  const PowerSpec& part) {
  TRY(rows, read_power_rows(csv));
  std::vector<ValidationTable> tables;
  TRY(caps, cap_tables(rows, spec));
  tables.push_back(caps.speed);
  tables.push_back(caps.other);
  tables.push_back(caps.power);
  tables.push_back(
      gpu_table("llm_gpu_power", "fitted to these rows", rows, "ml-energy:", spec, served_w));
  tables.push_back(gpu_table("llm_gpu_power_unseen_families", "fitted to Qwen and gemma", rows,
                             "ml-energy:", part, served_w, unseen));
  tables.push_back(gpu_table("image_gpu_power", "fitted to these rows", rows,
                             "ml-energy:text-to-image", spec, image_w));
  tables.push_back(gpu_table("image_gpu_power_unseen_families",
                             "fitted to FLUX, SANA and HunyuanDiT", rows, "ml-energy:text-to-image",
                             part, image_w, unseen));
  tables.push_back(gpu_table("splitwise_gpu_power",
                             "fitted to LLaMA, BLOOM held out; watts are the source's share times "
                             "400 W; with prompts beyond LLaMA's window a GPU is idle",
                             rows, "splitwise", spec, served_w));
  TRY(training, training_nodes(rows, spec));
  tables.push_back(training);
  TRY(inference, inference_nodes(rows, spec));
  tables.push_back(inference);
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
