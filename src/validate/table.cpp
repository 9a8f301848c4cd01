#include "validate/table.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace dure {

TableVerdict verdict(const ValidationTable& table) {
  TableVerdict v;
  v.rows = table.rows.size();
  std::vector<double> errors;
  double sum = 0, signed_sum = 0;
  for (const ValidationRow& row : table.rows) {
    const double e = row.predicted ? (*row.predicted - row.measured) / std::abs(row.measured) : NAN;
    if (!std::isfinite(e)) {
      ++v.unanswered;
      continue;
    }
    errors.push_back(std::abs(e));
    sum += std::abs(e);
    signed_sum += e;
  }
  if (errors.empty()) return v;
  const auto n = static_cast<double>(errors.size());
  std::sort(errors.begin(), errors.end());
  const auto rank = static_cast<std::size_t>(std::ceil(0.9 * n));
  v.mape_pct = 100 * sum / n;
  v.bias_pct = 100 * signed_sum / n;
  v.p90_ape_pct = 100 * errors[rank - 1];
  v.ok = v.mape_pct <= table.bar_pct &&
         static_cast<double>(v.unanswered) <= kMostUnanswered * static_cast<double>(v.rows);
  return v;
}

std::vector<GroupVerdict> verdict_by_group(const ValidationTable& table) {
  std::map<std::string, ValidationTable> groups;
  for (const ValidationRow& row : table.rows) {
    ValidationTable& group = groups[row.group];
    group.bar_pct = table.bar_pct;
    group.rows.push_back(row);
  }
  std::vector<GroupVerdict> out;
  for (const auto& [name, group] : groups) out.push_back({name, verdict(group)});
  return out;
}

}  // namespace dure
