// What a run's money is reckoned from, beside the rates and prices of `finance`: whose money each
// member's is, where the sites stand, and which row of prices a class of machines or a kind of
// cooling goes by. Section `money` of the scenario; sim/money_run.h; docs/models/finance.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"
#include "world/finance_spec.h"

namespace dure {

struct MoneyOwnerSpec {
  std::string member, discount_rate;
  FirmSize firm_size = FirmSize::large;
  std::string source, note;
  template <class S = MoneyOwnerSpec>
  static constexpr auto describe() {
    return Fields(
        Field("member", &S::member, "whose racks", required, refers_to("members")),
        Field("discount_rate", &S::discount_rate, "whose money: a row of finance.discount_rates",
              required, id_text, not_empty),
        Field("firm_size", &S::firm_size, "for the tax credit"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct MoneySiteSpec {
  std::string site, land, land_use;
  double krw_per_t_carbon = 0;
  std::string source, note;
  template <class S = MoneySiteSpec>
  static constexpr auto describe() {
    return Fields(
        Field("site", &S::site, "which", required, refers_to("sites")),
        Field("land", &S::land, "what its land costs: a row of finance.land_per_m2", required,
              id_text, not_empty),
        Field("land_use", &S::land_use, "how densely it is built: a row of finance.land_use",
              required, id_text, not_empty),
        Field("krw_per_t_carbon", &S::krw_per_t_carbon,
              "what is paid for a tonne of CO2 beside the bill; 0: nothing", range(0, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct MoneyHardwareSpec {
  std::string hardware, priced_as;
  std::string source, note;
  template <class S = MoneyHardwareSpec>
  static constexpr auto describe() {
    return Fields(
        Field("hardware", &S::hardware, "class of the scenario", required, refers_to("hardware")),
        Field("priced_as", &S::priced_as,
              "a row of finance.gpu_prices; left out: no price is known, and it is left out of "
              "the money of machines",
              id_text),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct MoneyCoolingSpec {
  std::string cooling, priced_as;
  std::string source, note;
  template <class S = MoneyCoolingSpec>
  static constexpr auto describe() {
    return Fields(
        Field("cooling", &S::cooling, "kind of a hall", required, not_empty),
        Field("priced_as", &S::priced_as, "a row of finance.cooling_per_mw", required, id_text,
              not_empty),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct TokenRateSpec {
  std::string workload, hardware;
  double tokens_per_s = 0;
  std::string source, note;
  template <class S = TokenRateSpec>
  static constexpr auto describe() {
    return Fields(
        Field("workload", &S::workload, "which service", required, refers_to("workloads")),
        Field("hardware", &S::hardware, "on which class", required, refers_to("hardware")),
        Field("tokens_per_s", &S::tokens_per_s, "output tokens of a GPU that it holds", required,
              above(0, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct MoneySpec {
  PriceCase prices = PriceCase::mid;
  double krw_per_mw_grid = 0;  // of IT x PUE
  std::optional<std::string> tax_credit;
  std::vector<MoneyOwnerSpec> owners;
  std::vector<MoneySiteSpec> sites;
  std::vector<MoneyHardwareSpec> hardware;
  std::vector<MoneyCoolingSpec> cooling;
  std::vector<TokenRateSpec> token_rates;
  std::string source, note;
  template <class S = MoneySpec>
  static constexpr auto describe() {
    return Fields(
        Field("prices", &S::prices, "which of the unit costs"),
        Field("krw_per_mw_grid", &S::krw_per_mw_grid, "connection to the grid, a MW of IT x PUE",
              required, range(0, 1e12)),
        Field("tax_credit", &S::tax_credit,
              "a row of finance.tax_credits, used in the year of the build; left out: none",
              id_text),
        Field("owners", &S::owners, "of every member with racks", required, not_empty),
        Field("sites", &S::sites, "of every site with racks", required, not_empty),
        Field("hardware", &S::hardware, "classes that have no row of finance.gpu_prices"),
        Field("cooling", &S::cooling,
              "of every kind of a hall with racks that has no row of "
              "finance.cooling_per_mw"),
        Field("token_rates", &S::token_rates, "of services that give tokens"),
        Field("source", &S::source, "where krw_per_mw_grid comes from", required, not_empty,
              source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
