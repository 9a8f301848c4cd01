// Demand response: may this call be made, and what does a year of calls pay? Sources and limits:
// docs/models/energy-sources.md.
//   baseline  mean of the same hours of the last days without the lowest (KPX "max 4 of 5")
//   payment   capacity x kW committed + energy price x kWh delivered, at most what was asked
//   penalty   kWh that failed x capacity price / hours that may be called, at most the capacity
//             payment: to fail every call costs what the capacity pays
#pragma once

#include <span>

#include "base/quantity.h"
#include "base/result.h"
#include "world/grid_spec.h"

namespace dure {

struct DemandResponseCall {
  Millis noticed, start;
  double hours = 0;
};

// hours_used: called this year before. A Fault says which term of the programme it breaks.
Result<Done> call_allowed(const DemandResponseSpec& programme, const DemandResponseCall& call,
                          double hours_used);

double baseline_kw(std::span<const double> last_days_kw);  // at least one

struct DemandResponseYear {
  double committed_kw = 0;
  double asked_kwh = 0, delivered_kwh = 0;
};
struct DemandResponsePay {
  double capacity_krw = 0, energy_krw = 0, penalty_krw = 0;
  double net_krw() const { return capacity_krw + energy_krw - penalty_krw; }
};
DemandResponsePay settle(const DemandResponseSpec& programme, const DemandResponseYear& year);

}  // namespace dure
