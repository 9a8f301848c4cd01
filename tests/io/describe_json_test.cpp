// Described structs as JSON: what is written reads back the same, and what is no such struct is
// refused with its path.
#include "io/describe_json.h"

#include <gtest/gtest.h>

namespace dure {
namespace {

enum class Colour { red, blue };
constexpr auto describe_enum(Colour) {
  return std::array{Choice<Colour>{Colour::red, "red", "r"},
                    Choice<Colour>{Colour::blue, "blue", "b"}};
}
struct Inner {
  std::string id;
  std::int64_t count = 1;
  template <class S = Inner>
  static constexpr auto describe() {
    return Fields(Field("id", &S::id, "key", required, not_empty),
                  Field("count", &S::count, "n", range(0, 9e15)));
  }
};
struct Outer {
  std::string name, script;
  Watts grid_mw;
  double share = 0.5;
  bool on = false;
  Colour colour = Colour::red;
  std::vector<Inner> rows;
  std::vector<std::string> words;
  std::optional<Inner> more;
  template <class S = Outer>
  static constexpr auto describe() {
    return Fields(Field("name", &S::name, "text"), Field("script", &S::script, "text", free_text),
                  Field("grid_mw", &S::grid_mw, "power", range(0, 5000)),
                  Field("share", &S::share, "ratio", range(0, 1), dimensionless),
                  Field("on", &S::on, "flag"), Field("colour", &S::colour, "choice"),
                  Field("rows", &S::rows, "maps"), Field("words", &S::words, "texts"),
                  Field("more", &S::more, "a map"));
  }
};

TEST(DescribeJson, WritesWhatIsNotDefault) {
  EXPECT_EQ(to_json(Outer{}), "{}");
  Outer o;
  o.name = "한\"\\";
  o.script = "#!/bin/sh\n\techo \x01";
  o.grid_mw = Watts(1'500'000);
  o.on = true;
  o.colour = Colour::blue;
  o.rows = {{"a", 1}, {"b", 9'000'000'000'000'000}};
  o.words = {"x", "2"};
  o.more = Inner{"m", 0};
  const std::string text = to_json(o);
  EXPECT_EQ(text, R"({"name":"한\"\\","script":"#!/bin/sh\n\techo \u0001","grid_mw":1.5,"on":true,)"
                  R"("colour":"blue","rows":[{"id":"a"},{"id":"b","count":9000000000000000}],)"
                  R"("words":["x","2"],"more":{"id":"m","count":0}})");
  const auto back = from_json<Outer>(text, "body");
  ASSERT_TRUE(back) << to_string(back.faults()[0]);
  EXPECT_TRUE(same(back.value(), o));
}

TEST(DescribeJson, DefaultsCanBeWritten) {
  const std::string text = to_json(Inner{"a", 1}, JsonDefaults::written);
  EXPECT_EQ(text, R"({"id":"a","count":1})");
}

void refused(const char* text, const char* with) {
  const auto got = from_json<Outer>(text, "body");
  ASSERT_FALSE(got) << text;
  EXPECT_NE(to_string(got.faults()[0]).find(with), std::string::npos)
      << to_string(got.faults()[0]) << " for " << text;
}

TEST(DescribeJson, RefusesWithThePath) {
  refused("", "a syntax error");
  refused("{", "a syntax error");
  refused("[]", "a map");
  refused("{}{}", "a syntax error");
  refused(R"({"nmae":"x"})", "did you mean name?");
  refused(R"({"name":"x","name":"y"})", "each key once");
  refused(R"({"name":5})", "body: name");
  refused(R"({"grid_mw":"5"})", "body: grid_mw");
  refused(R"({"rows":[{"count":1}]})", "rows[0].id");
  refused(R"({"rows":[{"id":"a","count":1.5}]})", "rows[0].count");
  refused(R"({"rows":[{"id":"a","count":1e400}]})", "body");
  refused(R"({"script":"a\u0000b"})", "no NUL");
  refused(R"({"name":"a\u0001b"})", "no control characters");
  refused("{\"name\":\"\xff\"}", "a syntax error");
  refused(R"({"colour":"bleu"})", "did you mean blue?");
}

TEST(DescribeJson, WritesOnlyUtf8) {
  std::string out;
  append_json_text("a\xff\xed\xa0\x80\xe0\x80\x80\xed\x95\x9c\xf0\x9f\x98\x80\xe2\x82", out);
  EXPECT_EQ(out, "\"a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD한😀\uFFFD\uFFFD\"");
}

TEST(DescribeJson, DepthIsBounded) {
  std::string deep(100'000, '[');
  refused(deep.c_str(), "at most 64 levels");
}

}  // namespace
}  // namespace dure
