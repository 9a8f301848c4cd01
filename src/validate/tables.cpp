#include "validate/tables.h"

#include <algorithm>

#include "io/shown.h"
#include "validate/cooling_tables.h"
#include "validate/failure_tables.h"
#include "validate/grid_tables.h"
#include "validate/inference_tables.h"
#include "validate/power_tables.h"
#include "validate/training_tables.h"
#include "validate/weather_tables.h"

namespace dure {
namespace {

class Tables {
 public:
  void take(Result<std::vector<ValidationTable>> more) {
    if (!more) return faults.push_back(more.fault());
    add(std::move(more.value()));
  }
  void take(Outcome<std::vector<ValidationTable>> more) {
    if (more) return add(std::move(more.value()));
    faults.insert(faults.end(), more.faults().begin(), more.faults().end());
  }
  Outcome<std::vector<ValidationTable>> done() {
    if (!faults.empty()) return std::move(faults);
    return std::move(tables_);
  }
  Faults faults;

 private:
  void add(std::vector<ValidationTable> more) {
    for (ValidationTable& t : more) tables_.push_back(std::move(t));
  }
  std::vector<ValidationTable> tables_;
};

}  // namespace

Outcome<std::vector<ValidationTable>> all_tables(const Models& models, const std::string& shared,
                                                 std::string_view kind) {
  const auto wanted = [&](std::string_view k) { return kind.empty() || kind == k; };
  const std::string truth = shared + "/data/truth";
  const ValidatedModels& m = models.shipped;
  Tables out;
  if (wanted("power")) {
    out.take(published_power_tables(m.power));
    out.take(power_tables(truth + "/power.csv", m.power, models.holdout.power));
  }
  if (wanted("cooling")) out.take(cooling_tables(models.cooling, truth + "/cooling.csv"));
  if (wanted("failures")) out.take(failure_tables(m.failures, truth + "/failures.csv"));
  if (wanted("training"))
    out.take(training_tables(truth + "/training.csv", models.training.training,
                             models.training_holdout));
  if (wanted("inference")) out.take(inference_tables(truth + "/inference.csv", models.inference));
  if (wanted("weather")) out.take(weather_tables(m.climate, shared + "/data"));
  if (wanted("grid")) out.take(grid_tables(m.tariff, m.carbon, shared));
  return out.done();
}

Outcome<std::vector<ValidationTable>> tables_of_file(const Models& models, const std::string& path,
                                                     std::string_view kind) {
  Tables out;
  if (kind == "power")
    out.take(power_tables(path, models.shipped.power, models.holdout.power, Unmatched::counted));
  else if (kind == "cooling")
    out.take(cooling_tables(models.cooling, path, Unmatched::counted));
  else if (kind == "failures")
    out.take(failure_tables(models.shipped.failures, path, Unmatched::counted));
  else if (kind == "training")
    out.take(training_tables(path, models.training.training, {}, Unmatched::counted));
  else if (kind == "inference")
    out.take(inference_tables(path, models.inference, Unmatched::counted));
  else
    out.faults.push_back(
        {"--kind", "with --table: power, cooling, failures, training or inference",
         "'" + std::string(kind) + "'",
         "weather and grid are compared with hourly traces, not with a table: leave "
         "--table out; columns of each kind: docs/formats/validation-tables.md"});
  // A file of one's own need not have rows for every table of its kind.
  Outcome<std::vector<ValidationTable>> tables = out.done();
  if (!tables) return tables;
  const LeftOut left = tables.value().empty() ? LeftOut{} : tables.value().front().left_out;
  std::erase_if(tables.value(), [](const ValidationTable& t) { return t.rows.empty(); });
  if (tables.value().empty() && left.rows() > 0)
    return Faults{{path, "rows whose evidence begins with read",
                   std::to_string(left.rows()) + " rows, none of them; the first says " +
                       shown(left.by_evidence.begin()->first),
                   "evidence is read for what was read in its source"}};
  return tables;
}

}  // namespace dure
