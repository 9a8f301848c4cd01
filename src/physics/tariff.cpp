#include "physics/tariff.h"

#include <algorithm>
#include <limits>

#include "base/calendar.h"
#include "base/nearest.h"

namespace dure {

namespace {

constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

std::string row_name(std::string_view list, std::size_t i) {
  return "tariff." + std::string(list) + "[" + std::to_string(i) + "]";
}

// How often each hour of the day stands in the spans, and in which band it stood last.
Result<std::array<Band, 24>> bands_of(const BandTableSpec& table, const std::string& where) {
  std::array<Band, 24> band{};
  std::array<int, 24> times{};
  for (const BandSpanSpec& span : table.spans) {
    const std::int64_t hours = span.to_hour > span.from_hour ? span.to_hour - span.from_hour
                                                             : span.to_hour + 24 - span.from_hour;
    for (std::int64_t i = 0; i < hours; ++i) {
      const auto h = static_cast<std::size_t>((span.from_hour + i) % 24);
      band[h] = span.band;
      ++times[h];
    }
  }
  for (std::size_t h = 0; h < 24; ++h) {
    if (times[h] == 1) continue;
    return Fault{where + " (" + table.bands + ", " + std::string(enum_name(table.season)) + ")",
                 "each hour of the day in one span",
                 "hour " + std::to_string(h) + " in " + (times[h] == 0 ? "none" : "several"),
                 "spans are half-open: 22 to 8 ends before 08:00"};
  }
  return band;
}

// The plain table, or the one of a chosen reading.
Result<std::size_t> table_of(const TariffSpec& spec, const std::string& bands, Season season,
                             const std::string& where) {
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t plain = kNone, chosen = kNone;
  for (std::size_t i = 0; i < spec.bands.size(); ++i) {
    const BandTableSpec& t = spec.bands[i];
    if (t.bands != bands || t.season != season) continue;
    const bool named =
        std::find(spec.readings.begin(), spec.readings.end(), t.reading) != spec.readings.end();
    if (!t.reading.empty() && !named) continue;
    std::size_t& slot = t.reading.empty() ? plain : chosen;
    if (slot != kNone)
      return Fault{row_name("bands", i),
                   "one table for " + bands + " in " + std::string(enum_name(season)),
                   "a second one", ""};
    slot = i;
  }
  if (chosen != kNone) return chosen;
  if (plain != kNone) return plain;
  std::vector<std::string_view> known;
  for (const BandTableSpec& t : spec.bands) known.push_back(t.bands);
  return Fault{where, "bands: a table for " + std::string(enum_name(season)), bands,
               name_hint(bands, known)};
}

std::array<double, kBands> prices_of(const BandPricesSpec& p) {
  return {p.light_krw_per_kwh, p.medium_krw_per_kwh, p.peak_krw_per_kwh};
}

// The last row that begins on or before the day; rows are in order and the first covers the span.
template <class Rows>
double value_at(const Rows& rows, std::int64_t day) {
  auto it = std::upper_bound(rows.begin(), rows.end(), day,
                             [](std::int64_t d, const auto& r) { return d < r.first_day; });
  CHECK(it != rows.begin());
  return std::prev(it)->value;
}

Result<Done> check_readings(const TariffSpec& spec) {
  std::vector<std::string_view> known;
  for (const BandTableSpec& t : spec.bands)
    if (!t.reading.empty()) known.push_back(t.reading);
  for (const std::string& r : spec.readings) {
    if (std::find(known.begin(), known.end(), r) == known.end())
      return Fault{"tariff.readings", "a reading of some band table", r, name_hint(r, known)};
  }
  return Done{};
}

}  // namespace

Result<Tariff::Period> Tariff::period_of(const TariffSpec& spec, std::size_t row) {
  const TariffRateSpec& rate = spec.rates[row];
  const std::string where = row_name("rates", row);
  Period p;
  p.row = row;
  p.first_day = days_from_epoch(rate.from);
  p.end_day = rate.until ? days_from_epoch(*rate.until) + 1 : kNoEnd;
  if (p.end_day <= p.first_day)
    return Fault{where, "until on or after from", to_string(*rate.until), ""};
  p.demand_krw_per_kw = rate.demand_krw_per_kw;
  p.krw_per_kwh = {prices_of(rate.winter), prices_of(rate.spring_autumn), prices_of(rate.summer)};
  for (int s = 0; s < kSeasons; ++s) {
    TRY(table, table_of(spec, rate.bands, static_cast<Season>(s), where));
    TRY(bands, bands_of(spec.bands[table], row_name("bands", table)));
    p.band[static_cast<std::size_t>(s)] = bands;
  }
  if (rate.discount.empty()) return p;
  std::vector<std::string_view> known;
  for (const TariffDiscountSpec& d : spec.discounts) known.push_back(d.id);
  const auto it = std::find(known.begin(), known.end(), rate.discount);
  if (it == known.end())
    return Fault{where, "discount: the id of a discount row", rate.discount,
                 name_hint(rate.discount, known)};
  const TariffDiscountSpec& d = spec.discounts[static_cast<std::size_t>(it - known.begin())];
  p.discount_first_day = days_from_epoch(d.from);
  p.discount_end_day = days_from_epoch(d.until) + 1;
  p.discount_season = d.season;
  p.discount_from_hour = static_cast<int>(d.from_hour);
  p.discount_to_hour = static_cast<int>(d.to_hour);
  p.discount_share = d.share;
  return p;
}

Result<Done> Tariff::take_surcharges(const TariffSpec& spec) {
  for (const SurchargeSpec& s : spec.surcharges)
    surcharge_.push_back({days_from_epoch(s.from), s.climate_krw_per_kwh + s.fuel_krw_per_kwh});
  for (const FundRateSpec& f : spec.fund) fund_.push_back({days_from_epoch(f.from), f.share});
  const auto check = [this](const std::vector<Dated>& rows, std::string_view list) -> Result<Done> {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].first_day <= rows[i - 1].first_day)
        return Fault{row_name(list, i), "from after that of the row before", "", ""};
    }
    if (rows.empty() || rows[0].first_day > periods_[0].first_day)
      return Fault{"tariff." + std::string(list), "a row from the first day of " + id_ + " on", "",
                   ""};
    return Done{};
  };
  TRY(surcharges, check(surcharge_, "surcharges"));
  static_cast<void>(surcharges);
  return check(fund_, "fund");
}

void Tariff::take_holidays(const TariffSpec& spec) {
  calendar_first_ = days_from_epoch(spec.holidays_from);
  calendar_end_ = days_from_epoch(spec.holidays_until) + 1;
  for (const PublicHolidaySpec& h : spec.public_holidays) {
    if (!h.substitute || spec.substitute_holidays_are_light)
      holidays_.push_back(days_from_epoch(h.day));
  }
  std::sort(holidays_.begin(), holidays_.end());
}

Result<Tariff> Tariff::of(const TariffSpec& spec, std::string_view tariff,
                          const std::string& named_at) {
  TRY(readings, check_readings(spec));
  static_cast<void>(readings);
  Tariff out;
  out.id_ = tariff;
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < spec.rates.size(); ++i) {
    const TariffRateSpec& rate = spec.rates[i];
    if (std::find(known.begin(), known.end(), rate.tariff) == known.end())
      known.push_back(rate.tariff);
    if (rate.tariff != tariff) continue;
    TRY(period, period_of(spec, i));
    // Invariant 2: rows of a tariff stand in order of time, each where the last one ends.
    if (!out.periods_.empty() && out.periods_.back().end_day != period.first_day)
      return Fault{
          row_name("rates", i), "from on the day after the row of " + out.id_ + " before it",
          to_string(rate.from), "rows of one tariff stand in order of time, without a gap"};
    out.periods_.push_back(period);
  }
  if (out.periods_.empty())
    return Fault{named_at, "the id of a tariff", out.id_, name_hint(tariff, known)};
  TRY(taken, out.take_surcharges(spec));
  static_cast<void>(taken);
  out.take_holidays(spec);
  out.demand_ = spec.demand;
  out.vat_share_ = spec.vat_share;
  return out;
}

Result<Done> Tariff::covers(Millis from, Millis to) const {
  const std::int64_t first = days_from_epoch(date_of(from));
  const std::int64_t last =
      days_from_epoch(date_of(Millis(std::max(from.count(), to.count() - 1))));
  if (first >= periods_.front().first_day && last < periods_.back().end_day) return Done{};
  const std::string end =
      periods_.back().end_day == kNoEnd
          ? "on"
          : "to " + to_string(date_of(Millis((periods_.back().end_day - 1) * kMsPerDay)));
  const Period& nearest = first < periods_.front().first_day ? periods_.front() : periods_.back();
  return Fault{
      row_name("rates", nearest.row) + " (" + id_ + ")",
      "days from " + to_string(date_of(Millis(periods_.front().first_day * kMsPerDay))) + " " + end,
      to_string(date_of(from)) + " to " + to_string(date_of(to)),
      "no price is known there, and none is made up"};
}

EnergyPrice Tariff::price_at(Millis at) const {
  const Date date = date_of(at);
  const std::int64_t day = days_from_epoch(date);
  auto it = std::upper_bound(periods_.begin(), periods_.end(), day,
                             [](std::int64_t d, const Period& p) { return d < p.first_day; });
  CHECK(it != periods_.begin() && day < std::prev(it)->end_day);
  const Period& p = *std::prev(it);

  const int hour = hour_of_day(at), weekday = weekday_of(at);
  const bool rest = weekday == 6 || std::binary_search(holidays_.begin(), holidays_.end(), day);
  EnergyPrice out;
  out.season = season_of(date.month);
  out.calendar_known = day >= calendar_first_ && day < calendar_end_;
  const auto s = static_cast<std::size_t>(out.season);
  out.band = p.band[s][static_cast<std::size_t>(hour)];
  if (rest) out.band = Band::light;
  if (weekday == 5 && out.band == Band::peak) out.band = Band::medium;
  out.energy_krw_per_kwh = p.krw_per_kwh[s][static_cast<std::size_t>(out.band)];
  out.discounted = p.has_discount() && (rest || weekday == 5) && out.season == p.discount_season &&
                   day >= p.discount_first_day && day < p.discount_end_day &&
                   hour >= p.discount_from_hour && hour < p.discount_to_hour;
  if (out.discounted) out.energy_krw_per_kwh *= 1 - p.discount_share;
  out.climate_fuel_krw_per_kwh = value_at(surcharge_, day);
  out.fund_share = value_at(fund_, day);
  out.demand_krw_per_kw = p.demand_krw_per_kw;
  return out;
}

}  // namespace dure
