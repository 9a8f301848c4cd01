#include "app/hub_log.h"

#include "live/live_record.h"
#include "live/projections.h"

namespace dure {

void HubLog::say(const std::string& kind, const char* event, const LogFields& fields) {
  const std::lock_guard lock(mutex_);
  const std::int64_t second = now_ms_() / 1000;
  if (kinds_.size() > 1000) kinds_.clear();  // kinds are routes and codes: never so many
  Kind& k = kinds_[kind];
  if (k.second != second) {
    if (k.more > 0) line_("more", {{"of", kind}, {"count", std::to_string(k.more)}});
    k = {second, 0, 0};
  }
  if (k.lines >= kMostASecond) {
    ++k.more;
    return;
  }
  ++k.lines;
  line_(event, fields);
}

void HubLog::note(const CallNote& c) {
  const bool refused = c.status >= 400;
  const std::string caller = c.caller.empty() ? "unknown" : c.caller;
  LogFields fields{{"caller", caller}, {"method", c.method}, {"path", c.path}};
  if (refused) fields.emplace_back("code", c.code);
  fields.emplace_back("status", std::to_string(c.status));
  fields.emplace_back("request_id", c.request_id);
  say(refused ? c.code : c.method, refused ? "refused" : "call", fields);
}

void HubLog::turned(HubState state, const std::string& detail) {
  LogFields fields{{"state", to_string(state)}};
  if (!detail.empty()) fields.emplace_back("why", detail);
  say("hub", "hub", fields);
}

void HubLog::told(const SiteTold& t) {
  if (!t.fact.node) return;
  const NodeReport& node = *t.fact.node;
  std::string& before = nodes_[{t.site, node.name}];
  const std::string now(enum_name(node.state));
  const bool news = before.empty() ? node.state != NodeState::up : before != now;
  before = now;
  if (!news) return;
  LogFields fields{{"site", t.site}, {"node", node.name}, {"state", now}};
  if (!node.reason.empty()) fields.emplace_back("reason", node.reason);
  say("node", "node", fields);
}

void HubLog::stored(const std::vector<Entry>& entries, const Desk& desk) {
  if (next_ != nullptr) next_->stored(entries, desk);
  for (const Entry& entry : entries) {
    if (entry.kind != Entry::live) continue;
    const bool judged = entry.bytes.starts_with("{\"judged\"");
    if (!judged && !entry.bytes.starts_with("{\"told\"")) continue;
    const Result<LiveEvent> read = live_event_of(entry);
    CHECK(read);
    const LiveEvent& e = read.value();
    if (e.told) told(*e.told);
    if (!e.judged || e.judged->outcome == JobOutcome::done) continue;
    const JobJudged& j = *e.judged;
    LogFields fields{
        {"job", std::to_string(j.job)},
        {"outcome", j.outcome == JobOutcome::none ? "again" : std::string(enum_name(j.outcome))}};
    if (!j.detail.empty()) fields.emplace_back("why", j.detail);
    say("job", "job", fields);
  }
}

void HubLog::recall(const std::vector<Entry>& entries, const Desk& desk) {
  if (next_ != nullptr) next_->recall(entries, desk);
}

}  // namespace dure
