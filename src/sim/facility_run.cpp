#include "sim/facility_run.h"

#include <algorithm>
#include <cmath>

#include "sim/disrupted.h"

namespace dure {
namespace {

constexpr double kIdleShare = 1e-4;  // of what is built: nothing but the first moment of an outage

class SiteRun {
 public:
  SiteRun(const Scenario& scenario, const Founding& founding, const Facility& facility,
          const Meter& meter, SiteId site)
      : scenario_(scenario),
        founding_(founding),
        facility_(facility),
        meter_(meter),
        site_(site),
        disrupted_(scenario, site, facility.run_from()),
        tank_(full_tank(facility.permit(site))),
        bill_(facility.tariff(site), terms()) {
    out_.facility_wms_by_step.resize(meter.window().steps());
    out_.dry_bulb_c.resize(meter.window().steps());
    out_.krw_per_kwh.resize(meter.window().steps());
    if (const SiteAssets* assets = facility.assets(site)) {
      energy_.emplace(SiteEnergy::Place{*assets, site, facility.tariff(site), facility.carbon(),
                                        meter.window(), terms().contract_kw},
                      out_.acts);
      out_.billed_kwh_by_step.resize(meter.window().steps());
    }
  }

  SiteFacility run() {
    const Window& w = meter_.window();
    for (std::size_t i = 0; i < w.steps(); ++i) {
      const std::int64_t begin = w.from.count() + static_cast<std::int64_t>(i) * w.step.count(),
                         end = std::min(begin + w.step.count(), w.to.count());
      out_.dry_bulb_c[i] = static_cast<float>(weather(begin).dry_bulb_c);
      double wms = 0, krw_wms = 0;  // of the step
      for (std::int64_t at = begin; at < end;) {
        const std::int64_t until = std::min(end, (at / kPieceMs + 1) * kPieceMs);
        take_loads(at, until - at);
        const std::int64_t before_wms = out_.facility_wms_by_step[i];
        const double before_kwh = energy_ ? out_.billed_kwh_by_step[i] : 0;
        piece(i, at, until);
        // The machines' energy is the meter's, to the last W x ms.
        out_.facility_wms_by_step[i] += static_cast<std::int64_t>(it_of_piece_);
        out_.it_wms += it_of_piece_;
        const double drawn = energy_
                                 ? out_.billed_kwh_by_step[i] - before_kwh
                                 : static_cast<double>(out_.facility_wms_by_step[i] - before_wms);
        const double price = facility_.tariff(site_).price_at(Millis(at)).marginal_krw_per_kwh();
        if (at == begin) out_.krw_per_kwh[i] = static_cast<float>(price);
        wms += drawn;
        krw_wms += drawn * price;
        at = until;
      }
      if (wms > 0) out_.krw_per_kwh[i] = static_cast<float>(krw_wms / wms);
    }
    day_over();
    out_.given_m3 += full_tank(facility_.permit(site_)).m3;
    out_.bills = bill_.bills();
    if (energy_) out_.energy = energy_->close();
    if (wet_kwh_ > 0) out_.water_book.depression_k = depression_sum_ / wet_kwh_;
    out_.water_book.cycles_of_concentration = facility_.water(site_).cycles_of_concentration;
    WaterUse all{out_.water_book.evaporation_l, out_.water_book.blowdown_l,
                 out_.water_book.drift_l};
    out_.water_krw = cost_krw(facility_.water(site_), all);
    // Rounded once: a step of seconds takes less than a millilitre.
    out_.evaporation_ml = std::llround(all.evaporation_l * 1000);
    out_.blowdown_ml = std::llround(all.blowdown_l * 1000);
    out_.drift_ml = std::llround(all.drift_l * 1000);
    return std::move(out_);
  }

 private:
  BillTerms terms() const {
    BillTerms t;
    t.contract_kw = facility_.contract_kw(site_, meter_.window().to - Millis(1));
    return t;
  }

  void take_loads(std::int64_t begin, std::int64_t ms) {
    if (const std::int64_t day = begin / kMsPerDay; day != built_day_) {
      built_ = facility_.built(site_, Millis(begin));
      built_day_ = day;
    }
    halls_ = built_;
    for (std::size_t h = 0; h < halls_.size(); ++h)
      if (disrupted_.hall_is_lost(h, Millis(begin), Millis(begin + ms))) halls_[h].design_kw = 0;
    it_of_piece_ = 0;
    const std::size_t piece = meter_.window().piece(Millis(begin));
    for (const PoolPlan& pool : founding_.pools) {
      if (pool.opened.site != site_) continue;
      const std::int64_t wms = meter_.pool_it_wms()[pool.opened.pool.index][piece];
      it_of_piece_ += wms;
      HallLoad& hall = halls_[pool.hall];
      hall.it_kw += static_cast<double>(wms) / static_cast<double>(ms) / 1000;
    }
    it_kw_ = static_cast<double>(it_of_piece_) / static_cast<double>(ms) / 1000;
    // A rack that retires draws until its last job ends: its cooling is there still.
    for (HallLoad& h : halls_) h.design_kw = std::max(h.design_kw, h.it_kw);
  }

  void piece(std::size_t step, std::int64_t from, std::int64_t to) {
    const Millis at(from);
    const double hours = static_cast<double>(to - from) / static_cast<double>(kMsPerHour);
    if (from / kMsPerDay != day_) {
      day_over();
      day_ = from / kMsPerDay;
    }
    const double permitted = facility_.permitted_m3_per_day(site_, at);
    const bool once_through = facility_.water(site_).once_through;
    const double available = available_m3(tank_, permitted, hours);
    const double works = disrupted_.works_share(at, Millis(to));
    const std::int64_t limit_w = grid_limit(scenario_.sites[site_.index], at).count(),
                       left_w = std::min(limit_w, disrupted_.limit_w(at, Millis(to)));
    if (works > 0 && works < 1)  // the mean of a time in which they ran, and one in which not
      for (HallLoad& h : halls_) h.it_kw = std::min(h.it_kw / works, h.design_kw);
    FacilityStep s = facility_.step(site_, at, halls_,
                                    once_through ? std::nullopt : std::optional(available / hours));
    if (works < 1) s.it_w = std::llround(it_kw_ * 1000);
    // With its machines off, what the grid cannot carry is off too; and all of a site that is lost.
    const bool dark = it_kw_ <= kIdleShare * design_kw() && s.facility_w() > left_w;
    if (works < 1 || dark) s = switched_off(s, dark ? 0 : works);
    const std::int64_t ms = to - from;
    out_.conversion_wms += Exact{s.conversion_w} * ms;
    out_.fan_wms += Exact{s.fan_w} * ms;
    out_.pump_wms += Exact{s.pump_w} * ms;
    out_.compressor_wms += Exact{s.compressor_w} * ms;
    out_.facility_wms_by_step[step] += (s.facility_w() - s.it_w) * ms;
    const double makeup_m3 = s.water_per_h.makeup_l() * hours / 1000;
    if (!once_through) tank_ = after_draw(tank_, permitted, hours, makeup_m3);
    out_.given_m3 += permitted / 24 * hours;
    day_m3_ += makeup_m3;
    day_permitted_ = permitted;
    const HourlyWeather& w = weather(from);
    out_.water_book.wet_heat_kwh += s.wet_heat_kw * hours;
    out_.water_book.evaporation_l += s.water_per_h.evaporation_l * hours;
    out_.water_book.blowdown_l += s.water_per_h.blowdown_l * hours;
    out_.water_book.drift_l += s.water_per_h.drift_l * hours;
    wet_kwh_ += s.wet_heat_kw * hours;
    depression_sum_ += s.wet_heat_kw * hours * (w.dry_bulb_c - w.wet_bulb_c);
    // The machines' power as the meter has it, not to the watt.
    const double facility_kw = it_kw_ + static_cast<double>(s.facility_w() - s.it_w) / 1000;
    out_.peak_w = std::max(out_.peak_w, s.facility_w());
    if (energy_) {
      // What is within the limit in whole watts is within it.
      double limit_kw = static_cast<double>(left_w) / 1000;
      if (left_w > 0 && s.facility_w() <= left_w) limit_kw = std::max(limit_kw, facility_kw);
      if (works <= 0) limit_kw = 0;  // nor does it give any
      for (const MeterPart& part : energy_->take(at, Millis(to), facility_kw, limit_kw))
        meter(step, part, limit_w);
    } else {
      bill(at, Millis(to), facility_kw, 0);
      above_limit(s.facility_w(), limit_w);
    }
    if (!disrupted_.begins_in(at, Millis(to)))
      out_.above_stated_kwh +=
          static_cast<double>(std::max<std::int64_t>(0, s.facility_w() - left_w)) / 1000 * hours;
    out_.unmet_kwh += s.unmet_kw * hours;
    if (s.cannot_hold) out_.cannot_hold_ms += ms;
    if (s.beyond_range) out_.beyond_range_ms += ms;
    out_.drought_ms[static_cast<std::size_t>(facility_.drought(site_, at))] += ms;
  }

  double design_kw() const {
    double kw = 0;
    for (const HallLoad& h : halls_) kw += h.design_kw;
    return kw;
  }

  // What stands beside the machines, for so much of the time only; theirs is the meter's.
  static FacilityStep switched_off(FacilityStep s, double works) {
    for (std::int64_t* w : {&s.conversion_w, &s.fan_w, &s.pump_w, &s.compressor_w})
      *w = std::llround(static_cast<double>(*w) * works);
    s.water_per_h.evaporation_l *= works;
    s.water_per_h.blowdown_l *= works;
    s.water_per_h.drift_l *= works;
    s.wet_heat_kw *= works;
    s.unmet_kw *= works;
    s.cannot_hold = s.cannot_hold && works > 0;
    return s;
  }

  void meter(std::size_t step, const MeterPart& part, std::int64_t limit_w) {
    bill(part.from, part.to, part.grid_kw, part.ppa_kw);
    const double hours =
        static_cast<double>((part.to - part.from).count()) / static_cast<double>(kMsPerHour);
    out_.billed_kwh_by_step[step] += (part.grid_kw - part.ppa_kw) * hours;
    // What a cut leaves unserved is no breach; without one, nothing lies above the limit.
    above_limit(std::llround((part.grid_kw + (part.cut ? 0 : part.unserved_kw)) * 1000), limit_w);
  }

  void bill(Millis from, Millis to, double grid_kw, double ppa_kw) {
    const double hours = static_cast<double>((to - from).count()) / static_cast<double>(kMsPerHour);
    const CarbonAccount carbon =
        facility_.carbon().account(date_of(from).year, grid_kw * hours, ppa_kw * hours);
    out_.location_g += carbon.location_g;
    out_.market_g += carbon.market_g;
    bill_.add(from, to, grid_kw, ppa_kw);
  }

  void above_limit(std::int64_t drawn_w, std::int64_t limit_w) {
    out_.most_above_limit_w = std::max(out_.most_above_limit_w, drawn_w - limit_w);
  }

  // Hours are many steps long: each is asked for once.
  const HourlyWeather& weather(std::int64_t at) {
    if (const std::int64_t hour = at / kMsPerHour; hour != weather_hour_) {
      weather_ = facility_.weather(site_, Millis(at));
      weather_hour_ = hour;
    }
    return weather_;
  }

  void day_over() {
    out_.most_m3_per_day = std::max(out_.most_m3_per_day, day_m3_);
    if (day_permitted_ > 0)
      out_.most_of_permit = std::max(out_.most_of_permit, day_m3_ / day_permitted_);
    day_m3_ = 0;
  }

  const Scenario& scenario_;
  const Founding& founding_;
  const Facility& facility_;
  const Meter& meter_;
  const SiteId site_;
  const Disrupted disrupted_;
  WaterTank tank_;
  BillMeter bill_;
  std::optional<SiteEnergy> energy_;
  std::vector<HallLoad> built_, halls_;  // of a day; of a piece
  std::int64_t built_day_ = -1, day_ = -1, weather_hour_ = -1;
  HourlyWeather weather_;
  Exact it_of_piece_ = 0;
  double it_kw_ = 0;  // the same as a mean
  double wet_kwh_ = 0, depression_sum_ = 0, day_m3_ = 0, day_permitted_ = 0;
  SiteFacility out_;
};

}  // namespace

std::vector<SiteFacility> run_facility(const Scenario& scenario, const Founding& founding,
                                       const Facility& facility, const Meter& meter) {
  std::vector<SiteFacility> out;
  for (std::uint32_t s = 0; s < scenario.sites.size(); ++s)
    out.push_back(SiteRun(scenario, founding, facility, meter, SiteId{s}).run());
  return out;
}

}  // namespace dure
