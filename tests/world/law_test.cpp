// The law: each rule by itself, with the case that it forbids and the one just beside it.
#include "world/law.h"

#include <gtest/gtest.h>

#include "world/scenario_samples.h"

namespace dure {
namespace {

class Law : public testing::Test {
 protected:
  Law() {
    data_.korea_only = false;
    site_ = site("ulsan", "sk", "skt", {});
  }
  Legal ask() const {
    return legal(data_, work_, user_, {site_, site_.halls[0], operator_, owner_});
  }

  DataClassSpec data_;
  WorkloadSpec work_;
  SiteSpec site_;
  OperatorSpec operator_ = run_by("skt", Nationality::foreign);
  MemberSpec user_ = member("naver"), owner_ = member("sk");
};

TEST_F(Law, OpenDataMayRunAnywhere) {
  site_.jurisdiction = "us";
  EXPECT_EQ(ask(), Legal::yes);
}

TEST_F(Law, KoreaOnly) {
  data_.korea_only = true;
  EXPECT_EQ(ask(), Legal::yes);
  site_.jurisdiction = "us";
  EXPECT_EQ(ask(), Legal::jurisdiction);
  site_.jurisdiction = "";
  EXPECT_EQ(ask(), Legal::jurisdiction);
}

TEST_F(Law, WhoRunsTheHall) {
  // Row: what the class asks for. Column: foreign, kr_entity, kr_controlled, state.
  const bool allowed[4][4] = {{true, true, true, true},
                              {false, true, true, true},
                              {false, false, true, true},
                              {false, false, false, true}};
  for (int asked = 0; asked < 4; ++asked)
    for (int has = 0; has < 4; ++has) {
      data_.operator_nationality = static_cast<AnyNationality>(asked);
      operator_.nationality = static_cast<Nationality>(has);
      EXPECT_EQ(ask(), allowed[asked][has] ? Legal::yes : Legal::operator_nationality)
          << asked << has;
    }
}

TEST_F(Law, EveryCertificationIsNeeded) {
  data_.certifications = {"csap", "isms"};
  operator_.certifications = {"isms"};
  EXPECT_EQ(ask(), Legal::certification);
  operator_.certifications = {"isms", "iso", "csap"};
  EXPECT_EQ(ask(), Legal::yes);
}

TEST_F(Law, MemberSites) {
  data_.may_leave_member_sites = false;
  EXPECT_EQ(ask(), Legal::member_sites);
  owner_ = user_;  // its own racks at another's site
  EXPECT_EQ(ask(), Legal::yes);
  owner_ = member("sk");
  site_.owner = "naver";  // another's racks at its own site
  EXPECT_EQ(ask(), Legal::yes);
}

TEST_F(Law, LockedSites) {
  data_.may_leave_locked_sites = false;
  EXPECT_EQ(ask(), Legal::locked_sites);  // and the work names none
  work_.only_sites = {"sejong"};
  EXPECT_EQ(ask(), Legal::locked_sites);
  work_.only_sites = {"sejong", "ulsan"};
  EXPECT_EQ(ask(), Legal::yes);
  data_.may_leave_locked_sites = true;  // work may tie itself down under any class
  work_.only_sites = {"sejong"};
  EXPECT_EQ(ask(), Legal::locked_sites);
}

TEST_F(Law, NamesAreWhatTheyAre) {
  EXPECT_STREQ(to_string(Legal::yes), "yes");
  EXPECT_STREQ(to_string(Legal::jurisdiction), "jurisdiction");
  EXPECT_STREQ(to_string(Legal::operator_nationality), "operator_nationality");
  EXPECT_STREQ(to_string(Legal::certification), "certification");
  EXPECT_STREQ(to_string(Legal::member_sites), "member_sites");
  EXPECT_STREQ(to_string(Legal::locked_sites), "locked_sites");
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
