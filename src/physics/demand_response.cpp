#include "physics/demand_response.h"

#include <algorithm>
#include <string>

#include "base/calendar.h"

namespace dure {

namespace {

std::string number(double x) {
  std::string s = std::to_string(x);
  s.erase(s.find_last_not_of('0') + 1);
  if (s.back() == '.') s.pop_back();
  return s;
}

bool in_window(const DemandResponseSpec& p, Millis at) {
  if (p.weekdays_only && weekday_of(at) >= 5) return false;
  const int hour = hour_of_day(at);
  if (hour < p.from_hour || hour >= p.to_hour) return false;
  return hour < p.pause_from_hour || hour >= p.pause_to_hour;
}

}  // namespace

Result<Done> call_allowed(const DemandResponseSpec& p, const DemandResponseCall& call,
                          double hours_used) {
  const auto refused = [&p](std::string expected, std::string found) {
    return Fault{"demand response " + p.id, std::move(expected), std::move(found), ""};
  };
  if (call.start.count() - call.noticed.count() < p.notice_minutes * 60'000)
    return refused("a notice of " + std::to_string(p.notice_minutes) + " minutes",
                   number(static_cast<double>(call.start.count() - call.noticed.count()) / 60'000));
  constexpr double kSlack = 1e-9;
  if (call.hours < p.least_call_hours - kSlack || call.hours > p.most_call_hours + kSlack)
    return refused(
        "a call of " + number(p.least_call_hours) + " to " + number(p.most_call_hours) + " hours",
        number(call.hours));
  if (hours_used + call.hours > p.most_year_hours + kSlack)
    return refused("at most " + number(p.most_year_hours) + " hours a year",
                   number(hours_used + call.hours));
  const auto end =
      call.start.count() + static_cast<std::int64_t>(call.hours * static_cast<double>(kMsPerHour));
  for (std::int64_t at = call.start.count(); at < end; at = (at / kMsPerHour + 1) * kMsPerHour) {
    if (!in_window(p, Millis(at)))
      return refused("a call within the hours of the programme", iso_kst(Millis(at)));
  }
  return Done{};
}

double baseline_kw(std::span<const double> last_days_kw) {
  CHECK(!last_days_kw.empty());
  if (last_days_kw.size() == 1) return last_days_kw[0];
  double sum = 0;
  for (const double kw : last_days_kw) sum += kw;
  const double lowest = *std::min_element(last_days_kw.begin(), last_days_kw.end());
  return (sum - lowest) / static_cast<double>(last_days_kw.size() - 1);
}

DemandResponsePay settle(const DemandResponseSpec& p, const DemandResponseYear& year) {
  CHECK(year.committed_kw >= 0 && year.asked_kwh >= 0 && year.delivered_kwh >= 0);
  const double delivered = std::min(year.delivered_kwh, year.asked_kwh);
  DemandResponsePay pay;
  pay.capacity_krw = year.committed_kw * p.capacity_krw_per_kw;
  pay.energy_krw = delivered * p.energy_krw_per_kwh;
  if (p.most_year_hours > 0) {
    const double krw_per_kwh = p.capacity_krw_per_kw / p.most_year_hours;
    pay.penalty_krw = std::min(pay.capacity_krw, (year.asked_kwh - delivered) * krw_per_kwh);
  }
  return pay;
}

}  // namespace dure
