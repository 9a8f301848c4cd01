// dure audit RECORD, dure audit verify [RECORD]: reads a record, or the store of a hub, and nothing
// else, and says whether it is whole, every placement in it kept the law, and the ledger of the
// world that it rebuilds sums to nothing. Both print their checks alike.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/live_config.h"
#include "live/store_audit.h"
#include "world/record.h"
#include "world/sovereignty_audit.h"
#include "world/world.h"

namespace dure {
namespace {

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

std::vector<AuditCheck> checks_of(const Audited& a) {
  const SovereigntyAudit::Figures& f = a.sovereignty.figures();
  AuditCheck entries, law, ledger;
  entries.name = "entries";
  entries.what = "events, whole and in order";
  entries.counted = static_cast<std::int64_t>(f.events);
  law.name = "law";
  law.what = "placements";
  law.counted = f.placements;
  law.violations = f.violations + f.lowered_without_approval + f.unreadable;
  ledger.name = "ledger";
  ledger.what = "bookings";
  ledger.counted = static_cast<std::int64_t>(a.ledger_entries);
  if (a.ledger_sum != 0)
    ledger.found(a.ledger_sum ? "the books sum to " + std::to_string(*a.ledger_sum) + " GPU-ms"
                              : "not replayed: no world takes this record");
  return {entries, law, ledger};
}

bool clean(const std::vector<AuditCheck>& checks) {
  return std::all_of(checks.begin(), checks.end(),
                     [](const AuditCheck& c) { return c.violations == 0; });
}

Json to_json(const std::vector<AuditCheck>& checks) {
  Json out = Json::array();
  for (const AuditCheck& c : checks)
    out.push_back({{"check", c.name},
                   {"what", c.what},
                   {"counted", c.counted},
                   {"violations", c.violations},
                   {"ok", c.violations == 0},
                   {"first", c.first}});
  return out;
}

std::string checks_table(const std::vector<AuditCheck>& checks) {
  std::vector<std::vector<std::string>> rows{{"CHECK", "COUNTED", "VIOLATIONS", "", "WHAT"}};
  std::string rest;
  for (const AuditCheck& c : checks) {
    rows.push_back({c.name, std::to_string(c.counted), std::to_string(c.violations),
                    c.violations == 0 ? "ok" : "NOT OK", c.what});
    for (const std::string& text : c.first) rest += c.name + ": " + text + "\n";
  }
  return table(rows) + rest;
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
            {"sum_gpu_ms", a.ledger_sum ? Json(*a.ledger_sum) : Json(nullptr)}}},
          {"checks", to_json(checks_of(a))},
          {"ok", clean(checks_of(a))}};
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

int audit_file(const Options& o) {
  TRY_OR_COMPLAIN(audited, audit_record(o.record));
  fmt::print("{}", o.json ? to_json(*audited).dump(2) + "\n"
                          : to_table(*audited) + checks_table(checks_of(*audited)));
  return clean(checks_of(*audited)) ? kDone : kNo;
}

int audit_url(const Options& o) {
  TRY_OR_COMPLAIN(audited,
                  audit_store([&] { return open_store_read_only(o.record); }, Replay::in_child));
  if (o.json) {
    const Json j{{"schema", "dure.audit/1"},
                 {"store", audited.store},
                 {"first_entry", audited.first_entry},
                 {"last_entry", audited.last_entry},
                 {"events", audited.events},
                 {"jobs", audited.jobs},
                 {"world_sha256", audited.world_sha256},
                 {"ledger",
                  {{"entries", audited.ledger_entries}, {"sum_gpu_ms", audited.ledger_sum_gpu_ms}}},
                 {"checks", to_json(audited.checks)},
                 {"ok", audited.clean()}};
    fmt::print("{}\n", j.dump(2));
  } else {
    fmt::print("{}, entries {} to {}\n{}", audited.store, audited.first_entry, audited.last_entry,
               checks_table(audited.checks));
    if (audited.first_entry > 1)
      fmt::print("It was truncated: what is left is checked from its snapshot on.\n");
  }
  return audited.clean() ? kDone : kNo;
}

int run(const Options& o) {
  for (const char* scheme : {"sqlite:", "postgresql://", "postgres://"})
    if (o.record.starts_with(scheme)) return audit_url(o);
  if (o.record.empty())
    return complain(Fault{"RECORD", "a record or a hub's store", "nothing",
                          "dure audit verify looks at the hub of this account"});
  return audit_file(o);
}

}  // namespace

void add_audit_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("audit", "Read a record: did every placement keep the law?");
  constexpr const char* kRecord =
      "record.dure of dure simulate --record, or a store: sqlite:PATH, postgresql://...";
  auto o = std::make_shared<Options>();
  command->add_option("RECORD", o->record, kRecord);
  command->add_flag("--json", o->json, "Print the figures as JSON");
  auto* verify =
      command->add_subcommand("verify", "The same, of this account's hub if none is named");
  auto v = std::make_shared<Options>();
  verify->add_option("RECORD", v->record, std::string(kRecord) + "; none: in $DURE_FOLDER");
  verify->add_flag("--json", v->json, "Print the figures as JSON");
  verify->callback([v, &exit_code] {
    if (v->record.empty()) {
      v->record = "sqlite:" + state_folder() + "/hub.db";
      if (const char* hub = std::getenv("DURE_HUB"); hub != nullptr && *hub != '\0')
        fmt::print(stderr, "dure: a store is read, not a hub: this is {}, whatever DURE_HUB says\n",
                   v->record);
    }
    exit_code = run(*v);
  });
  command->callback([command, verify, o, &exit_code] {
    if (command->got_subcommand(verify)) return;  // it has spoken
    exit_code = run(*o);
  });
}

}  // namespace dure
