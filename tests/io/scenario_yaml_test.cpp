// The YAML door and the loader: each kind of bad input is one clear Fault at its place, never a
// crash.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "io/doc_loader.h"
#include "io/yaml_door.h"

namespace dure {
namespace {

std::string faults_of(const Faults& faults) {
  std::string all;
  for (const Fault& f : faults) all += (all.empty() ? "" : "\n") + to_string(f);
  return all;
}

std::string parse(std::string_view text) {
  Faults faults;
  const auto root = parse_yaml(text, {"a.yaml"}, 0, faults);
  EXPECT_TRUE(root.has_value() || !faults.empty());
  return faults_of(faults);
}

// "where: expected" of the first fault: the rest is wording.
std::string first(std::string_view text) {
  const std::string all = parse(text);
  return all.substr(0, all.find_first_of(",\n"));
}

TEST(YamlDoor, ReadsWithPlaces) {
  Faults faults;
  const auto root = parse_yaml("# note\nname: 울산\nrows:\n  - {id: a, mw: 41.5}\n  - 울: \"2\"\n",
                               {"a.yaml"}, 0, faults);
  ASSERT_TRUE(root) << faults_of(faults);
  const DocNode& row = root->find("rows")->items[0];
  EXPECT_EQ(root->find("name")->text, "울산");
  EXPECT_EQ(row.find("mw")->text, "41.5");
  EXPECT_FALSE(row.find("mw")->quoted);
  EXPECT_EQ(row.find("mw")->place.line, 4U);
  EXPECT_EQ(row.find("mw")->place.column, 17U);
  const DocNode& quoted = *root->find("rows")->items[1].find("울");
  EXPECT_TRUE(quoted.quoted);
  EXPECT_EQ(quoted.place.line, 5U);
  EXPECT_EQ(quoted.place.column, 8U);  // in characters
}

TEST(YamlDoor, RefusesWhatIsNoText) {
  EXPECT_EQ(first(""), "a.yaml:1:1: expected a YAML map");
  EXPECT_EQ(first("\n# only a comment\n"), "a.yaml:1:1: expected a YAML map");
  EXPECT_EQ(first("---\n"), "a.yaml:1:1: expected a YAML map");
  EXPECT_EQ(first("\xef\xbb\xbf"
                  "a: 1\n"),
            "a.yaml:1:1: expected UTF-8 without a byte order mark");
  EXPECT_EQ(first(std::string_view("\xff\xfe"
                                   "a\0",
                                   4)),
            "a.yaml:1:1: expected UTF-8");
  EXPECT_EQ(first("a: 1\r\nb: 2\r\n"), "a.yaml:1:5: expected lines that end in LF");
  EXPECT_EQ(first("a: 1\rb: 2\n"), "a.yaml:1:5: expected lines that end in LF");
  EXPECT_EQ(first("a:\n\tb: 1\n"), "a.yaml:2:1: expected spaces before text");
  EXPECT_EQ(first(std::string_view("\x7f"
                                   "ELF\0\0",
                                   6)),
            "a.yaml:1:1: expected text");
  EXPECT_EQ(first(std::string_view("a: \0\n", 5)), "a.yaml:1:4: expected text");
  EXPECT_EQ(first("a: \x1b[31m\n"), "a.yaml:1:4: expected text");
  EXPECT_EQ(first("a: b\nc: \xc3\x28\n"), "a.yaml:2:4: expected UTF-8");
  EXPECT_EQ(first("a: \xed\xa0\x80\n"), "a.yaml:1:4: expected UTF-8");         // a surrogate
  EXPECT_EQ(first("a: \xc0\xaf\n"), "a.yaml:1:4: expected UTF-8");             // overlong
  EXPECT_EQ(first("a: \xe2\x80\xa8\n"), "a.yaml:1:4: expected text");          // U+2028
  EXPECT_EQ(first("a: \"\\u2028\"\n"), "a.yaml:1:4: expected text in UTF-8");  // the same, escaped
  EXPECT_EQ(first(std::string(kLargestYaml + 1, ' ')), "a.yaml:1:1: expected at most 16 MiB");
}

TEST(YamlDoor, RefusesWhatSurprises) {
  EXPECT_EQ(first("a: &x 1\nb: *x\n"), "a.yaml:1:4: expected YAML without anchors and aliases");
  EXPECT_EQ(first("b: *x\n"), "a.yaml:1:4: expected YAML");
  EXPECT_EQ(first("a: &x {b: 1}\nc:\n  <<: *x\n"),
            "a.yaml:1:4: expected YAML without anchors and aliases");
  EXPECT_EQ(first("a: !!int \"3\"\n"), "a.yaml:1:4: expected YAML without tags");
  EXPECT_EQ(first("a: 1\n---\nb: 2\n"), "a.yaml:2:1: expected the end of the file");
  EXPECT_EQ(first("- a\nb: 2\n"), "a.yaml:2:1: expected the end of the file");
  EXPECT_EQ(first("? [a, b]\n: 1\n"), "a.yaml:1:3: expected text as a key");
  EXPECT_EQ(first("{a: 1, {b: 2}: 3}\n"), "a.yaml:1:8: expected text as a key");
  EXPECT_EQ(first("~: 1\n"), "a.yaml:1:1: expected text as a key");
}

TEST(YamlDoor, FindsEveryKeyThatStandsTwice) {
  EXPECT_EQ(parse("a: 1\nb:\n  - {c: 1, d: 2, c: 3}\na: {x: [1, 2]}\n"),
            "a.yaml:3:18: expected each key once, found 'c' again (first at line 3)\n"
            "a.yaml:4:1: expected each key once, found 'a' again (first at line 1)");
}

TEST(YamlDoor, SaysWhereTheTextBreaks) {
  EXPECT_EQ(first("a: [1, 2\n"), "a.yaml:2:1: expected YAML");
  EXPECT_EQ(first("a: \"open\nb: 1\n"), "a.yaml:1:4: expected a closing \"");
  EXPECT_EQ(first("a: \"open\\\"\n"), "a.yaml:1:4: expected a closing \"");
  EXPECT_EQ(first("a: 'it''s\n"), "a.yaml:1:4: expected a closing '");
  EXPECT_EQ(first("a: 'it''s"), "a.yaml:1:10: expected YAML");
  EXPECT_EQ(first("a: 'it''s'\nb: \"\\\"\"\nc: 'x'"), "");
  EXPECT_EQ(first("a: b: c\n"), "a.yaml:1:5: expected YAML");
}

TEST(YamlDoor, SurvivesABillionLaughs) {
  std::string bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    bomb += "]\n";
  }
  EXPECT_EQ(first(bomb), "a.yaml:1:5: expected YAML without anchors and aliases");
}

TEST(YamlDoor, SurvivesDepth) {
  constexpr std::size_t n = 100'000;
  EXPECT_EQ(first(std::string(n, '[')), "a.yaml:1:1025: expected at most 64 levels");
  EXPECT_EQ(first(std::string(n, '{')), "a.yaml:1:1025: expected at most 64 levels");
  std::string dashes, questions, blocks;
  for (std::size_t i = 0; i < n; ++i) dashes += "- ";
  for (std::size_t i = 0; i < n; ++i) questions += "? ";
  for (std::size_t i = 0; i < 2000; ++i) blocks += std::string(i, ' ') + "a:\n";
  EXPECT_EQ(first(dashes), "a.yaml:1:129: expected at most 64 levels");
  EXPECT_NE(first(questions), "");
  EXPECT_EQ(first(blocks), "a.yaml:65:65: expected at most 64 levels");
  EXPECT_EQ(first(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_EQ(first(std::string(65, '[') + std::string(65, ']')),
            "a.yaml:1:65: expected at most 64 levels");
}

TEST(YamlDoor, SurvivesLength) {
  EXPECT_EQ(first("a: " + std::string(1'000'000, 'x') + "\n"), "");
  EXPECT_NE(first(std::string(1'000'000, 'k') + ": 1\n"), "");
  std::string keys = "{";
  for (int i = 0; i < 300; ++i) keys += "k" + std::to_string(i) + ": 1, ";
  EXPECT_EQ(first(keys + "}").substr(0, 40), "a.yaml:1:2196: expected at most 256 keys");
}

RC_GTEST_PROP(YamlDoor, TakesAnyBytes, (const std::string& bytes)) { parse(bytes); }

RC_GTEST_PROP(YamlDoor, TakesAnyYamlLikeText, ()) {
  const auto pieces =
      *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
          "a", ": ", ":", "\n", "\n  ",  "- ", "[", "]",   "{",  "}", ", ", "\"", "'",
          "|", ">",  "#", " ",  "---\n", "? ", "!", "&b ", "*b", "1", "울", "%",  "\\"}));
  std::string text;
  for (const std::string& p : pieces) text += p;
  parse(text);
}

// ---- include and --set ----

using Files = std::map<std::string, std::string>;

Loaded load(const Files& files, std::vector<std::string> settings = {}) {
  return load_document("d/main.yaml", settings,
                       [&](const std::string& path) -> Result<std::string> {
                         const auto file = files.find(path);
                         if (file == files.end())
                           return Fault{path, "a file that can be read", "none: " + path, ""};
                         return file->second;
                       });
}
std::string load_faults(const Files& files, std::vector<std::string> settings = {}) {
  return faults_of(load(files, std::move(settings)).faults);
}

std::string shape(const DocNode& node) {
  std::string s;
  switch (node.kind) {
    case DocNode::Kind::null: return "~";
    case DocNode::Kind::scalar: return node.text;
    case DocNode::Kind::list:
      for (const DocNode& n : node.items) s += (s.empty() ? "" : " ") + shape(n);
      return "[" + s + "]";
    case DocNode::Kind::map: break;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i)
    s += (s.empty() ? "" : " ") + node.keys[i].name + "=" + shape(node.items[i]);
  return "{" + s + "}";
}

TEST(Include, AppendsListsMergesMapsAndLetsTheIncluderWin) {
  const Loaded all =
      load({{"d/main.yaml", "include: [a.yaml, sub/b.yaml]\nrows: [m]\nmap: {x: 1}\ns: mine\n"},
            {"d/a.yaml", "rows: [a]\nmap: {x: 2, y: 2}\ns: theirs\n"},
            {"d/sub/b.yaml", "include: ../c.yaml\nrows: [b]\n"},
            {"d/c.yaml", "rows: [c]\n"}});
  EXPECT_EQ(faults_of(all.faults), "");
  EXPECT_TRUE(all.whole);
  EXPECT_EQ(shape(all.doc.root), "{rows=[a c b m] map={x=1 y=2} s=mine}");
  EXPECT_EQ(to_string(all.doc.files, locate(all.doc, "rows[1]")), "d/c.yaml:1:8");
  EXPECT_EQ(to_string(all.doc.files, locate(all.doc, "map.y")), "d/a.yaml:2:16");
  EXPECT_EQ(to_string(all.doc.files, locate(all.doc, "map.z")), "d/main.yaml:3:6");
}

TEST(Include, RefusesCycles) {
  EXPECT_EQ(load_faults({{"d/main.yaml", "include: a.yaml\n"},
                         {"d/a.yaml", "x: 1\ninclude: ./main.yaml\n"}}),
            "d/a.yaml:2:10: expected files that do not include each other, found "
            "d/main.yaml -> d/a.yaml -> d/main.yaml");
  EXPECT_EQ(load_faults({{"d/main.yaml", "include: main.yaml\n"}}),
            "d/main.yaml:1:10: expected files that do not include each other, found "
            "d/main.yaml -> d/main.yaml");
}

TEST(Include, RefusesAFileTwice) {
  EXPECT_EQ(
      load_faults({{"d/main.yaml", "include: [a.yaml, x/../a.yaml]\n"}, {"d/a.yaml", "r: [1]\n"}}),
      "d/main.yaml:1:19: expected each file once, found 'd/a.yaml' again "
      "(its rows would count twice)");
}

TEST(Include, RefusesTwoAnswersAndTwoKinds) {
  EXPECT_EQ(
      load_faults({{"d/main.yaml", "include: [a.yaml, b.yaml]\n"},
                   {"d/a.yaml", "m: {s: 1}\n"},
                   {"d/b.yaml", "m: {s: 2}\n"}}),
      "d/b.yaml:1:8: m.s: expected one value in all included files, found '2' here and '1' at "
      "d/a.yaml:1:8 (remove one of them)");
  EXPECT_EQ(load_faults({{"d/main.yaml", "include: a.yaml\nm: 3\n"}, {"d/a.yaml", "m: {s: 1}\n"}}),
            "d/main.yaml:2:4: m: expected a map as at d/a.yaml:1:4, found '3' (the same key in two "
            "files)");
}

TEST(Include, RefusesWhatIsNoPath) {
  const auto where = [](const std::string& text) {
    const std::string all = load_faults({{"d/main.yaml", text}});
    return all.substr(0, all.find(','));
  };
  const std::string path = " expected a path relative to this file";
  EXPECT_EQ(where("include: /etc/passwd\n"), "d/main.yaml:1:10: include:" + path);
  EXPECT_EQ(where("include: {a: b}\n"), "d/main.yaml:1:10: include:" + path);
  EXPECT_EQ(where("include:\n"), "d/main.yaml:1:1: include:" + path);
  EXPECT_EQ(where("include: none.yaml\n"), "d/main.yaml:1:10: expected a file that can be read");
  EXPECT_EQ(where("- a\n"), "d/main.yaml:1:1: expected a map of keys at the top of the file");
}

TEST(Include, IsNotDeeperThanSixteen) {
  Files files;
  for (int i = 0; i < 30; ++i)
    files[i == 0 ? "d/main.yaml" : "d/" + std::to_string(i) + ".yaml"] =
        "include: " + std::to_string(i + 1) + ".yaml\n";
  EXPECT_EQ(load_faults(files).substr(0, 30), "d/15.yaml:1:10: expected inclu");
}

TEST(Include, FaultsOfAllFilesAtOnce) {
  const Loaded all = load({{"d/main.yaml", "include: [a.yaml, none.yaml, b.yaml]\n"},
                           {"d/a.yaml", "a: [\n"},
                           {"d/b.yaml", "b: 1\nb: 2\n"}});
  EXPECT_FALSE(all.whole);
  ASSERT_EQ(all.faults.size(), 3U);
  EXPECT_EQ(all.faults[0].where, "d/a.yaml:2:1");
  EXPECT_EQ(all.faults[1].where, "d/main.yaml:1:19");
  EXPECT_EQ(all.faults[2].where, "d/b.yaml:2:1");
}

TEST(Include, ReadsRealFilesOnly) {
  EXPECT_EQ(load_document("/nowhere/x.yaml", {}).faults.at(0).found,
            "No such file or directory: /nowhere/x.yaml");
  EXPECT_EQ(load_document("/tmp", {}).faults.at(0).found, "a folder: /tmp");
  EXPECT_EQ(load_document("/dev/zero", {}).faults.at(0).expected, "at most 16 MiB");
  EXPECT_EQ(load_document("/dev/null", {}).faults.at(0).found, "an empty file");
}

TEST(Setting, ReachesEveryField) {
  const Files files{
      {"d/main.yaml", "p: {a: 1}\nrows:\n  - {id: x, v: 1}\n  - {id: y, in: [{v: 2}]}\n"}};
  const auto after = [&](std::vector<std::string> settings) {
    const Loaded all = load(files, std::move(settings));
    EXPECT_EQ(faults_of(all.faults), "");
    return shape(all.doc.root);
  };
  EXPECT_EQ(after({"p.a=2", "p.b=text with spaces", "q.r=[1, 2]", "rows[x].v=null"}),
            "{p={a=2 b=text with spaces} rows=[{id=x v=~} {id=y in=[{v=2}]}] q={r=[1 2]}}");
  EXPECT_EQ(after({"rows[1].in[0].v=3", "rows[0].v=a=b"}),
            "{p={a=1} rows=[{id=x v=a=b} {id=y in=[{v=3}]}]}");
}

TEST(Setting, SaysWhatIsWrong) {
  const Files files{{"d/main.yaml", "p: {a: 1}\nrows:\n  - {id: ulsan, v: 1}\n"}};
  const auto fault = [&](const std::string& setting) { return load_faults(files, {setting}); };
  EXPECT_EQ(fault("rows[ulsna].v=1"),
            "--set rows[ulsna].v=1: expected the number or the id of a row, found [ulsna] "
            "(did you mean ulsan?)");
  EXPECT_EQ(fault("rows[1].v=1"),
            "--set rows[1].v=1: expected a row from 0 to 1 (excluded), found [1]");
  EXPECT_EQ(fault("rows.v=1"),
            "--set rows.v=1: expected a map before 'v', found a list of 1 "
            "(pick a row with [number] or [id])");
  EXPECT_EQ(fault("p[0]=1"), "--set p[0]=1: expected a list before [, found a map");
  EXPECT_EQ(fault("p.a="),
            "--set p.a=: expected a value after =, found nothing (write null for none)");
  for (const std::string setting : {"p.a", "=1", "p..a=1", "p.=1", ".p=1", "rows[=1", "rows[]=1",
                                    "rows[0]v=1", "", "rows[0].=1"})
    EXPECT_EQ(fault(setting).substr(0, 10 + setting.size()), "--set " + setting + ": ex")
        << setting;
  EXPECT_NE(fault("p.a=[1"), "");
  EXPECT_NE(fault("p.a=*x"), "");
}

}  // namespace
}  // namespace dure
