// What a run cost, who bore it, and what a GPU-hour came to: the yearly charges of what stands at
// the sites for the window's share of a year, with the bills of the window. docs/models/finance.md.
//
//   charged   GPUs that stand, idle, dark or broken as well, x the yearly charge of one
//             (physics/gpu_cost.h) at the rate of their owner; the hall by their nameplate
//   shared    energy, water and carbon of a site by what the machines drew; staff by nameplate
//   lent      what the settlement of the ledger says
//   NPV       -build (+ tax credit) + sum over the GPUs' life of (work at listed prices - running
//             cost) + what is left at the end, the window taken for every hour of a year
//
// The owner of racks bears their share of the hall that they stand in, whoever owns that: no rent
// above cost. Doubles: nothing here goes back into the world or the record.
// Invariants: 1. The sites' parts, the members' and the classes' each sum to the whole.
//             2. capital = depreciation + financing.   3. Received and paid sum to 0 over members.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "physics/gpu_cost.h"
#include "sim/balance.h"
#include "sim/simulation.h"

namespace dure {

struct MoneyParts {  // KRW over the window
  double gpus = 0;   // charge of GPUs with their network, storage and spares
  double building = 0, electrical = 0, cooling = 0, grid = 0;
  double credit = 0;  // taken off
  double maintenance = 0, insurance = 0, property_tax = 0, staff = 0;
  double energy = 0, water = 0, carbon = 0;
  double depreciation = 0;  // of the capital; the rest of it is financing
  double capital() const { return gpus + building + electrical + cooling + grid; }
  double running() const {
    return maintenance + insurance + property_tax + staff + energy + water + carbon;
  }
  double total() const { return capital() - credit + running(); }
  MoneyParts& operator+=(const MoneyParts& o);
};

struct MoneySum {  // of a site, a member's racks, a class, or all
  MoneyParts parts;
  double gpu_krw = 0;  // of it: what stands for GPUs, the others being devices beside them
  std::int64_t installed_gpu_ms = 0, used_gpu_ms = 0;
  double build_krw = 0;                 // of machines with a price, and their part of the hall
  double work_krw = 0;                  // what they did, at listed prices
  std::optional<double> npv_krw = 0.0;  // none where work has no price
  std::optional<double> per_installed_gpu_h() const;
  std::optional<double> per_used_gpu_h() const;
  void add(const MoneySum& o);
};

struct MemberMoney {
  MoneySum racks;  // that it owns, wherever they stand
  double rate = 0;
  std::int64_t received_krw = 0, paid_krw = 0;
  std::int64_t work_gpu_ms = 0;  // GPU time of its work, on anyone's racks
  double net_krw() const {       // what its work costs it in the end
    return racks.parts.total() + static_cast<double>(paid_krw - received_krw);
  }
};
struct ClassMoney {
  HardwareId hardware;
  MoneySum sum;
};
struct TokenMoney {
  std::uint32_t workload = 0;
  HardwareId hardware;
  double tokens_per_s = 0, krw_per_million = 0;
};

struct MoneyRun {
  MoneySum all;
  std::vector<MoneySum> sites;       // [site]
  std::vector<MemberMoney> members;  // [member]
  std::vector<ClassMoney> classes;   // GPUs that stand
  std::vector<TokenMoney> tokens;
  std::vector<HardwareId> unpriced;  // stand, but have no price: their hall is in, they are not
  std::vector<SiteId> staff_beyond_range;  // smaller than the formula's smallest site
  int years = 0;                           // of the NPV
};

// What `money` and `finance` say of each pool and site, found once. Refused: a member or a site
// with racks, a class or a kind of cooling without a row, and rows that name what is not there.
struct MoneyModel {
  struct OfPool {
    BuildPlan plan;  // without GPUs and MW
    double rate = 0;
    FirmSize size = FirmSize::large;
  };
  std::vector<OfPool> pools;             // [pool]
  std::vector<double> krw_per_t_carbon;  // [site]
  static Result<MoneyModel> make(const Scenario& scenario, const Founding& founding);
};

// None where the scenario has no section `money`. site_energy_krw: the bill of each site.
std::optional<MoneyRun> run_money(const Simulation& run,
                                  const std::vector<std::int64_t>& site_energy_krw);

// The same money by other ways: balance.h.
MoneyBooks money_books(const Simulation& run, const MoneyRun& money,
                       const std::vector<std::int64_t>& site_energy_krw,
                       std::int64_t installed_gpu_ms);

}  // namespace dure
