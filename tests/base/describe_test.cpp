#include "base/describe.h"

#include <gtest/gtest.h>

namespace dure {
namespace {

enum class Colour { red, green };
constexpr auto describe_enum(Colour) {
  return std::array{Choice<Colour>{Colour::red, "red", "like a stop light"},
                    Choice<Colour>{Colour::green, "green", "like grass"}};
}

struct Inner {
  std::int64_t count = 3;
  template <class S = Inner>
  static constexpr auto describe() {
    return Fields(Field("count", &S::count, "how many", range(0, 10)));
  }
};
struct Toy {
  std::string id;
  Watts grid_mw, node_w;
  Millis step_s{5'000};
  Gpus gpus, gpus_per_node;
  double lat_deg = 0, share = 0.5;
  Colour colour = Colour::green;
  std::optional<Date> until;
  std::vector<Inner> rows;
  Inner one;
  template <class S = Toy>
  static constexpr auto describe() {
    return Fields(Field("id", &S::id, "key", required, id_text),
                  Field("grid_mw", &S::grid_mw, "grid", range(0, 5000)),
                  Field("node_w", &S::node_w, "node", range(0, 5000)),
                  Field("step_s", &S::step_s, "step", range(1, 60)),
                  Field("gpus", &S::gpus, "gpus", range(0, 8)),
                  Field("gpus_per_node", &S::gpus_per_node, "gpus", range(0, 8)),
                  Field("lat_deg", &S::lat_deg, "latitude", range(-90, 90)),
                  Field("share", &S::share, "share", above(0, 1), dimensionless),
                  Field("colour", &S::colour, "colour"), Field("until", &S::until, "end"),
                  Field("rows", &S::rows, "rows", not_empty), Field("one", &S::one, "one"));
  }
};

TEST(Describe, WalksAllMembersInOrder) {
  std::string names;
  each_field<Toy>([&](const auto& f) { names += std::string(f.name) + " "; });
  EXPECT_EQ(names,
            "id grid_mw node_w step_s gpus gpus_per_node lat_deg share colour until rows one ");
  EXPECT_TRUE((has_members<Toy, 12>));
  EXPECT_FALSE((has_members<Toy, 11>));
  EXPECT_FALSE((has_members<Toy, 13>));
}

TEST(Describe, ReadsUnitAndScaleOffTheName) {
  std::string seen;
  each_field<Toy>([&](const auto& f) {
    if (!f.unit.empty()) seen += std::string(f.unit) + "x" + std::to_string(f.scale) + " ";
  });
  EXPECT_EQ(seen, "mwx1000000 wx1 sx1000 gpusx1 gpusx1 degx1 ");
}

TEST(Describe, NamesUnitsAsWholeWords) {
  EXPECT_TRUE(names_unit("rack_max_kw", "kw"));
  EXPECT_TRUE(names_unit("kw", "kw"));
  EXPECT_TRUE(names_unit("gpus_per_node", "gpus"));
  EXPECT_TRUE(names_unit("arrivals_per_day", "per_day"));
  EXPECT_FALSE(names_unit("flow", "w"));
  EXPECT_FALSE(names_unit("kw_limit", "kw"));
  EXPECT_FALSE(names_unit("", "kw"));
}

TEST(Describe, KeepsRules) {
  const auto& fields = fields_of<Toy>;
  EXPECT_TRUE(fields.at<0>().required);
  EXPECT_TRUE(fields.at<0>().id_text);
  EXPECT_EQ(fields.at<1>().most, 5000);
  EXPECT_TRUE(fields.at<7>().above_least);
  EXPECT_TRUE(fields.at<9>().optional);
  EXPECT_TRUE(fields.at<10>().list);
  EXPECT_EQ(fields.at<8>().kind, ValueKind::choice);
}

TEST(Describe, NamesEnums) {
  EXPECT_EQ(enum_name(Colour::green), "green");
  EXPECT_EQ(enum_value<Colour>("red"), Colour::red);
  EXPECT_EQ(enum_value<Colour>("blue"), std::nullopt);
}

TEST(Describe, ComparesFieldByField) {
  Toy a, b;
  EXPECT_TRUE(same(a, b));
  b.rows.emplace_back();
  EXPECT_FALSE(same(a, b));
  a.rows.emplace_back();
  EXPECT_TRUE(same(a, b));
  b.rows[0].count = 4;
  EXPECT_FALSE(same(a, b));
  b = a;
  b.until = Date{2027, 1, 1};
  EXPECT_FALSE(same(a, b));
  a.until = Date{2027, 1, 2};
  EXPECT_FALSE(same(a, b));
  a.until = b.until;
  EXPECT_TRUE(same(a, b));
}

}  // namespace
}  // namespace dure
