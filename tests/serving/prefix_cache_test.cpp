#include "serving/prefix_cache.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <list>

#include "io/traces/requests.h"
#include "shared_folder.h"

namespace dure {
namespace {

using Blocks = std::vector<std::int64_t>;

// A cache of so many blocks, kept as a list from the youngest on; the slow, obvious way.
class ListCache {
 public:
  explicit ListCache(std::size_t blocks) : room_(blocks) {}
  std::int64_t hits(const Blocks& blocks) {
    std::int64_t n = 0;
    for (const std::int64_t b : blocks) {
      if (std::ranges::find(young_, b) == young_.end()) break;
      ++n;
    }
    for (auto b = blocks.rbegin(); b != blocks.rend(); ++b) {
      young_.remove(*b);
      young_.push_front(*b);
    }
    while (young_.size() > room_) young_.pop_back();
    return n;
  }

 private:
  std::size_t room_;
  std::list<std::int64_t> young_;
};

TEST(PrefixCache, HandComputed) {
  PrefixTrace t(10);
  t.add(30, Blocks{0, 1, 2});
  t.add(25, Blocks{0, 1, 3});  // shares two blocks
  t.add(30, Blocks{0, 1, 2});
  EXPECT_EQ(Blocks(t.distances(0).begin(), t.distances(0).end()), (Blocks{-1, -1, -1}));
  EXPECT_EQ(Blocks(t.distances(1).begin(), t.distances(1).end()), (Blocks{1, 2, -1}));
  EXPECT_EQ(Blocks(t.distances(2).begin(), t.distances(2).end()), (Blocks{1, 2, 4}));
  EXPECT_EQ(t.distinct_blocks(), 4);
  EXPECT_EQ(t.cached_tokens(2, 3), 20);
  EXPECT_EQ(t.cached_tokens(2, 4), 30);
  const HitCurve c = HitCurve::of(t);
  EXPECT_DOUBLE_EQ(c.share(0), 0);
  EXPECT_DOUBLE_EQ(c.share(20), 40.0 / 85);
  EXPECT_DOUBLE_EQ(c.share(40), 50.0 / 85);
  EXPECT_DOUBLE_EQ(c.share(1e9), 50.0 / 85);
}

// Sessions that go on, as chats do, and a common beginning.
TEST(PrefixCache, AsAListOfEverySize) {
  EXPECT_TRUE(rc::check("as a list", [] {
    const auto draws = *rc::gen::container<std::vector<int>>(30, rc::gen::inRange(0, 1000));
    PrefixTrace trace(1);
    std::vector<Blocks> sessions(5), requests;
    std::int64_t next = 1;
    for (const int d : draws) {
      Blocks& s = sessions[static_cast<std::size_t>(d % 5)];
      if (s.empty() || d > 900) s = {0};
      for (int i = 0; i <= d % 4; ++i) s.push_back(next++);
      requests.push_back(s);
      trace.add(static_cast<std::int64_t>(s.size()), s);
    }
    for (std::int64_t cache = 1; cache <= trace.distinct_blocks() + 1; ++cache) {
      ListCache list(static_cast<std::size_t>(cache));
      for (std::size_t r = 0; r < requests.size(); ++r)
        RC_ASSERT(list.hits(requests[r]) == trace.cached_tokens(r, cache));
    }
    for (std::size_t r = 0; r < requests.size(); ++r) {  // invariant 2
      const auto d = trace.distances(r);
      for (std::size_t i = 1; i < d.size(); ++i)
        RC_ASSERT(d[i] == PrefixTrace::kCold || d[i] > d[i - 1]);
    }
  }));
}

// The trace of Mooncake: 12,031 conversations of an hour, 512-token blocks.
TEST(PrefixCache, Mooncake) {
  const std::string path = shared_folder() + "/data/traces/mooncake/conversation_trace.jsonl.gz";
  ASSERT_TRUE(is_shared(path)) << path << kSetShared;
  auto source = ByteSource::open(path);
  ASSERT_TRUE(source);
  MooncakeReader reader(std::move(source).value());
  MooncakeRow row;
  PrefixTrace trace(512);
  while (reader.next(row) == Step::item) trace.add(row.input_tokens, row.block_ids);
  ASSERT_EQ(trace.requests(), 12031u);
  const HitCurve c = HitCurve::of(trace);
  double before = 0;
  for (const HitCurve::Point& p : c.points()) {
    EXPECT_GE(p.share, before);
    before = p.share;
    std::int64_t tokens = 0;  // the curve's points are exact
    for (std::size_t r = 0; r < trace.requests(); ++r)
      tokens += trace.cached_tokens(r, static_cast<std::int64_t>(p.tokens) / 512);
    ASSERT_NEAR(p.share, static_cast<double>(tokens) / static_cast<double>(trace.total_tokens()),
                1e-12)
        << p.tokens;
  }
  // As a list gives it, too.
  EXPECT_NEAR(c.share(1e6), 0.0547, 0.001);
  EXPECT_NEAR(c.share(1e7), 0.2910, 0.001);
  EXPECT_NEAR(c.most(), 0.3736, 0.001);
}

}  // namespace
}  // namespace dure
