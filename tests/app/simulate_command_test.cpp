#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/page.h"
#include "app/run_command.h"
#include "source_dir.h"
#include "world/record.h"
#include "world/world.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

const std::string kSmall = source_dir() + "/scenarios/small/small.yaml";

Ran simulate(std::vector<std::string> args) {
  args.insert(args.begin(), "simulate");
  return run_command(add_simulate_command, std::move(args));
}

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::vector<std::string>> rows_of(const fs::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream text(slurp(path));
  for (std::string line; std::getline(text, line);) {
    auto& row = rows.emplace_back();
    std::istringstream cells(line + ",");  // getline drops a last empty cell
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
  }
  return rows;
}

double number(const std::string& text) { return nlohmann::json::parse(text).get<double>(); }

class Simulate : public testing::Test {
 protected:
  Simulate() : folder_(fs::temp_directory_path() / ("dure-test-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~Simulate() override { fs::remove_all(folder_); }
  const fs::path folder_;
};

TEST_F(Simulate, FilesAgreeWithTheSummary) {
  const fs::path out = folder_ / "out";
  const Ran ran = simulate({kSmall, "--out", out.string(), "--record", "--json"});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  EXPECT_EQ(ran.out, slurp(out / "summary.json"));
  const auto s = nlohmann::json::parse(ran.out);
  EXPECT_TRUE(s["balance"]["ok"].get<bool>());

  std::map<std::string, std::int64_t> states;
  std::int64_t submitted = 0, started = 0;
  double wait_s = 0;
  const auto jobs = rows_of(out / "jobs.csv");
  for (std::size_t i = 1; i < jobs.size(); ++i) {
    const auto& row = jobs[i];
    ASSERT_EQ(row.size(), 15U);
    ++states[row[13]];
    if (row[8] >= "2027-01-01" && row[8] < "2027-01-08") ++submitted;
    if (row[9] >= "2027-01-01" && row[9] < "2027-01-08") {
      ++started;
      wait_s += number(row[11]);
    }
    EXPECT_EQ(row[9].empty(), row[5].empty());
    EXPECT_EQ(row[10].empty(), row[12].empty());
  }
  EXPECT_EQ(states["done"], s["jobs"]["done"].get<std::int64_t>());
  EXPECT_EQ(submitted, s["jobs"]["submitted"].get<std::int64_t>());
  EXPECT_EQ(started, s["jobs"]["started"].get<std::int64_t>());
  EXPECT_NEAR(wait_s / static_cast<double>(started), s["jobs"]["mean_wait_s"].get<double>(), 0.002);

  double mwh = 0, gpu_h = 0;
  const auto sites = rows_of(out / "sites.csv");
  EXPECT_EQ(sites.size(), 1 + 3 * 7 * 96U);
  for (std::size_t i = 1; i < sites.size(); ++i) {
    mwh += number(sites[i][5]) / 4;
    gpu_h += number(sites[i][3]) / 4;
  }
  EXPECT_NEAR(mwh, s["energy"]["facility_mwh"].get<double>(), 0.1);
  EXPECT_NEAR(gpu_h, s["gpus"]["used_gpu_h"].get<double>(), 30);
  const auto& accounts = s["energy"]["facility_mwh"].get<double>();
  EXPECT_NEAR(accounts * 1000 * 182.7, s["cost"]["energy_krw"].get<double>(), 1000 * 182.7);
  EXPECT_NEAR(accounts * 418 / 1000, s["carbon"]["t_co2e"].get<double>(), 0.5);
}

// The record rebuilds the world, and has as many events as the summary says.
TEST_F(Simulate, TheRecordIsTheRun) {
  const fs::path out = folder_ / "out";
  const Ran ran = simulate({kSmall, "--out", out.string(), "--record", "--json"});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const std::string bytes = slurp(out / "record.dure");
  World world;
  RecordHash hash;
  const auto events = read_record(std::as_bytes(std::span(bytes)), "record", [&](const Event& e) {
    hash.append(e);
    world.apply(e);
  });
  ASSERT_TRUE(events);
  const auto s = nlohmann::json::parse(ran.out);
  EXPECT_EQ(hash.events(), s["record_events"].get<std::uint64_t>());
  EXPECT_EQ(hash.sha256(), s["record_sha256"].get<std::string>());
  audit(world);
}

TEST_F(Simulate, SameSeedSameBytesBesidesItsCost) {
  const auto summary = [&](const char* seed) {
    const Ran ran = simulate({kSmall, "--seed", seed, "--to", "2027-01-03", "--json"});
    EXPECT_EQ(ran.exit_code, kDone) << ran.err;
    auto s = nlohmann::ordered_json::parse(ran.out);
    s.erase("cpu_s");
    s.erase("peak_rss_mb");
    return s.dump();
  };
  const std::string one = summary("1");
  EXPECT_EQ(one, summary("1"));
  EXPECT_NE(one, summary("2"));
}

TEST_F(Simulate, EveryFieldOfTheContractIsThere) {
  const Ran ran = simulate({kSmall, "--to", "2027-01-02", "--json"});
  const auto s = nlohmann::json::parse(ran.out);
  for (const char* key : {"schema",     "scenario",      "scenario_sha256", "from",
                          "to",         "seed",          "policy",          "jobs",
                          "gpus",       "energy",        "water",           "carbon",
                          "cost",       "services",      "failures",        "sovereignty",
                          "ledger",     "sites",         "members",         "workloads",
                          "balance",    "record_events", "record_sha256",   "cpu_s",
                          "peak_rss_mb"})
    EXPECT_TRUE(s.contains(key)) << key;
  EXPECT_EQ(s["from"], "2027-01-01T00:00:00+09:00");
  EXPECT_EQ(s["sites"].size(), 3U);
  EXPECT_EQ(s["members"].size(), 3U);
}

TEST_F(Simulate, BadInputIsRefusedBeforeAnythingRuns) {
  const fs::path file = folder_ / "file";
  std::ofstream(file) << "not a folder";
  const std::vector<std::vector<std::string>> bad = {{"--from", "2027-01-08", "--to", "2027-01-01"},
                                                     {"--from", "2027-01-01", "--to", "2027-01-01"},
                                                     {"--from", "2020-01-01"},
                                                     {"--to", "2050-01-01"},
                                                     {"--from", "yesterday"},
                                                     {"--policy", "conservative"},
                                                     {"--policy", "lifo"},
                                                     {"--set", "policy.backfill=conservative"},
                                                     {"--set", "nosuch.field=1"},
                                                     {"--step", "5"},
                                                     {"--step", "1ms"},
                                                     {"--seed", "-1"},
                                                     {"--report"},
                                                     {"--record"},
                                                     {"--out", file.string()},
                                                     {"--out", (file / "below").string()},
                                                     {"--out", "/proc/nowhere"}};
  for (std::vector<std::string> args : bad) {
    SCOPED_TRACE(args[0] + " " + args.back());
    args.insert(args.begin(), kSmall);
    const Ran ran = simulate(args);
    EXPECT_EQ(ran.exit_code, kBadInput);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err, "");
  }
  EXPECT_EQ(simulate({(folder_ / "none.yaml").string()}).exit_code, kBadInput);
}

// SITE=FILE: each way to get it wrong is told apart, and names what was expected.
TEST_F(Simulate, MeasuredWeatherIsOfASite) {
  const std::string hub = source_dir() + "/scenarios/k-ai-hub/hub.yaml";
  const std::string day = (folder_ / "day.csv").string();
  std::ofstream(day) << "time,dry_bulb_c,relative_humidity\n2030-08-12T00:00,30,0.6\n";
  const auto complaint = [&](const std::string& part, std::vector<std::string> args) {
    args.insert(args.begin(),
                {hub, "--from", "2030-08-12", "--to", "2030-08-13", "--set", "run.warmup_days=0"});
    const Ran ran = simulate(std::move(args));
    EXPECT_EQ(ran.exit_code, kBadInput);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err.find(part), std::string::npos) << ran.err;
  };
  complaint("expected SITE=FILE", {"--weather", day});
  complaint("did you mean ncc_haenam?", {"--weather", "ncc_heanam=" + day});
  complaint("ncc_haenam twice",
            {"--weather", "ncc_haenam=" + day, "--weather", "ncc_haenam=" + day});
  complaint("/no/such.csv", {"--weather", "ncc_haenam=/no/such.csv"});
  complaint("day.csv: expected weather from 2030-08-12T00:00:00+09:00 to 2030-08-13",
            {"--weather", "ncc_haenam=" + day});
  complaint("expected a scenario with physics",
            {"--weather", "ncc_haenam=" + day, "--set", "physics.enabled=false"});
}

// Models that a scenario brings but that do not fit: each Fault leads with the file, the line and
// the column of what is to be mended.
TEST_F(Simulate, PhysicsThatDoNotFitAreNamedByFileAndLine) {
  const auto replaced = [&](const fs::path& file, const std::string& from, const std::string& to) {
    std::string text = slurp(file);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << file << " has no " << from;
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
    text.replace(at, from.size(), to);
    std::ofstream(file) << text;
    return line;
  };
  struct Case {
    std::string file, from, to, path, expected;
  };
  const std::vector<Case> cases = {
      {"scenarios/k-ai-hub/utilities.yaml", "tariff: general_b_high_b_2", "tariff: general_b",
       "utilities[0].tariff", "the id of a tariff, found general_b"},
      {"scenarios/k-ai-hub/utilities.yaml", "power_chain: ac_ups, water",
       "power_chain: ac_up, water", "utilities[0].power_chain", "did you mean ac_ups?"},
      {"scenarios/k-ai-hub/utilities.yaml", "- {site: stargate_pohang,",
       "- {site: stargate_jeonnam,", "utilities", "a row for site stargate_pohang"},
      {"scenarios/k-ai-hub/sites.yaml", "climate_station: \"152 Ulsan\"",
       "climate_station: \"152 Ulsn\"", "sites[ulsan_sk_aws].climate_station",
       "did you mean 152 Ulsan?"},
      {"scenarios/k-ai-hub/sites.yaml", "cooling: hybrid_air_and_direct_liquid",
       "cooling: ice_cubes", "sites[ulsan_sk_aws].halls[sk].cooling", "found ice_cubes"},
      {"models/power.yaml", "- {id: ac_ups, stages: [pdu, ups,",
       "- {id: ac_ups, stages: [pdu, upps,", "power.chains[0].stages", "found upps"},
      {"models/tariff-kr.yaml", "tariff: general_b_high_b_2, from: 2023-05-16, until: 2026-05-31",
       "tariff: general_b_high_b_2, from: 2023-05-16, until: 2026-05-30", "tariff.rates[",
       "the row of"},
      {"models/climate-kr.yaml", "mean_c: [-1.9, 0.7,", "mean_c: [2.9, 0.7,",
       "climate.stations[0]: month 1", "a mean in the middle quarter"},
      {"models/failures.yaml", "out_p50_hours: 42, out_p90_hours: 855",
       "out_p50_hours: 42, out_p90_hours: 41", "failures.causes[gpu_fault]", "found 41"},
      {"models/carbon-kr.yaml", "hours: [1.025,", "hours: [1.525,", "carbon.shape[0] (winter)",
       "hours of mean 1"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.file + " " + c.to);
    for (const char* part : {"models", "scenarios/k-ai-hub"}) {
      fs::create_directories(folder_ / part);
      fs::copy(fs::path(source_dir()) / part, folder_ / part,
               fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    }
    const fs::path file = folder_ / c.file;
    const auto line = replaced(file, c.from, c.to);
    const Ran ran = simulate({(folder_ / "scenarios/k-ai-hub/hub.yaml").string(), "--from",
                              "2030-10-01", "--to", "2030-10-02", "--set", "run.warmup_days=0"});
    EXPECT_EQ(ran.exit_code, kBadInput);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err.find(": " + c.path), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find(c.expected), std::string::npos) << ran.err;
    // What is missing has no line of its own, a gap is named at the row after it, and a row of
    // several lines by its first.
    const bool elsewhere = c.path == "utilities" || c.path.starts_with("tariff.rates[") ||
                           c.path.starts_with("climate.") || c.path.starts_with("carbon.");
    const std::string at = file.string() + ":" + (elsewhere ? "" : std::to_string(line) + ":");
    const std::size_t place = ran.err.find(at);
    ASSERT_NE(place, std::string::npos) << ran.err;
    EXPECT_TRUE(std::isdigit(static_cast<unsigned char>(ran.err.at(place + at.size())))) << ran.err;
  }
  // A setting has no line: it is named itself.
  const Ran set = simulate(
      {source_dir() + "/scenarios/k-ai-hub/hub.yaml", "--set", "utilities[0].tariff=general_b"});
  EXPECT_NE(set.err.find("--set utilities[0].tariff=general_b: utilities[0].tariff: expected"),
            std::string::npos)
      << set.err;
}

// A folder holds one run: nothing of an earlier one stays, nothing half-written is seen.
TEST_F(Simulate, TheFolderHoldsOneRun) {
  const fs::path out = folder_ / "out";
  ASSERT_EQ(simulate({kSmall, "--to", "2027-01-02", "--out", out.string(), "--record"}).exit_code,
            kDone);
  EXPECT_TRUE(fs::exists(out / "record.dure"));
  std::ofstream(out / "report.html") << "of another run";
  std::ofstream(out / "notes.txt") << "the user's own";
  ASSERT_EQ(simulate({kSmall, "--to", "2027-01-02", "--out", out.string()}).exit_code, kDone);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(out)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names,
            (std::vector<std::string>{"jobs.csv", "notes.txt", "sites.csv", "summary.json"}));
}

// A site that draws more than its limit: the books say so, and no report is written.
TEST_F(Simulate, BooksThatDoNotBalanceAreNoResult) {
  if (report_page().empty()) GTEST_SKIP() << "built without the page";
  const fs::path out = folder_ / "out";
  const Ran ran = simulate({kSmall, "--to", "2027-01-03", "--out", out.string(), "--report",
                            "--set", "policy.power_commit_share=0.5"});
  EXPECT_EQ(ran.exit_code, kNo);
  EXPECT_FALSE(fs::exists(out / "report.html"));
  EXPECT_FALSE(nlohmann::json::parse(slurp(out / "summary.json"))["balance"]["ok"].get<bool>());
}

TEST_F(Simulate, TheReportHoldsTheSummary) {
  if (report_page().empty()) GTEST_SKIP() << "built without the page";
  const fs::path out = folder_ / "out";
  ASSERT_EQ(simulate({kSmall, "--to", "2027-01-03", "--out", out.string(), "--report", "--set",
                      "name_en=</script><b>"})
                .exit_code,
            kDone);
  const std::string html = slurp(out / "report.html");
  const std::string open = R"(id="dure-report">)";
  const std::size_t at = html.find(open) + open.size();
  const auto report = nlohmann::json::parse(html.substr(at, html.find("</script>", at) - at));
  auto summary = nlohmann::json::parse(slurp(out / "summary.json"));
  EXPECT_EQ(report["summary"], summary);
  EXPECT_EQ(report["summary"]["title_en"], "</script><b>");
  EXPECT_EQ(report["series"]["points"], 48);
  double used = 0;
  for (const auto& v : report["series"]["total"]["used_gpus"]) used += v.get<double>();
  EXPECT_NEAR(used, summary["gpus"]["used_gpu_h"].get<double>(), 5);
}

}  // namespace
}  // namespace dure
