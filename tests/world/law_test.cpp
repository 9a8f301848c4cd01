// The law: each rule by itself, with the case that it forbids and the one just beside it; and what
// holds of labels, whatever they are.
#include "world/law.h"

#include <gtest/gtest.h>

#include "base/stream.h"
#include "world/law_facts.h"
#include "world/scenario_samples.h"

namespace dure {
namespace {

constexpr MemberId kUser{1}, kOwner{0};

class Law : public testing::Test {
 protected:
  Law() { hall_.site_owner = kOwner; }
  std::string ask(DataAction action = DataAction::run) const {
    const Label label = at_sites(label_of(class_, kUser, only_), only_);
    const Verdict v = judge(label, action, {hall_, racks_of_}, tenant_, rows_);
    if (v.denied) return std::string(enum_name(*v.denied));
    if (!v.needs.empty())
      return "needs " + std::to_string(v.needs.size()) + " " +
             std::string(enum_name(v.needs[0].unasked)) + " " +
             std::to_string(v.needs[0].lead_days);
    return "yes";
  }
  ClassOpened class_ = facts::data_class(0);
  HallOpened hall_ = facts::hall(0, 3, Nationality::foreign);
  MemberId racks_of_ = kOwner;
  std::vector<SiteId> only_;
  Tenant tenant_;
  std::vector<RowOpened> rows_;
};

TEST_F(Law, OpenDataMayRunAnywhere) {
  hall_.jurisdiction = "us";
  EXPECT_EQ(ask(), "yes");
}

TEST_F(Law, Jurisdictions) {
  class_.jurisdictions = {"eu", "kr"};
  EXPECT_EQ(ask(), "yes");
  hall_.jurisdiction = "eu";
  EXPECT_EQ(ask(), "yes");
  hall_.jurisdiction = "us";
  EXPECT_EQ(ask(), "jurisdiction");
  hall_.jurisdiction = "";
  EXPECT_EQ(ask(), "jurisdiction");
}

TEST_F(Law, WhoRunsTheHall) {
  // Row: what the class asks for. Column: foreign, kr_entity, kr_controlled, state.
  const bool allowed[4][4] = {{true, true, true, true},
                              {false, true, true, true},
                              {false, false, true, true},
                              {false, false, false, true}};
  for (int asked = 0; asked < 4; ++asked)
    for (int has = 0; has < 4; ++has) {
      class_.run_by = static_cast<AnyNationality>(asked);
      hall_.run_by = static_cast<Nationality>(has);
      EXPECT_EQ(ask(), allowed[asked][has] ? "yes" : "operator_nationality") << asked << has;
    }
}

TEST_F(Law, AForeignLawReachesWhatItsCompanyHolds) {
  hall_.foreign_law = {"us"};
  hall_.run_by = Nationality::kr_controlled;  // whatever the register says
  class_.run_by = AnyNationality::kr_entity;
  EXPECT_EQ(ask(), "yes");
  class_.run_by = AnyNationality::kr_controlled;
  EXPECT_EQ(ask(), "foreign_law_reach");
  hall_.foreign_law.clear();
  EXPECT_EQ(ask(), "yes");
}

TEST_F(Law, EncryptedBytesMayLieWhereTheyMayNotRun) {
  class_.run_by = AnyNationality::kr_controlled;
  class_.kept_by = AnyNationality::kr_entity;
  hall_.run_by = Nationality::kr_entity;
  hall_.foreign_law = {"us"};
  EXPECT_EQ(ask(), "foreign_law_reach");
  EXPECT_EQ(ask(DataAction::store), "yes");
}

TEST_F(Law, EveryCertificationIsNeeded) {
  class_.certifications = {"csap", "isms"};
  hall_.certifications = {"isms"};
  EXPECT_EQ(ask(), "certification_missing");
  hall_.certifications = {"csap", "isms", "iso"};
  EXPECT_EQ(ask(), "yes");
}

TEST_F(Law, Isolation) {
  class_.isolation = Isolation::dedicated_hosts;
  hall_.isolation = Isolation::logical;
  EXPECT_EQ(ask(), "isolation_missing");
  hall_.isolation = Isolation::dedicated_hosts;
  EXPECT_EQ(ask(), "yes");
}

TEST_F(Law, LeavingKorea) {
  class_.lead_days = 30;
  class_.leaving = ExportRule::consent;
  EXPECT_EQ(ask(), "yes");  // it does not leave
  hall_.jurisdiction = "us";
  EXPECT_EQ(ask(), "needs 1 consent_missing 30");
  class_.leaving = ExportRule::approval;
  EXPECT_EQ(ask(), "needs 1 approval_missing 30");
  class_.leaving = ExportRule::deny;
  EXPECT_EQ(ask(), "export_denied");
  class_.leaving = ExportRule::free;
  EXPECT_EQ(ask(), "yes");
}

TEST_F(Law, MemberSites) {
  class_.may_leave_member_sites = 0;
  EXPECT_EQ(ask(), "member_sites");
  racks_of_ = kUser;  // its own racks at another's site
  EXPECT_EQ(ask(), "yes");
  racks_of_ = kOwner;
  hall_.site_owner = kUser;  // another's racks at its own site
  EXPECT_EQ(ask(), "yes");
  hall_.site_owner.reset();
  EXPECT_EQ(ask(), "member_sites");
}

TEST_F(Law, LockedSites) {
  class_.may_leave_locked_sites = 0;
  EXPECT_EQ(ask(), "locked_sites");  // and the work names none
  only_ = {SiteId{2}};
  EXPECT_EQ(ask(), "locked_sites");
  only_ = {SiteId{2}, SiteId{3}};
  EXPECT_EQ(ask(), "yes");
  class_.may_leave_locked_sites = 1;  // work may tie itself down under any class
  only_ = {SiteId{2}};
  EXPECT_EQ(ask(), "locked_sites");
}

TEST_F(Law, RowsTighten) {
  rows_ = {facts::row(0, DataAction::run, 10)};
  rows_[0].tenant_parents = {"foreign"};
  rows_[0].because = LawCode::tenant_parent_blocked;
  EXPECT_EQ(ask(), "yes");
  tenant_.parent = "us";
  EXPECT_EQ(ask(), "needs 1 tenant_parent_blocked 10");
  rows_[0].classes = {ClassId{7}};  // another class
  EXPECT_EQ(ask(), "yes");
  rows_[0].classes = {ClassId{0}};
  rows_[0].from_eflop = 5;
  tenant_.eflop = 4;
  EXPECT_EQ(ask(), "yes");
  tenant_.eflop = 5;
  rows_[0].verdict = RowVerdict::deny;
  EXPECT_EQ(ask(), "tenant_parent_blocked");
  rows_[0].jurisdictions = {"foreign"};
  EXPECT_EQ(ask(), "yes");
  hall_.jurisdiction = "us";
  EXPECT_EQ(ask(), "tenant_parent_blocked");
}

TEST_F(Law, LoweringNeedsARow) {
  const Label label = label_of(class_, kUser, {});
  EXPECT_EQ(judge_lowering(label, {}).denied, LawCode::approval_missing);
  rows_ = {facts::row(0, DataAction::lower_class, 5)};
  const Verdict v = judge_lowering(label, rows_);
  EXPECT_FALSE(v.denied);
  ASSERT_EQ(v.needs.size(), 1u);
  EXPECT_EQ(v.needs[0].lead_days, 5);
}

TEST_F(Law, SendingAbroad) {
  class_.leaving = ExportRule::approval;
  class_.lead_days = 365;
  const Label label = label_of(class_, kUser, {});
  EXPECT_TRUE(judge_leaving(label, "kr", {}, {}).allowed());
  EXPECT_EQ(judge_leaving(label, "us", {}, {}).needs.at(0).lead_days, 365);
  class_.leaving = ExportRule::deny;
  EXPECT_EQ(judge_leaving(label_of(class_, kUser, {}), "us", {}, {}).denied,
            LawCode::export_denied);
}

// ---- labels, whatever they are

template <class T>
T one_of(Stream& r, int n) {
  return static_cast<T>(r.below(static_cast<std::uint64_t>(n)));
}
std::vector<std::string> some(Stream& r, const std::vector<std::string>& of) {
  std::vector<std::string> out;
  for (const std::string& word : of)
    if (r.below(2) == 0) out.push_back(word);
  return out;
}

ClassOpened any_class(Stream& r, std::uint32_t id) {
  ClassOpened c = facts::data_class(id);
  if (r.below(2) == 0) c.jurisdictions = some(r, {"eu", "kr", "us"});
  c.run_by = one_of<AnyNationality>(r, 4);
  c.kept_by = one_of<AnyNationality>(r, 4);
  c.certifications = some(r, {"csap", "isms", "isms_p"});
  c.isolation = one_of<Isolation>(r, 7);
  c.leaving = one_of<ExportRule>(r, 4);
  c.lead_days = static_cast<std::int64_t>(r.below(40));
  c.may_leave_member_sites = one_of<std::uint32_t>(r, 2);
  c.may_leave_locked_sites = one_of<std::uint32_t>(r, 2);
  return c;
}
Label any_label(Stream& r, const std::vector<ClassOpened>& classes) {
  std::vector<SiteId> only;
  for (std::uint32_t s = 0; s < 3; ++s)
    if (r.below(2) == 0) only.push_back(SiteId{s});
  Label l = label_of(classes[r.below(classes.size())], one_of<bool>(r, 2) ? kUser : kOwner, only);
  return r.below(3) == 0 ? join(l, any_label(r, classes)) : l;
}
HallOpened any_hall(Stream& r) {
  HallOpened h = facts::hall(0, one_of<std::uint32_t>(r, 3), one_of<Nationality>(r, 4));
  h.jurisdiction = std::vector<std::string>{"kr", "kr", "eu", "us"}[r.below(4)];
  h.certifications = some(r, {"csap", "isms", "isms_p"});
  if (r.below(4) == 0) h.foreign_law = {"us"};
  h.isolation = one_of<Isolation>(r, 7);
  if (r.below(2) == 0) h.site_owner = one_of<bool>(r, 2) ? kUser : kOwner;
  return h;
}

TEST(Labels, JoinIsASemilatticeAndLawIsMonotone) {
  int yes = 0, denied = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Stream r(seed, "labels", 0);
    std::vector<ClassOpened> classes;
    for (std::uint32_t i = 0; i < 4; ++i) classes.push_back(any_class(r, i));
    const Label a = any_label(r, classes), b = any_label(r, classes), c = any_label(r, classes);
    ASSERT_EQ(join(a, b), join(b, a));
    ASSERT_EQ(join(join(a, b), c), join(a, join(b, c)));
    ASSERT_EQ(join(a, a), a);
    ASSERT_EQ(join(a, join(a, b)), join(a, b));
    std::vector<RowOpened> rows;
    if (r.below(2) == 0) {
      rows = {facts::row(0, DataAction::run, 10)};
      if (r.below(2) == 0) rows[0].classes = {ClassId{one_of<std::uint32_t>(r, 4)}};
      rows[0].verdict = one_of<RowVerdict>(r, 2);
      if (r.below(2) == 0) rows[0].tenant_parents = {"foreign"};
    }
    const HallOpened hall = any_hall(r);
    const Venue place{hall, one_of<bool>(r, 2) ? kUser : kOwner};
    const Tenant tenant{r.below(2) == 0 ? "us" : "kr", 0};
    for (const DataAction action : {DataAction::run, DataAction::store}) {
      const Verdict both = judge(join(a, b), action, place, tenant, rows);
      for (const Label* one : {&a, &b}) {
        const Verdict v = judge(*one, action, place, tenant, rows);
        ASSERT_TRUE(!both.allowed() || v.allowed()) << seed;
        ASSERT_TRUE(both.denied || !v.denied) << seed;
        ASSERT_TRUE(both.denied || v.needs.size() <= both.needs.size()) << seed;
      }
      ++(both.allowed() ? yes : denied);
    }
  }
  EXPECT_GT(yes, 200);  // the cases are not all of one kind
  EXPECT_GT(denied, 200);
}

TEST(Labels, AMixOfTwoOwnersSecretsMayRunNowhere) {
  ClassOpened secret = facts::data_class(0);
  secret.may_leave_member_sites = 0;
  const Label mix = join(label_of(secret, kUser, {}), label_of(secret, kOwner, {}));
  HallOpened hall = facts::hall(0, 0, Nationality::state);
  hall.site_owner = kUser;
  EXPECT_EQ(judge(mix, DataAction::run, {hall, kOwner}, {}, {}).denied, LawCode::member_sites);
}

TEST(Lending, TheLargestShareOfTheContractsThatApply) {
  Scenario s = small_alliance();
  s.members.push_back(member("lg"));
  const MemberSpec &sk = s.members[0], &naver = s.members[1], &lg = s.members[2];
  const SiteSpec &ulsan = s.sites[0], &sejong = s.sites[1];
  EXPECT_EQ(lending_permille(s, sk, sk, ulsan), 1000u);
  EXPECT_EQ(lending_permille(s, sk, naver, ulsan), 0u);  // without a contract nothing is lent
  s.lending = {lends("sk", 0.25), lends("sk", 0.5, {"naver"}), lends("sk", 0.75, {}, {"sejong"}),
               lends("lg", 1.0)};
  EXPECT_EQ(lending_permille(s, sk, naver, ulsan), 500u);
  EXPECT_EQ(lending_permille(s, sk, lg, ulsan), 250u);
  EXPECT_EQ(lending_permille(s, sk, lg, sejong), 750u);
  EXPECT_EQ(lending_permille(s, naver, sk, sejong), 0u);
  s.lending = {lends("sk", 0.0005), lends("sk", 0.3335)};
  EXPECT_EQ(lending_permille(s, sk, lg, ulsan), 334u);  // to the nearest thousandth
}

}  // namespace
}  // namespace dure
