#include "live/agent.h"

#include <algorithm>
#include <set>

#include "base/base64.h"

namespace dure {
namespace {

constexpr std::int64_t kSamplesMs = 5'000, kRetryMs = 1'000;
constexpr std::size_t kMostFactsUnkept = 100'000;

AttemptFact taken_back() {
  AttemptFact f;
  f.state = AttemptState::refused;
  f.code = std::string(kNodeUnavailable);
  f.detail = "its node takes no work any more, and it had not started";
  return f;
}

}  // namespace

Result<std::unique_ptr<Agent>> Agent::open(AgentOptions options, Driver& driver, Journal& journal,
                                           SiteTools tools) {
  TRY(state, journal.load());
  for (auto& [key, a] : state.attempts)  // it may have been asked just before we fell
    if (a.stage == AttemptStage::wanted) a.stage = AttemptStage::asked;
  return std::unique_ptr<Agent>(
      new Agent(std::move(options), driver, journal, std::move(tools), std::move(state)));
}

Agent::Agent(AgentOptions options, Driver& driver, Journal& journal, SiteTools tools,
             JournalState state)
    : options_(std::move(options)),
      driver_(driver),
      journal_(journal),
      tools_(std::move(tools)),
      state_(std::move(state)),
      commands_kept_(state_.commands_done) {}

SyncRequest Agent::request(std::int64_t wait_ms) {
  SyncRequest r;
  r.site = options_.site;
  r.agent = state_.agent;
  r.driver = driver_.name();
  r.caps_power = driver_.caps_power();
  r.epoch = state_.epoch;
  r.commands_done = commands_kept_;
  r.wait_ms = wait_ms;
  const std::size_t n = std::min(state_.facts.size(), options_.most_facts);
  r.facts.assign(state_.facts.begin(), state_.facts.begin() + static_cast<std::ptrdiff_t>(n));
  r.answers = std::exchange(answers_, {});
  r.samples = std::exchange(samples_, {});
  return r;
}

// Writes what has gathered; on a Fault it stays gathered and is written next time.
Result<Done> Agent::keep() {
  pending_.epoch = state_.epoch;
  pending_.commands_done = state_.commands_done;
  pending_.facts_made = state_.facts_made;
  TRY(done, journal_.write(pending_));
  (void)done;
  commands_kept_ = state_.commands_done;
  const std::int64_t kept = pending_.facts_kept;
  state_.facts.insert(state_.facts.end(), pending_.facts.begin(), pending_.facts.end());
  pending_ = {};
  pending_.facts_kept = kept;
  return Done{};
}

void Agent::fact(SiteFact f, std::int64_t now_ms) {
  f.number = ++state_.facts_made;
  f.at_ms = now_ms;
  pending_.facts.push_back(std::move(f));  // told once it is kept: invariant 3
}

void Agent::attempt_fact(AttemptFact a, std::int64_t now_ms) {
  SiteFact f;
  f.attempt = std::move(a);
  fact(std::move(f), now_ms);
}

void Agent::over(KeptAttempt& a, AttemptFact f, std::int64_t now_ms) {
  f.key = a.run.key;
  f.remote = a.remote;
  take_data(a, f);
  // Not what was told to stop, nor a service: they start again, and want what they saved.
  a.done = f.state == AttemptState::ended && f.exit_code == 0 && f.signal == 0 && !a.stop &&
           a.run.time_limit_s > 0;
  attempt_fact(std::move(f), now_ms);
  a.stage = AttemptStage::over;
  a.over_fact = state_.facts_made;
  absent_since_.erase(a.run.key);
  health_.erase(a.run.key);
  nagged_.erase(a.run.key);
  pending_.put.push_back(&a);
}

Result<Done> Agent::take(const SyncReply& reply, std::int64_t now_ms) {
  if (reply.epoch < state_.epoch) return Done{};  // invariant 5
  state_.epoch = reply.epoch;
  bool news = false;
  if (reply.facts_kept > pending_.facts_kept) {
    news = true;
    pending_.facts_kept = reply.facts_kept;
    std::erase_if(state_.facts, [&](const SiteFact& f) { return f.number <= reply.facts_kept; });
    for (auto it = state_.attempts.begin(); it != state_.attempts.end();) {
      if (it->second.stage != AttemptStage::over || it->second.over_fact > reply.facts_kept) {
        ++it;
        continue;
      }
      forget(it->second);
      std::erase(pending_.put, &it->second);
      pending_.drop.push_back(it->first);
      it = state_.attempts.erase(it);
    }
  }
  for (const SiteCommand& c : reply.commands) {
    if (c.number != state_.commands_done + 1) continue;  // known, or one is missing
    news = true;
    ++state_.commands_done;
    if (c.run) {
      const auto [it, fresh] = state_.attempts.try_emplace(c.run->key);
      if (fresh) {
        it->second.run = *c.run;
        it->second.grace_s = c.run->grace_s;
        if (c.repeated) it->second.stage = AttemptStage::asked;  // invariant 4
      }
      pending_.put.push_back(&it->second);
    } else if (c.stop) {
      const auto it = state_.attempts.find(c.stop->key);
      if (it != state_.attempts.end() && it->second.stage != AttemptStage::over) {
        it->second.stop = true;
        it->second.grace_s = c.stop->grace_s;
        pending_.put.push_back(&it->second);
      }
    } else if (c.node) {
      const Answer a = driver_.set_node(*c.node);
      if (a.kind != Answer::done) trouble_ = "node " + c.node->node + ": " + a.detail;
      next_look_ = 0;
    } else if (c.cap) {
      const Answer a = driver_.cap(*c.cap);
      SiteFact told;
      told.cap = CapFact{c.cap->node, c.cap->cap_w, a.code, a.detail};
      if (a.kind != Answer::done && a.code.empty()) told.cap->code = "unknown";
      fact(std::move(told), now_ms);
    }
  }
  for (const LogQuery& q : reply.queries) answer(q);
  if (!news) return Done{};
  return keep();  // invariant 1
}

void Agent::answer(const LogQuery& q) {
  LogAnswer a;
  a.id = q.id;
  Result<LogPart> part = driver_.read_log(q.key, q.stream, q.offset, q.most);
  if (part) {
    a.offset = part.value().offset;
    a.size = part.value().size;
    a.base64 = base64(part.value().bytes);
  } else {
    a.fault = to_string(part.fault());
  }
  answers_.push_back(std::move(a));
}

Result<std::int64_t> Agent::work(std::int64_t now_ms) {
  if (state_.facts.size() > kMostFactsUnkept) return now_ms + kRetryMs;  // the hub must hear first
  TRY(a, submit(now_ms));
  TRY(b, release(now_ms));
  TRY(p, probe(now_ms));
  TRY(c, stop(now_ms));
  if (now_ms >= next_look_) {
    TRY(d, observe(now_ms));
    (void)d;
    next_look_ = now_ms + options_.observe_ms;
  }
  if (now_ms >= next_samples_) {
    samples_ = driver_.samples();
    next_samples_ = now_ms + kSamplesMs;
  }
  (void)a, (void)b, (void)c, (void)p;
  for (const auto& [key, kept] : state_.attempts)
    if (kept.stage == AttemptStage::wanted || kept.stage == AttemptStage::held)
      return std::max(now_ms, retry_at_);
  return next_look_;
}

Result<Done> Agent::submit(std::int64_t now_ms) {
  if (now_ms < retry_at_) return Done{};
  std::vector<KeptAttempt*> batch;
  bool ended = false;
  for (auto& [key, a] : state_.attempts) {
    if (a.stage != AttemptStage::wanted) continue;
    if (a.stop) {  // it never came to the site
      AttemptFact f;
      f.state = AttemptState::refused;
      f.stopped = true;
      f.code = "stopped";
      f.detail = "it was stopped before it was sent to the site";
      over(a, std::move(f), now_ms);
      ended = true;
      continue;
    }
    if (!tools_.data && !(a.run.inputs.empty() && a.run.outputs.empty())) {
      AttemptFact f;
      f.state = AttemptState::refused;
      f.code = "no_data_folder";
      f.detail = "this site keeps no data";
      over(a, std::move(f), now_ms);
      ended = true;
      continue;
    }
    batch.push_back(&a);
    if (batch.size() == options_.batch) break;
  }
  // An order that is not in the journal would be given again, and nobody would look first.
  if (ended || !pending_.put.empty()) {
    TRY(done, keep());
    (void)done;
  }
  if (batch.empty()) return Done{};
  std::vector<RunOrder> orders;
  orders.reserve(batch.size());
  for (const KeptAttempt* a : batch)
    orders.push_back(tools_.data ? tools_.data->prepared(a->run) : a->run);
  for (KeptAttempt* a : batch) a->stage = AttemptStage::asked;  // until it is answered: invariant 4
  const std::vector<Answer> answers = driver_.submit_held(orders);
  CHECK(answers.size() == batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    KeptAttempt& a = *batch[i];
    const Answer& answer = answers[i];
    if (answer.kind == Answer::done) {
      a.stage = AttemptStage::held;
      a.remote = answer.remote;
      AttemptFact f;
      f.key = a.run.key;
      f.remote = a.remote;
      attempt_fact(std::move(f), now_ms);
      pending_.put.push_back(&a);
    } else if (answer.kind == Answer::refused) {
      AttemptFact f;
      f.state = AttemptState::refused;
      f.code = answer.code;
      f.detail = answer.detail;
      over(a, std::move(f), now_ms);
    } else {
      trouble_ = answer.detail;
      retry_at_ = now_ms + kRetryMs;
      pending_.put.push_back(&a);
    }
  }
  return keep();
}

Result<Done> Agent::release(std::int64_t now_ms) {
  if (now_ms < retry_at_) return Done{};
  std::vector<KeptAttempt*> batch;
  std::vector<Handle> handles;
  for (auto& [key, a] : state_.attempts) {
    if (a.stage != AttemptStage::held || a.stop || a.withdrawn) continue;
    batch.push_back(&a);
    handles.push_back({key, a.remote});
    if (batch.size() == options_.batch) break;
  }
  if (batch.empty()) return Done{};
  if (!pending_.put.empty()) {  // invariant 2
    TRY(done, keep());
    (void)done;
  }
  const std::vector<Answer> answers = driver_.release(handles);
  CHECK(answers.size() == batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (answers[i].kind == Answer::done) {
      batch[i]->stage = AttemptStage::released;
      pending_.put.push_back(batch[i]);
    } else if (answers[i].kind == Answer::refused) {  // the number carries another name, or nothing
      batch[i]->stage = AttemptStage::asked;
      pending_.put.push_back(batch[i]);
    } else {
      trouble_ = answers[i].detail;
      retry_at_ = now_ms + kRetryMs;
    }
  }
  next_look_ = std::min(next_look_, now_ms + options_.observe_ms);
  return keep();
}

Result<Done> Agent::stop(std::int64_t now_ms) {
  std::vector<StopOrder> orders;
  std::vector<Handle> handles;
  for (auto& [key, a] : state_.attempts) {
    if (!(a.stop || a.withdrawn) ||
        (a.stage != AttemptStage::held && a.stage != AttemptStage::released))
      continue;
    std::int64_t& next = nagged_[key];
    if (now_ms < next) continue;
    next = now_ms + std::max(options_.nag_ms, a.grace_s * 1'000 + 2'000);
    if (a.stop)
      orders.push_back({key, a.grace_s, "asked by the hub", false});
    else
      orders.push_back({key, 0, "its node takes no work", true});
    handles.push_back({key, a.remote});
  }
  if (orders.empty()) return Done{};
  const std::vector<Answer> answers = driver_.stop(orders, handles);
  CHECK(answers.size() == orders.size());
  for (std::size_t i = 0; i < orders.size(); ++i)
    if (answers[i].kind == Answer::unknown) {
      trouble_ = answers[i].detail;
      nagged_[orders[i].key] = now_ms + kRetryMs;
    }
  next_look_ = std::min(next_look_, now_ms + 50);
  return Done{};
}

Result<Done> Agent::observe(std::int64_t now_ms) {
  std::vector<Handle> watched;
  for (const auto& [key, a] : state_.attempts)
    if (a.stage != AttemptStage::wanted && a.stage != AttemptStage::over)
      watched.push_back({key, a.remote});
  Result<Sweep> swept = driver_.observe(watched);
  // Whatever is absent must be so for a while again; it is still to be looked for.
  const auto settle_anew = [&] {
    for (auto& [key, since] : absent_since_) since = now_ms;
  };
  if (!swept) {  // silence is not death: nothing is concluded
    trouble_ = to_string(swept.fault());
    settle_anew();
    return Done{};
  }
  trouble_.clear();
  const Sweep& sweep = swept.value();
  if (sweep.boot != boot_) {  // what it acknowledged may be gone: it must answer for a while again
    boot_ = sweep.boot;
    settle_anew();
  }
  // Between two listings, what was not there is still not there.
  if (sweep.complete) listed_.clear();
  for (const Seen& s : sweep.attempts) {
    listed_.insert(s.key);
    seen(s, now_ms);
  }
  for (const Handle& h : watched)
    if (!listed_.contains(h.key)) missing(state_.attempts.at(h.key), now_ms);
  nodes_seen(sweep, now_ms);
  withdraw(now_ms);
  foreign_seen(sweep, now_ms);
  if (pending_.put.empty() && pending_.facts.empty() && pending_.foreign.empty()) return Done{};
  return keep();
}

void Agent::seen(const Seen& s, std::int64_t now_ms) {
  // What no order stands for is over and done with, or was ordered by a journal that is lost: then
  // the hub orders it again.
  const auto it = state_.attempts.find(s.key);
  if (it == state_.attempts.end() || it->second.stage == AttemptStage::over) return;
  KeptAttempt& a = it->second;
  absent_since_.erase(s.key);
  const bool numbered = !s.remote.empty() && a.remote != s.remote;
  if (numbered) {
    a.remote = s.remote;
    AttemptFact f;
    f.key = s.key;
    f.remote = s.remote;
    attempt_fact(std::move(f), now_ms);
  }
  const AttemptStage before = a.stage;
  switch (s.state) {
    case Seen::held: a.stage = AttemptStage::held; break;
    case Seen::pending:
    case Seen::running: a.stage = AttemptStage::released; break;
    case Seen::ended:
    case Seen::lost: break;
  }
  if ((s.state == Seen::running || (s.state == Seen::ended && s.claimed)) && !a.started) {
    a.started = true;
    AttemptFact f;
    f.key = s.key;
    f.state = AttemptState::started;
    f.remote = a.remote;
    attempt_fact(std::move(f), now_ms);
    pending_.put.push_back(&a);
  }
  if (a.withdrawn && a.started) a.withdrawn = false;  // it was quicker
  if (a.withdrawn && !a.stop && (s.state == Seen::ended || s.state == Seen::lost))
    return over(a, taken_back(), now_ms);
  if (s.never_ran && !a.stop) {
    AttemptFact f;
    f.state = AttemptState::refused;
    f.code = "never_ran";
    f.detail = "the site says that it is over (" + s.detail + "), and it never ran";
    return over(a, std::move(f), now_ms);
  }
  if (s.state == Seen::ended || s.state == Seen::lost) {
    AttemptFact f;
    f.state = s.state == Seen::ended ? AttemptState::ended : AttemptState::lost;
    f.exit_code = s.exit_code;
    f.signal = s.signal;
    f.time_limit = s.time_limit;
    f.node_failed = s.node_failed;
    f.stopped = s.stopped || a.stop;
    f.detail = s.detail;
    if (!a.unwell.empty()) {
      f.code = "unwell";
      f.detail = a.unwell;
    }
    return over(a, std::move(f), now_ms);
  }
  if (numbered || a.stage != before) pending_.put.push_back(&a);
}

// A site that lost what it had promised to keep ends well with nothing made: not well at all.
void Agent::take_data(const KeptAttempt& a, AttemptFact& end) const {
  if (a.run.outputs.empty() || end.state != AttemptState::ended || end.exit_code != 0 ||
      end.signal != 0)
    return;
  Result<std::vector<DataMade>> made = tools_.data->made(a.run);
  if (made) {
    end.made = std::move(made.value());
    return;
  }
  end.exit_code = 72;
  end.code = "no_outputs";
  end.detail = to_string(made.fault());
}

void Agent::forget(const KeptAttempt& a) {
  driver_.forget(a.run.key);
  if (tools_.data) tools_.data->forget(a.run.key, a.done);
}

// Tells that a service serves; ends one that does not, so that the hub starts it anew.
Result<Done> Agent::probe(std::int64_t now_ms) {
  std::vector<Watched> watched;
  for (auto& [key, a] : state_.attempts) {
    if (!a.run.probe || !a.started || a.stop || a.stage == AttemptStage::over) continue;
    health_.try_emplace(key, Health{now_ms, 0});
    if (tools_.prober) watched.push_back({key, *a.run.probe});
  }
  const auto serves = [&](KeptAttempt& a) {
    if (a.serving) return;
    a.serving = true;
    AttemptFact f;
    f.key = a.run.key;
    f.state = AttemptState::serving;
    f.remote = a.remote;
    attempt_fact(std::move(f), now_ms);
    pending_.put.push_back(&a);
  };
  if (!tools_.prober) {
    for (const auto& [key, health] : health_) serves(state_.attempts.at(key));
  } else {
    for (const Look& look : tools_.prober->looks()) {
      const auto health = health_.find(look.key);
      if (health == health_.end()) continue;
      KeptAttempt& a = state_.attempts.at(look.key);
      if (look.well) {
        health->second.failures = 0;
        serves(a);
        continue;
      }
      const Probe& probe = *a.run.probe;
      if (!a.serving && now_ms - health->second.since_ms < probe.start_s * 1'000) continue;
      if (++health->second.failures < probe.failures && a.serving) continue;
      a.stop = true;
      a.unwell = (a.serving ? "it stopped answering at " : "it never answered at ") + probe.path +
                 ": " + look.detail;
      pending_.put.push_back(&a);
      health_.erase(health);
    }
    tools_.prober->watch(std::move(watched));
  }
  if (pending_.put.empty() && pending_.facts.empty()) return Done{};
  return keep();
}

// The site does not show it. "Not found" is not "not run": what the attempt itself wrote says more.
void Agent::missing(KeptAttempt& a, std::int64_t now_ms) {
  const auto [since, fresh] = absent_since_.try_emplace(a.run.key, now_ms);
  Result<std::optional<Seen>> trace = driver_.trace(a.run.key);
  if (!trace) {
    trouble_ = to_string(trace.fault());
    return;
  }
  if (trace.value() && trace.value()->state == Seen::ended) return seen(*trace.value(), now_ms);
  if (now_ms - since->second < options_.settle_ms) return;  // invariant 4
  if (trace.value()) {  // it began, and the site has not had it for a while
    AttemptFact f;
    f.state = AttemptState::lost;
    f.code = "vanished";
    f.detail = "it had begun, and the site does not know it any more";
    return over(a, std::move(f), now_ms);
  }
  if (a.stop) {
    AttemptFact f;
    f.state = AttemptState::refused;
    f.stopped = true;
    f.code = "stopped";
    f.detail = "the site does not know it, and it never ran";
    return over(a, std::move(f), now_ms);
  }
  if (a.withdrawn) return over(a, taken_back(), now_ms);
  // It never came there, or was forgotten before it ran: once more under the same key, whose claim
  // stops a second run.
  a.stage = AttemptStage::wanted;
  a.remote.clear();
  absent_since_.erase(a.run.key);
  pending_.put.push_back(&a);
}

void Agent::nodes_seen(const Sweep& sweep, std::int64_t now_ms) {
  const auto tell = [&](const NodeReport& n) {
    NodeReport& told = nodes_[n.name];
    if (told == n) return;
    told = n;
    SiteFact f;
    f.node = n;
    fact(std::move(f), now_ms);
  };
  std::set<std::string> there;
  for (const NodeReport& n : sweep.nodes) {
    there.insert(n.name);
    tell(n);
  }
  if (!sweep.complete) return;
  for (auto& [name, told] : nodes_)
    if (!there.contains(name) && told.state != NodeState::down) {
      NodeReport gone = told;
      gone.state = NodeState::down;
      gone.reason = "not at the site any more";
      tell(gone);
    }
}

// A site that pinned it to a node lets it wait for that node alone, for days if need be.
void Agent::withdraw(std::int64_t now_ms) {
  std::map<std::string, std::int64_t> blocked;
  for (auto& [key, a] : state_.attempts) {
    if (a.started || a.stop || a.withdrawn ||
        (a.stage != AttemptStage::held && a.stage != AttemptStage::released))
      continue;
    const bool is = std::any_of(a.run.nodes.begin(), a.run.nodes.end(), [&](const NodeShare& n) {
      const auto node = nodes_.find(n.node);
      return node != nodes_.end() && node->second.state != NodeState::up;
    });
    if (!is) continue;
    const auto since = blocked_since_.find(key);
    blocked[key] = since == blocked_since_.end() ? now_ms : since->second;
    if (now_ms - blocked[key] < options_.patience_ms) continue;
    a.withdrawn = true;
    pending_.put.push_back(&a);
  }
  blocked_since_ = std::move(blocked);
}

void Agent::foreign_seen(const Sweep& sweep, std::int64_t now_ms) {
  const auto tell = [&](const ForeignFact& job) {
    SiteFact f;
    f.foreign = job;
    fact(std::move(f), now_ms);
    pending_.foreign.push_back(job);
  };
  std::set<std::string> there;
  for (const ForeignFact& job : sweep.foreign) {
    if (job.nodes.empty()) continue;
    there.insert(job.remote);
    const auto [it, fresh] = state_.foreign.try_emplace(job.remote, job);
    if (fresh) tell(job);
  }
  std::vector<std::string> ended;
  for (const ForeignFact& job : sweep.foreign)
    if (job.nodes.empty() && state_.foreign.contains(job.remote)) ended.push_back(job.remote);
  if (sweep.complete)
    for (const auto& [remote, job] : state_.foreign)
      if (!there.contains(remote)) ended.push_back(remote);
  for (const std::string& remote : ended) {
    const auto it = state_.foreign.find(remote);
    if (it == state_.foreign.end()) continue;
    ForeignFact over = it->second;
    over.nodes.clear();
    state_.foreign.erase(it);
    tell(over);
  }
}

}  // namespace dure
