#include "sim/end_queue.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "base/stream.h"

namespace dure {
namespace {

// Against a std::set, on random runs that push only what is not yet past.
TEST(EndQueue, IsASortedSet) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Stream draw(seed, "ends", 0);
    const std::int64_t from = 1'000'000,
                       until = from + static_cast<std::int64_t>(draw.below(50'000'000)) + 1;
    EndQueue queue((Millis(from)), Millis(until));
    std::set<std::pair<std::int64_t, std::uint32_t>> truth;
    std::int64_t now = from;
    for (std::uint32_t job = 0; job < 400; ++job) {
      const std::int64_t at =
          now + static_cast<std::int64_t>(draw.below(draw.below(2) == 0 ? 1'000 : 20'000'000));
      queue.push(Millis(at), JobId{job});
      if (at < until) truth.insert({at, job});
      for (std::uint64_t n = draw.below(3); n > 0 && !truth.empty(); --n) {
        ASSERT_EQ(queue.next(), truth.begin()->first);
        now = queue.next();
        ASSERT_EQ(queue.pop().index, truth.begin()->second);
        truth.erase(truth.begin());
      }
    }
    for (const auto& [at, job] : truth) {
      ASSERT_EQ(queue.next(), at);
      ASSERT_EQ(queue.pop().index, job);
    }
    ASSERT_EQ(queue.next(), EndQueue::kNever);
  }
}

}  // namespace
}  // namespace dure
