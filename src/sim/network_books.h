// The books of a run's traffic: what flows, links and places say of the same megabytes, each summed
// for itself (balance.h compares).
#pragma once

#include "sim/balance.h"
#include "sim/network_run.h"

namespace dure {

// Of the window [from, to).
NetworkBooks network_books(const Scenario& scenario, const NetworkRun& run, Millis from, Millis to);

}  // namespace dure
