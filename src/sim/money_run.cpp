#include "sim/money_run.h"

#include <algorithm>
#include <cmath>

#include "physics/finance.h"
#include "world/by_id.h"
#include "world/loan_price.h"

namespace dure {
namespace {

bool counts_gpus(Device d) { return d == Device::gpu || d == Device::shared_gpu; }

// What a GPU-hour of its own racks is worth to their owner: the listed price.
double listed_price(const Scenario& s, HardwareId hardware) {
  for (const PriceSpec& p : s.prices)
    if (p.hardware == s.hardware[hardware.index].id) return p.krw_per_gpu_hour;
  return 0;
}

// Units x ms that stand in a pool without grid power, from the dated steps alone.
std::int64_t dark_ms(const Founding& f, PoolId pool, const Window& w) {
  std::int64_t sum = 0;
  for (const CapacityStep& s : f.steps) {
    if (s.pool != pool || s.at >= w.to) continue;
    const Millis since = std::max(s.at, w.from);
    sum += (s.delivered_gpus - s.powered_gpus) * (w.to - since).count();
  }
  return sum;
}

class MoneyRunner {
 public:
  MoneyRunner(const Simulation& run, const std::vector<std::int64_t>& site_energy_krw)
      : run_(run),
        s_(run.scenario()),
        finance_(*s_.finance),
        model_([&] {
          Result<MoneyModel> model = MoneyModel::make(s_, run.founding());
          CHECK(model);  // check_physics was asked
          return std::move(model.value());
        }()),
        site_energy_krw_(site_energy_krw) {
    const Window& w = run.meter().window();
    window_ms_ = static_cast<double>((w.to - w.from).count());
    years_of_window_ = window_ms_ / static_cast<double>(kMsPerHour) / kHoursPerYear;
    for (const AssetLifeSpec& a : finance_.assets)
      if (a.id == "gpu_server") out_.years = static_cast<int>(std::floor(a.years));
  }

  MoneyRun take() {
    out_.sites.resize(s_.sites.size());
    out_.members.resize(s_.members.size());
    for (std::uint32_t s = 0; s < s_.sites.size(); ++s) site(SiteId{s});
    for (const PoolPlan& pool : run_.founding().pools)
      out_.members[pool.opened.owner.index].rate = model_.pools[pool.opened.pool.index].rate;
    for (const SettlementLine& line : run_.fairness().settlement()) {
      out_.members[line.borrower.index].paid_krw += line.krw;
      out_.members[line.owner.index].received_krw += line.krw;
    }
    tokens();
    return std::move(out_);
  }

 private:
  struct OfPool {
    std::int64_t installed_ms = 0;  // units x ms
    double mw = 0;                  // nameplate, mean over the window
    Exact it_wms = 0;
  };

  OfPool look(const PoolPlan& pool) const {
    const PoolFigures& f = run_.meter().pools()[pool.opened.pool.index];
    OfPool out;
    out.installed_ms = f.installed_gpu_ms + f.failed_gpu_ms +
                       dark_ms(run_.founding(), pool.opened.pool, run_.meter().window());
    out.it_wms = f.it_wms;
    out.mw = static_cast<double>(out.installed_ms) / window_ms_ / pool.opened.gpus_per_node *
             static_cast<double>(pool.node_max_w.count()) / 1e6;
    return out;
  }

  void site(SiteId id) {
    std::vector<std::pair<const PoolPlan*, OfPool>> pools;
    double mw = 0, it_wms = 0;
    for (const PoolPlan& pool : run_.founding().pools) {
      if (pool.opened.site != id) continue;
      const OfPool looked = look(pool);
      if (looked.installed_ms == 0) continue;
      mw += looked.mw;
      it_wms += static_cast<double>(looked.it_wms);
      pools.emplace_back(&pool, looked);
    }
    if (pools.empty()) return;
    const Heads heads = staff_heads(finance_.staff, mw);
    if (heads.beyond_range) out_.staff_beyond_range.push_back(id);
    const double staff_krw = heads.heads * finance_.staff.krw_per_head * years_of_window_;
    double water_krw = 0, carbon_t = 0;
    if (run_.facility() != nullptr) {
      const SiteFacility& f = run_.site_facilities()[id.index];
      water_krw = f.water_krw;
      carbon_t = f.location_g / 1e6;
    } else {
      for (std::size_t i = 0; i < run_.meter().window().steps(); ++i)
        carbon_t += run_.facility_wms(id, i) / 3.6e9 * s_.accounts.carbon_g_per_kwh / 1e6;
    }
    for (const auto& [pool, looked] : pools) {
      const double by_name = looked.mw / mw;
      // A site that drew nothing shares what it owes by nameplate.
      const double drawn = it_wms > 0 ? static_cast<double>(looked.it_wms) / it_wms : by_name;
      MoneyParts bills;
      bills.staff = staff_krw * by_name;
      bills.energy = static_cast<double>(site_energy_krw_[id.index]) * drawn;
      bills.water = water_krw * drawn;
      bills.carbon = carbon_t * model_.krw_per_t_carbon[id.index] * drawn;
      one(*pool, looked, bills);
    }
  }

  void one(const PoolPlan& pool, const OfPool& looked, MoneyParts parts) {
    const PoolOpened& opened = pool.opened;
    const MoneyModel::OfPool& model = model_.pools[opened.pool.index];
    const auto unit = static_cast<double>(units_of_one(opened.device));
    BuildPlan plan = model.plan;
    plan.gpus = static_cast<double>(looked.installed_ms) / window_ms_ / unit;
    plan.it_mw = looked.mw;
    plan.grid_connection_krw =
        s_.money->krw_per_mw_grid * looked.mw * s_.sites[opened.site.index].pue;
    const Result<Build> build = build_cost(finance_, plan);
    CHECK(build);  // MoneyModel::make has tried it
    OwnPlan own;
    own.rate = model.rate;
    own.it_mw = looked.mw;
    if (s_.money->tax_credit) own.tax_credit_krw = credit(build.value(), model.size);
    const Result<YearlyCost> year = yearly_cost(finance_, build.value(), own);
    CHECK(year);  // MoneyModel::make has tried it
    const YearlyCost& y = year.value();
    parts.gpus =
        (y.charge.gpus + y.charge.network + y.charge.storage + y.charge.spares) * years_of_window_;
    parts.building = (y.charge.shell + y.charge.land + y.charge.acquisition_tax) * years_of_window_;
    parts.electrical = y.charge.electrical * years_of_window_;
    parts.cooling = y.charge.cooling * years_of_window_;
    parts.grid = y.charge.grid * years_of_window_;
    parts.depreciation = y.depreciation * years_of_window_;
    parts.credit = y.credit * years_of_window_;
    parts.maintenance = y.maintenance * years_of_window_;
    parts.insurance = y.insurance * years_of_window_;
    parts.property_tax = y.property_tax * years_of_window_;

    MoneySum sum;
    sum.parts = parts;
    const bool gpus = counts_gpus(opened.device), priced = !plan.hardware.empty();
    if (gpus) {
      const std::int64_t one = units_of_one(opened.device);
      sum.gpu_krw = parts.total();
      sum.installed_gpu_ms = looked.installed_ms / one;
      sum.used_gpu_ms = run_.meter().pools()[opened.pool.index].used_gpu_ms / one;
    }
    if (priced) {
      sum.build_krw = build.value().total();
      const std::optional<double> work = work_krw(opened);
      sum.work_krw = work.value_or(0);
      sum.npv_krw.reset();
      if (work) sum.npv_krw = net_present(build.value(), own, parts, *work);
    }
    for (std::uint32_t m = 0; m < s_.members.size(); ++m)
      if (gpus)
        out_.members[m].work_gpu_ms += used_ms(opened.pool, m) / units_of_one(opened.device);
    out_.all.add(sum);
    out_.sites[opened.site.index].add(sum);
    out_.members[opened.owner.index].racks.add(sum);
    if (!priced && std::find(out_.unpriced.begin(), out_.unpriced.end(), opened.hardware) ==
                       out_.unpriced.end())
      out_.unpriced.push_back(opened.hardware);
    if (!gpus) return;
    const auto of_class =
        std::find_if(out_.classes.begin(), out_.classes.end(),
                     [&](const ClassMoney& c) { return c.hardware == opened.hardware; });
    if (of_class == out_.classes.end())
      out_.classes.push_back({opened.hardware, sum});
    else
      of_class->sum.add(sum);
  }

  std::int64_t used_ms(PoolId pool, std::uint32_t member) const {
    return run_.meter().ledger_at_end().used_gpu_ms[pool.index][member] -
           run_.meter().ledger_at_start().used_gpu_ms[pool.index][member];
  }

  // What the pool's machines did in the window; none where some of it has no price.
  std::optional<double> work_krw(const PoolOpened& pool) const {
    double sum = 0;
    for (std::uint32_t m = 0; m < s_.members.size(); ++m) {
      const std::int64_t ms = used_ms(pool.pool, m);
      if (ms == 0) continue;
      const double price = MemberId{m} == pool.owner ? listed_price(s_, pool.hardware)
                                                     : loan_price(s_, pool, MemberId{m});
      if (price <= 0) return std::nullopt;
      sum += static_cast<double>(ms) / static_cast<double>(units_of_one(pool.device)) /
             static_cast<double>(kMsPerHour) * price;
    }
    return sum;
  }

  double credit(const Build& build, FirmSize size) const {
    CreditClaim claim;
    claim.size = size;
    claim.eligible_krw = build.credit_eligible();
    claim.mean_before_krw = claim.eligible_krw;  // nothing is taken for an increase
    claim.invested = date_of(run_.meter().window().from);
    const Result<double> krw = credit_krw(finance_, *s_.money->tax_credit, claim);
    CHECK(krw);  // MoneyModel::make has looked
    return krw.value();
  }

  double net_present(const Build& build, const OwnPlan& own, const MoneyParts& parts,
                     double work) const {
    std::vector<double> flows(static_cast<std::size_t>(out_.years) + 1,
                              (work - parts.running()) / years_of_window_);
    flows[0] = own.tax_credit_krw - build.total();
    const Result<double> left = worth_after(finance_, build, out_.years);
    CHECK(left);  // yearly_cost has found the same lives
    flows.back() += left.value();
    return npv(own.rate, flows);
  }

  void tokens() {
    for (const TokenRateSpec& t : s_.money->token_rates) {
      const HardwareId hardware{index_of(s_.hardware, t.hardware)};
      for (const ClassMoney& c : out_.classes)
        if (c.hardware == hardware && c.sum.used_gpu_ms > 0)
          out_.tokens.push_back(
              {index_of(s_.workloads, t.workload), hardware, t.tokens_per_s,
               krw_per_million_tokens(*c.sum.per_used_gpu_h(), 1, t.tokens_per_s)});
    }
  }

  const Simulation& run_;
  const Scenario& s_;
  const FinanceSpec& finance_;
  const MoneyModel model_;
  const std::vector<std::int64_t>& site_energy_krw_;
  double window_ms_ = 0, years_of_window_ = 0;
  MoneyRun out_;
};

}  // namespace

MoneyParts& MoneyParts::operator+=(const MoneyParts& o) {
  gpus += o.gpus;
  building += o.building;
  electrical += o.electrical;
  cooling += o.cooling;
  grid += o.grid;
  credit += o.credit;
  maintenance += o.maintenance;
  insurance += o.insurance;
  property_tax += o.property_tax;
  staff += o.staff;
  energy += o.energy;
  water += o.water;
  carbon += o.carbon;
  depreciation += o.depreciation;
  return *this;
}

void MoneySum::add(const MoneySum& o) {
  parts += o.parts;
  gpu_krw += o.gpu_krw;
  installed_gpu_ms += o.installed_gpu_ms;
  used_gpu_ms += o.used_gpu_ms;
  build_krw += o.build_krw;
  work_krw += o.work_krw;
  npv_krw = npv_krw && o.npv_krw ? std::optional(*npv_krw + *o.npv_krw) : std::nullopt;
}

std::optional<double> MoneySum::per_installed_gpu_h() const {
  if (installed_gpu_ms == 0) return std::nullopt;
  return gpu_krw / (static_cast<double>(installed_gpu_ms) / static_cast<double>(kMsPerHour));
}
std::optional<double> MoneySum::per_used_gpu_h() const {
  if (used_gpu_ms == 0) return std::nullopt;
  return gpu_krw / (static_cast<double>(used_gpu_ms) / static_cast<double>(kMsPerHour));
}

std::optional<MoneyRun> run_money(const Simulation& run,
                                  const std::vector<std::int64_t>& site_energy_krw) {
  if (!run.scenario().money) return std::nullopt;
  return MoneyRunner(run, site_energy_krw).take();
}

}  // namespace dure
