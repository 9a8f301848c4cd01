#include "app/serving_runs.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/results_numbers.h"
#include "app/serving_input.h"
#include "serving/advisor.h"
#include "serving/serving_run.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

int say(const std::string& text, int status = kDone) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return complain(Fault{"stdout", "room for what is printed", "a write that failed", ""});
  return status;
}

// ---- advice ----

Json to_json(const MemoryPlan& p) {
  if (!p.found) return nullptr;
  Json tiers = Json::array();
  for (const TierPlan& t : p.tiers)
    tiers.push_back({{"tier", t.id},
                     {"gb_per_gpu", rounded(t.gb_per_gpu, 3)},
                     {"total_tb", rounded(t.total_tb, 3)},
                     {"hit_share", rounded(t.hit_share, 4)},
                     {"fetched_share", rounded(t.fetched_share, 4)},
                     {"usd_per_h", rounded(t.usd_per_h, 2)}});
  return {{"replicas", p.replicas},
          {"tiers", std::move(tiers)},
          {"hit_share", rounded(p.hit_share, 4)},
          {"fetched_share", rounded(p.fetched_share, 4)},
          {"mean_batch", rounded(p.mean_batch, 2)},
          {"ttft_ms", rounded(p.ttft_ms, 2)},
          {"tpot_ms", rounded(p.tpot_ms, 3)},
          {"load", rounded(p.load, 4)},
          {"usd_per_h", rounded(p.usd_per_h, 2)},
          {"gpu_usd_per_h", rounded(p.gpu_usd_per_h, 2)},
          {"memory_usd_per_h", rounded(p.memory_usd_per_h, 2)},
          {"power_usd_per_h", rounded(p.power_usd_per_h, 2)},
          {"usd_per_million_tokens", rounded(p.usd_per_million_tokens, 4)}};
}

Json to_json(const Advice& a) {
  Json out = {{"plan", to_json(a.best)}, {"slo_kept", a.best.found}};
  if (!a.best.found) {
    out["servable_share"] = rounded(a.servable_share, 4);
    out["short_of"] = a.short_of;
  }
  return out;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string plan_text(const MemoryPlan& p) {
  std::vector<std::vector<std::string>> rows{
      {"TIER", "GB A GPU", "TB", "HITS", "FETCHED", "USD/H"}};
  for (const TierPlan& t : p.tiers)
    rows.push_back({t.id, fmt::format("{:g}", t.gb_per_gpu), fmt::format("{:.1f}", t.total_tb),
                    percent(t.hit_share), percent(t.fetched_share),
                    fmt::format("{:.0f}", t.usd_per_h)});
  return table(rows) + fmt::format(
                           "{} replicas at {} of their capacity, {:.0f} sequences in each; first "
                           "token {:.0f} ms, each further {:.1f} "
                           "ms (means)\n{:.0f} USD an hour ({:.0f} GPUs, {:.0f} memory, {:.0f} "
                           "power), {:.3f} USD a million tokens\n",
                           p.replicas, percent(p.load), p.mean_batch, p.ttft_ms, p.tpot_ms,
                           p.usd_per_h, p.gpu_usd_per_h, p.memory_usd_per_h, p.power_usd_per_h,
                           p.usd_per_million_tokens);
}

constexpr double kShares[] = {0.9, 0.75, 0.5, 0.25};

}  // namespace

int run_memory_advice(const ServingAsked& asked) {
  const Outcome<ServiceFile> read = read_service(asked.file, asked.settings);
  if (!read) return complain(read.faults());
  const ServiceFile& s = read.value();
  const Advice advice = advise_memory(s);
  // The same with all of the first tier that it asks for, to set shortage beside.
  ServiceFile free = s;
  free.memory_tiers[0].supply_tb.reset();
  const Advice unlimited = s.memory_tiers[0].supply_tb ? advise_memory(free) : advice;
  std::vector<Shortage> shortages;
  if (unlimited.best.found) shortages = memory_shortage(s, unlimited.best, kShares);
  const std::string& first = s.memory_tiers[0].id;
  if (asked.json) {
    Json out = {{"service", s.id}, {"choices", advice.choices}, {"advice", to_json(advice)}};
    out["without_limit"] = to_json(unlimited.best);
    Json list = Json::array();
    for (const Shortage& x : shortages) {
      Json row = {{"tier", first},
                  {"supply_share", x.supply_share},
                  {"supply_tb", rounded(x.supply_tb, 3)}};
      row.update(to_json(x.advice));
      list.push_back(std::move(row));
    }
    out["shortage"] = std::move(list);
    return say(out.dump(2) + "\n", advice.best.found ? kDone : kNo);
  }
  std::string text = fmt::format(
      "{}: {:g} requests/s, prompts of {:g} tokens, answers of {:g}; limits {:g} and {:g} ms\n\n",
      s.name_en.empty() ? s.id : s.name_en, s.load.requests_per_s, s.load.prompt_tokens,
      s.load.output_tokens, s.load.ttft_ms, s.load.tpot_ms);
  if (advice.best.found)
    text += plan_text(advice.best);
  else
    text += advice.short_of.empty() ? "no choice of sizes keeps the limits\n"
                                    : fmt::format(
                                          "no choice of sizes keeps the limits: {} is short, and "
                                          "{} of the requests could be served\n",
                                          advice.short_of, percent(advice.servable_share));
  if (!shortages.empty()) {
    text += fmt::format("\nIf less {} can be had than the plan without limit takes ({:.1f} TB):\n",
                        first, unlimited.best.tiers[0].total_tb);
    std::vector<std::vector<std::string>> rows{
        {"SUPPLY", "TB", "LIMITS", "GB A GPU", "REPLICAS", "HITS", "TPOT MS", "USD/H", "MORE"}};
    for (const Shortage& x : shortages) {
      const MemoryPlan& p = x.advice.best;
      std::vector<std::string> row{fmt::format("{:.0f} %", 100 * x.supply_share),
                                   fmt::format("{:.1f}", x.supply_tb)};
      if (p.found)
        row.insert(row.end(),
                   {"kept", fmt::format("{:g}", p.tiers[0].gb_per_gpu), std::to_string(p.replicas),
                    percent(p.hit_share), fmt::format("{:.1f}", p.tpot_ms),
                    fmt::format("{:.0f}", p.usd_per_h),
                    fmt::format("{:+.1f} %", 100 * (p.usd_per_h / unlimited.best.usd_per_h - 1))});
      else
        row.insert(row.end(), {"for " + percent(x.advice.servable_share) + " of the requests", "-",
                               "-", "-", "-", "-", "-"});
      rows.push_back(std::move(row));
    }
    text += table(rows);
  }
  return say(text, advice.best.found ? kDone : kNo);
}

// ---- requests ----

namespace {

Json to_json(const Percentiles& p) {
  return {{"mean", rounded(p.mean, 3)}, {"p50", rounded(p.p50, 3)}, {"p90", rounded(p.p90, 3)},
          {"p95", rounded(p.p95, 3)},   {"p99", rounded(p.p99, 3)}, {"most", rounded(p.most, 3)}};
}

std::vector<double> sizes_of(const ServiceFile& s) {
  if (!s.run.tiers_gb.empty()) return s.run.tiers_gb;
  std::vector<double> gb(s.memory_tiers.size());
  gb[0] = s.memory_tiers[0].most_gb;
  return gb;
}

// What each prompt finds in each tier: by its own blocks where the log has them.
void find_prefixes(const ServiceFile& s, const MemoryPlan& plan, ServiceRequests& in) {
  if (in.prefixes.requests() == 0) return with_hits(s, plan, in.requests);
  const double gpus = static_cast<double>(s.replica.gpus);
  for (std::size_t r = 0; r < in.requests.size(); ++r) {
    TokenRequest& q = in.requests[r];
    double kept = 0, fetch_ms = 0;
    std::int64_t cached = 0;
    for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
      kept += plan.tiers[i].kept_tokens;
      const auto blocks =
          static_cast<std::int64_t>(kept / static_cast<double>(in.prefixes.block_tokens()));
      const std::int64_t here = in.prefixes.cached_tokens(r, blocks);
      if (i > 0 && here > cached)
        fetch_ms += static_cast<double>(here - cached) * s.model.kv_bytes_per_token /
                        (gpus * s.memory_tiers[i].tier_gb_per_s * 1e6) +
                    s.memory_tiers[i].latency_us / 1000;
      cached = std::max(cached, here);
    }
    q.cached = static_cast<std::int32_t>(std::min<std::int64_t>(cached, q.prompt - 1));
    q.fetch_ms = static_cast<float>(fetch_ms);
  }
}

// As many as asked for, else the fewest that keep the limits by rates; what their tiers find is
// set.
Result<std::int64_t> replicas_of(const ServiceFile& s, const std::vector<double>& gb,
                                 const ServingSpec& spec, const StepModel& steps,
                                 ServiceRequests& in) {
  constexpr std::size_t kSample = 20'000;
  for (std::int64_t n = std::max<std::int64_t>(1, s.run.replicas); n <= 1'000'000;
       n += 1 + n / 50) {
    find_prefixes(s, weigh_memory(s, gb, n), in);
    if (s.run.replicas > 0) return n;
    const auto sample = std::span(in.requests).first(std::min(kSample, in.requests.size()));
    if (std::ranges::none_of(sample, [&](const TokenRequest& r) {
          return spec.replica.blocks(std::int64_t{r.prompt} + r.output) <= spec.replica.kv_blocks;
        }))
      break;
    const FluidSpec fluid{static_cast<int>(n), spec.replica,
                          static_cast<int>(s.run.prefill_replicas), 0};
    const double rate = s.load.requests_per_s / 1000;
    const FluidState f = fluid_state(fluid, length_mix(sample, spec.replica, steps), steps, rate);
    if (f.stable && rate <= s.load.most_load * f.capacity_per_ms && f.tpot_ms <= s.load.tpot_ms &&
        f.ttft_ms * s.load.ttft_tail <= s.load.ttft_ms)
      return n;
  }
  return Fault{"run.replicas", "a number of them: none keeps the limits by rates", "0",
               "--set run.replicas=N runs N"};
}

}  // namespace

int run_service_requests(const ServingAsked& asked, const std::string& log) {
  const Outcome<ServiceFile> read = read_service(asked.file, asked.settings);
  if (!read) return complain(read.faults());
  ServiceFile s = read.value();
  Outcome<ServiceRequests> requests = read_service_requests(s, log, asked.seed);
  if (!requests) return complain(requests.faults());
  ServiceRequests& in = requests.value();
  const ServiceRunSpec& run = s.run;
  const std::vector<double> gb = sizes_of(s);
  // The load as it came, for the fluid engine and for what the tiers keep.
  double prompts = 0, outputs = 0;
  for (const TokenRequest& r : in.requests) prompts += r.prompt, outputs += r.output;
  const double n = static_cast<double>(in.requests.size()),
               span_s = std::max(1e-3, in.requests.back().at_ms / 1000);
  s.load.requests_per_s = std::min(1e9, n / span_s);
  s.load.prompt_tokens = prompts / n;
  s.load.output_tokens = outputs / n;
  ServingSpec spec;
  spec.replica = replica_of(s, gb[0]);
  if (spec.replica.kv_blocks * spec.replica.block_tokens < s.model.longest_tokens)
    return complain(Fault{"run.tiers_gb[0]", "room for weights, reserve and the longest request",
                          fmt::format("{:g} GB", gb[0]),
                          "dure simulate --advise memory says how much"});
  spec.replica.admission =
      run.admission == AdmissionRule::grow ? Admission::grow : Admission::reserve;
  const RooflineStep plain = step_of(s, gb[0]);
  const SpeculativeStep steps(plain, run.draft_tokens, run.draft_acceptance, run.draft_cost);
  TRY_OR_COMPLAIN(replicas, replicas_of(s, gb, spec, steps, in));
  spec.replicas = static_cast<int>(replicas);
  spec.max_waiting = run.max_waiting;
  spec.slo = {s.load.ttft_ms, s.load.tpot_ms};
  if (run.prefill_replicas > 0)
    spec.apart = {static_cast<int>(run.prefill_replicas), s.model.kv_bytes_per_token,
                  s.replica.link_gb_per_s * static_cast<double>(s.replica.gpus), 1};
  if (run.scale_every_s > 0)
    spec.scaling = {run.scale_every_s * 1000, run.scale_target, run.warmup_s * 1000,
                    run.down_after_s * 1000,
                    static_cast<int>(std::min(run.least_replicas, replicas))};
  const double before = cpu_seconds();
  TRY_OR_COMPLAIN(r, run_requests(spec, steps, in.requests));
  const double cpu = cpu_seconds() - before;
  FluidSpec fluid{spec.replicas, spec.replica, spec.apart.prefill_replicas, 0};
  if (spec.apart.prefill_replicas > 0)
    fluid.transfer_ms = spec.apart.link_ms + s.load.prompt_tokens * s.model.kv_bytes_per_token /
                                                 (spec.apart.link_gb_per_s * 1e6);
  const bool any = r.ended > 0;
  const FluidState f = any ? fluid_state(fluid, length_mix(in.requests, spec.replica, steps), steps,
                                         s.load.requests_per_s / 1000)
                           : FluidState{};
  double cached = 0;
  for (const TokenRequest& q : in.requests) cached += q.cached;
  if (asked.json) {
    const Json out = {
        {"service", s.id},
        {"log", log},
        {"requests", r.requests},
        {"ended", r.ended},
        {"refused",
         {{"too_long", r.too_long}, {"queue_full", r.queue_full}, {"no_replica", r.no_replica}}},
        {"left_out", in.without_tokens},
        {"tokens_in", r.tokens_in},
        {"tokens_out", r.tokens_out},
        {"cached_share", rounded(cached / prompts, 4)},
        {"span_s", rounded(r.span_ms / 1000, 3)},
        {"ttft_ms", to_json(r.ttft_ms)},
        {"tpot_ms", to_json(r.tpot_ms)},
        {"e2e_ms", to_json(r.e2e_ms)},
        {"slo_share", rounded(r.slo_share, 6)},
        {"requests_per_s", rounded(r.requests_per_s, 3)},
        {"tokens_out_per_s", rounded(r.tokens_out_per_s, 3)},
        {"replicas", replicas},
        {"most_replicas", r.most_replicas},
        {"replica_h", rounded(r.replica_h, 4)},
        {"busy_share", rounded(r.busy_share, 4)},
        {"mean_batch", rounded(r.mean_batch, 3)},
        {"peak_kv_share", rounded(r.peak_kv_share, 4)},
        {"preemptions", r.use.preemptions},
        {"fluid",
         {{"stable", f.stable},
          {"capacity_requests_per_s", rounded(f.capacity_per_ms * 1000, 3)},
          {"mean_batch", rounded(f.mean_batch, 3)},
          {"tpot_ms", rounded(f.tpot_ms, 3)},
          {"ttft_ms", rounded(f.ttft_ms, 3)}}},
        {"step_bend", rounded(r.step_bend, 4)},
        {"cpu_s", rounded(cpu, 3)}};
    return say(out.dump(2) + "\n");
  }
  std::vector<std::vector<std::string>> rows{{"MS", "MEAN", "P50", "P90", "P95", "P99", "MOST"}};
  const auto row = [&](const char* name, const Percentiles& p) {
    rows.push_back({name});
    for (const double v : {p.mean, p.p50, p.p90, p.p95, p.p99, p.most})
      rows.back().push_back(fmt::format("{:.1f}", v));
  };
  row("first token", r.ttft_ms);
  row("each further", r.tpot_ms);
  row("whole request", r.e2e_ms);
  std::string text =
      fmt::format(
          "{} requests in {:.0f} s, {} ended, {} refused; {:.1f} requests/s, {:.0f} tokens/s\n\n",
          r.requests, r.span_ms / 1000, r.ended, r.requests - r.ended, r.requests_per_s,
          r.tokens_out_per_s) +
      table(rows);
  text += fmt::format(
      "\n{} within the limits of {:g} and {:g} ms\n{} replicas at most, {:.2f} replica hours, busy "
      "{}; {:.1f} sequences in a batch, "
      "caches {} full at most, {} thrown out\n{} of the prompts' tokens were found in a cache\nby "
      "rates: {:.1f} sequences, {:.2f} ms a "
      "token, {:.0f} ms to the first; up to {:.1f} requests/s\n",
      percent(r.slo_share), s.load.ttft_ms, s.load.tpot_ms, r.most_replicas, r.replica_h,
      percent(r.busy_share), r.mean_batch, percent(r.peak_kv_share), r.use.preemptions,
      percent(cached / prompts), f.mean_batch, f.tpot_ms, f.ttft_ms, f.capacity_per_ms * 1000);
  return say(text);
}

}  // namespace dure
