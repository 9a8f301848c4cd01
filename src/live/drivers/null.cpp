#include "live/drivers/null.h"

namespace dure {

std::vector<Answer> NullDriver::submit_held(std::span<const RunOrder> orders) {
  std::vector<Answer> out;
  for (const RunOrder& o : orders) {
    attempts_.try_emplace(o.key);
    out.push_back({Answer::done, "null-" + o.key, "", ""});
  }
  return out;
}

std::vector<Answer> NullDriver::release(std::span<const Handle> attempts) {
  std::vector<Answer> out;
  for (const Handle& h : attempts) {
    const auto it = attempts_.find(h.key);
    if (it == attempts_.end()) {
      out.push_back({Answer::refused, "", "unknown_attempt", h.key});
      continue;
    }
    if (!it->second.released) it->second.ends_ms = options_.now_ms() + options_.run_ms;
    it->second.released = true;
    out.push_back({Answer::done, h.remote, "", ""});
  }
  return out;
}

std::vector<Answer> NullDriver::stop(std::span<const StopOrder> orders, std::span<const Handle>) {
  for (const StopOrder& o : orders) {
    const auto it = attempts_.find(o.key);
    if (it == attempts_.end() || (o.unless_started && it->second.released)) continue;
    it->second.stopped = true;
    it->second.ends_ms = options_.now_ms();
  }
  return std::vector<Answer>(orders.size(), Answer{Answer::done, "", "", ""});
}

Answer NullDriver::set_node(const NodeOrder& order) {
  if (order.drain)
    drained_.insert(order.node);
  else
    drained_.erase(order.node);
  return {Answer::done, "", "", ""};
}

Seen NullDriver::seen(const std::string& key, const Kept& kept) const {
  Seen s;
  s.key = key;
  s.remote = "null-" + key;
  s.claimed = kept.released;
  s.stopped = kept.stopped;
  const bool over = (kept.released || kept.stopped) && options_.now_ms() >= kept.ends_ms;
  s.state = over ? Seen::ended : kept.released ? Seen::running : Seen::held;
  if (kept.stopped) s.exit_code = 143;
  return s;
}

Result<Sweep> NullDriver::observe(std::span<const Handle>) {
  Sweep out;
  out.complete = true;
  out.boot = "null";
  for (const auto& [key, kept] : attempts_) out.attempts.push_back(seen(key, kept));
  for (std::int64_t i = 0; i < options_.nodes; ++i) {
    NodeReport n;
    n.name = "n" + std::to_string(i);
    n.gpus = options_.gpus;
    n.cpus = options_.cpus;
    n.state = drained_.contains(n.name) ? NodeState::drained : NodeState::up;
    out.nodes.push_back(std::move(n));
  }
  return out;
}

Result<std::optional<Seen>> NullDriver::trace(const std::string& key) {
  const auto it = attempts_.find(key);
  if (it == attempts_.end()) return std::optional<Seen>();
  return std::optional(seen(key, it->second));
}

Result<LogPart> NullDriver::read_log(const std::string& key, LogStream, std::int64_t,
                                     std::int64_t) {
  return Fault{"log of " + key, "output", "none", "nothing runs behind this driver"};
}

}  // namespace dure
