// Money as data: rates, lives, prices of what is built, staff, taxes and credits. Prices are KRW
// unless the name says usd; shares are of 1. Where reports contradict each other (tax credit), each
// is a row of its own and a plan names one. Data: models/finance-kr.yaml; physics/finance.h;
// docs/models/finance.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"

namespace dure {

enum class FirmSize { large, mid, small };

constexpr auto describe_enum(FirmSize) {
  using E = FirmSize;
  return std::array{Choice<E>{E::large, "large", "a large group"},
                    Choice<E>{E::mid, "mid", "a mid-sized firm"},
                    Choice<E>{E::small, "small", "a small firm"}};
}

enum class PriceCase { low, mid, high };

constexpr auto describe_enum(PriceCase) {
  using E = PriceCase;
  return std::array{Choice<E>{E::low, "low", "the low unit costs"},
                    Choice<E>{E::mid, "mid", "the middle ones"},
                    Choice<E>{E::high, "high", "the high ones"}};
}

struct DiscountRateSpec {
  std::string id;
  std::optional<double> real, nominal;  // one of them
  std::string source, note;
  template <class S = DiscountRateSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "whose money", required, id_text, not_empty),
        Field("real", &S::real, "a year, above inflation", range(-0.1, 1), dimensionless),
        Field("nominal", &S::nominal, "a year", range(-0.1, 1), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct AssetLifeSpec {
  std::string id;
  double years = 0, low_years = 0, high_years = 0;
  double maintenance = 0;
  std::string source, note;
  template <class S = AssetLifeSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "kind of asset", required, id_text, not_empty),
        Field("years", &S::years, "written off over, straight line", required, above(0, 100)),
        Field("low_years", &S::low_years, "short reading", required, above(0, 100)),
        Field("high_years", &S::high_years, "long reading", required, above(0, 100)),
        Field("maintenance", &S::maintenance, "share of its price a year", range(0, 1),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct GpuPriceSpec {
  std::string hardware;
  double low_usd = 0, high_usd = 0;
  std::string source, note;
  template <class S = GpuPriceSpec>
  static constexpr auto describe() {
    return Fields(
        Field("hardware", &S::hardware, "id of the class of accelerator", required, id_text,
              not_empty),
        Field("low_usd", &S::low_usd, "a GPU with its share of server or rack", required,
              range(0, 10'000'000)),
        Field("high_usd", &S::high_usd, "the same, dear", required, range(0, 10'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct UnitCostSpec {  // of one thing, a unit of what the list says
  std::string id;
  double low_krw = 0, mid_krw = 0, high_krw = 0;
  std::string source, note;
  template <class S = UnitCostSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("low_krw", &S::low_krw, "a unit, cheap", required, range(0, 1e12)),
        Field("mid_krw", &S::mid_krw, "a unit", required, range(0, 1e12)),
        Field("high_krw", &S::high_krw, "a unit, dear", required, range(0, 1e12)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct StaffSpec {
  double base_heads = 0, heads_per_mw = 0, bend_mw = 0, heads_per_mw_above = 0, least_mw = 0;
  double krw_per_head = 0;  // a year
  std::string source, note;
  template <class S = StaffSpec>
  static constexpr auto describe() {
    return Fields(
        Field("base_heads", &S::base_heads, "whatever the size", required, range(0, 1'000),
              dimensionless),
        Field("heads_per_mw", &S::heads_per_mw, "a MW of IT up to bend_mw", required, range(0, 100),
              dimensionless),
        Field("bend_mw", &S::bend_mw, "IT power above which a MW needs fewer", required,
              range(0, 10'000)),
        Field("heads_per_mw_above", &S::heads_per_mw_above, "a MW above it", required,
              range(0, 100), dimensionless),
        Field("least_mw", &S::least_mw, "smallest site of the formula", required, range(0, 10'000)),
        Field("krw_per_head", &S::krw_per_head, "a year, all in", required, range(0, 1e10)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct TaxCreditSpec {
  std::string id;
  double large = 0, mid = 0, small = 0, increment = 0;
  std::optional<Date> from, until;
  std::string source, note;
  template <class S = TaxCreditSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key; a plan names it", required, id_text, not_empty),
        Field("large", &S::large, "of what is eligible, a large group", required, range(0, 1),
              dimensionless),
        Field("mid", &S::mid, "a mid-sized firm", required, range(0, 1), dimensionless),
        Field("small", &S::small, "a small firm", required, range(0, 1), dimensionless),
        Field("increment", &S::increment,
              "more, of what exceeds the mean of the three years before", required, range(0, 1),
              dimensionless),
        Field("from", &S::from, "first day of investment; left out: it stands"),
        Field("until", &S::until, "last day; left out: no end is known"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct TaxSpec {
  double corporate = 0, local_on_tax = 0, minimum = 0;
  std::int64_t carry_forward_years = 0;
  double property_building = 0, property_land = 0, acquisition = 0, insurance = 0;
  std::string source, note;
  template <class S = TaxSpec>
  static constexpr auto describe() {
    return Fields(
        Field("corporate", &S::corporate, "of profit", required, range(0, 1), dimensionless),
        Field("local_on_tax", &S::local_on_tax, "local tax, of the corporate tax", required,
              range(0, 1), dimensionless),
        Field("minimum", &S::minimum, "of profit that no credit takes away", required, range(0, 1),
              dimensionless),
        Field("carry_forward_years", &S::carry_forward_years,
              "how long a credit that was not used is kept", required, range(0, 50)),
        Field("property_building", &S::property_building, "a year, of the building", required,
              range(0, 1), dimensionless),
        Field("property_land", &S::property_land, "a year, of the land", required, range(0, 1),
              dimensionless),
        Field("acquisition", &S::acquisition, "once, of land and building", required, range(0, 1),
              dimensionless),
        Field("insurance", &S::insurance, "a year, of all that is insured", required, range(0, 1),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct LandUseSpec {
  std::string id;
  double m2_per_mw = 0;
  std::string source;
  template <class S = LandUseSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "how densely it is built", required, id_text, not_empty),
        Field("m2_per_mw", &S::m2_per_mw, "a MW of IT", required, range(0, 100'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct FinanceSpec {
  double krw_per_usd = 1'450, krw_per_usd_low = 1'300, krw_per_usd_high = 1'600;
  double inflation = 0.02, construction_inflation = 0.045, wage_growth = 0.035;
  std::vector<DiscountRateSpec> discount_rates;
  std::vector<AssetLifeSpec> assets;
  std::vector<GpuPriceSpec> gpu_prices;
  std::vector<double> gpu_residual;  // after each year
  double network_share = 0, storage_share = 0, spares_share = 0;
  std::vector<UnitCostSpec> plant_per_mw, cooling_per_mw, land_per_m2;
  std::vector<LandUseSpec> land_use;
  StaffSpec staff;
  TaxSpec tax;
  std::vector<TaxCreditSpec> tax_credits;
  template <class S = FinanceSpec>
  static constexpr auto describe() {
    return Fields(
        Field("krw_per_usd", &S::krw_per_usd, "rate that plans use", required, range(500, 5'000)),
        Field("krw_per_usd_low", &S::krw_per_usd_low, "strong won", range(500, 5'000)),
        Field("krw_per_usd_high", &S::krw_per_usd_high, "weak won", range(500, 5'000)),
        Field("inflation", &S::inflation, "of consumer prices, a year", required, range(-0.1, 1),
              dimensionless),
        Field("construction_inflation", &S::construction_inflation, "a year", required,
              range(-0.1, 1), dimensionless),
        Field("wage_growth", &S::wage_growth, "a year", required, range(-0.1, 1), dimensionless),
        Field("discount_rates", &S::discount_rates, "cost of capital by who pays", required,
              not_empty),
        Field("assets", &S::assets, "lives and maintenance", required, not_empty),
        Field("gpu_prices", &S::gpu_prices, "by class", required, not_empty),
        Field("gpu_residual", &S::gpu_residual,
              "share of the price that is left after one, two, ... years", required, not_empty,
              range(0, 1), dimensionless),
        Field("network_share", &S::network_share, "scale-out network, of the GPUs", required,
              range(0, 2), dimensionless),
        Field("storage_share", &S::storage_share, "storage, of the GPUs", required, range(0, 2),
              dimensionless),
        Field("spares_share", &S::spares_share, "spare parts, of the GPUs", required, range(0, 2),
              dimensionless),
        Field("plant_per_mw", &S::plant_per_mw, "building and electrical plant, a MW of IT",
              required, not_empty),
        Field("cooling_per_mw", &S::cooling_per_mw, "cooling plant, a MW of IT", required,
              not_empty),
        Field("land_per_m2", &S::land_per_m2, "land by place, a square metre", required, not_empty),
        Field("land_use", &S::land_use, "how much land a MW takes", required, not_empty),
        Field("staff", &S::staff, "people of a site", required),
        Field("tax", &S::tax, "taxes and insurance", required),
        Field("tax_credits", &S::tax_credits, "credits, and readings of them"));
  }
};

}  // namespace dure
