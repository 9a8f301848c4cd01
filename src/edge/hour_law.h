// An hour of a group in closed form: the mean over all slots that chance may bring, in shares of
// the group's GPU time. A day of a thousand groups is 24,000 of these.
//
// With nothing lent, or with `guard`, slots do not touch one another (deadline <= slot), and the
// sums over Binomial(grants, load) are exact. Without `guard` a slot starts late by what is left of
// a piece: taken as uniform over a piece, which is what it tends to when a slot's work spreads over
// more than a piece; `missed` then lies within [missed_least, missed_most] whatever it is.
#pragma once

#include "edge/slot_engine.h"

namespace dure {

struct HourLaw {
  double missed = 0, missed_least = 0, missed_most = 0;           // probability that a slot is late
  double cells = 0, lent = 0, lost = 0, switching = 0, idle = 0;  // sum to 1
};

HourLaw hour_law(const GroupWork& work, const LendRule& rule, double load);

}  // namespace dure
