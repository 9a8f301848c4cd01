// Scenario files: read whole or refused with all faults at their places; written and read back the
// same.
#include "io/scenario_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "base/stream.h"
#include "io/describe_reader.h"
#include "io/yaml_writer.h"
#include "source_dir.h"

namespace dure {
namespace {

const std::string kSmall = source_dir() + "/scenarios/small/small.yaml";

std::string small_text() { return read_text_file(kSmall).value(); }

std::string faults_of(const Faults& faults) {
  std::string all;
  for (const Fault& f : faults) all += (all.empty() ? "" : "\n") + to_string(f);
  return all;
}

// The small scenario with old replaced by fresh, once.
std::string edited(const std::string& old, const std::string& fresh) {
  std::string text = small_text();
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), fresh);
}

// "s.yaml:LINE:COLUMN" of what stands in text.
std::string place(const std::string& text, const std::string& what) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  const std::size_t line_start = text.rfind('\n', at) + 1;
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i < at; ++i) line += text[i] == '\n' ? 1 : 0;
  for (std::size_t i = line_start; i < at; ++i) column += (text[i] & 0xc0) != 0x80 ? 1 : 0;
  return "s.yaml:" + std::to_string(line) + ":" + std::to_string(column);
}

Outcome<Scenario> read_text(const std::string& text, std::vector<std::string> settings = {},
                            Faults* warnings = nullptr) {
  return read_scenario("s.yaml", settings, warnings,
                       [&](const std::string&) -> Result<std::string> { return text; });
}
std::string faults_in(const std::string& text, std::vector<std::string> settings = {}) {
  const Outcome<Scenario> s = read_text(text, std::move(settings));
  return s ? "" : faults_of(s.faults());
}

TEST(ScenarioReader, ReadsTheSmallScenario) {
  Faults warnings;
  const Outcome<Scenario> read = read_scenario(kSmall, {}, &warnings);
  ASSERT_TRUE(read) << faults_of(read.faults());
  EXPECT_EQ(faults_of(warnings), "");
  const Scenario& s = read.value();
  EXPECT_EQ(s.run.from, (Date{2027, 1, 1}));
  EXPECT_EQ(s.sites.size(), 3U);
  EXPECT_EQ(s.sites[0].grid[1].grid_mw, Watts(41'500'000));
  EXPECT_EQ(s.hardware[0].rack_max_kw, Watts(142'000));
  EXPECT_EQ(s.hardware[0].release, (Date{2025, 7, 1}));
  EXPECT_EQ(s.members[0].name_ko, "SK그룹");
  EXPECT_EQ(s.installs[3].retire_month, (Date{2030, 1, 1}));
  EXPECT_FALSE(s.installs[0].retire_month.has_value());
  EXPECT_EQ(s.workloads[2].kind, WorkKind::service);
  EXPECT_FALSE(s.workloads[2].size.has_value());
  EXPECT_EQ(s.workloads[1].estimate.max_factor, 3);  // the default
  EXPECT_FALSE(s.data_classes[2].may_leave_member_sites);
}

TEST(ScenarioReader, ReadsTheHubAndItsOtherReadings) {
  for (const char* file : {"hub", "options/all_by_2027", "options/no_lending",
                           "options/rack_limits", "options/ulsan_60000"}) {
    const Outcome<Scenario> read =
        read_scenario(source_dir() + "/scenarios/k-ai-hub/" + file + ".yaml");
    ASSERT_TRUE(read) << faults_of(read.faults());
  }
}

struct Case {
  std::string old, fresh, at, rest;  // at: what stands at the fault's place
};

TEST(ScenarioReader, SaysWhereAndWhatWasExpected) {
  const std::vector<Case> cases{
      // Unknown keys.
      {"backfill: easy", "bakcfill: easy", "bakcfill",
       "policy.bakcfill: expected a known key, found 'bakcfill' (did you mean backfill?)"},
      {"    pue: 1.12", "    pue_: 1.12", "pue_",
       "sites[1].pue_: expected a known key, found 'pue_' (did you mean pue?)"},
      {"run: {", "include_: x\nrun: {", "include_",
       "include_: expected a known key, found 'include_' (known: id, name_en, name_ko, note, run, "
       "policy, "
       "accounts, sources, decisions, members, operators, data_classes, "
       "sovereignty, certifications, roles, policy_rows, artifacts, approvals, hardware, sites, "
       "installs, …)"},
      {"accounts:\n", "accounts:\n  include: x.yaml\n", "include: x",
       "accounts.include: expected a known key, found 'include' (include: stands at the top of a "
       "file only)"},
      // Wrong kinds.
      {"pue: 1.12", "pue: [1.12]", "[1.12]",
       "sites[1].pue: expected a number from 1 to 3, found a list of 1"},
      {"pue: 1.12", "pue: \"1.12\"", "\"1.12\"",
       "sites[1].pue: expected a number from 1 to 3, found '1.12' in quotes (without the quotes)"},
      {"pue: 1.12", "pue:", "pue:\n", "sites[1].pue: expected a number from 1 to 3, found nothing"},
      {"name_en: Ulsan", "name_en: 1.5", "1.5",
       "sites[0].name_en: expected text, found '1.5' (put it in quotes)"},
      {"name_en: Ulsan", "name_en: \"\"", "\"\"",
       "sites[0].name_en: expected text, found empty text"},
      {"name_en: Ulsan", "name_en: \"\\e[31m\"", "\"\\e",
       "sites[0].name_en: expected text, found '\\x1b[31m' in quotes (no control characters)"},
      {"preemptible: true", "preemptible: yes", "yes\n",
       "workloads[1].preemptible: expected true or false, found 'yes'"},
      {"options: [\"hardware[gb300_nvl72].rack_max_kw=120\"]", "options: none", "none\n    source",
       "decisions[0].options: expected a list, found 'none'"},
      {"size: {gpus: [64, 128, 256, 512], weights: [40, 30, 20, 10]}", "size: 64", "64\n",
       "workloads[0].size: expected a map with weights, found '64'"},
      {"from: 2027-01-01,", "from: 2027-02-30,", "2027-02-30",
       "run.from: expected a date like 2027-01-31, or a month like 2027-01, found '2027-02-30'"},
      {"month: 2027-07", "month: 1727-07", "1727-07",
       "sites[0].grid[1].month: expected a date from 1990 to 2100, found '1727-07'"},
      {"status: contract", "status: contracted", "contracted",
       "installs[1].status: expected one of operating, contract, planned, announced, claim, goal, "
       "assumption, "
       "found 'contracted' (did you mean contract?)"},
      // Out of range, overflow, fractions.
      {"pue: 1.12", "pue: .nan", ".nan",
       "sites[1].pue: expected a number from 1 to 3, found '.nan'"},
      {"pue: 1.12", "pue: 0.99", "0.99",
       "sites[1].pue: expected a number from 1 to 3, found '0.99'"},
      {"pue: 1.12", "pue: 1e999", "1e999",
       "sites[1].pue: expected a number from 1 to 3, found '1e999'"},
      {"grid_mw: 41.5", "grid_mw: -1", "-1,",
       "sites[0].grid[1].grid_mw: expected a number from 0 to 5000 (mw), found '-1'"},
      {"grid_mw: 41.5", "grid_mw: 99999999999999999999", "99999999999999999999",
       "sites[0].grid[1].grid_mw: expected a number from 0 to 5000 (mw), found "
       "'99999999999999999999'"},
      {"grid_mw: 41.5", "grid_mw: 41.50000001", "41.50000001",
       "sites[0].grid[1].grid_mw: expected a number from 0 to 5000 (mw), found '41.50000001' "
       "(1/1000000 is the smallest step)"},
      {"hardware: h200_hgx, gpus: 1024,", "hardware: h200_hgx, gpus: 1024.5,", "1024.5",
       "installs[2].gpus: expected a number from 1 to 10000000 (gpus), found '1024.5' (no "
       "fractions)"},
      {"median_hours: 6", "median_hours: 0", "0, sigma",
       "workloads[0].duration.median_hours: expected a number above 0 up to 100000 (hours), found "
       "'0'"},
      {"allocation_priority: 60", "allocation_priority: 101", "101",
       "members[2].allocation_priority: expected a whole number from 0 to 100, found '101'"},
      // Lists.
      {"demand:\n      - {member: sk, arrivals_per_day: 22, source: assumption}\n"
       "      - {member: naver, arrivals_per_day: 3.5, source: assumption}",
       "demand: []", "[]\n    pattern",
       "workloads[0].demand: expected a list with at least one row, found []"},
      {"weekday: [0.98, 0.98, 0.98, 1.0, 1.03, 1.03, 1.0]", "weekday: [1, 1]", "[1, 1]",
       "patterns[1].weekday: expected a list of 7, found a list of 2"},
      {"- {owner: sk, max_share: 0.5, source: assumption}", "- owner", "owner\n  - {owner: gov",
       "lending[0]: expected a map with owner, source, found 'owner'"},
      // Ids.
      {"id: ulsan\n", "id: Ulsan-1\n", "Ulsan-1",
       "sites[0].id: expected an id of a to z, 0 to 9 and _, found 'Ulsan-1'"},
      // References.
      {"owner: naver, site", "owner: navr, site", "navr",
       "installs[2].owner: expected an id of members, found 'navr' (did you mean naver?)"},
      {"hall: liquid", "hall: liqiud", "liqiud",
       "installs[4].hall: expected a hall of site gwangju, found 'liqiud' (did you mean liquid?)"},
      {"source: gb300_spec\n", "source: gb300_spek+recalled\n", "gb300_spek",
       "hardware[0].source: expected a key of sources, or assumption, derived, recalled, found "
       "'gb300_spek' "
       "(did you mean gb300_spec?)"},
  };
  for (const Case& c : cases) {
    const std::string text = edited(c.old, c.fresh);
    const std::string expected = place(text, c.at) + ": " + c.rest;
    const std::string all = faults_in(text);
    EXPECT_EQ(all.substr(0, all.find('\n')), expected) << c.fresh;
  }
}

TEST(ScenarioReader, OneEditIsOneFault) {
  for (const auto& [old, fresh] : std::vector<std::pair<std::string, std::string>>{
           {"pue: 1.12", "pue: 9"},
           {"owner: naver, site", "owner: navr, site"},
           {"weights: [40, 30, 20, 10]", "weights: [40, 30, 20]"},
           {"hour: [0.261,", "hour: [x,"}}) {
    const std::string all = faults_in(edited(old, fresh));
    EXPECT_EQ(all.find('\n'), std::string::npos) << all;
    EXPECT_NE(all, "");
  }
}

TEST(ScenarioReader, NamesWhatIsMissing) {
  const std::string text = edited("    lat_deg: 35.5\n", "");
  EXPECT_EQ(
      faults_in(text),
      place(text, "id: ulsan\n") +
          ": sites[0].lat_deg: expected the key lat_deg: a number from -90 to 90 (deg), found none "
          "(latitude north, WGS 84)");
}

TEST(ScenarioReader, AllFaultsAtOnce) {
  std::string text = edited("pue: 1.12", "pue: 9");
  text.replace(text.find("backfill: easy"), 14, "backfill: hard");
  text.replace(text.find("site: sejong, hall"), 18, "site: sejnog, hall");
  text.replace(text.find("priority: 70"), 12, "prioritty: 70");
  text.replace(text.find("name_en: Naver,"), 15, "name_en: a, name_en: b,");
  const std::string all = faults_in(text);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 4) << all;
  for (const char* path : {"policy.backfill", "sites[1].pue", "installs[2].site",
                           "workloads[3].prioritty", "each key once"})
    EXPECT_NE(all.find(path), std::string::npos) << path;
}

TEST(ScenarioReader, ChecksReferencesBesideOtherFaults) {
  const std::string text = edited("owner: naver, site", "owner: navr, site");
  const std::string all = faults_in(text, {"polcy.order=arrival", "run.seed=x"});
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 2) << all;
  EXPECT_NE(all.find("'navr'"), std::string::npos) << all;
  // But not where all that refers to a lost row would be wrong as well.
  const std::string lost = faults_in(edited("members:\n", "membrs:\n"));
  EXPECT_EQ(std::count(lost.begin(), lost.end(), '\n'), 1) << lost;
}

TEST(ScenarioReader, ManyFaultsEnd) {
  std::string text = "x: 1\n";
  for (int i = 0; i < 250; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const Outcome<Scenario> s = read_text(text);
  ASSERT_FALSE(s);
  EXPECT_EQ(s.faults().size(), 200U);
  EXPECT_EQ(s.faults().back().hint, "and more: only the first faults are listed");
}

TEST(ScenarioReader, MissesNothingOfAFileItCouldNotRead) {
  const Outcome<Scenario> s =
      read_scenario("s.yaml", {}, nullptr, [&](const std::string& path) -> Result<std::string> {
        if (path == "s.yaml") return std::string("include: rest.yaml\nid: x\nrun: {from: 1}\n");
        return std::string("a: [\n");
      });
  ASSERT_FALSE(s);
  EXPECT_EQ(
      faults_of(s.faults()),
      "rest.yaml:2:1: expected YAML, found end of sequence flow not found (is a ] missing?)\n"
      "s.yaml:3:13: run.from: expected a date like 2027-01-31, or a month like 2027-01, found '1'\n"
      "s.yaml:3:6: run.to: expected the key to: "
      "a date like 2027-01-31, or a month like 2027-01, found none (the day after the last)");
}

TEST(ScenarioReader, TakesSettings) {
  const Outcome<Scenario> s = read_text(
      small_text(),
      {"policy.order=arrival", "sites[sejong].pue=1.3", "sites[0].grid[0].grid_mw=50.25",
       "sites[0].grid[1].grid_mw=60", "run.warmup_days=0", "run.step_ms=60000",
       "workloads[fine_tuning].only_sites=[ulsan, gwangju]", "installs[3].retire_month=null"});
  ASSERT_TRUE(s) << faults_of(s.faults());
  EXPECT_EQ(s.value().policy.order, Order::arrival);
  EXPECT_EQ(s.value().sites[1].pue, 1.3);
  EXPECT_EQ(s.value().sites[0].grid[0].grid_mw, Watts(50'250'000));
  EXPECT_EQ(s.value().run.step_ms, Millis(60'000));
  EXPECT_EQ(s.value().run.warmup_days, 0);
  EXPECT_EQ(s.value().workloads[1].only_sites, (std::vector<std::string>{"ulsan", "gwangju"}));
  EXPECT_FALSE(s.value().installs[3].retire_month);
}

TEST(ScenarioReader, FaultsOfSettingsNameTheSetting) {
  EXPECT_EQ(faults_in(small_text(), {"sites[1].pue=9"}),
            "--set sites[1].pue=9: sites[1].pue: expected a number from 1 to 3, found '9'");
  EXPECT_EQ(faults_in(small_text(), {"polcy.order=arrival"}).substr(0, 70),
            "--set polcy.order=arrival: polcy: expected a known key, found 'polcy' ");
  EXPECT_EQ(faults_in(small_text(), {"installs[0].owner=nobody"}),
            "--set installs[0].owner=nobody: installs[0].owner: expected an id of members, found "
            "'nobody' "
            "(known: sk, naver, gov)");
}

TEST(ScenarioReader, WarnsOfWhatMayBeMeant) {
  Faults warnings;
  ASSERT_TRUE(read_text(edited("grid_mw: 41.5", "grid_mw: 3.5"), {}, &warnings));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].found, "3.5");
}

// ---- written and read back ----

// Any struct whose fields are each within their limits (what stands between rows does not matter
// here).
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : stream_(seed, "scenario", 0) {}

  template <Described S>
  S any() {
    S s{};
    each_field<S>([&](const auto& f) {
      using F = std::remove_cvref_t<decltype(f)>;
      auto& member = s.*f.member;
      if constexpr (F::list) {
        const std::size_t n =
            f.fewest != 0 ? f.fewest : 1 + stream_.below(3) - (f.not_empty ? 0 : 1);
        for (std::size_t i = 0; i < n; ++i) member.push_back(value<typename F::Value>(f));
      } else if constexpr (F::optional) {
        if (stream_.below(2) == 0) member = value<typename F::Value>(f);
      } else {
        member = value<typename F::Value>(f);
      }
    });
    return s;
  }

 private:
  template <class V, class F>
  V value(const F& f) {
    constexpr ValueKind kind = F::kind;
    if constexpr (kind == ValueKind::map) {
      return any<V>();
    } else if constexpr (kind == ValueKind::boolean) {
      return stream_.below(2) == 0;
    } else if constexpr (kind == ValueKind::whole) {
      return whole(f);
    } else if constexpr (kind == ValueKind::quantity) {
      return V(whole(f));
    } else if constexpr (kind == ValueKind::real) {
      const double x = f.least + stream_.uniform() * (f.most - f.least);
      return f.above_least && x <= f.least ? f.most : x;
    } else if constexpr (kind == ValueKind::date) {
      return date_of(midnight({1990, 1, 1}) +
                     Millis(static_cast<std::int64_t>(stream_.below(40'000)) * kMsPerDay));
    } else if constexpr (kind == ValueKind::choice) {
      return static_cast<V>(stream_.below(describe_enum(V{}).size()));
    } else {
      return text(f);
    }
  }
  std::int64_t whole(const FieldInfo& f) {
    const auto least = static_cast<std::int64_t>(f.least) * f.scale;
    const auto most = static_cast<std::int64_t>(f.most) * f.scale;
    return least +
           static_cast<std::int64_t>(stream_.below(static_cast<std::uint64_t>(most - least) + 1));
  }
  std::string text(const FieldInfo& f) {
    static const std::vector<std::string> pieces{
        "a", "z",    "0",    "_",   " ", "\n", "\"", "'", "\\", ":", ": ", " #",
        "-", "- ",   "울",   "é",   "{", "]",  ",",  "*", "&",  "!", "%",  "@",
        "`", "null", "true", "1.5", "~", "?",  "|",  ">", "=",  "$", "\\n"};
    const bool id = f.id_text || !f.refers_to.empty();
    std::string s;
    const std::size_t n = stream_.below(6) + (id || f.not_empty ? 1 : 0);
    for (std::size_t i = 0; i < n; ++i) s += pieces[stream_.below(id ? 4 : pieces.size())];
    return s;
  }
  Stream stream_;
};

RC_GTEST_PROP(ScenarioWriter, ReadsBackWhatItWrites, (std::uint64_t seed)) {
  const Scenario before = Draw(seed).any<Scenario>();
  const std::string text = write_yaml(before);
  const Loaded loaded =
      load_document("x.yaml", {}, [&](const std::string&) -> Result<std::string> { return text; });
  RC_ASSERT(faults_of(loaded.faults) == "");
  DescribedReader reader(loaded.doc);
  Scenario after;
  reader.read(loaded.doc.root, after);
  RC_ASSERT(faults_of(reader.faults) == "");
  RC_ASSERT(same(before, after));
  RC_ASSERT(write_yaml(after) == text);
}

TEST(ScenarioWriter, KeepsTheSmallScenario) {
  const Scenario before = read_scenario(kSmall).value();
  const Outcome<Scenario> after = read_text(write_yaml(before));
  ASSERT_TRUE(after) << faults_of(after.faults());
  EXPECT_TRUE(same(before, after.value()));
  EXPECT_EQ(scenario_sha256(before), scenario_sha256(after.value()));
}

TEST(ScenarioWriter, HashesTheMeaningOnly) {
  const std::string hash = scenario_sha256(read_text(small_text()).value());
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(hash, scenario_sha256(read_text("# remark\n" + small_text()).value()));
  EXPECT_EQ(hash, scenario_sha256(read_text(edited("pue: 1.12", "pue: 1.120")).value()));
  EXPECT_EQ(hash,
            scenario_sha256(read_text(small_text(), {"workloads[0].preemptible=false"}).value()));
  EXPECT_NE(hash, scenario_sha256(read_text(small_text(), {"run.seed=2"}).value()));
}

TEST(ScenarioWriter, QuotesWhatYamlWouldMistake) {
  EXPECT_EQ(yaml_text("plain text"), "plain text");
  EXPECT_EQ(yaml_text("a/b-c.d+e"), "a/b-c.d+e");
  for (const char* text :
       {"", "true", "No", "null", "1.5", "a: b", "a #b", " a", "a ", "- a", "울", "~"})
    EXPECT_EQ(yaml_text(text), "\"" + std::string(text) + "\"");
  EXPECT_EQ(yaml_text("a\"b\\c\nd\x01"), "\"a\\\"b\\\\c\\nd\\x01\"");
}

// describe() names each member once: no two fields share one.
template <Described S>
void expect_own_members(const S& s) {
  std::set<const void*> members;
  each_field<S>([&](const auto& f) {
    using F = std::remove_cvref_t<decltype(f)>;
    EXPECT_TRUE(members.insert(&(s.*f.member)).second) << f.name;
    if constexpr (F::kind == ValueKind::map) expect_own_members(typename F::Value{});
  });
}
TEST(ScenarioStructs, EachFieldHasItsOwnMember) { expect_own_members(Scenario{}); }

// refers_to names lists of the scenario whose rows have ids.
template <Described S>
void expect_known_lists(const std::set<std::string_view>& lists) {
  each_field<S>([&](const auto& f) {
    using F = std::remove_cvref_t<decltype(f)>;
    if (!f.refers_to.empty()) {
      EXPECT_TRUE(lists.contains(f.refers_to)) << f.name;
      EXPECT_TRUE(f.or_to.empty() || lists.contains(f.or_to)) << f.name;
    }
    if constexpr (F::kind == ValueKind::map) expect_known_lists<typename F::Value>(lists);
  });
}
TEST(ScenarioStructs, ReferencesNameLists) {
  std::set<std::string_view> lists;
  each_field<Scenario>([&](const auto& f) {
    using F = std::remove_cvref_t<decltype(f)>;
    if constexpr (F::list) lists.insert(f.name);
  });
  expect_known_lists<Scenario>(lists);
}

}  // namespace
}  // namespace dure
