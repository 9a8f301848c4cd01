#include "validate/cooling_tables.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "validate/cooling_rows.h"

namespace dure {
namespace {

bool is_letter(char c) {
  const char l = lower(std::string_view(&c, 1))[0];
  return (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9');
}

// In letters of either case, and not within another word: AWS is not of Lawson.
bool holds(std::string_view name, std::string_view word) {
  const std::string all = lower(name), part = lower(word);
  for (std::size_t at = all.find(part); at != std::string::npos; at = all.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    if ((at == 0 || !is_letter(all[at - 1])) && (end == all.size() || !is_letter(all[end])))
      return true;
  }
  return false;
}

// The row with the longest word that `name` holds.
template <class Row>
const Row* called(const std::vector<Row>& rows, std::string_view name) {
  const Row* best = nullptr;
  std::size_t longest = 0;
  for (const Row& row : rows) {
    for (const std::string& word : row.words) {
      if (word.size() > longest && holds(name, word)) {
        best = &row;
        longest = word.size();
      }
    }
  }
  return best;
}

}  // namespace

Outcome<std::vector<ValidationTable>> cooling_tables(const CoolingTruthModel& model,
                                                     const std::string& csv, Unmatched unmatched) {
  const Result<TruthRows<CoolingRow>> read = read_truth_rows<CoolingRow>(csv);
  if (!read) return Faults{read.fault()};
  ValidationTable pues{"pue_by_site", "annual PUE",
                       "ratio",       "one design class an operator, climate of the place",
                       kPueBarPct,    {}};
  ValidationTable wues{"wue_by_region", "annual WUE",
                       "l_per_kwh",     "one design class, climate of the place",
                       kWueBarPct,      {}};
  ValidationTable others = unmatched_table("cooling");
  const CoolingModel cooling = model.cooling();
  for (const CoolingRow& row : read.value().rows) {
    const bool pue_row = same_word(row.metric, "pue_annual") || same_word(row.metric, "pue_ttm");
    const bool wue_row = same_word(row.metric, "wue_annual");
    const bool one_place =
        !same_word(row.site, "global") && lower(row.note).find("aggregate") == std::string::npos;
    if (!(pue_row || wue_row) || !one_place) {
      others.rows.push_back({row.id, one_place ? "metric " + row.metric : "of more than one place",
                             std::nullopt, row.value});
      continue;
    }
    ValidationTable& table = pue_row ? pues : wues;
    const CoolingOperator* const who = called(model.cooling_operators, row.who);
    const CoolingPlace* place = called(model.cooling_places, row.site);
    if (place == nullptr) place = called(model.cooling_places, row.region);
    if (who == nullptr || place == nullptr) {
      table.rows.push_back({row.id,
                            who == nullptr
                                ? "operator " + row.who
                                : who->id + " in " + (row.site.empty() ? row.region : row.site),
                            std::nullopt, row.value});
      continue;
    }
    const Outcome<CoolingYear> year = cooling_year(cooling, *who, *place);
    if (!year) return year.faults();
    table.rows.push_back(
        {row.id, who->id, pue_row ? year.value().pue : year.value().wue_l_per_kwh, row.value});
  }
  std::vector<ValidationTable> tables;
  for (ValidationTable* const t : {&pues, &wues, &others}) {
    if (t == &others ? unmatched == Unmatched::passed_over : t->rows.empty()) continue;
    t->left_out = read.value().left_out;
    tables.push_back(std::move(*t));
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
