// An electricity tariff as data: which hours are light, medium and peak, what a kWh and a kW cost
// from when to when, and what comes on top. Hours are KST and half-open: 22 to 8 is 22:00 to 08:00.
// Prices are before VAT and before the power industry fund. Data: models/tariff-kr.yaml; what is
// made of it: physics/tariff.h, physics/bill.h; page: docs/models/tariff.md.
//
// Where sources contradict each other both readings stand: a band table of a `reading` is taken
// instead of the plain one when `readings` names it, and each class that a data centre might pay is
// a tariff id of its own.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"
#include "world/season.h"

namespace dure {

enum class Band { light, medium, peak };
inline constexpr int kBands = 3;

constexpr auto describe_enum(Band) {
  using E = Band;
  return std::array{Choice<E>{E::light, "light", "the cheapest hours"},
                    Choice<E>{E::medium, "medium", "between the two"},
                    Choice<E>{E::peak, "peak", "the dearest hours"}};
}

struct BandSpanSpec {
  Band band = Band::light;
  std::int64_t from_hour = 0, to_hour = 24;
  template <class S = BandSpanSpec>
  static constexpr auto describe() {
    return Fields(Field("band", &S::band, "what these hours are on a working day", required),
                  Field("from_hour", &S::from_hour, "first hour, KST", required, range(0, 23)),
                  Field("to_hour", &S::to_hour,
                        "the hour that is no longer in it; at or below from_hour: past midnight",
                        required, range(0, 24)));
  }
};

struct BandTableSpec {
  std::string bands;  // of several seasons
  Season season = Season::winter;
  std::string reading;  // "": the plain one
  std::vector<BandSpanSpec> spans;
  std::string source, note;
  template <class S = BandTableSpec>
  static constexpr auto describe() {
    return Fields(
        Field("bands", &S::bands, "key of the set of tables, one for each season", required,
              id_text, not_empty),
        Field("season", &S::season, "season of this table", required),
        Field("reading", &S::reading,
              "taken only if `readings` names it; left out: the plain table", id_text),
        Field("spans", &S::spans, "every hour of the day in exactly one", required, not_empty),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct BandPricesSpec {
  double light_krw_per_kwh = 0, medium_krw_per_kwh = 0, peak_krw_per_kwh = 0;
  template <class S = BandPricesSpec>
  static constexpr auto describe() {
    return Fields(Field("light_krw_per_kwh", &S::light_krw_per_kwh, "energy charge in light hours",
                        required, range(-1'000, 10'000)),
                  Field("medium_krw_per_kwh", &S::medium_krw_per_kwh,
                        "energy charge in medium hours", required, range(-1'000, 10'000)),
                  Field("peak_krw_per_kwh", &S::peak_krw_per_kwh, "energy charge in peak hours",
                        required, range(-1'000, 10'000)));
  }
};

struct TariffRateSpec {
  std::string tariff;
  Date from;
  std::optional<Date> until;  // the last day
  std::string bands, discount;
  double demand_krw_per_kw = 0;  // a month
  BandPricesSpec winter, spring_autumn, summer;
  std::string source, note;
  template <class S = TariffRateSpec>
  static constexpr auto describe() {
    return Fields(
        Field("tariff", &S::tariff, "class, voltage and option; a site names it", required, id_text,
              not_empty),
        Field("from", &S::from, "first day", required),
        Field("until", &S::until, "last day; left out: no end is known"),
        Field("bands", &S::bands, "key of the band tables", required, id_text, not_empty),
        Field("discount", &S::discount, "id of a discount row; left out: none", id_text),
        Field("demand_krw_per_kw", &S::demand_krw_per_kw, "demand charge a kW and month", required,
              range(0, 100'000)),
        Field("winter", &S::winter, "energy charge, November to February", required),
        Field("spring_autumn", &S::spring_autumn, "energy charge, March to May, September, October",
              required),
        Field("summer", &S::summer, "energy charge, June to August", required),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct TariffDiscountSpec {  // on Saturdays, Sundays and public holidays
  std::string id;
  Date from, until;
  Season season = Season::spring_autumn;
  std::int64_t from_hour = 0, to_hour = 24;
  double share = 0;
  std::string source, note;
  template <class S = TariffDiscountSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("from", &S::from, "first day", required),
        Field("until", &S::until, "last day", required),
        Field("season", &S::season, "only in this season", required),
        Field("from_hour", &S::from_hour, "first hour, KST", required, range(0, 23)),
        Field("to_hour", &S::to_hour, "the hour that is no longer in it", required, range(1, 24)),
        Field("share", &S::share, "off the energy charge", required, range(0, 1), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct SurchargeSpec {
  Date from;
  double climate_krw_per_kwh = 0, fuel_krw_per_kwh = 0;
  std::string source, note;
  template <class S = SurchargeSpec>
  static constexpr auto describe() {
    return Fields(
        Field("from", &S::from, "first day, until the next row", required),
        Field("climate_krw_per_kwh", &S::climate_krw_per_kwh, "climate and environment charge",
              required, range(0, 1'000)),
        Field("fuel_krw_per_kwh", &S::fuel_krw_per_kwh,
              "fuel cost adjustment of the quarter; below 0 it is paid back", required,
              range(-1'000, 1'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct FundRateSpec {
  Date from;
  double share = 0;
  std::string source;
  template <class S = FundRateSpec>
  static constexpr auto describe() {
    return Fields(
        Field("from", &S::from, "first day, until the next row", required),
        Field("share", &S::share, "power industry fund, of all charges before VAT", required,
              range(0, 1), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct DemandRuleSpec {
  std::vector<std::int64_t> ratchet_months;
  std::int64_t window_months = 12;
  double least_share_of_contract = 0.3;
  double power_factor_neutral_pct = 90, power_factor_best_pct = 95, power_factor_worst_pct = 60;
  double share_per_point = 0.002;
  std::string source, note;
  template <class S = DemandRuleSpec>
  static constexpr auto describe() {
    return Fields(
        Field("ratchet_months", &S::ratchet_months,
              "calendar months whose highest demand is remembered, January is 1", required,
              range(1, 12)),
        Field("window_months", &S::window_months,
              "how long it is remembered, the month of the bill counted", required, range(1, 60)),
        Field("least_share_of_contract", &S::least_share_of_contract,
              "of the contract power is billed at the least", required, range(0, 1), dimensionless),
        Field("power_factor_neutral_pct", &S::power_factor_neutral_pct,
              "lagging power factor at which the demand charge is unchanged", range(50, 100)),
        Field("power_factor_best_pct", &S::power_factor_best_pct, "above it no more is taken off",
              range(50, 100)),
        Field("power_factor_worst_pct", &S::power_factor_worst_pct, "below it no more is added",
              range(0, 100)),
        Field("share_per_point", &S::share_per_point,
              "of the demand charge, a point of power factor", range(0, 0.1), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct PublicHolidaySpec {
  Date day;
  std::string name_en;
  bool substitute = false;
  std::string source;
  template <class S = PublicHolidaySpec>
  static constexpr auto describe() {
    return Fields(
        Field("day", &S::day, "the day", required),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("substitute", &S::substitute, "in place of one that fell on a weekend"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct TariffSpec {
  std::vector<std::string> readings;
  std::vector<BandTableSpec> bands;
  std::vector<TariffRateSpec> rates;
  std::vector<TariffDiscountSpec> discounts;
  std::vector<SurchargeSpec> surcharges;
  std::vector<FundRateSpec> fund;
  DemandRuleSpec demand;
  double vat_share = 0.1;
  bool substitute_holidays_are_light = true;
  Date holidays_from, holidays_until;
  std::vector<PublicHolidaySpec> public_holidays;
  template <class S = TariffSpec>
  static constexpr auto describe() {
    return Fields(
        Field("readings", &S::readings, "which of the contradicting band tables are taken",
              id_text),
        Field("bands", &S::bands, "light, medium and peak hours of a working day", required,
              not_empty),
        Field("rates", &S::rates, "prices by class and date", required, not_empty),
        Field("discounts", &S::discounts, "on weekends and public holidays"),
        Field("surcharges", &S::surcharges, "climate and fuel charges by date", required,
              not_empty),
        Field("fund", &S::fund, "power industry fund by date", required, not_empty),
        Field("demand", &S::demand, "which kW the demand charge is paid for", required),
        Field("vat_share", &S::vat_share, "of all charges but the fund; kept apart", range(0, 1),
              dimensionless),
        Field("substitute_holidays_are_light", &S::substitute_holidays_are_light,
              "whether a substitute holiday is billed as a Sunday"),
        Field("holidays_from", &S::holidays_from, "first day that the list covers", required),
        Field("holidays_until", &S::holidays_until, "last day that the list covers", required),
        Field("public_holidays", &S::public_holidays, "days billed as a Sunday", required));
  }
};

}  // namespace dure
