// The arithmetic of money over years. Model: docs/models/finance.md.
//   NPV      sum of flow_t / (1 + r)^t, t from 0
//   annuity  r / (1 - (1 + r)^-n) a year for n years is worth 1 today; 1 / n at r = 0
//   loan     equal yearly payments; interest on what is left
//   charge   (price - residual / (1 + r)^n) x annuity(r, n): what owning an asset costs a year
// Invariants: 1. The principals of a loan's years sum to the loan.  2. Depreciation over a life
// sums to price - residual.  3. No year's credit takes the tax below the minimum, and what is used
// and what lapses sum to what was granted.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "world/finance_spec.h"

namespace dure {

double npv(double rate, std::span<const double> flows);  // flows[0] is today
double annuity(double rate, double years);               // years > 0, rate > -1
// Nominal from real and back: (1 + real)(1 + inflation) - 1.
double nominal_rate(double real, double inflation);

// The nominal rate of a row of discount_rates; unknown ids are refused.
Result<double> discount_rate(const FinanceSpec& spec, std::string_view who);

struct LoanYear {
  double payment_krw = 0, interest_krw = 0, principal_krw = 0, left_krw = 0;
};
std::vector<LoanYear> loan_schedule(double krw, double rate, int years);

// Straight line; year counts from 0, a life that ends within a year is written off in part of it.
double depreciation_krw(double price_krw, double residual_krw, double life_years, int year);

double yearly_charge_krw(double price_krw, double residual_krw, double rate, double life_years);

// ---- the tax credit ----

struct CreditClaim {
  FirmSize size = FirmSize::large;
  double eligible_krw = 0;     // invested this year
  double mean_before_krw = 0;  // of the three years before
  Date invested;
};
// 0 outside the row's dates. The row is one reading; see facts finance F1.
double credit_krw(const TaxCreditSpec& row, const CreditClaim& claim);
Result<double> credit_krw(const FinanceSpec& spec, std::string_view row, const CreditClaim& claim);

struct CreditUse {
  std::vector<double> used_krw;  // by year
  double lapsed_krw = 0;         // what no year of the carry-forward could use
};
// A credit granted in year 0 against the profits from then on: tax stays at the minimum or above,
// and a loss pays no tax.
CreditUse use_credit(const TaxSpec& tax, double granted_krw, std::span<const double> profits_krw);

// Corporate and local tax of a year's profit, without credits; 0 of a loss.
double tax_krw(const TaxSpec& tax, double profit_krw);

}  // namespace dure
