#include "validate/training_fit.h"

#include <cmath>
#include <map>

#include "base/check.h"

namespace dure {
namespace {

TrainingConstant of_law(const char* name, double TrainingLawSpec::*member, double start,
                        double least, double most) {
  return {{std::string("law.") + name, start, least, most},
          [member](TrainingSpec& s, double v) { s.law.*member = v; },
          [member](const TrainingSpec& s) { return s.law.*member; }};
}
// Of the software `ids`, which share it; named after the first, or all.
TrainingConstant of_software(std::vector<std::string> ids, const char* name,
                             double TrainingSoftwareSpec::*member, double start, double least,
                             double most) {
  const std::string first = ids.front();
  return {{(ids.size() == 4 ? "all" : first) + "." + name, start, least, most},
          [ids, member](TrainingSpec& s, double v) {
            for (TrainingSoftwareSpec& software : s.software) {
              for (const std::string& id : ids)
                if (software.id == id) software.*member = v;
            }
          },
          [first, member](const TrainingSpec& s) {
            for (const TrainingSoftwareSpec& software : s.software)
              if (software.id == first) return software.*member;
            return 0.0;
          }};
}

std::vector<TrainingConstant> constants() {
  using L = TrainingLawSpec;
  using S = TrainingSoftwareSpec;
  const std::vector<std::string> old{"legacy"}, now{"fused", "tuned", "torch"};
  return {
      of_law("efficiency", &L::efficiency, 0.68, 0.3, 0.95),
      of_law("efficiency_exponent", &L::efficiency_exponent, 0.45, 0.05, 1.2),
      of_law("amd_share", &L::amd_share, 0.85, 0.4, 1.2),
      of_law("fp8_share", &L::fp8_share, 0.9, 0.3, 1.5),
      of_law("mxfp8_share", &L::mxfp8_share, 0.95, 0.5, 1.2),
      of_law("rowwise_share", &L::rowwise_share, 0.5, 0.2, 1.2),
      of_law("fp4_share", &L::fp4_share, 0.7, 0.2, 1.5),
      of_law("low_crowding", &L::low_crowding, 1.5, 0.3, 8),
      of_law("low_bytes", &L::low_bytes, 20, 1, 300),
      of_law("low_faster_per_year", &L::low_faster_per_year, 0.05, 0.001, 0.5),
      of_law("attention_faster_per_year", &L::attention_faster_per_year, 0.1, 0.001, 0.6),
      of_law("expert_share", &L::expert_share, 0.6, 0.1, 1.2),
      of_law("expert_bytes", &L::expert_bytes, 30, 1, 500),
      of_law("expert_launch_ms", &L::expert_launch_ms, 1, 0.1, 20),
      of_law("expert_each_us", &L::expert_each_us, 50, 0.1, 500),
      of_law("exchange_exposed", &L::exchange_exposed, 0.5, 0.02, 5),
      of_law("experts_faster_per_year", &L::experts_faster_per_year, 0.1, 0.001, 0.5),
      of_law("gather_exposed", &L::gather_exposed, 0.5, 0.02, 3),
      of_law("handover_exposed", &L::handover_exposed, 0.3, 0.02, 4),
      of_law("bubble_share", &L::bubble_share, 1, 0.3, 1.5),
      of_law("fixed_ms", &L::fixed_ms, 5, 0.1, 50),
      of_law("sync_per_doubling", &L::sync_per_doubling, 0.01, 0.0005, 0.1),
      of_law("lora_share", &L::lora_share, 0.667, 0.55, 0.95),
      of_software(old, "attention_efficiency", &S::attention_efficiency, 0.3, 0.05, 0.8),
      of_software(old, "crowding_elements", &S::crowding_elements, 1e6, 1e4, 5e6),
      of_software(old, "activation_bytes", &S::activation_bytes, 60, 5, 400),
      of_software(old, "score_bytes", &S::score_bytes, 20, 2, 100),
      of_software(old, "layer_launch_ms", &S::layer_launch_ms, 2.5, 0.5, 6),
      of_software(old, "tensor_exposed", &S::tensor_exposed, 1.5, 0.1, 8),
      of_software(old, "data_exposed", &S::data_exposed, 0.6, 0.1, 3),
      of_software(old, "optimizer_bytes", &S::optimizer_bytes, 40, 5, 100),
      of_software(old, "head_bytes", &S::head_bytes, 40, 5, 150),
      of_software({"legacy", "fused", "tuned", "torch"}, "launch_per_rank", &S::launch_per_rank,
                  0.05, 0.005, 0.5),
      of_software(now, "attention_efficiency", &S::attention_efficiency, 0.4, 0.05, 0.8),
      of_software(now, "crowding_elements", &S::crowding_elements, 3e5, 1e4, 5e6),
      of_software(now, "activation_bytes", &S::activation_bytes, 60, 5, 400),
      of_software(now, "split_bytes", &S::split_bytes, 30, 1, 400),
      of_software({"fused", "tuned"}, "layer_launch_ms", &S::layer_launch_ms, 0.5, 0.05, 4),
      of_software({"torch"}, "layer_launch_ms", &S::layer_launch_ms, 1, 0.1, 10),
      of_software(now, "tensor_exposed", &S::tensor_exposed, 0.5, 0.03, 4),
      of_software(now, "data_exposed", &S::data_exposed, 0.5, 0.02, 3),
      of_software(now, "optimizer_bytes", &S::optimizer_bytes, 20, 3, 80),
      of_software(now, "head_bytes", &S::head_bytes, 20, 3, 100),
      of_software(now, "faster_per_year", &S::faster_per_year, 0.02, 0.001, 0.3),
      of_software({"tuned"}, "pace", &S::pace, 0.95, 0.6, 1.3),
      of_software({"torch"}, "pace", &S::pace, 1.05, 0.8, 1.6),
  };
}

std::string layout_group(const TrainingJob& job) {
  if (!job.layout_known) return "not known";
  const TrainingLayout& l = job.layout;
  std::string name;
  for (const auto& [word, ranks] : {std::pair{"tp", l.tp}, std::pair{"pp", l.pp},
                                    std::pair{"cp", l.cp}, std::pair{"ep", l.ep}}) {
    if (ranks > 1) name += (name.empty() ? "" : "+") + std::string(word);
  }
  return name.empty() ? "dp" : name;
}

}  // namespace

const std::vector<TrainingConstant>& training_constants() {
  static const std::vector<TrainingConstant> all = constants();
  return all;
}

TrainingSpec with_constants(TrainingSpec spec, const std::vector<double>& values) {
  const auto& all = training_constants();
  CHECK(values.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i].set(spec, values[i]);
  return spec;
}

TrainingSpec unfitted(const TrainingSpec& spec) {
  std::vector<double> starts;
  for (const TrainingConstant& c : training_constants()) starts.push_back(c.free.start);
  return with_constants(spec, starts);
}

Result<FittedModel> fit_training(const TrainingSpec& spec, const std::vector<TrainingJob>& jobs,
                                 const TakesJob& takes, const std::vector<double>& from) {
  std::vector<const TrainingJob*> taken;
  std::map<std::string, double> suites;
  for (const TrainingJob& job : jobs) {
    if (!takes(job)) continue;
    taken.push_back(&job);
    ++suites[job.suite];
  }
  std::vector<double> weights;
  for (const TrainingJob* job : taken)
    weights.push_back(1 / std::sqrt(std::max(1.0, suites[job->suite] / kFullSuite)));
  std::vector<FreeParameter> free;
  for (const TrainingConstant& c : training_constants()) free.push_back(c.free);
  for (std::size_t i = 0; i < from.size() && i < free.size(); ++i) free[i].first = from[i];
  TrainingSpec trial = spec;
  const auto residuals = [&](std::span<const double> values, std::span<double> out) {
    const auto& all = training_constants();
    for (std::size_t i = 0; i < all.size(); ++i) all[i].set(trial, values[i]);
    for (std::size_t i = 0; i < taken.size(); ++i)
      out[i] = weights[i] * std::log(predicted_s(trial, *taken[i]) / taken[i]->measured_s);
  };
  // Near the answer two renewals of the weights settle it; from the starts it takes more.
  const int rounds = from.empty() ? 5 : 2;
  return least_squares(
      free, taken.size(), residuals,
      {.pull = 0.2, .robust = 0.06, .reweights = rounds, .evaluations = from.empty() ? 12 : 8});
}

const std::vector<TrainingDimension>& training_dimensions() {
  static const std::vector<TrainingDimension> all = {
      {"suite", [](const TrainingJob& j) { return j.suite; }},
      {"family", [](const TrainingJob& j) { return j.family; }},
      {"gpu", [](const TrainingJob& j) { return j.gpu.id; }},
      {"layout", layout_group}};
  return all;
}

}  // namespace dure
