#include "validate/grid_tables.h"

#include <optional>
#include <utility>

#include "base/calendar.h"
#include "base/decimal.h"
#include "io/doc_loader.h"
#include "physics/carbon.h"
#include "physics/hour_shape.h"
#include "physics/tariff.h"
#include "validate/grid_traces.h"

namespace dure {

namespace {

constexpr double kFactsLoadFactor = 0.9;
// Of the nation: 588 TWh generated in 2023 over 93.6 GW of peak (recalled; facts
// grid.demand_forecast).
constexpr double kNationLoadFactor = 0.72;
constexpr double kHoursPerMonth = 8'760.0 / 12;

struct FlatMean {
  double energy = 0, demand = 0, surcharge = 0;  // KRW/kWh
  double sum() const { return energy + demand + surcharge; }
};

// Of every hour from the first of from_year to the first of to_year.
std::optional<FlatMean> flat_mean(const TariffSpec& spec, const std::string& id, int from_year,
                                  int to_year, double load_factor) {
  const Result<Tariff> tariff = Tariff::of(spec, id);
  const Millis from = midnight({from_year, 1, 1}), to = midnight({to_year, 1, 1});
  if (!tariff || !tariff.value().covers(from, to)) return std::nullopt;
  FlatMean mean;
  double hours = 0;
  for (std::int64_t at = from.count(); at < to.count(); at += kMsPerHour, ++hours) {
    const EnergyPrice p = tariff.value().price_at(Millis(at));
    mean.energy += p.energy_krw_per_kwh;
    mean.surcharge += p.climate_fuel_krw_per_kwh;
    mean.demand += p.demand_krw_per_kw / (load_factor * kHoursPerMonth);
  }
  mean.energy /= hours;
  mean.surcharge /= hours;
  mean.demand /= hours;
  return mean;
}

// Reads the rows of a list below `tariff` of facts/grid.yaml.
class FactRows {
 public:
  static Result<FactRows> open(const std::string& shared, std::string_view list) {
    const std::string path = shared + "/facts/grid.yaml";
    Loaded loaded = load_document(path, {});
    if (!loaded.faults.empty()) return loaded.faults.front();
    FactRows out;
    const DocNode* const tariff = loaded.doc.root.find("tariff");
    const DocNode* const rows = tariff == nullptr ? nullptr : tariff->find(list);
    if (rows == nullptr || rows->items.empty())
      return Fault{path, "tariff." + std::string(list), "nothing", ""};
    out.rows_ = *rows;
    out.path_ = path;
    return out;
  }
  std::size_t size() const { return rows_.items.size(); }
  Result<std::string> text(std::size_t row, std::string_view key) const {
    const DocNode* const node = rows_.items[row].find(key);
    if (node == nullptr) return Fault{path_, std::string(key) + " in each row", "nothing", ""};
    return node->text;
  }
  Result<double> number(std::size_t row, std::string_view key) const {
    TRY(found, text(row, key));
    const std::optional<double> value = real_number(found);
    if (!value) return Fault{path_, "a number: " + std::string(key), found, ""};
    return *value;
  }

 private:
  DocNode rows_;
  std::string path_;
};

// The fact base's names of classes.
std::string tariff_id(const std::string& fact_class, const std::string& option) {
  const bool general = fact_class.starts_with("general");
  return (general ? fact_class : "industrial_b_" + fact_class) + "_" + option;
}

std::string trace_path(const std::string& shared, const std::string& file) {
  return shared + "/data/traces/grid-kr/" + file;
}

// The shape with every season at the mean of the year: the hours alone.
std::vector<SeasonShapeSpec> hours_alone(std::vector<SeasonShapeSpec> rows) {
  for (SeasonShapeSpec& r : rows) r.level = 1;
  return rows;
}

void add_cells(ValidationTable& table, const std::string& year, const HourShape& predicted,
               const std::vector<SeasonShapeSpec>& measured, double stretch) {
  for (const SeasonShapeSpec& row : measured) {
    for (int h = 0; h < 24; ++h) {
      const std::string season(enum_name(row.season));
      table.rows.push_back({year + "/" + season + "/" + std::to_string(h), year,
                            predicted.relative(row.season, h, stretch),
                            row.level * row.hours[static_cast<std::size_t>(h)]});
    }
  }
}

}  // namespace

Result<ValidationTable> flat_load_table(const TariffSpec& tariff, const std::string& shared) {
  TRY(rows, FactRows::open(shared, "flat_load_mean_krw_per_kwh"));
  TariffSpec weekends = tariff;
  weekends.public_holidays.clear();
  ValidationTable table{"tariff_flat_load",
                        "mean price of a flat load",
                        "KRW/kWh",
                        "weekends, no public holidays: with them about 1.3 less",
                        0.2,
                        {}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TRY(fact_class, rows.text(i, "class"));
    TRY(option, rows.text(i, "option"));
    TRY(bands, rows.text(i, "bands"));
    TRY(energy, rows.number(i, "energy"));
    TRY(sum, rows.number(i, "sum"));
    const bool before = bands.starts_with("until");
    const std::optional<FlatMean> mean =
        flat_mean(weekends, tariff_id(fact_class, option), before ? 2025 : 2027,
                  before ? 2026 : 2031, kFactsLoadFactor);
    const auto add = [&](const char* what, std::optional<double> predicted, double measured) {
      table.rows.push_back(
          {fact_class + "/" + bands + "/" + what, fact_class, predicted, measured});
    };
    add("energy", mean ? std::optional(mean->energy) : std::nullopt, energy);
    add("sum", mean ? std::optional(mean->sum()) : std::nullopt, sum);
  }
  return table;
}

Result<ValidationTable> industrial_mean_table(const TariffSpec& tariff, const std::string& shared) {
  TRY(rows, FactRows::open(shared, "industrial_mean_krw_per_kwh"));
  ValidationTable table{
      "tariff_industrial_mean",
      "mean price of industrial power",
      "KRW/kWh",
      "the nation's of all voltages, against a load that is flat in the hours, on "
      "Industrial (B) at 154 kV with the nation's load factor of 0.72",
      5,
      {}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TRY(year, rows.text(i, "year"));
    TRY(number, rows.number(i, "year"));
    TRY(measured, rows.number(i, "krw_per_kwh"));
    const int y = static_cast<int>(number);
    const std::optional<FlatMean> mean =
        flat_mean(tariff, "industrial_b_high_b_2", y, y + 1, kNationLoadFactor);
    table.rows.push_back({year, year, mean ? std::optional(mean->sum()) : std::nullopt, measured});
  }
  return table;
}

namespace {

Result<ValidationTable> carbon_table(const CarbonSpec& carbon, const std::string& shared,
                                     ValidationTable table, bool alone) {
  TRY(trace_2021, read_carbon_trace(trace_path(shared, "KR_2021_hourly.csv.gz")));
  TRY(trace_2023, read_carbon_trace(trace_path(shared, "KR_2023_hourly.csv.gz")));
  std::vector<SeasonShapeSpec> of_2021 = shape_of(trace_2021), of_2023 = shape_of(trace_2023);
  std::vector<SeasonShapeSpec> given = carbon.shape;
  if (alone) {
    of_2021 = hours_alone(std::move(of_2021));
    of_2023 = hours_alone(std::move(of_2023));
    given = hours_alone(std::move(given));
  }
  TRY(shipped, HourShape::of(given, "carbon.shape"));
  TRY(left_out, HourShape::of(of_2021, "shape of 2021"));
  const double growth = carbon.dip_growth_per_year * static_cast<double>(2023 - 2021);
  add_cells(table, "2021", shipped, of_2021, std::max(0.0, 1 - growth));
  add_cells(table, "2023", left_out, of_2023, std::min(1 + growth, carbon.dip_growth_most));
  return table;
}

}  // namespace

Result<ValidationTable> carbon_shape_table(const CarbonSpec& carbon, const std::string& shared) {
  return carbon_table(carbon, shared,
                      {"carbon_hour_shape",
                       "carbon intensity over the mean of the year",
                       "1",
                       "each year by the shape of the other",
                       5,
                       {}},
                      false);
}

Result<ValidationTable> carbon_hour_table(const CarbonSpec& carbon, const std::string& shared) {
  return carbon_table(carbon, shared,
                      {"carbon_hour_of_season",
                       "carbon intensity over the mean of the season",
                       "1",
                       "each year by the hours of the other; without a shape 2.7 and 3.2 %",
                       1.5,
                       {}},
                      true);
}

Result<ValidationTable> price_shape_table(const std::string& shared) {
  TRY(trace_2021, read_price_trace(trace_path(shared, "KR_electricity_prices_2021.csv.gz")));
  TRY(trace_2023, read_price_trace(trace_path(shared, "KR_electricity_prices_2023.csv.gz")));
  const std::vector<SeasonShapeSpec> of_2021 = shape_of(trace_2021), of_2023 = shape_of(trace_2023);
  TRY(by_2023, HourShape::of(of_2023, "shape of 2023"));
  TRY(by_2021, HourShape::of(of_2021, "shape of 2021"));
  ValidationTable table{"market_price_shape",
                        "system marginal price over the mean of the year",
                        "1",
                        "each year by the shape of the other",
                        10,
                        {}};
  add_cells(table, "2021", by_2023, of_2021, 1);
  add_cells(table, "2023", by_2021, of_2023, 1);
  return table;
}

Result<std::vector<ValidationTable>> grid_tables(const TariffSpec& tariff, const CarbonSpec& carbon,
                                                 const std::string& shared) {
  TRY(flat, flat_load_table(tariff, shared));
  TRY(industrial, industrial_mean_table(tariff, shared));
  TRY(shape, carbon_shape_table(carbon, shared));
  TRY(hours, carbon_hour_table(carbon, shared));
  TRY(price, price_shape_table(shared));
  std::vector<ValidationTable> all;
  all.push_back(std::move(flat));
  all.push_back(std::move(industrial));
  all.push_back(std::move(shape));
  all.push_back(std::move(hours));
  all.push_back(std::move(price));
  return all;
}

}  // namespace dure
