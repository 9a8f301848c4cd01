#include "live/live_plant.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "live/projections.h"

namespace dure {
namespace {

class RealClock final : public Clock {
 public:
  Millis now() const override {
    const auto t = std::chrono::system_clock::now().time_since_epoch();
    return world_time(std::chrono::duration_cast<std::chrono::milliseconds>(t).count());
  }
};

constexpr std::size_t kCommandsAtOnce = 512;
constexpr std::int64_t kUsesMs = 60'000;  // the table of uses is as old as this at most

}  // namespace

std::unique_ptr<Clock> Clock::real() { return std::make_unique<RealClock>(); }

const char* to_string(HubState s) {
  switch (s) {
    case HubState::starting: return "starting";
    case HubState::leading: return "leading";
    case HubState::following: return "following";
    case HubState::degraded: return "degraded";
    case HubState::stopping: return "stopping";
  }
  CHECK(!"a HubState");
}

bool LivePlant::post(std::unique_ptr<Work> work) {
  {
    const std::lock_guard lock(mutex_);
    if (inbox_.size() >= kMostWaiting || stop_) return false;
    inbox_.push_back(std::move(work));
  }
  wakes_.notify_one();
  return true;
}

void LivePlant::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wakes_.notify_one();
}

std::string LivePlant::state_detail() const {
  const std::lock_guard lock(mutex_);
  return state_detail_;
}

std::size_t LivePlant::waiting() const {
  const std::lock_guard lock(mutex_);
  return inbox_.size();
}

void LivePlant::set_state(HubState state, std::string detail) {
  const bool other = state != state_;
  if (other && turned) turned(state, detail);
  const std::lock_guard lock(mutex_);
  state_ = state;
  state_detail_ = std::move(detail);
}

void LivePlant::begin(const Desk& desk, LiveRecord& record, std::int64_t epoch,
                      Followers* followers) {
  desk_ = &desk;
  record_ = &record;
  epoch_ = epoch;
  followers_ = followers;
  ahead_ = false;
  now_ = std::max(clock_.now(), desk.world.now());
  next_tick_ = now_;
}

std::vector<Event> LivePlant::stamped(std::vector<What>&& world) {
  std::vector<Event> out;
  out.reserve(world.size());
  for (What& what : world) out.push_back({now_, std::move(what)});
  return out;
}

// Works of the round, until one has facts for the world.
void LivePlant::pump() {
  while (ready_.empty() && !round_.empty()) {
    Facts facts;
    const bool done = round_.front()->round(*desk_, facts);
    for (const LiveEvent& e : facts.live) record_->append(e, now_);
    ready_ = stamped(std::move(facts.world));
    if (done) {
      to_answer_.push_back(std::move(round_.front()));
      round_.pop_front();
    }
  }
}

bool LivePlant::more() {
  pump();
  return !ready_.empty();
}

Problem LivePlant::cannot_write() const {
  const bool follows = state_ == HubState::following;
  return {503,
          follows ? "not_leading" : "store_unavailable",
          {"hub", follows ? "to lead" : "a store that can be written", state_detail(),
           "try again later"}};
}

void LivePlant::fail_round(const Problem& problem) {
  for (const auto& work : to_answer_) work->failed(problem);
  for (const auto& work : round_) work->failed(problem);
  to_answer_.clear();
  round_.clear();
}

bool LivePlant::commit() {
  if (!record_->pending().empty()) {
    Projections rows = project(desk_->world, record_->book());
    if (now_ >= next_uses_) {  // of the month before as well, until its last rows are there
      for (const std::string& month : std::set<std::string>{uses_month_, month_of(now_)})
        if (!month.empty())
          for (UseRow& row : use_rows(desk_->world, record_->book(), month, now_))
            rows.uses.push_back(std::move(row));
      uses_month_ = month_of(now_);
      next_uses_ = now_ + Millis(kUsesMs);
    }
    const auto begun = std::chrono::steady_clock::now();
    const Result<Done> kept = store_.append({record_->pending(), rows.jobs, rows.uses, rows.nodes});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    if (stored) stored(record_->pending().size(), took.count());
    if (!kept) {  // invariant 2
      ahead_ = true;
      const Fault& f = kept.fault();
      // First the state: who is refused and then asks /readyz hears the same.
      set_state(f.found == kFenced ? HubState::following : HubState::degraded, to_string(f));
      fail_round({503, f.found == kFenced ? "not_leading" : "store_unavailable", f});
      return false;
    }
    if (followers_ != nullptr) followers_->stored(record_->pending(), *desk_);
    record_->stored();
  }
  for (const auto& work : to_answer_) work->kept(*desk_);  // invariant 1
  to_answer_.clear();
  flush_agents();
  return true;
}

// About once a second: the lease, questions that nobody answered, jobs of others.
bool LivePlant::tick() {
  next_tick_ = now_ + Millis(kTickMs);
  if (keep_lead && now_ >= leads_until_ && !keep_lead()) return false;
  for (auto it = questions_.begin(); it != questions_.end();) {
    if (it->second.until > now_) {
      ++it;
      continue;
    }
    LogAnswer none;
    none.id = it->first;
    none.fault = "the agent of " + it->second.site + " did not answer in time";
    it->second.answer(none);
    it = questions_.erase(it);
  }
  if (idle) {
    Facts facts;
    idle(facts);
    if (!facts.empty()) next_tick_ = now_;  // there may be more of it
    for (const LiveEvent& e : facts.live) record_->append(e, now_);
    ready_ = stamped(std::move(facts.world));
  }
  return true;
}

void LivePlant::next(Millis wake, std::vector<Event>& facts) {
  for (;;) {
    if (!ready_.empty()) {
      facts.swap(ready_);
      ready_.clear();
      return;
    }
    if (!commit()) return;
    {
      std::unique_lock lock(mutex_);
      while (inbox_.empty() && !stop_) {
        now_ = std::max(clock_.now(), desk_->world.now());
        const Millis until = std::min(wake, next_tick_);
        if (now_ >= until) break;
        const std::int64_t ms = std::min((until - now_).count(), kTickMs);
        wakes_.wait_for(lock, std::chrono::milliseconds(ms));
      }
      now_ = std::max(clock_.now(), desk_->world.now());
      while (!inbox_.empty() && round_.size() < kRound) {
        round_.push_back(std::move(inbox_.front()));
        inbox_.pop_front();
      }
      if (stop_ && round_.empty()) return;  // all that came before was answered
    }
    if (now_ >= next_tick_ && !tick()) {
      // keep_lead() has said so where the store is to blame, and not another hub.
      if (state_ == HubState::leading) set_state(HubState::following, "another hub leads");
      fail_round(cannot_write());
      return;
    }
    if (ready_.empty()) pump();
    if (ready_.empty() && now_ >= wake) {
      facts.push_back({now_, TimeReached{}});
      return;
    }
  }
}

void LivePlant::sit_out(const std::function<bool()>& ready) {
  Millis look = clock_.now();
  while (!stop_) {
    if (clock_.now() >= look) {
      if (ready()) return;
      look = clock_.now() + Millis(500);
    }
    std::deque<std::unique_ptr<Work>> works;
    {
      std::unique_lock lock(mutex_);
      if (inbox_.empty() && !stop_) wakes_.wait_for(lock, std::chrono::milliseconds(200));
      works.swap(inbox_);
    }
    now_ = std::max(clock_.now(), desk_->world.now());
    for (const auto& work : works) {
      if (work->writes() || ahead_) {  // invariants 3 and 4
        work->failed(cannot_write());
        continue;
      }
      Facts none;
      while (!work->round(*desk_, none)) CHECK(none.empty());
      work->kept(*desk_);
    }
    if (!ahead_) flush_agents();
  }
}

// ---- agents

std::optional<SyncReply> LivePlant::reply_to(const SyncRequest& request) const {
  const Site* site = desk_->book.site(request.site);
  CHECK(site != nullptr);
  SyncReply reply;
  reply.epoch = epoch_;
  reply.facts_kept = site->agent == request.agent ? site->facts_kept : 0;
  for (const SiteCommand& c : site->outbox) {
    if (c.number <= request.commands_done) continue;
    if (reply.commands.size() >= kCommandsAtOnce) break;
    reply.commands.push_back(c);
  }
  for (auto& [id, question] : questions_) {
    if (question.site != request.site || question.sent) continue;
    question.sent = true;
    reply.queries.push_back(question.query);
  }
  const bool silent = reply.commands.empty() && reply.queries.empty() && request.facts.empty() &&
                      request.answers.empty();
  if (silent && request.wait_ms > 0) return std::nullopt;
  return reply;
}

void LivePlant::wait_for_agent(SyncTicket ticket) {
  ticket.until = now_ + Millis(ticket.request.wait_ms);
  const std::string site = ticket.request.site;
  tickets_.emplace(site, std::move(ticket));
}

void LivePlant::flush_agents() {
  for (auto it = tickets_.begin(); it != tickets_.end();) {
    SyncTicket& t = it->second;
    if (now_ >= t.until) t.request.wait_ms = 0;
    const std::optional<SyncReply> reply = reply_to(t.request);
    if (!reply) {
      ++it;
      continue;
    }
    t.answer(*reply);
    it = tickets_.erase(it);
  }
}

void LivePlant::query(const std::string& site, LogQuery query,
                      std::function<void(const LogAnswer&)> answer) {
  query.id = next_question_++;
  questions_[query.id] = {site, query, false, now_ + Millis(15'000), std::move(answer)};
}

void LivePlant::answered(const LogAnswer& answer) {
  const auto it = questions_.find(answer.id);
  if (it == questions_.end()) return;
  it->second.answer(answer);
  questions_.erase(it);
}

}  // namespace dure
