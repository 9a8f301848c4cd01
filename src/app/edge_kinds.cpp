#include "app/edge_kinds.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/hybrid_results.h"
#include "app/ran_results.h"
#include "app/scenario_kind.h"
#include "edge/ran_check.h"
#include "io/atomic_file.h"
#include "io/described_file.h"
#include "quantum/hybrid_check.h"

namespace dure {
namespace {

struct EdgeOutput {
  std::string table;
  nlohmann::ordered_json json;
  std::vector<EdgeFile> files;
  bool good = true;
};

Result<Done> write_folder(const std::string& folder, const EdgeOutput& output) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder, error))
    return Fault{"--out " + folder, "a folder that can be written",
                 error ? error.message() : "something else", ""};
  for (const EdgeFile& f : output.files) {
    TRY(written, write_file((std::filesystem::path(folder) / f.name).string(), f.text));
    (void)written;
  }
  return write_file((std::filesystem::path(folder) / "summary.json").string(),
                    output.json.dump(2) + "\n");
}

int say(const EdgeRunOptions& o, EdgeOutput output) {
  output.json["cpu_s"] = cpu_seconds();
  output.json["peak_rss_mb"] = peak_rss_mb();
  if (!o.out.empty()) {
    TRY_OR_COMPLAIN(written, write_folder(o.out, output));
    (void)written;
  }
  const std::string text = o.json ? output.json.dump(2) + "\n" : output.table;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return complain(Fault{"stdout", "room for what is printed", "a write that failed", ""});
  if (output.good) return kDone;
  fmt::print(stderr, "dure: the books do not balance: these figures are not valid\n");
  return kNo;
}

std::uint64_t seed_of(const EdgeRunOptions& o, std::int64_t stated) {
  return static_cast<std::uint64_t>(o.seed >= 0 ? o.seed : stated);
}

int run_ran(const EdgeRunOptions& o) {
  const Outcome<RanSpec> read = read_described_file<RanSpec>(o.scenario, o.settings, check_ran);
  if (!read) return complain(read.faults());
  const RanSpec& spec = read.value();
  const std::uint64_t seed = seed_of(o, spec.seed);
  const RanDay day = run_ran_day(spec, seed);
  return say(o, {ran_table(spec, day, seed), ran_json(spec, day, seed), ran_files(spec, day),
                 ran_balanced(day)});
}

int run_hybrid(const EdgeRunOptions& o) {
  const Outcome<HybridScenarioSpec> read =
      read_described_file<HybridScenarioSpec>(o.scenario, o.settings, check_hybrids);
  if (!read) return complain(read.faults());
  const HybridScenarioSpec& spec = read.value();
  const std::uint64_t seed = seed_of(o, spec.seed);
  const HybridRun run = run_hybrid_scenario(spec, seed);
  return say(o, {hybrid_table(spec, run, seed), hybrid_json(spec, run, seed),
                 hybrid_files(spec, run), hybrid_balanced(spec, run)});
}

enum class EdgeKind { ran, hybrid };

std::optional<EdgeKind> kind_of(const std::string& path) {
  const std::optional<ScenarioKind> kind = scenario_kind(path);
  if (kind == ScenarioKind::ran) return EdgeKind::ran;
  if (kind == ScenarioKind::hybrid) return EdgeKind::hybrid;
  return std::nullopt;
}

}  // namespace

std::optional<int> run_edge_kind(const EdgeRunOptions& o) {
  const std::optional<EdgeKind> kind = kind_of(o.scenario);
  if (!kind) return std::nullopt;
  const bool ran = *kind == EdgeKind::ran;
  if (!o.not_for_these.empty())
    return complain(Fault{
        o.not_for_these.front(), "--seed, --set, --out or --json",
        "an option of the hub's scenarios",
        std::string("this file is one of ") + (ran ? "AI-RAN (cells)" : "hybrid jobs (hybrids)")});
  return ran ? run_ran(o) : run_hybrid(o);
}

}  // namespace dure
