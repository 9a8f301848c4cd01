#include "validate/inference_tables.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "validate/inference_case.h"

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

// What the bar is about.
bool is_core(Q q) { return q == Q::tokens_per_s || q == Q::token_ms || q == Q::op_ms; }

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

std::string suite_of(const InferenceRow& r) { return r.suite.substr(0, r.suite.find(':')); }

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

bool held_out(const InferenceFold& fold, const InferenceCase& c, const InferenceRow& r) {
  const auto is = [&](std::string_view name) {
    return std::any_of(fold.groups.begin(), fold.groups.end(),
                       [&](const std::string& g) { return same_word(g, name); });
  };
  switch (fold.by) {
    case HeldOut::family: return is(c.family);
    case HeldOut::gpu: return is(r.gpu);
    case HeldOut::layout: return is(decimal_text(c.gpus));
    case HeldOut::suite: break;
  }
  return is(suite_of(r));
}

ValidationTable unseen_table(const std::vector<InferenceFold>& folds,
                             const std::vector<Answered>& rows, HeldOut by) {
  ValidationTable t{
      "inference_unseen_" + std::string(enum_name(by)),
      "tokens/s, time between tokens, operators",
      "1/s, ms",
      "each row by a fit without its " + std::string(enum_name(by)) + "; groups are suites",
      kBarPct,
      {}};
  for (const Answered& a : rows) {
    if (!a.what) continue;
    const auto fold = std::find_if(folds.begin(), folds.end(), [&](const InferenceFold& f) {
      return f.by == by && held_out(f, *a.what, *a.row);
    });
    if (fold == folds.end()) continue;  // a group that every fit leaves out: none has its rows
    for (const Measured& m : a.measured) {
      if (!is_core(m.quantity)) continue;
      t.rows.push_back({a.row->id, suite_of(*a.row),
                        inference_answer(fold->inference, *a.what, m.quantity), m.value});
    }
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
  for (const HeldOut by : {HeldOut::family, HeldOut::gpu, HeldOut::layout, HeldOut::suite}) {
    ValidationTable t = unseen_table(models.folds, rows, by);
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
