#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "app/command.h"
#include "app/run_command.h"
#include "source_dir.h"
#include "world/record.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

class Audit : public testing::Test {
 protected:
  Audit() : folder_(fs::temp_directory_path() / ("dure-audit-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    const Ran ran = run_command(add_simulate_command,
                                {"simulate", source_dir() + "/scenarios/small/small.yaml", "--to",
                                 "2027-01-02", "--out", folder_.string(), "--record", "--json"});
    EXPECT_EQ(ran.exit_code, kDone) << ran.err;
    summary_ = nlohmann::json::parse(ran.out);
  }
  ~Audit() override { fs::remove_all(folder_); }
  Ran audit(const fs::path& record) const {
    return run_command(add_audit_command, {"audit", record.string(), "--json"});
  }
  // The record, with each event as `change` would have it.
  template <class F>
  fs::path altered(F&& change) const {
    std::ifstream in(folder_ / "record.dure", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const fs::path path = folder_ / "forged.dure";
    std::ofstream out(path, std::ios::binary);
    const auto write = [&](std::span<const std::byte> b) {
      out.write(reinterpret_cast<const char*>(b.data()), static_cast<std::streamsize>(b.size()));
    };
    write(record_magic());
    RecordHash again([&](std::span<const std::byte> payload) { write(frame(payload)); });
    EXPECT_TRUE(read_record(std::as_bytes(std::span(bytes)), "record",
                            [&](const Event& e) { again.append(change(e)); }));
    again.flush();
    return path;
  }
  const fs::path folder_;
  nlohmann::json summary_;
};

TEST_F(Audit, SaysWhatTheRunSaid) {
  const Ran ran = audit(folder_ / "record.dure");
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const auto j = nlohmann::json::parse(ran.out);
  EXPECT_EQ(j["record_sha256"], summary_["record_sha256"]);
  EXPECT_EQ(j["events"], summary_["record_events"]);
  EXPECT_EQ(j["placements_checked"], summary_["sovereignty"]["placements_checked"]);
  EXPECT_GT(j["placements_checked"], 100);
  EXPECT_EQ(j["violations"], 0);
  EXPECT_EQ(j["ledger"]["sum_gpu_ms"], 0);
  EXPECT_GT(j["ledger"]["entries"], 100);
}

TEST_F(Audit, AForgedStartIsCountedAndNamed) {
  // Rules harder than those that the run kept: every class must be run by the state.
  const fs::path forged = altered([](Event e) {
    if (auto* c = std::get_if<ClassOpened>(&e.what); c != nullptr && c->name == "personal")
      c->run_by = AnyNationality::state;
    return e;
  });
  const Ran ran = audit(forged);
  EXPECT_EQ(ran.exit_code, kNo);
  const auto j = nlohmann::json::parse(ran.out);
  EXPECT_EQ(j["placements_checked"], summary_["sovereignty"]["placements_checked"]);
  EXPECT_GT(j["violations"], 0);
  EXPECT_EQ(j["first_violations"][0]["because"], "operator_nationality");
  EXPECT_EQ(j["first_violations"][0]["class"], "personal");
  EXPECT_TRUE(j["ledger"]["sum_gpu_ms"].is_null());  // no world takes this record
}

TEST_F(Audit, OtherFiles) {
  EXPECT_EQ(audit(folder_ / "none.dure").exit_code, kBadInput);
  EXPECT_EQ(audit(folder_).exit_code, kBadInput);
  EXPECT_EQ(audit(folder_ / "summary.json").exit_code, kBadInput);
}

}  // namespace
}  // namespace dure
