// The agent of a site: takes numbered commands from a hub, carries them out through a driver, tells
// what came true. It holds the site's credentials; the hub has none. It works on while the hub
// cannot be reached, and refuses a hub that has been replaced.
//
// A state machine without threads, sockets or a clock: whoever runs it (agent_runner.h, the fault
// simulator) hands in replies and the time, and sends its requests.
// Invariants: 1. A command is done (commands_done) only once it is in the journal.
//             2. An attempt is released only once its number at the site is in the journal.
//             3. A fact is told only once it is in the journal.
//             4. A site that may have been asked is never asked again before it was looked at, and
//                has answered for `settle_ms` without showing the attempt.
//             5. Commands of an older epoch are not carried out.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "live/driver.h"
#include "live/drivers/data_folder.h"
#include "live/journal.h"
#include "live/prober.h"

namespace dure {

struct AgentOptions {
  std::string site;
  std::int64_t observe_ms = 1'000;
  std::int64_t settle_ms =
      30'000;                    // a site has answered for so long before "not there" is believed
  std::int64_t nag_ms = 10'000;  // between two attempts to stop the same
  // What waits for a node that takes no work is taken back after so long, to run elsewhere.
  std::int64_t patience_ms = 10'000;
  std::size_t batch = 64, most_facts = 256;
};

struct SiteTools {                   // what a site has beside its driver; none of them: null
  std::unique_ptr<Prober> prober;    // without it a service serves as soon as it has started
  std::unique_ptr<DataFolder> data;  // without it attempts with data are refused
};

class Agent {
 public:
  // A Fault: the journal cannot be read.
  static Result<std::unique_ptr<Agent>> open(AgentOptions options, Driver& driver, Journal& journal,
                                             SiteTools tools = {});

  SyncRequest request(std::int64_t wait_ms);
  // Keeps what the hub says. A Fault: the journal cannot be written; nothing was taken.
  Result<Done> take(const SyncReply& reply, std::int64_t now_ms);
  // Does what is due at the site. Returns when it wants to be called again at the latest.
  Result<std::int64_t> work(std::int64_t now_ms);

  bool has_news() const { return !state_.facts.empty() || !answers_.empty(); }
  const JournalState& state() const { return state_; }
  const std::string& trouble() const {
    return trouble_;
  }  // why the site cannot be seen; "": it can

 private:
  Agent(AgentOptions options, Driver& driver, Journal& journal, SiteTools tools,
        JournalState state);
  Result<Done> keep();
  void fact(SiteFact fact, std::int64_t now_ms);
  void attempt_fact(AttemptFact fact, std::int64_t now_ms);
  void over(KeptAttempt& a, AttemptFact fact, std::int64_t now_ms);
  Result<Done> submit(std::int64_t now_ms);
  Result<Done> release(std::int64_t now_ms);
  Result<Done> stop(std::int64_t now_ms);
  Result<Done> observe(std::int64_t now_ms);
  void seen(const Seen& seen, std::int64_t now_ms);
  void missing(KeptAttempt& a, std::int64_t now_ms);
  void take_data(const KeptAttempt& a, AttemptFact& end) const;
  void forget(const KeptAttempt& a);
  Result<Done> probe(std::int64_t now_ms);
  void nodes_seen(const Sweep& sweep, std::int64_t now_ms);
  void withdraw(std::int64_t now_ms);
  void foreign_seen(const Sweep& sweep, std::int64_t now_ms);
  void answer(const LogQuery& query);

  const AgentOptions options_;
  Driver& driver_;
  Journal& journal_;
  const SiteTools tools_;
  JournalState state_;
  std::int64_t commands_kept_ = 0;  // in the journal: invariant 1
  JournalWrite pending_;
  std::map<std::string, NodeReport> nodes_;           // as told
  std::set<std::string> listed_;                      // attempts that the site has shown
  std::map<std::string, std::int64_t> absent_since_;  // of those that it does not show
  std::map<std::string, std::int64_t> nagged_;
  std::map<std::string, std::int64_t> blocked_since_;  // of what waits for such a node
  struct Health {
    std::int64_t since_ms = 0, failures = 0;  // in a row
  };
  std::map<std::string, Health> health_;  // of services that have started
  std::vector<LogAnswer> answers_;
  std::vector<NodeSample> samples_;
  std::string boot_, trouble_;
  std::int64_t next_look_ = 0, next_samples_ = 0, retry_at_ = 0;
};

}  // namespace dure
