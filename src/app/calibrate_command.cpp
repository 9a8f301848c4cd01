// dure calibrate: fits a model's constants to a table of measurements, with 95 % intervals and the
// errors on groups left out whole, and writes the model's file with where the numbers come from.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/shipped.h"
#include "io/atomic_file.h"
#include "validate/calibration.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string table, model, out, holdout, models;
  bool json = false;
};

Json to_json(const CalibrationResult& result) {
  Json constants = Json::array(), tables = Json::array();
  for (const CalibratedConstant& c : result.constants)
    constants.push_back({{"name", c.name},
                         {"value", c.value},
                         {"half_width_95", c.half_width_95 ? Json(*c.half_width_95) : Json()}});
  for (const ValidationTable& t : result.tables) {
    Json groups = Json::array();
    for (const GroupVerdict& g : verdict_by_group(t))
      groups.push_back({{"group", g.group},
                        {"rows", g.verdict.rows},
                        {"unanswered", g.verdict.unanswered},
                        {"mape_pct", g.verdict.mape_pct},
                        {"bias_pct", g.verdict.bias_pct}});
    const TableVerdict v = verdict(t);
    tables.push_back({{"table", t.table},
                      {"rows", v.rows},
                      {"unanswered", v.unanswered},
                      {"mape_pct", v.mape_pct},
                      {"bias_pct", v.bias_pct},
                      {"groups", std::move(groups)}});
  }
  return {{"constants", std::move(constants)}, {"tables", std::move(tables)}};
}

std::string as_text(const CalibrationResult& result) {
  std::vector<std::vector<std::string>> constants{{"CONSTANT", "VALUE", "+- 95 %"}};
  for (const CalibratedConstant& c : result.constants)
    constants.push_back({c.name, fmt::format("{:g}", c.value),
                         c.half_width_95 ? fmt::format("{:.2g}", *c.half_width_95) : "bound"});
  std::vector<std::vector<std::string>> errors{
      {"TABLE, GROUP", "ROWS", "UNANSWERED", "MAPE %", "BIAS %"}};
  const auto row = [&](const std::string& name, const TableVerdict& v) {
    errors.push_back({name, std::to_string(v.rows), std::to_string(v.unanswered),
                      fmt::format("{:.2f}", v.mape_pct), fmt::format("{:+.2f}", v.bias_pct)});
  };
  for (const ValidationTable& t : result.tables) {
    row(t.table, verdict(t));
    for (const GroupVerdict& g : verdict_by_group(t)) row("  " + g.group, g.verdict);
  }
  return table(constants) + "\n" + table(errors);
}

int run(const Options& o) {
  const auto& all = calibrated_models();
  const auto model = std::find_if(all.begin(), all.end(),
                                  [&](const CalibratedModel& m) { return m.name == o.model; });
  if (model == all.end()) {
    std::string names;
    for (const CalibratedModel& m : all) names += (names.empty() ? "" : ", ") + std::string(m.name);
    return complain(Fault{"--model", "one of " + names, "'" + o.model + "'", ""});
  }
  TRY_OR_COMPLAIN(folder, models_folder(o.models));
  const Outcome<CalibrationResult> result = model->calibrate(o.table, folder);
  if (!result) return complain(result.faults());
  for (const auto& [path, text] :
       {std::pair{o.out, result.value().yaml}, std::pair{o.holdout, result.value().holdout_yaml}}) {
    if (path.empty()) continue;
    if (const auto written = write_file(path, text); !written) return complain(written.fault());
  }
  fmt::print(
      "{}", o.json
                ? to_json(result.value()).dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                : as_text(result.value()));
  return kDone;
}

}  // namespace

void add_calibrate_command(CLI::App& app, int& exit_code) {
  CLI::App* c = app.add_subcommand("calibrate", "Fits a model's constants to measurements");
  auto o = std::make_shared<Options>();
  c->add_option("table", o->table, "The measurements; columns: docs/formats/validation-tables.md")
      ->type_name("TABLE.csv")
      ->required();
  c->add_option("--model", o->model, "What is fitted: training, inference")
      ->type_name("NAME")
      ->required();
  c->add_option("--out", o->out, "Writes the model's file, as models/NAME.yaml")
      ->type_name("FILE.yaml");
  c->add_option("--holdout", o->holdout,
                "Writes the constants of the fits without a group, as models/NAME_holdout.yaml")
      ->type_name("FILE.yaml");
  c->add_option(
       "--models", o->models,
       "The folder of the models, whose accelerators are used; else those that are shipped")
      ->type_name("DIR");
  c->add_flag("--json", o->json, "As JSON");
  c->callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace dure
