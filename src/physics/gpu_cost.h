// What a site of GPUs costs to build and to own, and what a GPU-hour and a million tokens cost.
// Model, worked example and error: docs/models/finance.md.
//   build    GPUs x (price + network + storage + spares) + MW of IT x (shell + electrical +
//   cooling)
//            + land + acquisition tax on land and shell + grid connection
//   own      the yearly charge of each asset over its life, less the tax credit spread over the
//   life
//            of the GPUs, + maintenance + insurance + property tax + staff + power
//   hour     own / (GPUs x 8,766 h x share of hours that are sold)
// Invariant: the parts of a Build and of a YearlyCost sum to their totals.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "world/finance_spec.h"

namespace dure {

inline constexpr double kHoursPerYear = 8'766;  // 365.25 days

struct BuildPlan {
  std::string hardware;  // of gpu_prices; empty: the plant alone
  double gpus = 0, it_mw = 0;
  std::string cooling;    // of cooling_per_mw
  std::string land, use;  // of land_per_m2, land_use
  double grid_connection_krw = 0;
  double krw_per_usd = 0;  // 0: the rate that plans use
  PriceCase prices = PriceCase::mid;
};

struct Build {  // KRW
  double gpus = 0, network = 0, storage = 0, spares = 0;
  double shell = 0, electrical = 0, cooling = 0, grid = 0, land = 0, acquisition_tax = 0;
  double total() const {
    return gpus + network + storage + spares + shell + electrical + cooling + grid + land +
           acquisition_tax;
  }
  double credit_eligible() const {  // buildings and land are out
    return gpus + network + storage + spares + electrical + cooling;
  }
};
Result<Build> build_cost(const FinanceSpec& spec, const BuildPlan& plan);

struct Heads {
  double heads = 0;
  bool beyond_range = false;  // smaller than the smallest site of the formula: held there
};
Heads staff_heads(const StaffSpec& staff, double it_mw);

struct OwnPlan {
  double rate = 0.08;         // nominal
  double tax_credit_krw = 0;  // as used; see use_credit
  double power_krw = 0;       // a year
  double it_mw = 0;
};

struct YearlyCost {                // KRW a year
  Build charge;                    // the yearly charge of each part; of the land, interest alone
  double depreciation = 0;         // straight line; what charge.total() is above it is financing
  double capital = 0, credit = 0;  // charge.total(); the credit is taken off
  double maintenance = 0, insurance = 0, property_tax = 0, staff = 0, power = 0;
  bool beyond_range = false;
  double total() const {
    return capital - credit + maintenance + insurance + property_tax + staff + power;
  }
};
// What parts of a build are worth after so many years: GPUs by gpu_residual, the rest on a straight
// line, land at its price. A life that has no row is refused here and below.
Result<double> worth_after(const FinanceSpec& spec, const Build& build, int years);
Result<YearlyCost> yearly_cost(const FinanceSpec& spec, const Build& build, const OwnPlan& plan);

double krw_per_gpu_hour(double yearly_krw, double gpus, double sold_share);
// tokens_per_s: of all the GPUs together.
double krw_per_million_tokens(double krw_per_gpu_hour, double gpus, double tokens_per_s);

}  // namespace dure
