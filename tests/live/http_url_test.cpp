// Targets and places taken apart.
#include "live/http/url.h"

#include <gtest/gtest.h>

namespace dure {
namespace {

TEST(HttpUrl, ATargetIsItsSegmentsAndItsQuery) {
  const auto parsed =
      parse_target("/v1/jobs/a%2Fb%20c/?user=kim&n=1&n=2&empty=&bare&t=a+b%2B%3d&&");
  ASSERT_TRUE(parsed) << to_string(parsed.fault());
  const Target& target = parsed.value();
  EXPECT_EQ(target.segments, (std::vector<std::string>{"v1", "jobs", "a/b c", ""}));
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(
      target.query,
      (std::vector<Pair>{
          {"user", "kim"}, {"n", "1"}, {"n", "2"}, {"empty", ""}, {"bare", ""}, {"t", "a b+="}}));
  ASSERT_NE(target.find("n"), nullptr);
  EXPECT_EQ(*target.find("n"), "1");
  EXPECT_EQ(target.find("none"), nullptr);
}

TEST(HttpUrl, OddButValidTargets) {
  const auto segments = [](std::string_view text) {
    auto parsed = parse_target(text);
    return parsed ? parsed.value().segments : std::vector<std::string>{"refused"};
  };
  EXPECT_EQ(segments("/"), std::vector<std::string>{});
  EXPECT_EQ(segments("/?x=1"), std::vector<std::string>{});
  EXPECT_EQ(segments("//a"), (std::vector<std::string>{"", "a"}));
  EXPECT_EQ(segments("http://host:80/a?b"), std::vector<std::string>{"a"});
  EXPECT_EQ(segments("http://host"), std::vector<std::string>{});
  EXPECT_EQ(segments("/a+b"), std::vector<std::string>{"a+b"});  // a blank in a query only
  EXPECT_EQ(segments("/..."), std::vector<std::string>{"..."});
  EXPECT_EQ(segments("/%EB%91%90%EB%A0%88"), std::vector<std::string>{"두레"});
}

TEST(HttpUrl, RefusedTargets) {
  for (const char* text : {"", "a", "*", "/%", "/%4", "/%zz", "/a%00b", "/..", "/a/../b", "/a/./b",
                           "/%2e%2E/x", "/?%4", "/?a=%00", "/?%00"})
    EXPECT_FALSE(parse_target(text)) << text;
  EXPECT_FALSE(parse_target(std::string_view("/a\0b", 4)));
}

TEST(HttpUrl, EncodingComesBackAsItWas) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  const std::string encoded = percent_encode(all);
  const auto parsed = parse_target("/" + encoded + "?" + encoded + "=" + encoded);
  ASSERT_TRUE(parsed) << to_string(parsed.fault());
  EXPECT_EQ(parsed.value().segments, std::vector<std::string>{all});
  ASSERT_NE(parsed.value().find(all), nullptr);
  EXPECT_EQ(*parsed.value().find(all), all);
  EXPECT_EQ(percent_encode("aZ0-._~ /"), "aZ0-._~%20%2F");
}

TEST(HttpUrl, Places) {
  const HostPlace plain = parse_place("http://hub:8080/api/").value();
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.host + "|" + plain.port + "|" + plain.prefix, "hub|8080|/api");
  const HostPlace secure = parse_place("https://[::1]").value();
  EXPECT_TRUE(secure.tls);
  EXPECT_EQ(secure.host + "|" + secure.port + "|" + secure.prefix, "::1|443|");
  const HostPlace local = parse_place("unix:/run/slurm.sock:/v1").value();
  EXPECT_EQ(local.socket_path + "|" + local.prefix, "/run/slurm.sock|/v1");
  EXPECT_EQ(parse_place("unix:/run/slurm.sock").value().prefix, "");
}

}  // namespace
}  // namespace dure
