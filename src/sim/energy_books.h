// The books of a site with energy assets, reckoned again from what the dispatch did not keep: the
// bills, the meter's hours, the sun of every hour of the window, the calls, the list of acts.
#pragma once

#include "sim/balance.h"
#include "sim/simulation.h"

namespace dure {

SiteEnergyBooks energy_books(const Simulation& run, SiteId site);

// What the site pays for energy in all: bills without VAT, contract, less export and demand
// response.
double energy_krw(const SiteFacility& site);

}  // namespace dure
