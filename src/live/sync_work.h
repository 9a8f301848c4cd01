// An agent's call as a Work: its facts one by one, what it has taken, then the answer: at once, or,
// if there is nothing to say, as soon as there is.
#pragma once

#include <functional>
#include <string>

#include "live/live_plant.h"

namespace dure {

struct SyncAnswer {
  std::function<void(const SyncReply&)> reply;
  std::function<void(const Problem&)> fault;
};

class SyncWork final : public Work {
 public:
  SyncWork(LivePlant& plant, SyncRequest request, SyncAnswer answer)
      : plant_(plant), request_(std::move(request)), answer_(std::move(answer)) {}
  bool round(const Desk& desk, Facts& facts) override;
  void kept(const Desk& desk) override;
  void failed(const Problem& problem) override { answer_.fault(problem); }

 private:
  LivePlant& plant_;
  SyncRequest request_;
  const SyncAnswer answer_;
  std::size_t next_ = 0;  // of the facts
};

}  // namespace dure
