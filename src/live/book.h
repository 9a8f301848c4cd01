// What a hub knows beside the world: what its jobs run, which node is which, how attempts go, and
// which commands each site's agent has still to take. A function of the record alone: the world's
// events and the live ones, in order. So it can be rebuilt, and the commands with it.
//
// Job numbers are for people and count from 1: number = JobId + 1. Times are world time (KST).
// Invariants: 1. A job has at most one attempt that is not over; its key is HUB-NUMBER.ATTEMPT.
//             2. The commands of a site are numbered without gaps; those that its agent has taken
//                are forgotten.
//             3. No more of a node is ordered than it has: what would be too much waits (gated)
//                until an attempt there is over. World frees a shrinking gang's room at once.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "live/data_shelf.h"
#include "live/job_spec.h"
#include "live/live_event.h"
#include "live/pipeline_book.h"
#include "world/world.h"

namespace dure {

inline std::int64_t number_of(JobId id) { return std::int64_t{id.index} + 1; }
inline JobId job_of(std::int64_t number) { return {static_cast<std::uint32_t>(number - 1)}; }

enum class Stage : std::uint8_t { none, gated, ordered, accepted, started, over };

struct Attempt {  // the one that is under way
  std::string key, site, remote;
  PoolId pool;
  std::vector<NodeShare> nodes;
  Stage stage = Stage::ordered;
  std::uint16_t port = 0;                  // of a service: DURE_PORT
  bool serving = false;                    // its probe answered
  bool stop_asked = false, again = false;  // again: it starts anew, at another size
  std::vector<NodeShare> next_nodes;       // then
  Millis ordered, started;
};

struct LiveJob {
  std::uint32_t name = 0, user = 0, site_user = 0, detail = 0;  // of texts()
  std::uint32_t spec = 0;                                       // index + 1; 0: forgotten
  std::uint32_t array_index = 0;
  std::uint16_t attempts = 0;
  std::uint8_t refusals = 0, failures = 0;
  JobOutcome outcome = JobOutcome::none;
  std::uint8_t exit_code = 0, signal = 0;
  bool cancel_asked = false, foreign = false;
};

struct LiveNode {
  std::string name;
  NodeReport report;
  bool asked_drain = false;    // by one of us
  bool world_drained = false;  // as the world was told
  bool open() const { return report.state == NodeState::up && !asked_drain; }
};

struct PowerCap {
  std::int64_t cap_w = 0;    // as asked; 0: none
  bool answered = false;     // by the site, which says:
  std::string code, detail;  // why not; empty: it holds
};

struct Site {
  std::string name, agent;
  std::int64_t facts_kept = 0;
  std::int64_t commands_taken = 0, commands_made = 0;
  std::deque<SiteCommand> outbox;  // commands_taken + 1 …
};

struct NodeSeat {  // a node as a pool counts it
  PoolId pool;
  std::uint32_t index = 0;
};

struct MonthUse {  // GPU time of a pool, by who held it
  PoolId pool;
  MemberId member;
  std::int64_t gpu_ms = 0;
};

class Book {
 public:
  void before(const Event& e, const World& world);  // the world applies it next
  void apply(const LiveEvent& e, Millis now);

  // Its snapshot; what has changed since it was last asked is not in it.
  std::vector<std::byte> save() const;
  static Result<Book> load(std::span<const std::byte> bytes, const std::string& where);

  const std::string& hub_id() const { return hub_id_; }
  std::size_t jobs() const { return jobs_.size(); }
  const LiveJob& job(JobId id) const { return jobs_[id.index]; }
  const Attempt* attempt(JobId id) const;
  const std::map<JobId, Attempt>& attempts() const { return attempts_; }
  const std::string& text(std::uint32_t i) const { return texts_[i]; }
  // Its spec as JSON; none once it is over.
  std::shared_ptr<const std::string> spec_text(JobId id) const;
  std::optional<JobSpec> spec(JobId id) const;

  struct Key {
    JobId job;
    std::uint16_t attempt = 0;
  };
  std::optional<Key> parse_key(std::string_view key) const;

  const std::map<std::string, Site>& sites() const { return sites_; }
  const Site* site(const std::string& name) const;
  const std::vector<LiveNode>& nodes(PoolId pool) const { return pools_[pool.index].nodes; }
  std::vector<NodeSeat> seats(const std::string& site, const std::string& node) const;
  const PowerCap* cap(const std::string& site, const std::string& node) const;
  std::optional<LaneId> lane(const std::string& key) const;
  std::optional<AccountId> account(const std::string& name) const;
  struct Told {
    JobId job;
    std::uint32_t count = 0;
    std::string body_sha256;
  };
  const Told* told(const std::string& user_and_key) const;
  const DataShelf& data() const { return data_; }
  const PipelineBook& pipelines() const { return pipelines_; }
  // Of jobs that did not come through us: those the world knows, and those it has no room for yet.
  std::vector<JobId> foreign(const std::string& site, const std::string& remote) const;
  const std::map<std::pair<std::string, std::string>, ForeignFact>& unadopted() const {
    return unadopted_;
  }
  // Of a month that is over, or of the one that runs, as of `now`; empty lines are left out.
  std::vector<MonthUse> month_use(const std::string& month, const World& world, Millis now) const;
  std::vector<std::string> months() const;  // in which something was used; the last still runs
  // Jobs of which something changed since the last call: for the projections.
  std::vector<JobId> take_changed();
  std::vector<NodeSeat> take_changed_nodes();

 private:
  friend struct BookArchive;
  struct PoolBook {
    PoolOpened info;
    std::string site;
    std::vector<LiveNode> nodes;
  };
  struct Spec {
    std::shared_ptr<const std::string> text;
    std::uint32_t jobs = 0;  // that are not over
  };
  void on(const HubFounded& e);
  void on(const JobDescribed& e);
  void on(const NodeNamed& e);
  void on(const SiteTold& e, Millis now);
  void on(const CommandsTaken& e);
  void on(const CancelAsked& e);
  void on(const NodeAsked& e);
  void on(const JobJudged& e);
  void on(const AttemptAgain& e, Millis now);
  void on(const ForeignBound& e);
  void on(const LaneKeyed& e);
  void on(const DataKept& e, Millis now);
  void on(const CapAsked& e);
  void started(const StartJob& wish, Millis now);
  std::string failed_before(const World& world, JobId id) const;
  void stop(JobId job, std::int64_t grace_s, const char* reason);
  void order(JobId job, Attempt attempt, Millis now);
  void send_run(JobId job, Attempt& attempt);
  RunOrder run_order(JobId job, const Attempt& attempt) const;
  void attempt_over(JobId job);
  void job_over(JobId job);
  void node_told(const std::string& site, const NodeReport& report);
  bool room_for(const Attempt& a) const;
  void hold(const Attempt& a, std::int64_t sign);
  void command(const std::string& site, SiteCommand command);
  std::uint16_t take_port(const std::string& site);
  std::vector<NodeShare> nodes_of(PoolId pool, const Placement& place, std::int64_t cpus) const;
  std::uint32_t intern(const std::string& text);
  void close_months(Millis now, const World& world);
  std::vector<MonthUse> used_since(const World& world, Millis now) const;

  std::string hub_id_;
  std::vector<LiveJob> jobs_;
  std::vector<Spec> specs_;
  std::vector<std::uint32_t> free_specs_;
  std::vector<std::string> texts_{""};
  std::unordered_map<std::string, std::uint32_t> text_of_{{"", 0}};
  std::map<JobId, Attempt> attempts_;
  std::vector<JobId> gated_;  // in the order in which they were
  std::vector<std::string> site_names_;
  std::map<std::string, Site> sites_;
  std::vector<PoolBook> pools_;
  std::map<std::pair<std::string, std::string>, std::vector<NodeSeat>> seats_;  // [site, node]
  std::map<std::pair<std::string, std::string>, NodeReport> heard_;   // of nodes in no pool
  std::map<std::pair<std::string, std::string>, std::int64_t> held_;  // GPUs
  std::set<std::pair<std::string, std::uint16_t>> ports_;             // [site] of services
  std::map<std::pair<std::string, std::string>, PowerCap> caps_;
  std::map<std::string, LaneId> lanes_;
  std::map<std::string, AccountId> accounts_;
  std::uint32_t accounts_known_ = 0;
  std::map<std::string, Told> told_;
  std::deque<std::string> told_order_;
  std::map<std::pair<std::string, std::string>, std::vector<JobId>> foreign_;  // [site, remote]
  std::map<JobId, std::pair<std::string, std::string>> foreign_of_;
  std::map<std::pair<std::string, std::string>, ForeignFact> unadopted_;
  Millis month_start_, month_end_;  // of the month that runs; 0: none yet
  std::map<std::pair<PoolId, MemberId>, std::int64_t> before_month_;  // GPU time up to its start
  std::map<std::string, std::vector<MonthUse>> months_;               // that are over
  std::multimap<JobId, JobId> after_;  // who waits for a job that is not over
  DataShelf data_;
  PipelineBook pipelines_;
  std::set<JobId> changed_;
  std::vector<NodeSeat> changed_nodes_;
};

}  // namespace dure
