#include "live/shadows.h"

#include "live/live_record.h"
#include "live/what_if.h"

namespace dure {

GpuUse gpu_use(const World& world, Millis now) {
  const std::size_t members = world.members().size();
  GpuUse out{std::vector<std::int64_t>(members), std::vector<std::int64_t>(members)};
  for (std::uint32_t p = 0; p < world.pools(); ++p) {
    const PoolOpened& pool = world.pool(PoolId{p}).info;
    if (pool.device != Device::gpu) continue;
    for (std::uint32_t m = 0; m < members; ++m) {
      const std::int64_t ms = world.ledger().used(PoolId{p}, MemberId{m}, now).count();
      out.used[m] += ms;
      if (MemberId{m} != pool.owner) out.lent[pool.owner.index] += ms;
    }
  }
  return out;
}

Outcome<PolicySpec> shadow_policy(const ShadowSpec& row, const PolicySpec& live) {
  PolicySpec policy = live;
  switch (row.policy) {
    case ShadowPolicy::live: break;
    case ShadowPolicy::fcfs:
    case ShadowPolicy::easy:
      policy.order = Order::arrival;
      policy.backfill = row.policy == ShadowPolicy::easy ? Backfill::easy : Backfill::none;
      policy.preempt = false;
      policy.patience_hours = 0;
      break;
    case ShadowPolicy::dure:
      policy.order = Order::fair;
      policy.backfill = Backfill::easy;
      policy.preempt = true;
      break;
  }
  for (const std::string& setting : row.set)
    if (auto fault = set_policy(policy, setting)) {
      fault->where = "shadow." + row.id + ": " + fault->where;
      return Faults{*fault};
    }
  return policy;
}

Shadows::Shadows(const std::vector<ShadowSpec>& rows, const PolicySpec& live) {
  for (const ShadowSpec& spec : rows) {
    Outcome<PolicySpec> policy = shadow_policy(spec, live);
    CHECK(policy);  // asked at the door
    rows_.push_back(std::make_unique<Row>());
    rows_.back()->spec = spec;
    rows_.back()->policy = policy_from(policy.value());
  }
}

void Shadows::begin(const Desk& desk, std::uint64_t last) {
  if (rows_.empty() || (begun_ && last == last_)) return;
  stop();
  begun_ = true;
  last_ = last;
  std::vector<JobId> foreign;
  for (std::uint32_t p = 0; p < desk.world.pools(); ++p)
    for (const Run& run : desk.world.pool(PoolId{p}).running)
      if (desk.book.job(run.job).foreign) foreign.push_back(run.job);
  for (const auto& row : rows_) {
    row->shadow = std::make_unique<Shadow>(desk.world, row->policy, foreign, Millis(1'000));
    row->live_before = row->here_before = gpu_use(desk.world, desk.world.now());
    row->stopped.clear();
    row->tasks.clear();
    row->behind = 0;
    row->fell_behind = row->over = false;
    row->thread = std::thread([&row = *row] { work(row); });
  }
}

void Shadows::stored(const std::vector<Entry>& entries, const Desk&) {
  if (!begun_ || entries.empty()) return;
  last_ = entries.back().number;
  const auto all = std::make_shared<const std::vector<Entry>>(entries);
  for (const auto& row : rows_) {
    {
      const std::lock_guard lock(row->mutex);
      if (row->fell_behind) continue;
      if (row->behind + entries.size() > kMostBehind) {  // invariant 2
        row->fell_behind = true;
        continue;
      }
      row->behind += entries.size();
      row->tasks.push_back({all, {}, {}, {}, 0});
    }
    row->wakes.notify_one();
  }
}

void Shadows::ask(Millis now, std::function<std::string(const ShadowState&)> part,
                  std::function<void(std::vector<std::string>)> answer) {
  if (!begun_ || rows_.empty()) return answer({});
  const auto asked = std::make_shared<Asked>();
  asked->parts.resize(rows_.size());
  asked->missing = rows_.size();
  asked->answer = std::move(answer);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    {
      const std::lock_guard lock(rows_[i]->mutex);
      rows_[i]->tasks.push_back({{}, now, part, asked, i});
    }
    rows_[i]->wakes.notify_one();
  }
}

void Shadows::hear(Row& row, const std::vector<Entry>& entries) {
  ShadowRound round;
  for (const Entry& entry : entries) {
    if (entry.kind == Entry::world) {
      Result<Event> event = event_of(entry);
      if (!event) {
        row.stopped = to_string(event.fault());
        return;
      }
      round.events.push_back(std::move(event.value()));
    } else if (entry.bytes.starts_with("{\"cancel\"")) {
      const Result<LiveEvent> live = live_event_of(entry);
      if (live && live.value().cancel) round.cancels.push_back(job_of(live.value().cancel->job));
    }
  }
  row.shadow->hear(round);
}

void Shadows::work(Row& row) {
  for (;;) {
    Task task;
    bool behind = false;
    {
      std::unique_lock lock(row.mutex);
      row.wakes.wait(lock, [&] { return row.over || !row.tasks.empty(); });
      if (row.over) return;
      task = std::move(row.tasks.front());
      row.tasks.pop_front();
      if (task.entries) row.behind -= task.entries->size();
      behind = row.fell_behind;
    }
    if (behind && row.stopped.empty())
      row.stopped = "it fell more than " + std::to_string(kMostBehind) + " entries behind";
    if (row.stopped.empty()) row.stopped = row.shadow->stopped();
    if (task.entries) {
      if (row.stopped.empty()) hear(row, *task.entries);
      continue;
    }
    if (row.stopped.empty()) row.shadow->advance(task.now);
    if (row.stopped.empty()) row.stopped = row.shadow->stopped();
    std::string part =
        task.part({row.spec, *row.shadow, row.stopped, row.live_before, row.here_before});
    const std::lock_guard lock(task.asked->mutex);
    task.asked->parts[task.place] = std::move(part);
    if (--task.asked->missing == 0) task.asked->answer(std::move(task.asked->parts));
  }
}

void Shadows::stop() {
  for (const auto& row : rows_) {
    {
      const std::lock_guard lock(row->mutex);
      row->over = true;
    }
    row->wakes.notify_one();
    if (row->thread.joinable()) row->thread.join();
    row->tasks.clear();  // replies that are dropped say so to their callers
  }
}

}  // namespace dure
