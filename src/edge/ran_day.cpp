#include "edge/ran_day.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace dure {
namespace {

constexpr double kNsPerHour = 3.6e12;

template <class Rows>
const auto& row_of(const Rows& rows, const std::string& id) {
  const auto at = std::ranges::find_if(rows, [&](const auto& r) { return r.id == id; });
  CHECK(at != rows.end());  // checked before: check_ran
  return *at;
}

struct WayWork {  // what a row's groups do under one way
  GroupWork work;
  LendRule rule;
  double beside = 0;     // of a GPU: inference's for good
  double cells_gpu = 0;  // of a GPU: where slots are worked off
};

WayWork way_work(const RanSpec& s, const CellRowSpec& row, const RadioSpec& radio, RanWay way) {
  WayWork w;
  if (way == RanWay::partition) {
    const std::int64_t share = partition_share(row, s.partition);
    w.work = group_work(row, radio, share, s.partition.slowdown_milli);
    w.cells_gpu = static_cast<double>(share) / 1000;
    w.beside = static_cast<double>(row.gpu_milli - share) / 1000;
    return w;
  }
  w.work = group_work(row, radio, row.gpu_milli);
  w.cells_gpu = static_cast<double>(row.gpu_milli) / 1000;
  if (way == RanWay::lending) w.rule = lend_rule(s.lending, LendGuard::on);
  if (way == RanWay::lending_unguarded) w.rule = lend_rule(s.lending, LendGuard::off);
  return w;
}

bool may_lend(const RanSpec& s, const HourLaw& law) {
  return law.missed * 1e6 <= static_cast<double>(s.lending.objective_ppm);
}

// Load of each hour of a group; the mean over groups is the place's where nothing is cut at 1.
double group_load(const PlaceSpec& place, std::uint64_t seed, const std::string& row,
                  std::int64_t group, std::size_t hour) {
  const double mean = place.hour_load[hour];
  if (place.sigma == 0) return mean;
  Stream stream(seed, "edge/load/" + row, static_cast<std::uint64_t>(group) * 24 + hour);
  return std::min(1.0,
                  mean * stream.lognormal(std::exp(-place.sigma * place.sigma / 2), place.sigma));
}

void add_hour(const RanSpec& s, const WayWork& w, const HourLaw& law, bool lends, RanSums& sums) {
  const double slots = kNsPerHour / static_cast<double>(w.work.slot_ns);
  const double lent = law.lent * w.cells_gpu + w.beside;
  const double inference = lent + law.lost * w.cells_gpu;
  const double cells = law.cells * w.cells_gpu;
  const double gpu = w.cells_gpu + w.beside;
  sums.slots += slots;
  sums.missed += slots * law.missed;
  sums.used_gpu_h += cells;
  sums.lent_gpu_h += lent;
  sums.lost_gpu_h += law.lost * w.cells_gpu;
  sums.kwh += (s.gpu.idle_w * gpu + (s.gpu.ran_w - s.gpu.idle_w) * cells +
               (s.gpu.inference_w - s.gpu.idle_w) * inference) /
              1000;
  sums.lendable_hours += lends || w.beside > 0 ? 1 : 0;
  sums.hours += 1;
}

RanRow day_of_row(const RanSpec& s, const CellRowSpec& row, RanWay way, std::uint64_t seed) {
  const PlaceSpec& place = row_of(s.places, row.place);
  const WayWork w = way_work(s, row, row_of(s.radios, row.radio), way);
  RanRow out;
  for (std::int64_t g = 0; g < row.groups; ++g) {
    for (std::size_t h = 0; h < 24; ++h) {
      const double load = group_load(place, seed, row.id, g, h);
      HourLaw law = hour_law(w.work, w.rule, load);
      bool lends = w.rule.lends();
      if (lends && !w.rule.guard && !may_lend(s, law)) {
        law = hour_law(w.work, {}, load);
        lends = false;
      }
      add_hour(s, w, law, lends, out.sums);
      RanRowHour& at = out.hours[h];
      const double n = static_cast<double>(row.groups), gpu = w.cells_gpu + w.beside;
      at.load += load / n;
      at.missed += law.missed / n;
      at.used += law.cells * w.cells_gpu / gpu / n;
      at.lent += (law.lent * w.cells_gpu + w.beside) / gpu / n;
    }
  }
  out.sums.cells = static_cast<double>(row.groups * row.cells_per_group);
  out.sums.gpus = static_cast<double>(row.groups * row.gpu_milli) / 1000;
  return out;
}

// One group of the row at its place's own load, hour by hour, slot by slot.
void hold_against(const RanSpec& s, const CellRowSpec& row, RanWay way, std::uint64_t seed,
                  RanCheckpoint& c) {
  const PlaceSpec& place = row_of(s.places, row.place);
  const WayWork w = way_work(s, row, row_of(s.radios, row.radio), way);
  const auto n = static_cast<double>(s.check_slots);
  c.used_room = 0.005 + 1 / std::sqrt(n);
  const double piece = static_cast<double>(w.rule.quantum_ns) / static_cast<double>(w.work.slot_ns);
  c.lent_room = std::max(c.lent_room, c.used_room + (w.rule.guard ? 0 : piece));
  for (std::size_t h = 0; h < 24; ++h) {
    const double load = place.hour_load[h];
    LendRule rule = w.rule;
    HourLaw law = hour_law(w.work, rule, load);
    if (rule.lends() && !rule.guard && !may_lend(s, law)) law = hour_law(w.work, rule = {}, load);
    const SlotTotals t =
        run_slots_drawn(w.work, rule, s.check_slots, load, Stream(seed, "edge/check/" + row.id, h));
    const auto all = static_cast<double>(t.slots * w.work.slot_ns);
    c.slots += t.slots;
    c.time_adds_up &= t.all_ns() == t.slots * w.work.slot_ns + t.beyond_ns;
    c.within_reclaim &= t.reclaim_most_ns <= rule.reclaim_ns() &&
                        static_cast<double>(t.reclaim_most_ns) <= s.lending.reclaim_ms * 1e6;
    c.used_off = std::max(c.used_off,
                          std::abs(static_cast<double>(t.cells_ns + t.late_ns) / all - law.cells));
    c.lent_off = std::max(c.lent_off, std::abs(static_cast<double>(t.lent_ns) / all - law.lent));
    c.missed_seen += t.missed;
    c.missed_expected += n * law.missed;
    c.missed_sigma += n * law.missed * (1 - law.missed);
    c.missed_least += n * law.missed_least;
    c.missed_most += n * law.missed_most;
    c.reclaims += t.reclaims;
    c.reclaim_mean_ns += static_cast<double>(t.reclaim_sum_ns);
    c.reclaim_most_ns = std::max(c.reclaim_most_ns, t.reclaim_most_ns);
  }
}

RanArithmetic arithmetic_of(const CellRowSpec& row, const RadioSpec& radio) {
  const GroupWork work = group_work(row, radio, row.gpu_milli);
  RanArithmetic a{work.worst_ns(), work.deadline_ns, 0};
  // Work is rounded up on every share, so the least one is looked for, not divided out.
  std::int64_t low = 1, high = 1'000'000;
  while (low < high) {
    const std::int64_t mid = (low + high) / 2;
    if (group_work(row, radio, mid).worst_ns() <= work.deadline_ns)
      high = mid;
    else
      low = mid + 1;
  }
  a.least_share_milli = low;
  return a;
}

}  // namespace

LendRule lend_rule(const RanLendingSpec& spec, LendGuard guard) {
  return {spec.quantum_us * 1000, spec.preempt_us * 1000, spec.switch_us * 1000,
          guard == LendGuard::on};
}

std::int64_t partition_share(const CellRowSpec& row, const RanPartitionSpec& spec) {
  return std::max<std::int64_t>(1, row.gpu_milli * spec.ran_share_milli / 1000);
}

void RanSums::add(const RanSums& o) {
  cells += o.cells, gpus += o.gpus, slots += o.slots, missed += o.missed;
  used_gpu_h += o.used_gpu_h, lent_gpu_h += o.lent_gpu_h, lost_gpu_h += o.lost_gpu_h;
  kwh += o.kwh, lendable_hours += o.lendable_hours, hours += o.hours;
}

RanDay run_ran_day(const RanSpec& spec, std::uint64_t seed) {
  RanDay day;
  for (const CellRowSpec& row : spec.cells)
    day.arithmetic.push_back(arithmetic_of(row, row_of(spec.radios, row.radio)));
  for (const RanWay way : kRanWays) {
    const auto i = static_cast<std::size_t>(way);
    RanCheckpoint& c = day.checks[i];
    for (const CellRowSpec& row : spec.cells) {
      day.rows[i].push_back(day_of_row(spec, row, way, seed));
      hold_against(spec, row, way, seed, c);
    }
    c.missed_sigma = std::sqrt(c.missed_sigma);
    if (c.reclaims > 0) c.reclaim_mean_ns /= static_cast<double>(c.reclaims);
  }
  return day;
}

double krw_lent(const RanSpec& spec, const RanSums& sums) {
  return sums.lent_gpu_h * spec.money.krw_per_gpu_hour;
}
double tokens(const RanSpec& spec, const RanSums& sums) {
  return sums.lent_gpu_h * 3600 * static_cast<double>(spec.gpu.inference_tokens_per_s);
}

}  // namespace dure
