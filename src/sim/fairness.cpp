#include "sim/fairness.h"

#include <algorithm>
#include <cmath>

#include "sim/replay.h"
#include "world/loan_price.h"

namespace dure {
namespace {

Date next_month(Date d) {
  return d.month == 12 ? Date{d.year + 1, 1, 1} : Date{d.year, d.month + 1, 1};
}

}  // namespace

Fairness::Fairness(const Scenario& scenario, const World& world, const Window& window)
    : scenario_(scenario),
      world_(world),
      window_(window),
      next_sample_(window.from),
      month_(date_of(window.from)),
      took_(scenario.members.size()),
      reclaims_(scenario.members.size()) {
  month_.day = 1;
  next_month_ = midnight(next_month(month_));
}

void Fairness::append(const Event& e) {
  if (closed_) return;
  if (!opened_ && e.at >= window_.from) {
    opened_ = true;
    settle(window_.from);  // nothing yet: what the ledger says at the start
  }
  for (; e.at >= next_sample_ && next_sample_ < window_.to; next_sample_ += window_.step)
    sample(next_sample_);
  while (e.at >= next_month_ && next_month_ < window_.to) {
    settle(next_month_);
    month_ = next_month(month_);
    next_month_ = midnight(next_month(month_));
  }
  if (e.at >= window_.to) return close();
  const auto* issued = std::get_if<CommandIssued>(&e.what);
  const auto* start = issued == nullptr ? nullptr : std::get_if<StartJob>(&issued->wish);
  if (start == nullptr || asked_.empty()) return;
  const auto it = asked_.find(start->job);
  if (it == asked_.end()) return;
  const Millis took = e.at - it->second, bound = world_.pool(start->pool).info.reclaim;
  asked_.erase(it);
  if (e.at < window_.from) return;
  took_[world_.lane(world_.job(start->job).lane).member.index].push_back(
      {took.count(), bound.count() == 0 || took <= bound});
}

void Fairness::waits(JobId job, Reason because) {
  if (because == Reason::reclaiming) asked_.try_emplace(job, world_.now());
}

void Fairness::sample(Millis) {
  ++samples_;
  for (std::uint32_t p = 0; p < world_.pools(); ++p) {
    const Pool& pool = world_.pool(PoolId{p});
    const CapacityIndex* racks = pool.machines ? pool.machines->racks() : nullptr;
    if (racks == nullptr || pool.info.nodes_per_domain <= 1) continue;
    free_nodes_ += racks->free_nodes();
    whole_nodes_ += racks->whole_racks() * pool.info.nodes_per_rack;
  }
}

// Closes the books of the month as of `until`.
void Fairness::settle(Millis until) {
  std::vector<std::vector<std::int64_t>> now(world_.pools());
  std::map<std::tuple<MemberId, MemberId, HardwareId, SiteId>, SettlementLine> lines;
  for (std::uint32_t p = 0; p < world_.pools(); ++p) {
    const PoolOpened& pool = world_.pool(PoolId{p}).info;
    for (std::uint32_t m = 0; m < world_.members().size(); ++m) {
      now[p].push_back(world_.ledger().used(PoolId{p}, MemberId{m}, until).count());
      // Without a warm-up the window opens before the alliance is founded: nothing was used then.
      const std::int64_t old = !settled_ ? now[p][m] : p < before_.size() ? before_[p][m] : 0;
      const std::int64_t gpu_ms = now[p][m] - old;
      if (gpu_ms == 0 || MemberId{m} == pool.owner) continue;
      SettlementLine& line = lines[{pool.owner, MemberId{m}, pool.hardware, pool.site}];
      line.month = month_;
      line.owner = pool.owner;
      line.borrower = MemberId{m};
      line.hardware = pool.hardware;
      line.site = pool.site;
      line.gpu_ms += gpu_ms;
      line.krw += std::llround(static_cast<double>(gpu_ms) /
                               (3.6e6 * static_cast<double>(units_of_one(pool.device))) *
                               loan_price(scenario_, pool, MemberId{m}));
    }
  }
  for (const auto& [key, line] : lines) settlement_.push_back(line);
  before_ = std::move(now);
  settled_ = true;
}

void Fairness::close() {
  if (closed_) return;
  closed_ = true;
  if (!opened_) settle(window_.from);
  settle(window_.to);
  for (std::size_t m = 0; m < took_.size(); ++m) {
    ReclaimFigures& f = reclaims_[m];
    std::vector<std::int64_t> ms;
    for (const Took& t : took_[m]) {
      ms.push_back(t.ms);
      f.within_bound += t.within ? 1 : 0;
      f.most_ms = std::max(f.most_ms, t.ms);
    }
    f.times = std::ssize(ms);
    f.p50_ms = percentile(ms, 0.50);
    f.p95_ms = percentile(ms, 0.95);
  }
}

}  // namespace dure
