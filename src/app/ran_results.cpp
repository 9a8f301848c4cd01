#include "app/ran_results.h"

#include <cmath>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "app/results_numbers.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;
using Out = std::back_insert_iterator<std::string>;

constexpr double kSigmas = 5;

struct RanFigures {  // of sums, as they are shown
  double miss_ppm, used, lent, lent_gpu_h, tokens, kwh_cell, krw_cell, energy_krw_cell, net_cell;
};

RanFigures figures(const RanSpec& spec, const RanSums& s, const RanSums& alone) {
  const double gpu_h = s.gpus * 24;
  RanFigures f{};
  f.miss_ppm = s.slots > 0 ? 1e6 * s.missed / s.slots : 0;
  f.used = s.used_gpu_h / gpu_h;
  f.lent = s.lent_gpu_h / gpu_h;
  f.lent_gpu_h = s.lent_gpu_h;
  f.tokens = tokens(spec, s);
  f.kwh_cell = s.kwh / s.cells;
  f.krw_cell = krw_lent(spec, s) / s.cells;
  f.energy_krw_cell = (s.kwh - alone.kwh) * spec.money.krw_per_kwh / s.cells;
  f.net_cell = f.krw_cell - f.energy_krw_cell;
  return f;
}

using ByMember = std::vector<std::pair<std::string, RanSums>>;  // in the order they come
ByMember by_member(const RanSpec& spec, const std::vector<RanRow>& rows) {
  ByMember out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& member = spec.cells[i].member;
    auto at = std::ranges::find_if(out, [&](const auto& m) { return m.first == member; });
    if (at == out.end()) at = out.insert(out.end(), {member, {}});
    at->second.add(rows[i].sums);
  }
  return out;
}

RanSums all_of(const std::vector<RanRow>& rows) {
  RanSums all;
  for (const RanRow& r : rows) all.add(r.sums);
  return all;
}

std::size_t index(RanWay way) { return static_cast<std::size_t>(way); }

Json figures_json(const RanSpec& spec, const RanSums& s, const RanSums& alone) {
  const RanFigures f = figures(spec, s, alone);
  return {{"cells", s.cells},
          {"gpus", rounded(s.gpus, 3)},
          {"slots", std::round(s.slots)},
          {"missed_slots", rounded(s.missed, 3)},
          {"missed_ppm", rounded(f.miss_ppm, 6)},
          {"objective_met", f.miss_ppm <= static_cast<double>(spec.lending.objective_ppm)},
          {"cells_share", rounded(f.used, 6)},
          {"lent_share", rounded(f.lent, 6)},
          {"lent_gpu_h", rounded(f.lent_gpu_h, 3)},
          {"lost_gpu_h", rounded(s.lost_gpu_h, 3)},
          {"tokens", std::round(f.tokens)},
          {"lendable_hours_share", rounded(s.lendable_hours / s.hours, 6)},
          {"energy_kwh", rounded(s.kwh, 3)},
          {"energy_kwh_per_cell", rounded(f.kwh_cell, 4)},
          {"revenue_krw", std::round(krw_lent(spec, s))},
          {"revenue_krw_per_cell", rounded(f.krw_cell, 2)},
          {"more_energy_krw_per_cell", rounded(f.energy_krw_cell, 2)},
          {"net_krw_per_cell", rounded(f.net_cell, 2)}};
}

bool missed_agrees(const RanCheckpoint& c) {
  const double room = kSigmas * (c.missed_sigma + 1);
  const auto seen = static_cast<double>(c.missed_seen);
  return seen >= c.missed_least - room && seen <= c.missed_most + room;
}

Json checks_json(const RanDay& day) {
  Json checks = Json::array();
  for (const RanWay way : kRanWays) {
    const RanCheckpoint& c = day.checks[index(way)];
    checks.push_back({{"way", enum_name(way)},
                      {"slots", c.slots},
                      {"cells_share_off", rounded(c.used_off, 6)},
                      {"lent_share_off", rounded(c.lent_off, 6)},
                      {"missed_seen", c.missed_seen},
                      {"missed_expected", rounded(c.missed_expected, 3)},
                      {"missed_least", rounded(c.missed_least, 3)},
                      {"missed_most", rounded(c.missed_most, 3)},
                      {"reclaims", c.reclaims},
                      {"reclaim_mean_us", rounded(c.reclaim_mean_ns / 1000, 3)},
                      {"reclaim_max_us", static_cast<double>(c.reclaim_most_ns) / 1000},
                      {"within_reclaim", c.within_reclaim},
                      {"time_adds_up", c.time_adds_up}});
  }
  return checks;
}

std::string arithmetic_text(const CellRowSpec& row, const RanArithmetic& a) {
  return fmt::format(
      "{:<22} {:>6.1f} us of {:>6.1f}: {}; {} thousandths of a GPU are enough", row.id,
      static_cast<double>(a.worst_ns) / 1000, static_cast<double>(a.deadline_ns) / 1000,
      a.worst_ns <= a.deadline_ns ? "never late" : "may be late", a.least_share_milli);
}

void ways_table(const RanSpec& spec, const RanDay& day, Out out) {
  fmt::format_to(out, "  {:<18} {:>11} {:>7} {:>7} {:>9} {:>12} {:>9} {:>11} {:>9}\n", "way",
                 "late in 1e6", "cells", "lent", "GPU h", "tokens 1e9", "kWh/cell", "won/cell",
                 "net");
  const RanSums alone = all_of(day.rows[index(RanWay::none)]);
  for (const RanWay way : kRanWays) {
    const RanSums s = all_of(day.rows[index(way)]);
    const RanFigures f = figures(spec, s, alone);
    fmt::format_to(out,
                   "  {:<18} {:>11.3f} {:>5.1f} % {:>5.1f} % {:>9} {:>12} {:>9.3f} {:>11} {:>9}\n",
                   enum_name(way), f.miss_ppm, 100 * f.used, 100 * f.lent,
                   with_commas(f.lent_gpu_h), with_commas(f.tokens / 1e9, 1), f.kwh_cell,
                   with_commas(f.krw_cell), with_commas(f.net_cell));
  }
}

void members_table(const RanSpec& spec, const RanDay& day, Out out) {
  fmt::format_to(out, "\n  {:<10} {:>7} {:>6} {:>11} {:>7} {:>7} {:>9} {:>9} {:>9}   (lending)\n",
                 "member", "cells", "GPUs", "late in 1e6", "cells", "lent", "kWh/cell", "won/cell",
                 "net");
  const ByMember alone = by_member(spec, day.rows[index(RanWay::none)]);
  const ByMember lending = by_member(spec, day.rows[index(RanWay::lending)]);
  for (std::size_t i = 0; i < lending.size(); ++i) {
    const auto& [member, s] = lending[i];
    const RanFigures f = figures(spec, s, alone[i].second);
    fmt::format_to(out,
                   "  {:<10} {:>7} {:>6} {:>11.3f} {:>5.1f} % {:>5.1f} % {:>9.3f} {:>9} {:>9}\n",
                   member, with_commas(s.cells), with_commas(s.gpus), f.miss_ppm, 100 * f.used,
                   100 * f.lent, f.kwh_cell, with_commas(f.krw_cell), with_commas(f.net_cell));
  }
}

void hours_table(const RanSpec& spec, const RanDay& day, Out out) {
  fmt::format_to(out,
                 "\n  share of a GPU that is lent, by hour     0     4     8    12    16    20\n");
  for (std::size_t i = 0; i < spec.cells.size(); ++i) {
    const RanRow& row = day.rows[index(RanWay::lending)][i];
    fmt::format_to(out, "  {:<34}", spec.cells[i].id);
    for (std::size_t h = 0; h < 24; h += 4)
      fmt::format_to(out, " {:>4.0f}%", 100 * row.hours[h].lent);
    fmt::format_to(out, "\n");
  }
}

void checks_table(const RanDay& day, Out out) {
  fmt::format_to(out, "\n  slots worked off one by one, beside the sums\n");
  for (const RanWay way : kRanWays) {
    const RanCheckpoint& c = day.checks[index(way)];
    fmt::format_to(out,
                   "  {:<18} {:>12} slots: lent share off by {:.4f} at most, late {} ({:.1f} "
                   "expected), reclaim {:.1f} us at most\n",
                   enum_name(way), with_commas(static_cast<double>(c.slots)), c.lent_off,
                   with_commas(static_cast<double>(c.missed_seen)), c.missed_expected,
                   static_cast<double>(c.reclaim_most_ns) / 1000);
  }
}

}  // namespace

bool ran_balanced(const RanDay& day) {
  return std::ranges::all_of(day.checks, [](const RanCheckpoint& c) {
    return c.time_adds_up && c.within_reclaim && c.used_off <= c.used_room &&
           c.lent_off <= c.lent_room && missed_agrees(c);
  });
}

std::string ran_table(const RanSpec& spec, const RanDay& day, std::uint64_t seed) {
  std::string text;
  const Out out(text);
  fmt::format_to(out, "{}\na day, seed {}\n\n", spec.title_en, seed);
  ways_table(spec, day, out);
  members_table(spec, day, out);
  hours_table(spec, day, out);
  fmt::format_to(out, "\n  all blocks of all cells at once\n");
  for (std::size_t i = 0; i < spec.cells.size(); ++i)
    fmt::format_to(out, "  {}\n", arithmetic_text(spec.cells[i], day.arithmetic[i]));
  checks_table(day, out);
  return text;
}

Json ran_json(const RanSpec& spec, const RanDay& day, std::uint64_t seed) {
  Json j = {{"schema", "dure.ai-ran/1"},
            {"scenario", spec.id},
            {"kind", "ai_ran"},
            {"seed", seed},
            {"days", 1}};
  const RanSums alone = all_of(day.rows[index(RanWay::none)]);
  const ByMember members_alone = by_member(spec, day.rows[index(RanWay::none)]);
  for (const RanWay way : kRanWays) {
    const std::vector<RanRow>& rows = day.rows[index(way)];
    Json w = {{"way", enum_name(way)}, {"all", figures_json(spec, all_of(rows), alone)}};
    const ByMember members = by_member(spec, rows);
    for (std::size_t i = 0; i < members.size(); ++i) {
      Json m = {{"member", members[i].first}};
      m.update(figures_json(spec, members[i].second, members_alone[i].second));
      w["members"].push_back(std::move(m));
    }
    j["ways"].push_back(std::move(w));
  }
  for (std::size_t i = 0; i < spec.cells.size(); ++i) {
    const RanArithmetic& a = day.arithmetic[i];
    j["worst_case"].push_back({{"cells", spec.cells[i].id},
                               {"work_us", static_cast<double>(a.worst_ns) / 1000},
                               {"deadline_us", static_cast<double>(a.deadline_ns) / 1000},
                               {"never_late", a.worst_ns <= a.deadline_ns},
                               {"least_gpu_milli", a.least_share_milli}});
  }
  j["checks"] = checks_json(day);
  j["balance"] = {{"ok", ran_balanced(day)}};
  return j;
}

std::vector<EdgeFile> ran_files(const RanSpec& spec, const RanDay& day) {
  std::string cells =
      "way,cells,member,place,radio,groups,missed_ppm,cells_share,lent_share,lent_gpu_h,energy_kwh,"
      "revenue_krw\n";
  std::string hours = "way,cells,hour,load,missed_ppm,cells_share,lent_share\n";
  for (const RanWay way : kRanWays) {
    for (std::size_t i = 0; i < spec.cells.size(); ++i) {
      const CellRowSpec& row = spec.cells[i];
      const RanRow& r = day.rows[index(way)][i];
      const RanSums& s = r.sums;
      fmt::format_to(std::back_inserter(cells),
                     "{},{},{},{},{},{},{:.6f},{:.6f},{:.6f},{:.3f},{:.3f},{:.0f}\n",
                     enum_name(way), row.id, row.member, row.place, row.radio, row.groups,
                     1e6 * s.missed / s.slots, s.used_gpu_h / (s.gpus * 24),
                     s.lent_gpu_h / (s.gpus * 24), s.lent_gpu_h, s.kwh, krw_lent(spec, s));
      for (std::size_t h = 0; h < 24; ++h)
        fmt::format_to(std::back_inserter(hours), "{},{},{},{:.4f},{:.6f},{:.6f},{:.6f}\n",
                       enum_name(way), row.id, h, r.hours[h].load, 1e6 * r.hours[h].missed,
                       r.hours[h].used, r.hours[h].lent);
    }
  }
  return {{"cells.csv", std::move(cells)}, {"hours.csv", std::move(hours)}};
}

}  // namespace dure
