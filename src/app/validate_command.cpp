// dure validate: the models beside published measurements, and the verdicts; fails when one misses
// its bar. With --table FILE, beside any table with the documented columns, nothing fitted. Rows
// that are in no table are told on stderr and, in JSON, with each table of their file.
#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/shared_data.h"
#include "app/shipped.h"
#include "io/shown.h"
#include "validate/tables.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string table, kind, models;
  bool groups = false, json = false;
};

double hundredths(double v) { return std::round(v * 100) / 100; }

constexpr const char* kNotRead = "evidence does not begin with read";

Json to_json(const ValidationTable& t, bool groups) {
  const TableVerdict v = verdict(t);
  Json out = {{"table", t.table},
              {"quantity", t.quantity},
              {"unit", t.unit},
              {"rows", v.rows},
              {"unanswered", v.unanswered},
              {"mape_pct", hundredths(v.mape_pct)},
              {"p90_ape_pct", hundredths(v.p90_ape_pct)},
              {"bias_pct", hundredths(v.bias_pct)},
              {"bar_pct", t.bar_pct},
              {"ok", v.ok},
              {"note", t.note}};
  Json left_out = Json::array();
  for (const auto& [evidence, rows] : t.left_out.by_evidence)
    left_out.push_back({{"rows", rows}, {"why", kNotRead}, {"evidence", evidence}});
  out["left_out"] = std::move(left_out);
  if (!groups) return out;
  Json list = Json::array();
  for (const GroupVerdict& g : verdict_by_group(t))
    list.push_back({{"group", g.group},
                    {"rows", g.verdict.rows},
                    {"unanswered", g.verdict.unanswered},
                    {"mape_pct", hundredths(g.verdict.mape_pct)},
                    {"bias_pct", hundredths(g.verdict.bias_pct)}});
  out["groups"] = std::move(list);
  return out;
}

std::string as_text(const std::vector<ValidationTable>& tables, bool groups) {
  std::vector<std::vector<std::string>> rows{
      {"TABLE", "ROWS", "UNANSWERED", "MAPE %", "P90 %", "BIAS %", "BAR %", "", "WHAT"}};
  const auto row = [&](const std::string& name, const TableVerdict& v, const std::string& bar,
                       const std::string& word, const std::string& what) {
    rows.push_back({name, std::to_string(v.rows), std::to_string(v.unanswered),
                    fmt::format("{:.2f}", v.mape_pct), fmt::format("{:.2f}", v.p90_ape_pct),
                    fmt::format("{:+.2f}", v.bias_pct), bar, word, what});
  };
  for (const ValidationTable& t : tables) {
    const TableVerdict v = verdict(t);
    row(t.table, v, fmt::format("{:g}", t.bar_pct), v.ok ? "ok" : "MISSED",
        t.quantity + (t.unit.empty() ? "" : ", " + t.unit));
    if (groups)
      for (const GroupVerdict& g : verdict_by_group(t)) row("  " + g.group, g.verdict, "", "", "");
  }
  return table(rows);
}

// What is in no table, a line a file.
void tell_left_out(const std::vector<ValidationTable>& tables) {
  std::set<std::string> told;
  for (const ValidationTable& t : tables) {
    if (t.left_out.rows() == 0 || !told.insert(t.left_out.file).second) continue;
    std::string kinds;
    for (const auto& [evidence, rows] : t.left_out.by_evidence)
      kinds += (kinds.empty() ? "" : ", ") + std::to_string(rows) + " " + shown(evidence);
    fmt::print(stderr, "{}: rows left out, {}: {}\n", t.left_out.file, kNotRead, kinds);
  }
}

int run(const Options& o) {
  const Result<std::string> folder = models_folder(o.models);
  if (!folder) return complain(folder.fault());
  const Outcome<Models> models = read_models(folder.value());
  if (!models) return complain(models.faults());
  if (!o.kind.empty() &&
      std::find(std::begin(kTableKinds), std::end(kTableKinds), o.kind) == std::end(kTableKinds)) {
    std::string kinds;
    for (const std::string_view k : kTableKinds)
      kinds += (kinds.empty() ? "" : ", ") + std::string(k);
    return complain(Fault{"--kind", "one of " + kinds, "'" + o.kind + "'", ""});
  }
  if (!o.table.empty() && o.kind.empty())
    return complain(Fault{"--kind",
                          "what the table holds: power, cooling, failures, training or inference",
                          "nothing",
                          "dure validate --table FILE --kind KIND; columns of each kind: "
                          "docs/formats/validation-tables.md"});
  const std::string shared = shared_folder().string();
  if (o.table.empty() && !std::filesystem::is_directory(shared + "/data/truth"))
    return complain(
        Fault{shared, "the folder with the published tables (data/truth)", "none",
              "set DURE_SHARED, or give a table of your own: --table FILE --kind KIND"});
  const Outcome<std::vector<ValidationTable>> tables =
      o.table.empty() ? all_tables(models.value(), shared, o.kind)
                      : tables_of_file(models.value(), o.table, o.kind);
  if (!tables) return complain(tables.faults());
  tell_left_out(tables.value());
  bool ok = !tables.value().empty();
  Json json = Json::array();
  for (const ValidationTable& t : tables.value()) {
    ok = ok && verdict(t).ok;
    json.push_back(to_json(t, o.groups));
  }
  fmt::print("{}", o.json ? json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                          : as_text(tables.value(), o.groups));
  if (tables.value().empty())
    return complain(Fault{o.table, "rows that a model can be set beside", "none",
                          "columns of each kind: docs/formats/validation-tables.md"});
  return ok ? kDone : kNo;
}

}  // namespace

void add_validate_command(CLI::App& app, int& exit_code) {
  CLI::App* c = app.add_subcommand("validate", "The models beside published measurements");
  auto o = std::make_shared<Options>();
  c->add_option("--table", o->table,
                "A table of your own, of the kind power, cooling, failures, training or "
                "inference (not weather or grid); "
                "columns: docs/formats/validation-tables.md")
      ->type_name("FILE.csv");
  c->add_option("--kind", o->kind,
                "What is validated: power, cooling, failures, training, inference, weather, grid; "
                "with --table: "
                "power, cooling, failures, training or inference")
      ->type_name("KIND");
  c->add_option("--models", o->models, "The folder of the models; else those that are shipped")
      ->type_name("DIR");
  c->add_flag("--groups", o->groups, "And by group: site, family of models, fleet");
  c->add_flag("--json", o->json, "As JSON");
  c->callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace dure
