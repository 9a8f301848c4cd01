#include "app/explain_text.h"

#include <fmt/core.h>

#include <charconv>

#include "base/calendar.h"
#include "base/decimal.h"

namespace dure {
namespace {

std::string seconds_text(Millis t) { return decimal_text(t.count(), 1000) + " s"; }

const char* state_text(JobState s) {
  switch (s) {
    case JobState::waiting: return "waiting";
    case JobState::running: return "running";
    case JobState::ended: return "ended";
    case JobState::cancelled: return "cancelled";
    case JobState::refused: return "refused";
    case JobState::held: return "held";
  }
  CHECK(!"a JobState");
}

std::string pool_name(const World& world, PoolId id) {
  const std::string& name = world.pool(id).info.name;
  return name.empty() ? "pool " + std::to_string(id.index) : name;
}

// A number of the lane's units: shared GPUs as 0.25.
std::string amount(std::int64_t units, Device device) {
  const std::int64_t one = units_of_one(device);
  if (one == 1) return std::to_string(units);
  return fmt::format("{}", static_cast<double>(units) / static_cast<double>(one));
}
nlohmann::ordered_json amount_json(std::int64_t units, Device device) {
  const std::int64_t one = units_of_one(device);
  if (one == 1) return units;
  return static_cast<double>(units) / static_cast<double>(one);
}
const char* unit_name(Device device) {
  switch (device) {
    case Device::gpu:
    case Device::shared_gpu: return "GPUs";
    case Device::qpu: return "QPUs";
    case Device::ran_cell: return "cell groups";
    case Device::cpu: return "cores";
  }
  CHECK(!"a Device");
}

// Of live jobs only some name a work of the scenario.
std::string work_name(const Scenario& scenario, WorkloadId id) {
  return id.index < scenario.workloads.size() ? scenario.workloads[id.index].id : "";
}

std::string change_text(const World& world, Device device, const Change& c) {
  const std::string where = pool_name(world, c.where);
  switch (c.kind) {
    case Change::approval: return "an approval for " + where + ": starts now";
    case Change::preemptible: return "let it be stopped (preemptible): starts now in " + where;
    case Change::estimate:
      return "ask for at most " + seconds_text(c.time) + ": starts now in " + where;
    case Change::pool: return "accept " + where + " too: starts now there";
    case Change::gpus:
      return fmt::format("ask for {} {}: starts now in {}", amount(c.units.count(), device),
                         unit_name(device), where);
    case Change::quota:
      return fmt::format("a quota of {} GPUs more: starts now in {}", c.units.count(), where);
    case Change::wait:
      return fmt::format("wait until {} if all take what they asked for and nobody new comes: {}",
                         iso_kst(c.time), where);
  }
  CHECK(!"a Change::Kind");
}

std::string account_name(const World& world, AccountId id) { return world.accounts()[id].name; }

template <class Json>
void put_time(Json& json, const char* name, const std::optional<Millis>& t) {
  if (t) json[name] = iso_kst(*t);
}

}  // namespace

Result<ExplainWhat> parse_explain(const std::string& text) {
  const auto wrong = [&](const std::string& found) {
    return Fault{"--explain", "JOB or JOB@TIME, such as 1234@2030-10-01T09:30", found,
                 "JOB is the number of jobs.csv"};
  };
  ExplainWhat out;
  const std::size_t sign = text.find('@');
  const std::string_view job = std::string_view(text).substr(0, sign);
  const auto [end, error] = std::from_chars(job.data(), job.data() + job.size(), out.job.index);
  if (error != std::errc() || end != job.data() + job.size()) return wrong(text);
  if (sign == std::string::npos) return out;
  const std::string time = text.substr(sign + 1);
  const std::size_t clock_at = time.find('T');
  const auto date = parse_date(std::string_view(time).substr(0, clock_at));
  if (!date) return wrong(text);
  Millis at = midnight(*date);
  if (clock_at != std::string::npos) {  // hours:minutes[:seconds], and KST if it says so
    std::string_view clock = std::string_view(time).substr(clock_at + 1);
    if (clock.ends_with("+09:00")) clock.remove_suffix(6);
    constexpr std::int64_t unit[] = {3'600'000, 60'000, 1'000}, most[] = {23, 59, 59};
    std::size_t i = 0;
    for (; i < 3 && !clock.empty(); ++i) {
      std::int64_t n = 0;
      if (clock.size() < 2 || clock[0] < '0' || clock[0] > '9' || clock[1] < '0' || clock[1] > '9')
        return wrong(text);
      std::from_chars(clock.data(), clock.data() + 2, n);
      if (n > most[i]) return wrong(text);
      at = at + Millis(n * unit[i]);
      clock.remove_prefix(2);
      if (clock.empty()) continue;
      if (clock[0] != ':' || clock.size() == 1) return wrong(text);
      clock.remove_prefix(1);
    }
    if (!clock.empty() || i < 2) return wrong(text);
  }
  out.at = at;
  return out;
}

std::string explain_table(const ExplainRun& run, const Scenario& scenario) {
  const World& w = run.world;
  const Explanation& e = run.explanation;
  const LaneOpened& lane = w.lane(run.job.lane);
  std::string out = fmt::format("job {} · {} of {} · {} {} · {} · submitted {}\n", e.job.index,
                                work_name(scenario, lane.workload), w.members()[lane.member.index],
                                amount(run.job.gpus, lane.device), unit_name(lane.device),
                                run.job.estimate >= kUntilCancelled
                                    ? "until cancelled"
                                    : "for at most " + seconds_text(run.job.estimate),
                                iso_kst(run.job.submit));
  const bool ran = e.state == JobState::running || e.state == JobState::ended;
  out += fmt::format("at {}: {}", iso_kst(w.now()), state_text(e.state));
  if (e.reason != Reason::none) out += fmt::format(", {}", to_string(e.reason));
  if (ran)
    out += fmt::format(" since {} in {}", iso_kst(run.job.start), pool_name(w, run.job.pool));
  if (e.starts_in) out += fmt::format(", starts next in {}", pool_name(w, *e.starts_in));
  out += "\n";
  if (e.state != JobState::waiting || e.starts_in) return out;
  out +=
      fmt::format("before it: {} lanes and {} jobs, {} GPUs of the {} that wait; {} in its lane\n",
                  e.heads_before, e.jobs_before, e.gpus_before, w.waiting_gpus(), e.jobs_in_lane);
  if (e.account_limit > 0)
    out += fmt::format("account {}: holds {} of at most {} GPUs\n", account_name(w, *e.account),
                       e.account_held, e.account_limit);
  const Forecast& f = run.forecast;
  if (f.p50)
    out += fmt::format("forecast: by {} (P50), by {} (P90), from {} samples{}\n", iso_kst(*f.p50),
                       f.p90 ? iso_kst(*f.p90) : "no date", f.samples,
                       f.cut_short ? ", some cut short" : "");
  else
    out += "forecast: no start in sight\n";
  out += fmt::format("\n{:<40} {:<20} {:>7} {:>8} {:>8} {:>17} {:>17}  {}\n", "pool", "why not",
                     "needed", "free", "at once", "lent / at most", "held / entitled", "earliest");
  for (const PoolView& v : e.pools) {
    std::string why = to_string(v.why_not);
    const auto n = [&](std::int64_t units) { return amount(units, w.pool(v.pool).info.device); };
    if (!v.detail.empty()) why += ": " + v.detail;
    out += fmt::format("{:<40} {:<20} {:>7} {:>8} {:>8} {:>17} {:>17}  {}\n", pool_name(w, v.pool),
                       why, n(v.needed), n(v.free), n(v.most_at_once),
                       n(v.lent) + " / " + n(v.lend_limit), n(v.held) + " / " + n(v.entitled),
                       v.earliest ? iso_kst(*v.earliest) : "-");
    if (v.kept_for || v.kept_until)
      out += fmt::format("{:<40}   kept{}{}\n", "",
                         v.kept_for ? fmt::format(" for job {}", v.kept_for->index) : "",
                         v.kept_until ? " until " + iso_kst(*v.kept_until) : "");
  }
  out += "\nwhat would start it, the least first\n";
  for (const Change& c : e.changes) out += "  " + change_text(w, lane.device, c) + "\n";
  if (e.changes.empty()) out += "  nothing that was tried\n";
  return out;
}

nlohmann::ordered_json explain_json(const ExplainRun& run, const Scenario& scenario) {
  const World& w = run.world;
  const Explanation& e = run.explanation;
  const LaneOpened& lane = w.lane(run.job.lane);
  nlohmann::ordered_json json{{"job", e.job.index},
                              {"workload", work_name(scenario, lane.workload)},
                              {"member", w.members()[lane.member.index]},
                              {"gpus", amount_json(run.job.gpus, lane.device)},
                              {"submit", iso_kst(run.job.submit)},
                              {"at", iso_kst(w.now())},
                              {"state", state_text(e.state)},
                              {"reason", to_string(e.reason)}};
  if (run.job.estimate < kUntilCancelled)
    json["estimate_s"] = static_cast<double>(run.job.estimate.count()) / 1000;
  if (e.state == JobState::running || e.state == JobState::ended) {
    json["start"] = iso_kst(run.job.start);
    json["pool"] = pool_name(w, run.job.pool);
  }
  if (e.starts_in) json["starts_in"] = pool_name(w, *e.starts_in);
  json["before"] = {{"lanes", e.heads_before},
                    {"jobs", e.jobs_before},
                    {"gpus", e.gpus_before},
                    {"in_lane", e.jobs_in_lane}};
  if (e.account_limit > 0)
    json["account"] = {{"name", account_name(w, *e.account)},
                       {"held", e.account_held},
                       {"limit", e.account_limit}};
  auto& forecast = json["forecast"] = nlohmann::ordered_json::object();
  put_time(forecast, "p50", run.forecast.p50);
  put_time(forecast, "p90", run.forecast.p90);
  forecast["samples"] = run.forecast.samples;
  auto& pools = json["pools"] = nlohmann::ordered_json::array();
  for (const PoolView& v : e.pools) {
    const auto n = [&](std::int64_t units) {
      return amount_json(units, w.pool(v.pool).info.device);
    };
    nlohmann::ordered_json row{{"pool", pool_name(w, v.pool)}, {"why_not", to_string(v.why_not)}};
    if (!v.detail.empty()) row["detail"] = v.detail;
    row["needed"] = n(v.needed);
    row["free"] = n(v.free);
    row["installed"] = n(v.installed);
    row["most_at_once"] = n(v.most_at_once);
    row["lent"] = n(v.lent);
    row["lend_limit"] = n(v.lend_limit);
    row["held"] = n(v.held);
    row["entitled"] = n(v.entitled);
    if (v.kept_for) row["kept_for"] = v.kept_for->index;
    put_time(row, "kept_until", v.kept_until);
    put_time(row, "earliest", v.earliest);
    pools.push_back(std::move(row));
  }
  auto& changes = json["changes"] = nlohmann::ordered_json::array();
  for (const Change& c : e.changes) {
    nlohmann::ordered_json row{{"kind", to_string(c.kind)}, {"pool", pool_name(w, c.where)}};
    if (c.kind == Change::gpus) row["gpus"] = amount_json(c.units.count(), lane.device);
    if (c.kind == Change::quota) row["gpus"] = c.units.count();
    if (c.kind == Change::estimate) row["estimate_s"] = static_cast<double>(c.time.count()) / 1000;
    if (c.kind == Change::wait) row["at"] = iso_kst(c.time);
    row["least"] = c.sure;
    changes.push_back(std::move(row));
  }
  return json;
}

}  // namespace dure
