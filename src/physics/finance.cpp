#include "physics/finance.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"
#include "base/nearest.h"

namespace dure {

double npv(double rate, std::span<const double> flows) {
  CHECK(rate > -1);
  double sum = 0, factor = 1;
  for (const double flow : flows) {
    sum += flow * factor;
    factor /= 1 + rate;
  }
  return sum;
}

double annuity(double rate, double years) {
  CHECK(rate > -1 && years > 0);
  if (std::fabs(rate) < 1e-9) return 1 / years;
  return rate / (1 - std::exp(-years * std::log1p(rate)));
}

double nominal_rate(double real, double inflation) { return (1 + real) * (1 + inflation) - 1; }

Result<double> discount_rate(const FinanceSpec& spec, std::string_view who) {
  std::vector<std::string_view> known;
  for (const DiscountRateSpec& r : spec.discount_rates) {
    known.push_back(r.id);
    if (r.id != who) continue;
    if (r.nominal) return *r.nominal;
    if (r.real) return nominal_rate(*r.real, spec.inflation);
    return Fault{"finance.discount_rates[" + r.id + "]", "real or nominal", "neither", ""};
  }
  return Fault{"finance", "a row of discount_rates", std::string(who), name_hint(who, known)};
}

std::vector<LoanYear> loan_schedule(double krw, double rate, int years) {
  CHECK(krw >= 0 && years > 0);
  std::vector<LoanYear> out;
  const double payment = krw * annuity(rate, years);
  double left = krw;
  for (int y = 0; y < years; ++y) {
    LoanYear l;
    l.interest_krw = left * rate;
    l.principal_krw = y + 1 == years ? left : payment - l.interest_krw;  // invariant 1
    l.payment_krw = l.interest_krw + l.principal_krw;
    left -= l.principal_krw;
    l.left_krw = left;
    out.push_back(l);
  }
  return out;
}

double depreciation_krw(double price_krw, double residual_krw, double life_years, int year) {
  CHECK(life_years > 0 && year >= 0);
  const double part = std::clamp(life_years - year, 0.0, 1.0);
  return (price_krw - residual_krw) / life_years * part;
}

double yearly_charge_krw(double price_krw, double residual_krw, double rate, double life_years) {
  const double residual_today = residual_krw * std::exp(-life_years * std::log1p(rate));
  return (price_krw - residual_today) * annuity(rate, life_years);
}

double credit_krw(const TaxCreditSpec& row, const CreditClaim& claim) {
  CHECK(claim.eligible_krw >= 0);
  if (row.from && claim.invested < *row.from) return 0;
  if (row.until && claim.invested > *row.until) return 0;
  const double share = claim.size == FirmSize::large ? row.large
                       : claim.size == FirmSize::mid ? row.mid
                                                     : row.small;
  const double more = std::max(0.0, claim.eligible_krw - claim.mean_before_krw);
  return claim.eligible_krw * share + more * row.increment;
}

Result<double> credit_krw(const FinanceSpec& spec, std::string_view row, const CreditClaim& claim) {
  std::vector<std::string_view> known;
  for (const TaxCreditSpec& t : spec.tax_credits) {
    if (t.id == row) return credit_krw(t, claim);
    known.push_back(t.id);
  }
  return Fault{"finance", "a row of tax_credits", std::string(row), name_hint(row, known)};
}

CreditUse use_credit(const TaxSpec& tax, double granted_krw, std::span<const double> profits_krw) {
  CHECK(granted_krw >= 0);
  CreditUse use;
  double left = granted_krw;
  for (std::size_t y = 0; y < profits_krw.size(); ++y) {
    const bool kept = static_cast<std::int64_t>(y) <= tax.carry_forward_years;
    const double room = std::max(0.0, profits_krw[y]) * std::max(0.0, tax.corporate - tax.minimum);
    const double used = kept ? std::min(left, room) : 0;
    use.used_krw.push_back(used);
    left -= used;
  }
  use.lapsed_krw = left;
  return use;
}

double tax_krw(const TaxSpec& tax, double profit_krw) {
  return std::max(0.0, profit_krw) * tax.corporate * (1 + tax.local_on_tax);
}

}  // namespace dure
