#include "live/sync_work.h"

namespace dure {

bool SyncWork::round(const Desk& desk, Facts& facts) {
  const Site* site = desk.book.site(request_.site);
  CHECK(site != nullptr);  // asked by who took the call
  const bool another = site->agent != request_.agent;
  if (another ? request_.commands_done > 0 || !site->agent.empty()
              : request_.commands_done > site->commands_taken) {
    // Another journal has taken nothing: what is under way is sent again.
    LiveEvent e;
    e.taken = CommandsTaken{request_.site, request_.agent, request_.commands_done};
    facts.live.push_back(std::move(e));
    return false;
  }
  while (next_ < request_.facts.size() && facts.empty())
    desk.told(request_.site, request_.agent, request_.facts[next_++], facts);
  return next_ == request_.facts.size();
}

void SyncWork::kept(const Desk&) {
  for (const LogAnswer& a : request_.answers) plant_.answered(a);
  if (const std::optional<SyncReply> reply = plant_.reply_to(request_)) {
    answer_.reply(*reply);
    return;
  }
  plant_.wait_for_agent({std::move(request_), {}, answer_.reply});
}

}  // namespace dure
