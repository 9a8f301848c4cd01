// Checks, from the entries of a record alone, that the attempts of each job follow one another:
// each is ordered when the one before is over, goes on from accepted over started to its end, and
// nothing is told of one that nobody ordered. So nothing ran twice at once, as far as the record
// knows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/live_event.h"
#include "live/store_audit.h"
#include "world/event.h"

namespace dure {

class AttemptAudit {
 public:
  explicit AttemptAudit(AuditCheck& check) : check_(check) {}
  void take(const Event& e, std::uint64_t entry);
  void take(const LiveEvent& e, std::uint64_t entry);
  // Of a truncated record: attempts that its snapshot knows.
  void known(std::int64_t job, std::int64_t attempts, bool under_way, AttemptState so_far);
  void hub(const std::string& id) { hub_ = id; }

 private:
  struct OfJob {
    std::int64_t attempts = 0;
    bool under_way = false, foreign = false;
    int stage = 0;  // of the last attempt: 1 accepted, 2 started, 3 over
  };
  OfJob& job(std::int64_t number);
  void order(std::int64_t number, std::uint64_t entry);
  void over(std::int64_t number);
  void told(const AttemptFact& fact, std::uint64_t entry);

  AuditCheck& check_;
  std::string hub_;
  std::vector<OfJob> jobs_;  // [number - 1]
};

}  // namespace dure
