// The live world's outside: what people and agents ask comes in as works, each of which turns into
// facts; what was decided goes out to the agents once it is stored.
//
// One thread, the hub's, runs the loop and everything here but post() and stop().
// Invariants: 1. Nobody is answered, and no command leaves, before all that it rests on is stored
//                (group commit: one transaction for all works of a round).
//             2. If the store fails, nothing of the round has happened: next() ends the loop, its
//                works are told so, and the hub reads its world from the store again.
//             3. While the store cannot be written, works that would write are refused at once.
//             4. A world that holds what could not be stored is shown to nobody, neither readers
//                nor agents, until begin() brings one that is as stored.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "live/desk.h"
#include "live/live_record.h"
#include "live/protocol.h"
#include "live/store/store.h"
#include "sched/plant.h"

namespace dure {

class Work {
 public:
  virtual ~Work() = default;
  virtual bool writes() const { return true; }
  // On the hub's thread: adds facts; called again, once they are applied, until it returns true.
  virtual bool round(const Desk& desk, Facts& facts) = 0;
  virtual void kept(const Desk& desk) = 0;          // its facts are stored: it may answer
  virtual void failed(const Problem& problem) = 0;  // nothing of it has happened
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Millis now() const = 0;  // world time
  static std::unique_ptr<Clock> real();
};

enum class HubState : std::uint8_t { starting, leading, following, degraded, stopping };
const char* to_string(HubState s);

// What has just been stored, for those who follow it.
class Followers {
 public:
  virtual ~Followers() = default;
  virtual void stored(const std::vector<Entry>& entries, const Desk& desk) = 0;
  virtual void recall(const std::vector<Entry>& entries, const Desk& desk) = 0;  // at a start
};

struct SyncTicket {  // an agent that waits for something to do
  SyncRequest request;
  Millis until;
  std::function<void(const SyncReply&)> answer;
};

class LivePlant final : public Plant {
 public:
  LivePlant(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // ---- any thread
  bool post(std::unique_ptr<Work> work);  // false: too many are waiting
  void stop();
  HubState state() const { return state_.load(); }
  std::string state_detail() const;
  std::size_t waiting() const;

  // ---- the hub's thread
  void begin(const Desk& desk, LiveRecord& record, std::int64_t epoch, Followers* followers);
  void set_state(HubState state, std::string detail);
  void first(std::unique_ptr<Work> work) { round_.push_front(std::move(work)); }
  void ask(const Command&) override {}  // the book has put it into an outbox
  void next(Millis wake, std::vector<Event>& facts) override;
  bool more() override;
  void wait_for_agent(SyncTicket ticket);
  void query(const std::string& site, LogQuery query, std::function<void(const LogAnswer&)> answer);
  void answered(const LogAnswer& answer);
  std::optional<SyncReply> reply_to(const SyncRequest& request) const;
  bool stopped() const { return stop_; }
  bool ahead_of_store() const { return ahead_; }  // invariant 4
  // Refuses what would write and does what only reads, until ready() or stop(). ready() may
  // begin().
  void sit_out(const std::function<bool()>& ready);
  void lead_until(Millis until) { leads_until_ = until; }
  std::function<bool()> keep_lead;   // called now and then; false: somebody else leads
  std::function<void(Facts&)> idle;  // called about every second, for what nobody asks
  std::function<void(std::size_t entries, double seconds)> stored;  // after each transaction
  std::function<void(HubState, const std::string& detail)> turned;  // when the state is another

  static constexpr std::size_t kMostWaiting = 50'000, kRound = 4'096;
  static constexpr std::int64_t kTickMs = 1'000;

 private:
  void pump();
  bool commit();
  void flush_agents();
  Problem cannot_write() const;
  void fail_round(const Problem& problem);
  std::vector<Event> stamped(std::vector<What>&& world);
  bool tick();

  Store& store_;
  const Clock& clock_;
  const Desk* desk_ = nullptr;
  LiveRecord* record_ = nullptr;
  Followers* followers_ = nullptr;
  std::int64_t epoch_ = 0;
  Millis now_, next_tick_, leads_until_, next_uses_;
  std::string uses_month_;                        // that the table of uses was last told of
  std::deque<std::unique_ptr<Work>> round_;       // taken from the inbox, not yet done
  std::vector<std::unique_ptr<Work>> to_answer_;  // done, their facts not yet stored
  std::vector<Event> ready_;
  bool ahead_ = false;
  std::multimap<std::string, SyncTicket> tickets_;  // [site]
  struct Question {
    std::string site;
    LogQuery query;
    bool sent = false;
    Millis until;
    std::function<void(const LogAnswer&)> answer;
  };
  mutable std::map<std::int64_t, Question> questions_;
  std::int64_t next_question_ = 1;

  mutable std::mutex mutex_;
  std::condition_variable wakes_;
  std::deque<std::unique_ptr<Work>> inbox_;
  std::atomic<bool> stop_ = false;
  std::atomic<HubState> state_ = HubState::starting;
  std::string state_detail_;
};

}  // namespace dure
