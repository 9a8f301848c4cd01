// The money of a run by other ways than it was summed by: machines by the price of one and the
// hours that stood, bills as they were billed, lending by the ledger.
#include <algorithm>
#include <cmath>

#include "physics/finance.h"
#include "sim/money_run.h"
#include "world/loan_price.h"

namespace dure {
namespace {

// A GPU-hour of a class for an owner: its price, with network, storage and spares, as equal yearly
// payments over their lives.
double machine_krw_per_gpu_h(const Scenario& s, const MoneyModel::OfPool& pool) {
  const FinanceSpec& f = *s.finance;
  double usd = 0, gpu_years = 1, network_years = 1;
  for (const GpuPriceSpec& p : f.gpu_prices)
    if (p.hardware == pool.plan.hardware)
      usd = s.money->prices == PriceCase::low    ? p.low_usd
            : s.money->prices == PriceCase::high ? p.high_usd
                                                 : (p.low_usd + p.high_usd) / 2;
  for (const AssetLifeSpec& a : f.assets) {
    if (a.id == "gpu_server") gpu_years = a.years;
    if (a.id == "network_gear") network_years = a.years;
  }
  const auto whole = std::min(static_cast<std::size_t>(gpu_years), f.gpu_residual.size());
  const double left = whole == 0 ? 1 : f.gpu_residual[whole - 1];
  const double gone = 1 - left * std::pow(1 + pool.rate, -gpu_years);
  const double a_year = (gone + f.storage_share + f.spares_share) * annuity(pool.rate, gpu_years) +
                        f.network_share * annuity(pool.rate, network_years);
  return usd * f.krw_per_usd * a_year / kHoursPerYear;
}

}  // namespace

MoneyBooks money_books(const Simulation& run, const MoneyRun& money,
                       const std::vector<std::int64_t>& site_energy_krw,
                       std::int64_t installed_gpu_ms) {
  const Scenario& s = run.scenario();
  const Window& w = run.meter().window();
  MoneyBooks b;
  b.charged_gpu_ms = money.all.installed_gpu_ms;
  b.stood_gpu_ms = installed_gpu_ms;
  b.cost_krw = money.all.parts.total();
  for (const MoneySum& site : money.sites) b.of_sites_krw += site.parts.total();
  for (const ClassMoney& c : money.classes) b.of_classes_krw += c.sum.gpu_krw;
  b.of_gpus_krw = money.all.gpu_krw;
  for (const MemberMoney& m : money.members) {
    b.net_of_members_krw += m.net_krw();
    b.net_lent_krw += m.received_krw - m.paid_krw;
  }
  b.bills_of_money_krw = money.all.parts.energy + money.all.parts.water;
  std::vector<bool> stands(s.sites.size());
  const Result<MoneyModel> model = MoneyModel::make(s, run.founding());
  CHECK(model);
  b.machines_krw = money.all.parts.gpus;
  std::vector<double> lent(s.members.size());
  for (const PoolPlan& pool : run.founding().pools) {
    const PoolOpened& o = pool.opened;
    const auto unit_ms = static_cast<double>(units_of_one(o.device) * kMsPerHour);
    const PoolFigures& f = run.meter().pools()[o.pool.index];
    // What is delivered and dark, instant by instant.
    Exact dark = 0;
    std::int64_t since = w.from.count(), now = 0;
    for (const CapacityStep& step : run.founding().steps) {
      if (step.pool != o.pool || step.at >= w.to) continue;
      const std::int64_t at = std::max(step.at, w.from).count();
      dark += Exact{now} * (at - since);
      since = at;
      now += step.delivered_gpus - step.powered_gpus;
    }
    dark += Exact{now} * (w.to.count() - since);
    const auto stood =
        static_cast<double>(dark) + static_cast<double>(f.installed_gpu_ms + f.failed_gpu_ms);
    if (stood > 0) stands[o.site.index] = true;
    const MoneyModel::OfPool& priced = model.value().pools[o.pool.index];
    if (!priced.plan.hardware.empty())
      b.machines_by_hour_krw += stood / unit_ms * machine_krw_per_gpu_h(s, priced);
    for (std::uint32_t m = 0; m < s.members.size(); ++m) {
      if (MemberId{m} == o.owner) continue;
      const double krw =
          static_cast<double>(run.meter().ledger_at_end().used_gpu_ms[o.pool.index][m] -
                              run.meter().ledger_at_start().used_gpu_ms[o.pool.index][m]) /
          unit_ms * loan_price(s, o, MemberId{m});
      lent[o.owner.index] += krw;
      lent[m] -= krw;
    }
  }
  for (std::size_t i = 0; i < s.sites.size(); ++i) {
    if (!stands[i]) continue;
    b.bills_krw += static_cast<double>(site_energy_krw[i]);
    if (run.facility() != nullptr) b.bills_krw += run.site_facilities()[i].water_krw;
  }
  for (std::size_t m = 0; m < s.members.size(); ++m)
    b.members.push_back(
        {s.members[m].id, money.members[m].received_krw - money.members[m].paid_krw, lent[m], 0});
  // A line is a sum of pools, each rounded to the won.
  for (const SettlementLine& line : run.fairness().settlement())
    for (const std::uint32_t m : {line.owner.index, line.borrower.index})
      b.members[m].roundings += static_cast<std::int64_t>(std::count_if(
          run.founding().pools.begin(), run.founding().pools.end(), [&](const PoolPlan& p) {
            return p.opened.owner == line.owner && p.opened.site == line.site &&
                   p.opened.hardware == line.hardware;
          }));
  return b;
}

}  // namespace dure
