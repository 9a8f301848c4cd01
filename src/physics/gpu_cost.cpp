#include "physics/gpu_cost.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/nearest.h"
#include "physics/finance.h"

namespace dure {

namespace {

template <class Row>
const std::string& key_of(const Row& row) {
  if constexpr (requires { row.hardware; })
    return row.hardware;
  else
    return row.id;
}

template <class Row>
Result<const Row*> row_of(const std::vector<Row>& rows, std::string_view id,
                          std::string_view list) {
  std::vector<std::string_view> known;
  for (const Row& r : rows) {
    if (key_of(r) == id) return &r;
    known.push_back(key_of(r));
  }
  return Fault{"finance", "a row of " + std::string(list), std::string(id), name_hint(id, known)};
}

double in_case(double low, double mid, double high, PriceCase c) {
  return c == PriceCase::low ? low : c == PriceCase::mid ? mid : high;
}
double in_case(const UnitCostSpec& r, PriceCase c) {
  return in_case(r.low_krw, r.mid_krw, r.high_krw, c);
}

}  // namespace

Result<Build> build_cost(const FinanceSpec& spec, const BuildPlan& plan) {
  const bool plant_alone = plan.hardware.empty();
  if (!((plan.gpus > 0 || plant_alone) && plan.it_mw > 0))
    return Fault{"finance", "GPUs and MW of IT above 0",
                 std::to_string(plan.gpus) + " GPUs, " + std::to_string(plan.it_mw) + " MW", ""};
  TRY(shell, row_of(spec.plant_per_mw, "shell_and_core", "plant_per_mw"));
  TRY(electrical, row_of(spec.plant_per_mw, "electrical", "plant_per_mw"));
  TRY(cooling, row_of(spec.cooling_per_mw, plan.cooling, "cooling_per_mw"));
  TRY(land, row_of(spec.land_per_m2, plan.land, "land_per_m2"));
  TRY(use, row_of(spec.land_use, plan.use, "land_use"));
  const double krw_per_usd = plan.krw_per_usd > 0 ? plan.krw_per_usd : spec.krw_per_usd;
  Build b;
  if (!plant_alone) {
    TRY(gpu, row_of(spec.gpu_prices, plan.hardware, "gpu_prices"));
    b.gpus = plan.gpus * krw_per_usd *
             in_case(gpu->low_usd, (gpu->low_usd + gpu->high_usd) / 2, gpu->high_usd, plan.prices);
  }
  b.network = b.gpus * spec.network_share;
  b.storage = b.gpus * spec.storage_share;
  b.spares = b.gpus * spec.spares_share;
  b.shell = plan.it_mw * in_case(*shell, plan.prices);
  b.electrical = plan.it_mw * in_case(*electrical, plan.prices);
  b.cooling = plan.it_mw * in_case(*cooling, plan.prices);
  b.land = plan.it_mw * use->m2_per_mw * in_case(*land, plan.prices);
  b.acquisition_tax = (b.land + b.shell) * spec.tax.acquisition;
  b.grid = plan.grid_connection_krw;
  return b;
}

Heads staff_heads(const StaffSpec& staff, double it_mw) {
  const double mw = std::max(it_mw, staff.least_mw);
  return {staff.base_heads + staff.heads_per_mw * std::min(mw, staff.bend_mw) +
              staff.heads_per_mw_above * std::max(0.0, mw - staff.bend_mw),
          it_mw < staff.least_mw};
}

namespace {

struct Lives {
  const AssetLifeSpec *gpu, *network, *electrical, *mechanical, *building, *substation;
};
Result<Lives> lives_of(const FinanceSpec& spec) {
  TRY(gpu, row_of(spec.assets, "gpu_server", "assets"));
  TRY(network, row_of(spec.assets, "network_gear", "assets"));
  TRY(electrical, row_of(spec.assets, "electrical_plant", "assets"));
  TRY(mechanical, row_of(spec.assets, "mechanical_plant", "assets"));
  TRY(building, row_of(spec.assets, "building", "assets"));
  TRY(substation, row_of(spec.assets, "substation_customer_owned", "assets"));
  return Lives{gpu, network, electrical, mechanical, building, substation};
}

// What a GPU is still worth after so many whole years, as a share of its price.
double residual_after(const FinanceSpec& spec, std::size_t years) {
  const std::size_t last = std::min(years, spec.gpu_residual.size());
  return last == 0 ? 1.0 : spec.gpu_residual[last - 1];
}

}  // namespace

Result<double> worth_after(const FinanceSpec& spec, const Build& b, int years) {
  TRY(life, lives_of(spec));
  const auto left = [&](const AssetLifeSpec& a) { return std::max(0.0, 1 - years / a.years); };
  return b.gpus * residual_after(spec, static_cast<std::size_t>(years)) +
         (b.storage + b.spares) * left(*life.gpu) + b.network * left(*life.network) +
         b.electrical * left(*life.electrical) + b.cooling * left(*life.mechanical) +
         b.shell * left(*life.building) + b.grid * left(*life.substation) + b.land;
}

Result<YearlyCost> yearly_cost(const FinanceSpec& spec, const Build& b, const OwnPlan& plan) {
  TRY(life, lives_of(spec));
  YearlyCost y;
  const auto own = [&](const AssetLifeSpec& a, double price, double residual) {
    y.maintenance += price * a.maintenance;
    y.depreciation += (price - residual) / a.years;
    return yearly_charge_krw(price, residual, plan.rate, a.years);
  };
  // Between two whole years the earlier.
  const double left = residual_after(spec, static_cast<std::size_t>(std::floor(life.gpu->years)));
  y.charge.gpus = own(*life.gpu, b.gpus, b.gpus * left);
  y.charge.storage = own(*life.gpu, b.storage, 0);
  y.charge.spares = own(*life.gpu, b.spares, 0);
  y.charge.network = own(*life.network, b.network, 0);
  y.charge.electrical = own(*life.electrical, b.electrical, 0);
  y.charge.cooling = own(*life.mechanical, b.cooling, 0);
  y.charge.shell = own(*life.building, b.shell, 0);
  y.charge.acquisition_tax = own(*life.building, b.acquisition_tax, 0);
  y.charge.grid = own(*life.substation, b.grid, 0);
  y.charge.land = b.land * plan.rate;  // land keeps its price
  y.capital = y.charge.total();
  y.credit = plan.tax_credit_krw * annuity(plan.rate, life.gpu->years);
  y.insurance = (b.total() - b.land - b.acquisition_tax) * spec.tax.insurance;
  y.property_tax = b.shell * spec.tax.property_building + b.land * spec.tax.property_land;
  const Heads heads = staff_heads(spec.staff, plan.it_mw);
  y.staff = heads.heads * spec.staff.krw_per_head;
  y.beyond_range = heads.beyond_range;
  y.power = plan.power_krw;
  return y;
}

double krw_per_gpu_hour(double yearly_krw, double gpus, double sold_share) {
  CHECK(gpus > 0 && sold_share > 0 && sold_share <= 1);
  return yearly_krw / (gpus * kHoursPerYear * sold_share);
}

double krw_per_million_tokens(double krw_per_gpu_hour, double gpus, double tokens_per_s) {
  CHECK(gpus > 0 && tokens_per_s > 0);
  return krw_per_gpu_hour * gpus / (tokens_per_s * 3600) * 1e6;
}

}  // namespace dure
