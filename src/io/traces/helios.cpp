#include "io/traces/helios.h"

#include <utility>

namespace dure {

Result<HeliosGpus> read_helios_gpus(ByteSource source) {
  CsvReader csv(std::move(source), ',');
  HeliosGpus out;
  for (;;) {
    const Step step = csv.next();
    if (step == Step::fault) return csv.fault();
    if (step == Step::end) break;
    const std::vector<Cell>& cells = csv.cells();
    if (out.clusters.empty()) {
      if (cells.size() < 2 || cells[0].text != "date")
        return Fault{csv.where(), "columns date, virtual clusters..., total", "other columns", ""};
      for (std::size_t i = 1; i < cells.size(); ++i) out.clusters.emplace_back(cells[i].text);
      continue;
    }
    if (cells.size() != out.clusters.size() + 1)
      return Fault{csv.where(), std::to_string(out.clusters.size() + 1) + " cells",
                   std::to_string(cells.size()), ""};
    HeliosGpus::Day day;
    const auto wrong_date = table_detail::parse_cell(cells[0].text, {}, day.date);
    if (wrong_date)
      return table_detail::make_cell_fault(csv.where(cells[0]), "date", wrong_date->expected,
                                           cells[0].text);
    for (std::size_t i = 1; i < cells.size(); ++i) {
      const auto wrong = table_detail::parse_cell(cells[i].text, CellRule{1, 0, 100'000'000},
                                                  day.gpus.emplace_back());
      if (wrong)
        return table_detail::make_cell_fault(csv.where(cells[i]), out.clusters[i - 1],
                                             wrong->expected, cells[i].text);
    }
    out.days.push_back(std::move(day));
  }
  if (out.days.empty()) return Fault{csv.name(), "a table with at least one row", "none", ""};
  return Result<HeliosGpus>(std::move(out));
}

}  // namespace dure
