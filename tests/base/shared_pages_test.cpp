#include "base/shared_pages.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/stream.h"

namespace dure {
namespace {

// Copies beside plain vectors.
TEST(SharedPages, ACopyIsACopy) {
  using Pages = SharedPages<int, 4>;
  Stream s(1, "tests/pages", 0);
  std::vector<Pages> pages(1);
  std::vector<std::vector<int>> plain(1);
  for (int step = 0; step < 4'000; ++step) {
    const std::size_t i = s.below(pages.size());
    switch (s.below(5)) {
      case 0:
        if (pages.size() > 12) break;
        pages.push_back(pages[i]);
        plain.push_back(plain[i]);
        break;
      case 1:
        if (pages.size() == 1) break;
        pages.erase(pages.begin() + static_cast<std::ptrdiff_t>(i));
        plain.erase(plain.begin() + static_cast<std::ptrdiff_t>(i));
        break;
      case 2:
        pages[i] = pages[0];
        plain[i] = plain[0];
        break;
      case 3:
        if (plain[i].size() > 100) break;
        pages[i].push_back(step);
        plain[i].push_back(step);
        break;
      default:
        if (plain[i].empty()) break;
        const std::size_t at = s.below(plain[i].size());
        pages[i][at] = plain[i][at] = step;
    }
    for (std::size_t k = 0; k < pages.size(); ++k) {
      ASSERT_EQ(pages[k].size(), plain[k].size());
      const Pages& read = pages[k];
      for (std::size_t at = 0; at < plain[k].size(); ++at) ASSERT_EQ(read[at], plain[k][at]);
    }
  }
}

// A copy is read and dropped on another thread while this one writes: for the thread sanitizer.
TEST(SharedPages, CopiesOfTwoThreadsDoNotMeet) {
  SharedPages<int, 4> mine;
  for (int i = 0; i < 64; ++i) mine.push_back(i);
  for (int round = 0; round < 200; ++round) {
    std::int64_t sum = 0, expected = 0;
    for (std::size_t i = 0; i < 64; ++i) expected += std::as_const(mine)[i];
    std::thread other([copy = mine, &sum]() mutable {
      SharedPages<int, 4> again = copy;
      for (std::size_t i = 0; i < 64; ++i) again[i] += 0;
      for (std::size_t i = 0; i < 64; ++i) sum += std::as_const(again)[i];
    });
    for (std::size_t i = 0; i < 64; ++i) mine[i] += round;  // in place, or in a page of its own
    other.join();
    ASSERT_EQ(sum, expected);
  }
}

}  // namespace
}  // namespace dure
