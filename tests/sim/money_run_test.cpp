// The money of a run: one hall for a day by hand, a story of a loan, and what is refused at the
// door. Random worlds: physics_storm_test.cpp.
#include "sim/money_run.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/shipped_physics.h"

namespace dure {
namespace {

FinanceSpec plain_finance() {
  FinanceSpec f;
  f.krw_per_usd = 1'000;
  f.discount_rates = {{"tenth", std::nullopt, 0.1, "assumption", ""}};
  for (const auto& [id, years] : {std::pair{"gpu_server", 5.0},
                                  {"network_gear", 6.0},
                                  {"electrical_plant", 15.0},
                                  {"mechanical_plant", 15.0},
                                  {"building", 40.0},
                                  {"substation_customer_owned", 20.0}})
    f.assets.push_back({id, years, years, years, 0.04, "assumption", ""});
  f.gpu_prices = {{"hgx", 20'000, 40'000, "assumption", ""}};
  f.gpu_residual = {0.7, 0.5, 0.35, 0.22, 0.12};
  f.network_share = 0.1;
  f.storage_share = 0.05;
  f.spares_share = 0.03;
  f.plant_per_mw = {{"shell_and_core", 4e9, 4e9, 4e9, "assumption", ""},
                    {"electrical", 5e9, 5e9, 5e9, "assumption", ""}};
  f.cooling_per_mw = {{"water", 2e9, 2e9, 2e9, "assumption", ""}};
  f.land_per_m2 = {{"plot", 1e6, 1e6, 1e6, "assumption", ""}};
  f.land_use = {{"campus", 1'500, "assumption"}};
  f.staff.base_heads = 1;
  f.staff.heads_per_mw = 10;
  f.staff.bend_mw = 200;
  f.staff.krw_per_head = 1e8;
  f.tax.property_building = 0.0025;
  f.tax.property_land = 0.002;
  f.tax.acquisition = 0.05;
  f.tax.insurance = 0.0025;
  f.tax_credits = {{"credit", 0.2, 0.2, 0.3, 0, std::nullopt, std::nullopt, "assumption", ""}};
  return f;
}

// 10 nodes of 10.4 kW, all their GPUs at half their span all day: 64 kW, with a PUE of 1.25 80 kW.
Scenario one_hall() {
  Scenario s = tiny::scenario(80);
  s.workloads = {tiny::service("serve", 20)};
  s.sites[0].halls[0].cooling = "cold";
  s.finance = plain_finance();
  MoneySpec m;
  m.krw_per_mw_grid = 2e9;
  m.owners = {{"a", "tenth", FirmSize::large, "assumption", ""}};
  m.sites = {{"site", "plot", "campus", 0, "assumption", ""}};
  m.cooling = {{"cold", "water", "assumption", ""}};
  m.token_rates = {{"serve", "hgx", 500, "assumption", ""}};
  s.money = m;
  s.prices = {{"hgx", 4'000, "assumption", ""}};
  return s;
}

struct Played {
  Simulation run;
  Summary sum;
  explicit Played(const Scenario& s) : run(s, tiny::options_of(s)) {
    const Result<Done> fits = check_physics(s, tiny::options_of(s));
    EXPECT_TRUE(fits) << to_string(fits.fault());
    run.run();
    sum = summarize(run);
    EXPECT_EQ(tiny::failing(sum), std::vector<std::string>{});
  }
};

TEST(MoneyRun, ADayByHand) {
  Scenario s = one_hall();
  const Played played(s);
  ASSERT_TRUE(played.sum.money);
  const MoneyRun& money = *played.sum.money;
  const MoneyParts& p = money.all.parts;
  const double day = 24.0 / 8'766, r = 0.1;
  const auto a = [&](double years) { return r / (1 - std::pow(1 + r, -years)); };
  // 80 GPUs of 30 million won; 0.104 MW of nameplate.
  const double gpus = 80 * 30e6, shell = 0.104 * 4e9, land = 0.104 * 1'500 * 1e6,
               acquisition = 0.05 * (shell + land), electrical = 0.104 * 5e9, cooling = 0.104 * 2e9,
               grid = 0.104 * 1.25 * 2e9;
  EXPECT_NEAR(
      p.gpus,
      day * gpus * ((1 - 0.12 / std::pow(1.1, 5)) * a(5) + (0.05 + 0.03) * a(5) + 0.1 * a(6)),
      1e-3);
  EXPECT_NEAR(p.building, day * ((shell + acquisition) * a(40) + land * r), 1e-3);
  EXPECT_NEAR(p.electrical, day * electrical * a(15), 1e-3);
  EXPECT_NEAR(p.cooling, day * cooling * a(15), 1e-3);
  EXPECT_NEAR(p.grid, day * grid * a(20), 1e-3);
  EXPECT_NEAR(p.maintenance,
              day * 0.04 * (1.18 * gpus + electrical + cooling + shell + acquisition + grid), 1e-3);
  EXPECT_NEAR(p.insurance, day * 0.0025 * (1.18 * gpus + shell + electrical + cooling + grid),
              1e-3);
  EXPECT_NEAR(p.property_tax, day * (0.0025 * shell + 0.002 * land), 1e-3);
  EXPECT_NEAR(p.staff, day * (1 + 10 * 0.104) * 1e8, 1e-3);
  EXPECT_NEAR(p.energy, 80 * 24 * 100, 1) << "kWh at 100 won";
  EXPECT_EQ(p.water, 0);
  EXPECT_EQ(p.credit, 0);
  EXPECT_NEAR(p.depreciation,
              day * (gpus * (0.88 + 0.08) / 5 + 0.1 * gpus / 6 + (electrical + cooling) / 15 +
                     (shell + acquisition) / 40 + grid / 20),
              1e-3);
  EXPECT_LT(p.depreciation, p.capital()) << "the rest is the cost of capital";
  // 1,920 GPU-hours stood, and all of them worked.
  EXPECT_NEAR(*money.all.per_installed_gpu_h(), p.total() / 1'920, 1e-9);
  EXPECT_EQ(money.all.used_gpu_ms, 1'920 * kMsPerHour);
  ASSERT_EQ(money.tokens.size(), 1u);
  EXPECT_NEAR(money.tokens[0].krw_per_million, p.total() / 1'920 / (500 * 3600) * 1e6, 1e-9);
  EXPECT_NEAR(money.all.work_krw, 1'920 * 4'000, 1e-3);
  EXPECT_NEAR(money.all.build_krw,
              1.18 * gpus + shell + electrical + cooling + grid + land + acquisition, 1e-3);
  // Five years of the same day, and what is left of it.
  double npv = -money.all.build_krw;
  for (int y = 1; y <= 5; ++y) npv += (1'920 * 4'000.0 - p.running()) / day / std::pow(1.1, y);
  npv += (0.12 * gpus + 0.1 * gpus / 6 + (electrical + cooling) * 10 / 15 + shell * 35 / 40 +
          grid * 15 / 20 + land) /
         std::pow(1.1, 5);
  EXPECT_NEAR(*money.all.npv_krw, npv, 1);
  EXPECT_EQ(money.years, 5);

  // A credit of a fifth of what is no building; carbon at 10,000 won a tonne of 0.4 kg/kWh.
  s.money->tax_credit = "credit";
  s.money->sites[0].krw_per_t_carbon = 10'000;
  s.accounts.carbon_g_per_kwh = 400;
  const Played more(s);
  const MoneyParts& q = more.sum.money->all.parts;
  EXPECT_NEAR(q.credit, day * 0.2 * (1.18 * gpus + electrical + cooling) * a(5), 1e-3);
  EXPECT_NEAR(q.carbon, 1'920 * 0.4 / 1'000 * 10'000, 1e-6);
  EXPECT_NEAR(q.total(), p.total() - q.credit + q.carbon, 1e-3);
}

TEST(MoneyRun, IdleAndDarkRacksCostTheSameMachines) {
  Scenario s = one_hall();
  const double busy = Played(s).sum.money->all.parts.gpus;
  s.workloads[0].demand[0].replicas_mean = 1;
  EXPECT_EQ(Played(s).sum.money->all.parts.gpus, busy);
  s.sites[0].grid[0].grid_mw = Watts(70'000);  // feeds five nodes of ten
  const Played dark(s);
  EXPECT_EQ(dark.sum.money->all.installed_gpu_ms, 1'920 * kMsPerHour);
  EXPECT_NEAR(dark.sum.money->all.parts.gpus, busy, 1e-6);
}

TEST(MoneyRun, WithoutASectionThereIsNone) {
  Scenario s = one_hall();
  s.money.reset();
  const Played played(s);
  EXPECT_FALSE(played.sum.money);
  for (const Check& c : played.sum.checks) EXPECT_NE(c.name.substr(0, 6), "money_");
}

TEST(MoneyRun, WorkWithoutAPriceHasNoNpv) {
  Scenario s = one_hall();
  s.prices.clear();
  const Played played(s);
  EXPECT_FALSE(played.sum.money->all.npv_krw);
  EXPECT_GT(played.sum.money->all.parts.total(), 0);
}

std::string thousand(double krw) { return std::to_string(std::llround(krw / 1'000)); }

// Nine nodes of a lender with little work, one of a borrower with more than it holds: who bears
// what, in thousands of won. Own use is a's 20 GPUs and b's 8; b borrows 24.
TEST(MoneyRun, StoryOfALoan) {
  Scenario s = one_hall();
  MemberSpec borrower = s.members[0];
  borrower.id = "b";
  s.members[0].demand_base_gpus = Gpus(72);
  borrower.demand_base_gpus = Gpus(8);
  s.members.push_back(borrower);
  s.installs[0].gpus = Gpus(72);
  s.installs.push_back(s.installs[0]);
  s.installs[1].owner = "b";
  s.installs[1].gpus = Gpus(8);
  s.money->owners.push_back({"b", "tenth", FirmSize::large, "assumption", ""});
  s.workloads.push_back(tiny::service("theirs", 8));
  s.workloads[0].demand[0].replicas_mean = 5;
  s.workloads[1].demand[0].member = "b";
  LendingSpec lend;
  lend.owner = "a";
  lend.price_krw_per_gpu_hour = 3'000;
  s.lending = {lend};
  const Played played(s);
  const MoneyRun& money = *played.sum.money;
  std::string story;
  for (std::size_t m = 0; m < 2; ++m) {
    const MemberMoney& x = money.members[m];
    story += s.members[m].id + ": cost " + thousand(x.racks.parts.total()) + ", received " +
             thousand(static_cast<double>(x.received_krw)) + ", paid " +
             thousand(static_cast<double>(x.paid_krw)) + ", bears " + thousand(x.net_krw()) +
             ", for " + std::to_string(x.work_gpu_ms / kMsPerHour) + " GPU h\n";
  }
  EXPECT_EQ(story,
            "a: cost 3249, received 1728, paid 0, bears 1521, for 480 GPU h\n"
            "b: cost 366, received 0, paid 1728, bears 2094, for 768 GPU h\n");
  EXPECT_NEAR(money.all.work_krw, (480 + 192) * 4'000 + 576 * 3'000, 1);
}

// Each break of the section, by the place that is named and what is hinted.
TEST(MoneyRun, RefusedWithItsPlace) {
  const Scenario good = one_hall();
  ASSERT_TRUE(check_physics(good, tiny::options_of(good)));
  const auto expect = [&](auto&& spoil, const std::string& where, const std::string& words) {
    Scenario s = good;
    spoil(s);
    const Result<Done> fits = check_physics(s, tiny::options_of(s));
    ASSERT_FALSE(fits) << where;
    EXPECT_EQ(fits.fault().where, where);
    EXPECT_NE(to_string(fits.fault()).find(words), std::string::npos) << to_string(fits.fault());
  };
  expect([](Scenario& s) { s.finance.reset(); }, "money", "finance-kr.yaml");
  expect([](Scenario& s) { s.money->owners.clear(); }, "money.owners", "member a");
  expect([](Scenario& s) { s.money->owners.push_back(s.money->owners[0]); }, "money.owners[1]",
         "each once");
  expect([](Scenario& s) { s.money->owners[0].discount_rate = "tent"; },
         "money.owners[0].discount_rate", "did you mean tenth?");
  expect([](Scenario& s) { s.money->sites.clear(); }, "money.sites", "site site");
  expect([](Scenario& s) { s.money->sites[0].land = "plod"; }, "money.sites[0].land",
         "did you mean plot?");
  expect([](Scenario& s) { s.money->sites[0].land_use = "kampus"; }, "money.sites[0].land_use",
         "did you mean campus?");
  expect([](Scenario& s) { s.money->cooling.clear(); }, "money.cooling", "cold");
  expect([](Scenario& s) { s.money->cooling[0].priced_as = "watr"; }, "money.cooling[0].priced_as",
         "did you mean water?");
  expect([](Scenario& s) { s.finance->gpu_prices[0].hardware = "nvl"; }, "money.hardware", "hgx");
  expect(
      [](Scenario& s) {
        s.money->hardware = {{"hgx", "hgxx", "assumption", ""}};
      },
      "money.hardware[0].priced_as", "did you mean hgx?");
  expect([](Scenario& s) { s.money->tax_credit = "credits"; }, "money.tax_credit",
         "did you mean credit?");
  expect([](Scenario& s) { s.finance->assets.pop_back(); }, "finance", "assets");
  expect([](Scenario& s) { s.finance->plant_per_mw.clear(); }, "finance", "plant_per_mw");
}

TEST(MoneyRun, AClassWithoutAPriceIsSaid) {
  Scenario s = one_hall();
  s.money->hardware = {{"hgx", "", "assumption", ""}};
  const Played played(s);
  const MoneyRun& money = *played.sum.money;
  ASSERT_EQ(money.unpriced.size(), 1u);
  EXPECT_EQ(money.all.parts.gpus, 0);
  EXPECT_GT(money.all.parts.building, 0) << "its hall is there";
  EXPECT_EQ(money.all.build_krw, 0);
}

// A book that is falsified is found.
TEST(MoneyRun, BooksThatDoNotBalanceAreFound) {
  const Played played(one_hall());
  const auto broken = [&](auto&& spoil) {
    Books b = played.sum.books;
    spoil(*b.money);
    std::vector<std::string> out;
    for (const Check& c : check_books(b))
      if (!c.ok) out.push_back(c.name);
    return out;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(broken([](MoneyBooks&) {}), Names{});
  EXPECT_EQ(broken([](MoneyBooks& m) { m.of_sites_krw += 10; }), Names{"money_of_sites"});
  EXPECT_EQ(broken([](MoneyBooks& m) { m.of_classes_krw += 10; }), Names{"money_of_classes"});
  EXPECT_EQ(broken([](MoneyBooks& m) { m.net_of_members_krw += 10; }), Names{"money_of_members"});
  EXPECT_EQ(broken([](MoneyBooks& m) { m.machines_by_hour_krw += 10; }),
            Names{"money_of_machines"});
  EXPECT_EQ(broken([](MoneyBooks& m) { m.bills_krw += 10; }), Names{"money_of_bills"});
  EXPECT_EQ(broken([](MoneyBooks& m) { m.stood_gpu_ms += 1; }), Names{"money_gpu_time"});
  EXPECT_EQ(broken([](MoneyBooks& m) { m.net_lent_krw += 1; }), Names{"money_lent"});
  EXPECT_EQ(broken([](MoneyBooks& m) { m.members[0].settled_krw += 1; }), Names{"money_lent/a"});
}

}  // namespace
}  // namespace dure
