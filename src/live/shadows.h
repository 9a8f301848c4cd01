// The shadows of a hub (shadow.h), each on a thread of its own behind the hub's: it is handed what
// was stored, round by round, and is never waited for. Not part of the record: a shadow begins as a
// copy of the world as the hub starts to lead, and counts from then on.
// Invariants: 1. The hub's thread waits for none of them, and none of their faults reaches it.
//             2. Who is more than kMostBehind entries behind is stopped, and says so.
//             3. A shadow has heard every entry since it began: where some were not heard (another
//                hub led meanwhile) it begins anew.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/faults.h"
#include "live/hub_spec.h"
#include "live/live_plant.h"
#include "live/shadow.h"

namespace dure {

// GPU time held so far, ms: by each member's jobs, and of each member's machines by others.
struct GpuUse {
  std::vector<std::int64_t> used, lent;  // [member]
};
GpuUse gpu_use(const World& world, Millis now);

// What the row of a configuration says: the hub's policy with its changes.
Outcome<PolicySpec> shadow_policy(const ShadowSpec& row, const PolicySpec& live);

struct ShadowState {  // on its own thread, while it answers
  const ShadowSpec& spec;
  const Shadow& shadow;
  const std::string& stopped;               // why; "": it goes on
  const GpuUse &live_before, &here_before;  // when it began
};

class Shadows final : public Followers {
 public:
  static constexpr std::size_t kMostBehind = 500'000;

  // The rows must be good: shadow_policy().
  Shadows(const std::vector<ShadowSpec>& rows, const PolicySpec& live);
  ~Shadows() override { stop(); }

  // ---- the hub's thread
  void begin(const Desk& desk, std::uint64_t last);  // the last entry that the world holds
  void stored(const std::vector<Entry>& entries, const Desk& desk) override;
  void recall(const std::vector<Entry>&, const Desk&) override {}
  // answer(parts) once each shadow, in the order of the rows, has made its part, on its own thread,
  // of the world as it is at `now`. With no shadows at once.
  void ask(Millis now, std::function<std::string(const ShadowState&)> part,
           std::function<void(std::vector<std::string>)> answer);
  void stop();
  std::size_t size() const { return rows_.size(); }

 private:
  struct Asked {
    std::vector<std::string> parts;
    std::size_t missing = 0;
    std::mutex mutex;
    std::function<void(std::vector<std::string>)> answer;
  };
  struct Task {  // entries, or a question
    std::shared_ptr<const std::vector<Entry>> entries;
    Millis now;
    std::function<std::string(const ShadowState&)> part;
    std::shared_ptr<Asked> asked;
    std::size_t place = 0;
  };
  struct Row {
    ShadowSpec spec;
    Policy policy;
    std::unique_ptr<Shadow> shadow;  // the thread's, while it runs
    GpuUse live_before, here_before;
    std::string stopped;  // the thread's
    std::mutex mutex;
    std::condition_variable wakes;
    std::deque<Task> tasks;
    std::size_t behind = 0;  // entries in them
    bool fell_behind = false, over = false;
    std::thread thread;
  };
  static void work(Row& row);
  static void hear(Row& row, const std::vector<Entry>& entries);

  std::vector<std::unique_ptr<Row>> rows_;
  std::uint64_t last_ = 0;  // entry that was handed on
  bool begun_ = false;
};

}  // namespace dure
