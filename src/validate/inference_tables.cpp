#include "validate/inference_tables.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "validate/inference_fit.h"

namespace dure {
namespace {

constexpr double kBarPct = 12;

struct QuantityWords {
  InferenceQuantity quantity;
  const char *table, *words, *unit;
};
using Q = InferenceQuantity;
constexpr QuantityWords kQuantities[] = {
    {Q::tokens_per_s, "tokens", "output tokens of a GPU", "1/s"},
    {Q::token_ms, "gap", "median time between tokens", "ms"},
    {Q::p90_ms, "gap_p90", "90th percentile of the time between tokens", "ms"},
    {Q::p99_ms, "gap_p99", "99th percentile of the time between tokens", "ms"},
    {Q::prefill_ms, "prompt", "time of a prompt", "ms"},
    {Q::step_ms, "step", "time of a step that decodes", "ms"},
    {Q::e2e_ms, "request", "time of a request", "ms"},
    {Q::op_ms, "time", "products of a layer", "ms"}};

constexpr std::array kParts = {
    InferencePart::vllm,   InferencePart::trtllm_static, InferencePart::trtllm_inflight,
    InferencePart::mlperf, InferencePart::splitwise,     InferencePart::operators};

struct Answered {  // a row, read once
  const InferenceRow* row;
  std::optional<InferenceCase> what;
  std::string why;  // there is no answer
  std::vector<Measured> measured;
};

std::string group_of(const Answered& a) {
  if (!a.what) return a.why;
  return a.what->family + "/" + a.row->gpu;
}

ValidationTable part_table(const InferenceSpec& spec, const std::vector<Answered>& rows,
                           InferencePart part, const QuantityWords& q) {
  ValidationTable t{std::string(part_name(part)) + "_" + q.table,
                    q.words,
                    q.unit,
                    "fitted to these rows",
                    kBarPct,
                    {}};
  if (q.quantity == Q::e2e_ms)
    t.note = "nothing fitted; outputs that ended early are taken at their full length";
  for (const Answered& a : rows) {
    if (!a.what || a.what->part != part) continue;
    for (const Measured& m : a.measured) {
      if (m.quantity != q.quantity) continue;
      t.rows.push_back(
          {a.row->id, group_of(a), inference_answer(spec, *a.what, m.quantity), m.value});
    }
  }
  return t;
}

// Each row by the constants of the fit that had not seen its group.
Result<ValidationTable> unseen_table(const InferenceModels& models,
                                     const std::vector<InferencePoint>& points,
                                     const InferenceDimension& dimension) {
  ValidationTable t{std::string("inference_unseen_") + dimension.name,
                    "tokens/s, time between tokens, operators",
                    "1/s, ms",
                    std::string("each row by a fit without its ") + dimension.name +
                        "; groups: what was left out, suite",
                    kBarPct,
                    {}};
  std::map<std::string, InferenceSpec> fits;
  for (const InferenceFold& fold : models.holdout.folds) {
    if (fold.dimension != dimension.name) continue;
    const auto& constants = inference_constants();
    bool same = models.holdout.constants.size() == constants.size() &&
                fold.values.size() == constants.size();
    for (std::size_t i = 0; same && i < constants.size(); ++i)
      same = models.holdout.constants[i] == constants[i].free.name;
    if (!same)
      return Fault{"models/inference_holdout.yaml",
                   "a value for each constant that is fitted, in order",
                   "others, of " + fold.dimension + " " + fold.group,
                   "dure calibrate TABLE.csv --model inference --holdout FILE writes it"};
    fits.emplace(fold.group, with_constants(models.spec, fold.values));
  }
  for (const InferencePoint& p : points) {
    if (!is_core(p.quantity)) continue;
    const auto fit = fits.find(dimension.group(p));
    if (fit == fits.end()) continue;  // a group that no fit was without
    t.rows.push_back({p.id, fit->first + ", " + p.suite,
                      inference_answer(fit->second, p.what, p.quantity), p.value});
  }
  return t;
}

// Rows without a measurement, or without an accelerator or model that is known.
ValidationTable rows_of_no_table(const std::vector<Answered>& rows) {
  ValidationTable t = unmatched_table("inference");
  for (const Answered& a : rows) {
    if (a.what && !a.measured.empty()) continue;
    t.rows.push_back({a.row->id, a.what ? "without a measurement" : a.why, std::nullopt, 0});
  }
  return t;
}

}  // namespace

Result<std::vector<ValidationTable>> inference_tables(const std::string& csv,
                                                      const InferenceModels& models,
                                                      Unmatched unmatched) {
  TRY(read, read_truth_rows<InferenceRow>(csv));
  std::vector<Answered> rows;
  rows.reserve(read.rows.size());
  for (const InferenceRow& r : read.rows) {
    auto what = inference_case(r, models.spec.gpus, models.language_models);
    if (what)
      rows.push_back({&r, std::move(what.value()), "", measured(r)});
    else
      rows.push_back(
          {&r, std::nullopt, what.fault().where + " " + what.fault().found, measured(r)});
  }
  std::vector<ValidationTable> tables;
  for (const InferencePart part : kParts) {
    for (const QuantityWords& q : kQuantities) {
      ValidationTable t = part_table(models.spec, rows, part, q);
      if (!t.rows.empty()) tables.push_back(std::move(t));
    }
  }
  const std::vector<InferencePoint> points =
      inference_points(read.rows, models.spec.gpus, models.language_models);
  for (const InferenceDimension& dimension : inference_dimensions()) {
    TRY(t, unseen_table(models, points, dimension));
    if (!t.rows.empty()) tables.push_back(std::move(t));
  }
  const bool known =
      std::all_of(rows.begin(), rows.end(), [](const Answered& a) { return a.what.has_value(); });
  if (unmatched == Unmatched::counted || !known) {
    ValidationTable t = rows_of_no_table(rows);
    if (!t.rows.empty()) tables.push_back(std::move(t));
  }
  for (ValidationTable& t : tables) t.left_out = read.left_out;
  return tables;
}

}  // namespace dure
