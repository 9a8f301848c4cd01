// Another policy beside the live one: a second world that hears the same submissions,
// cancellations, machines, accounts, limits, reservations and law as the live world, and decides by
// its own policy. What lies outside it is what the live world's record tells, and no more.
//
// How long a job really runs is told by its end in the live world, and by nothing before it:
//   in step     it was started at the same instant in both: its run is one and the same, and what
//               the live world hears of it (end, failure, stop, limit) is heard here; of a stop, if
//               both asked for it or neither did
//   later       here than live: it ends as long after its start here as it did there
//   earlier     here than live: nobody knows yet how long it runs. It keeps its machines until the
//               live world tells its end, or until its time limit here, whichever comes first; then
//               it ends as told. So a shadow is never better than it would really be, and it may be
//               worse: `late_gpu_ms` says by how much too long machines were held.
// A job that was stopped here does again what it had not saved, as at the live desk. A run that
// failed with its machine is done again only where it was in step.
//
// Invariants: 1. What is not in the record up to now has no influence on the world here.
//             2. With the live policy, the world here is the live world.
//             3. What cannot be told to this world (contradiction) ends the shadow, with a text:
//                nothing here CHECKs what the live world did.
//             4. Memory: the world, notes of jobs that are not over in both worlds, and fixed
//             lists.
// One thread.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "live/shadow_count.h"
#include "sched/decide.h"

namespace dure {

struct ShadowRound {  // one round of the live loop
  std::vector<Event> events;
  std::vector<JobId> cancels;  // jobs whose user wants them to end
};

class Shadow final : private Listener {
 public:
  // foreign: of the jobs that are there, those that others started at a site. patience: the live
  // loop is late by so much at the instants at which it wants to be woken.
  Shadow(const World& live, const Policy& policy, const std::vector<JobId>& foreign = {},
         Millis patience = Millis(0));

  void hear(const ShadowRound& round);
  void advance(Millis now);  // nothing happened in the live world until then

  const World& world() const { return world_; }
  const ShadowCount& count() const { return count_; }
  Millis since() const { return since_; }
  const std::string& stopped() const { return stopped_; }  // why; "": it goes on
  std::optional<JobId> here(JobId live) const;             // its number in world()

  static constexpr std::size_t kMostNotes = 2'000'000;

 private:
  struct Run {                           // of a job in one of the worlds
    std::optional<Millis> first, start;  // of its first run; of the one under way
    std::int64_t done = 0;               // ms that its stopped runs have saved, less restarts
    std::uint32_t stops = 0;
  };
  struct Note {
    Run live, here;
    Millis submit, estimate;  // estimate: of what is left in the live world
    std::int32_t gpus = 0;
    std::uint32_t member = 0, turn = 0;  // turn: plans for an earlier run are void
    std::optional<std::int64_t> run;     // ms in all, once the live world has told its end
    bool well = true, live_over = false, live_stopping = false, cancelled = false, foreign = false;
    bool is_gpu = true, counted = false;
  };
  struct Item {
    enum Kind { end, stop, limit } kind;
    JobId job;  // live
    std::uint32_t turn = 0;
  };
  void wish(Command&& command) override;
  void wait(JobId, Reason) override {}
  void apply(Millis at, What&& what);
  void pass();
  void run_before(Millis at);
  void due(Millis at);
  void do_item(const Item& item);
  void take(const Event& e);
  void took(const CommandIssued& e, Millis at);
  void submitted(const JobSubmitted& e);
  void live_over(JobId live, bool well);
  void live_cancelled(JobId live);
  void live_stopped(const JobStopped& e);
  void adopt();
  void plan_end(JobId live, Note& note);
  void plan_limit(JobId live, const Note& note);
  void out_of_turn(JobId live);
  void end_now(JobId live, Note& note, bool well);
  void started_here(JobId live);
  void stop_here(JobId live, Note& note, Millis left);
  void forget_if_over(JobId live);
  bool in_step(const Note& n) const;
  Note* note(JobId live);
  void tell_start(JobId live, Note& n);
  void contradiction(std::string why);
  JobId live_of(JobId here) const;

  World world_;
  const Policy policy_;
  const Millis since_, patience_;
  const std::uint32_t base_;                // jobs below it have the same number in both worlds
  std::vector<std::uint32_t> here_, live_;  // [number - base_]: in the other world
  std::map<JobId, Note> notes_;             // [live]
  std::multimap<std::int64_t, Item> agenda_;
  std::map<JobId, JobAdopted> to_adopt_;  // [live]
  std::vector<JobId> refused_;            // by the live policy, in this round
  Millis wake_{Timeline::kForever};
  ShadowCount count_;
  std::string stopped_;
};

}  // namespace dure
