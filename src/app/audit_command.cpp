// dure audit RECORD: reads a record and nothing else, and says whether every placement in it kept
// the law, and what the ledger of the world that it rebuilds sums to.
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "app/command.h"
#include "world/record.h"
#include "world/sovereignty_audit.h"
#include "world/world.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string record;
  bool json = false;
};

struct Audited {
  SovereigntyAudit sovereignty;
  RecordHash hash;
  std::optional<std::int64_t> ledger_sum;  // none: the record breaks the law, so no world takes it
  std::uint64_t ledger_entries = 0;
};

Result<std::vector<std::byte>> bytes_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return Fault{path, "a record file", error ? error.message() : "no file",
                 "made by dure "
                 "simulate --record"};
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  std::vector<std::byte> bytes(size > 0 ? static_cast<std::size_t>(size) : 0);
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), size > 0 ? size : 0);
  if (!file || size < 0) return Fault{path, "a file that can be read", "a read that failed", ""};
  return bytes;
}

Result<std::unique_ptr<Audited>> audit_record(const std::string& path) {
  TRY(bytes, bytes_of(path));
  auto out = std::make_unique<Audited>();
  TRY(events, read_record(bytes, path, [&](const Event& e) {
        out->sovereignty.take(e);
        out->hash.append(e);
      }));
  (void)events;
  if (!out->sovereignty.figures().clean()) return out;
  World world;
  TRY(applied, read_record(bytes, path, [&](const Event& e) { world.apply(e); }));
  (void)applied;
  std::int64_t sum = 0;
  for (std::uint32_t m = 0; m < world.members().size(); ++m)
    sum += world.ledger().balance(MemberId{m}).count();
  out->ledger_sum = sum;
  out->ledger_entries = world.ledger().entries();
  return out;
}

std::vector<SovereigntyAudit::OfClass> classes_of(const SovereigntyAudit::Figures& f) {
  std::vector<SovereigntyAudit::OfClass> out;
  for (const auto& c : f.by_class)
    if (c.placements > 0) out.push_back(c);
  if (f.without_class.placements > 0) out.push_back(f.without_class);
  return out;
}

Json to_json(const std::vector<SovereigntyAudit::Offence>& offences) {
  Json out = Json::array();
  for (const auto& o : offences)
    out.push_back({{"event", o.event},
                   {"at_ms", o.at.count()},
                   {"job", o.job.index},
                   {"pool", o.pool.index},
                   {"class", o.data_class},
                   {"hall", o.hall},
                   {"because", o.because}});
  return out;
}

Json to_json(Audited& a) {
  const SovereigntyAudit::Figures& f = a.sovereignty.figures();
  Json by_class = Json::array();
  for (const auto& c : classes_of(f))
    by_class.push_back(
        {{"class", c.name}, {"placements", c.placements}, {"violations", c.violations}});
  return {{"schema", "dure.audit/1"},
          {"record_sha256", a.hash.sha256()},
          {"events", f.events},
          {"jobs", f.jobs},
          {"placements_checked", f.placements},
          {"violations", f.violations},
          {"lowered_without_approval", f.lowered_without_approval},
          {"adopted", f.adopted},
          {"adopted_unlawful", f.adopted_unlawful},
          {"unreadable", f.unreadable},
          {"by_class", by_class},
          {"first_violations", to_json(f.first)},
          {"first_adopted_unlawful", to_json(f.first_adopted)},
          {"ledger",
           {{"entries", a.ledger_entries},
            {"sum_gpu_ms", a.ledger_sum ? Json(*a.ledger_sum) : Json(nullptr)}}}};
}

std::string to_table(Audited& a) {
  const SovereigntyAudit::Figures& f = a.sovereignty.figures();
  std::string text = fmt::format(
      "record  {}\n"
      "  events                   {:>14}\n"
      "  jobs                     {:>14}\n"
      "  placements checked       {:>14}\n"
      "  violations               {:>14}\n"
      "  lowered without approval {:>14}\n"
      "  unreadable events        {:>14}\n",
      a.hash.sha256(), f.events, f.jobs, f.placements, f.violations, f.lowered_without_approval,
      f.unreadable);
  if (f.adopted > 0)
    text += fmt::format(
        "  started by others        {:>14}\n"
        "    where the law forbids  {:>14}\n",
        f.adopted, f.adopted_unlawful);
  text +=
      a.ledger_sum
          ? fmt::format("  ledger sum               {:>14} GPU-ms in {} entries\n", *a.ledger_sum,
                        a.ledger_entries)
          : std::string("  ledger sum                not replayed: no world takes this record\n");
  for (const auto& c : classes_of(f))
    text += fmt::format("  {:<40} {:>14} placements {:>8} violations\n", c.name, c.placements,
                        c.violations);
  for (const auto& o : f.first)
    text += fmt::format("  event {}: job {} of class {} started in pool {} ({}): {}\n", o.event,
                        o.job.index, o.data_class, o.pool.index, o.hall, o.because);
  for (const auto& o : f.first_adopted)
    text += fmt::format("  event {}: job {} of class {} started by others in pool {} ({}): {}\n",
                        o.event, o.job.index, o.data_class, o.pool.index, o.hall, o.because);
  return text;
}

int run(const Options& o) {
  TRY_OR_COMPLAIN(audited, audit_record(o.record));
  fmt::print("{}", o.json ? to_json(*audited).dump(2) + "\n" : to_table(*audited));
  return audited->sovereignty.figures().clean() && audited->ledger_sum == 0 ? kDone : kNo;
}

}  // namespace

void add_audit_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("audit", "Read a record: did every placement keep the law?");
  auto o = std::make_shared<Options>();
  command->add_option("RECORD", o->record, "record.dure, written by dure simulate --record")
      ->required();
  command->add_flag("--json", o->json, "Print the figures as JSON");
  command->callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace dure
