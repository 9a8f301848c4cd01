#include "validate/cooling_tables.h"

#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "io/traces/csv.h"

namespace dure {
namespace {

struct TruthRow {
  std::string id, who, site, region, metric, note;
  double value = 0;
};

// Rows of evidence `read` with a number.
Result<std::vector<TruthRow>> read_rows(const std::string& path) {
  TRY(source, ByteSource::open(path));
  CsvReader csv(std::move(source), ',');
  std::map<std::string, std::size_t, std::less<>> column;
  std::vector<TruthRow> rows;
  for (Step step = csv.next(); step != Step::end; step = csv.next()) {
    if (step == Step::fault) return csv.fault();
    const std::vector<Cell>& cells = csv.cells();
    if (column.empty()) {
      for (std::size_t i = 0; i < cells.size(); ++i) column.emplace(cells[i].text, i);
      for (const char* const name :
           {"id", "operator", "site", "region", "metric", "value", "evidence", "note"}) {
        if (!column.contains(name))
          return Fault{csv.where(), "a column " + std::string(name), "none", ""};
      }
      continue;
    }
    if (cells.size() != column.size())
      return Fault{csv.where(), std::to_string(column.size()) + " cells",
                   std::to_string(cells.size()), ""};
    const auto text = [&](std::string_view name) { return cells[column.find(name)->second].text; };
    if (text("evidence") != "read") continue;
    const std::string_view number = text("value");
    double value = 0;
    const char* const end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, value);
    if (error != std::errc{} || stop != end)
      return Fault{csv.where(), "a number as value", std::string(number), ""};
    rows.push_back({std::string(text("id")), std::string(text("operator")),
                    std::string(text("site")), std::string(text("region")),
                    std::string(text("metric")), std::string(text("note")), value});
  }
  return rows;
}

// The row with the longest word that `name` holds.
template <class Row>
const Row* called(const std::vector<Row>& rows, std::string_view name) {
  const Row* best = nullptr;
  std::size_t longest = 0;
  for (const Row& row : rows) {
    for (const std::string& word : row.words) {
      if (word.size() > longest && name.find(word) != std::string_view::npos) {
        best = &row;
        longest = word.size();
      }
    }
  }
  return best;
}

}  // namespace

Outcome<std::vector<ValidationTable>> cooling_tables(const CoolingTruthModel& model,
                                                     const std::string& csv) {
  const Result<std::vector<TruthRow>> rows = read_rows(csv);
  if (!rows) return Faults{rows.fault()};
  ValidationTable pues{"pue_by_site", "annual PUE",
                       "ratio",       "one design class an operator, climate of the place",
                       kPueBarPct,    {}};
  ValidationTable wues{"wue_by_region", "annual WUE",
                       "l_per_kwh",     "one design class, climate of the place",
                       kWueBarPct,      {}};
  const CoolingModel cooling = model.cooling();
  for (const TruthRow& row : rows.value()) {
    const bool pue_row = row.metric == "pue_annual" || row.metric == "pue_ttm";
    const bool wue_row = row.metric == "wue_annual";
    const bool one_place = row.site != "global" && row.note.find("aggregate") == std::string::npos;
    const CoolingOperator* const who = called(model.cooling_operators, row.who);
    if (!(pue_row || wue_row) || !one_place || who == nullptr || row.value == 0) continue;
    const CoolingPlace* place = called(model.cooling_places, row.site);
    if (place == nullptr) place = called(model.cooling_places, row.region);
    std::optional<double> predicted;
    if (place != nullptr) {
      const Outcome<CoolingYear> year = cooling_year(cooling, *who, *place);
      if (!year) return year.faults();
      predicted = pue_row ? year.value().pue : year.value().wue_l_per_kwh;
    }
    (pue_row ? pues : wues).rows.push_back({row.id, who->id, predicted, row.value});
  }
  std::vector<ValidationTable> tables;
  for (ValidationTable* const t : {&pues, &wues}) {
    if (!t->rows.empty()) tables.push_back(std::move(*t));
  }
  return tables;
}

ValidationTable pue_by_mean(const ValidationTable& by_site) {
  std::map<std::string, std::pair<double, int>> sums;
  for (const ValidationRow& row : by_site.rows) {
    sums[row.group].first += row.measured;
    ++sums[row.group].second;
  }
  ValidationTable table = by_site;
  table.table = "pue_by_mean";
  table.note = "each site by the mean of its operator's other sites";
  for (ValidationRow& row : table.rows) {
    const auto& [sum, n] = sums[row.group];
    row.predicted = n > 1 ? std::optional((sum - row.measured) / (n - 1)) : std::nullopt;
  }
  return table;
}

}  // namespace dure
