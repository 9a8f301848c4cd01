// --watch: what is printed when, on a terminal and elsewhere.
#include "app/watch.h"

#include <gtest/gtest.h>

#include <vector>

#include "app/command.h"

namespace dure {
namespace {

struct Watched {
  std::vector<std::string> put, said;
  int exit_code = -1;
};
// texts: one a look; "!…": a Fault.
Watched watched(const std::vector<std::string>& texts,
                std::vector<std::optional<TerminalSize>> sizes, bool takes = true) {
  Watched out;
  std::size_t look = 0;
  Screen screen;
  screen.size = [&] { return sizes[std::min(look, sizes.size() - 1)]; };
  screen.put = [&](std::string_view text) {
    out.put.emplace_back(text);
    return takes;
  };
  screen.wait = [&] { return ++look < texts.size(); };
  screen.complain = [&](const Fault& fault) { out.said.push_back(fault.where); };
  testing::internal::CaptureStderr();
  out.exit_code = watch(screen, [&]() -> Result<std::string> {
    if (texts[look].starts_with('!')) return Fault{texts[look], "", "", ""};
    return texts[look];
  });
  testing::internal::GetCapturedStderr();
  return out;
}
using Texts = std::vector<std::string>;

TEST(Watch, ElsewhereItPrintsWholeAndOnlyWhatChanged) {
  const Watched w = watched({"a\n", "a\n", "b\nc\n", "b\nc\n", "a\n"}, {std::nullopt});
  EXPECT_EQ(w.exit_code, kDone);
  EXPECT_EQ(w.put, (Texts{"a\n", "b\nc\n", "a\n"}));
}

TEST(Watch, OnATerminalItDrawsOverAndAgainWhenTheSizeChanges) {
  const Watched w = watched(
      {"a\n", "a\n", "a\n", "b\n"},
      {TerminalSize{24, 80}, TerminalSize{24, 80}, TerminalSize{10, 80}, TerminalSize{10, 80}});
  EXPECT_EQ(w.put,
            (Texts{"\033[Ha\033[K\n\033[J", "\033[Ha\033[K\n\033[J", "\033[Hb\033[K\n\033[J"}));
}

TEST(Watch, AHubThatRestartsDoesNotEndIt) {
  const Watched w = watched({"a\n", "!gone", "!gone", "a\n", "!other", "b\n"}, {std::nullopt});
  EXPECT_EQ(w.exit_code, kDone);
  EXPECT_EQ(w.put, (Texts{"a\n", "b\n"}));
  EXPECT_EQ(w.said, (Texts{"!gone", "!other"}));
  // On a terminal what was said stands in the picture: it is drawn again.
  EXPECT_EQ(watched({"a\n", "!gone", "a\n"}, {TerminalSize{24, 80}}).put.size(), 2u);
  const Watched first = watched({"!gone", "a\n"}, {std::nullopt});
  EXPECT_EQ(first.exit_code, kBadInput);
  EXPECT_TRUE(first.put.empty());
}

TEST(Watch, EndsWhenNobodyReads) {
  const Watched w = watched({"a\n", "b\n"}, {std::nullopt}, false);
  EXPECT_EQ(w.exit_code, kBadInput);
  EXPECT_EQ(w.put.size(), 1u);
}

TEST(Watch, FitsTheTerminal) {
  EXPECT_EQ(fitted("a\nb\n", {3, 80}), "a\nb\n");
  EXPECT_EQ(fitted("a\nb\nc\n", {3, 80}), "a\n... 2 more lines\n");
  EXPECT_EQ(fitted("abcdef\n", {3, 4}), "abcd\n");
  EXPECT_EQ(fitted("서울시\n", {3, 5}), "서울\n") << "wide ones take two columns";
  EXPECT_EQ(fitted("", {3, 5}), "");
  for (std::size_t rows = 0; rows < 8; ++rows) {
    const std::string out = fitted("1\n2\n3\n4\n5\n6\n", {rows, 80});
    EXPECT_LT(static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')),
              std::max<std::size_t>(2, rows));
  }
}

}  // namespace
}  // namespace dure
