#include "io/scenario_schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/doc_loader.h"
#include "io/scenario_reader.h"
#include "source_dir.h"

namespace dure {
namespace {

using Json = nlohmann::json;

// The part of JSON Schema that our schema uses; a keyword that is not known here is a failure.
bool valid(const Json& schema, const DocNode& node);

bool type_is(const Json& type, const DocNode& node) {
  if (type.is_array())
    return std::any_of(type.begin(), type.end(), [&](const Json& t) { return type_is(t, node); });
  const bool plain = node.kind == DocNode::Kind::scalar && !node.quoted;
  const bool truth = plain && (node.text == "true" || node.text == "false");
  const bool number = plain && Json::accept(node.text) && !truth;
  const std::string name = type;
  if (name == "object") return node.kind == DocNode::Kind::map;
  if (name == "array") return node.kind == DocNode::Kind::list;
  if (name == "null") return node.kind == DocNode::Kind::null;
  if (name == "boolean") return truth;
  if (name == "string") return node.kind == DocNode::Kind::scalar && !truth && !number;
  if (name == "number") return number;
  EXPECT_EQ(name, "integer");
  return number && Json::parse(node.text).is_number_integer();
}

bool valid(const Json& schema, const DocNode& node) {
  if (!type_is(schema["type"], node)) return false;
  if (node.kind == DocNode::Kind::null) return true;
  for (const auto& [word, rule] : schema.items()) {
    if (word == "required") {
      for (const Json& key : rule) {
        if (node.find(key.get<std::string>()) == nullptr) return false;
      }
    } else if (word == "properties") {
      for (std::size_t i = 0; i < node.keys.size(); ++i) {
        if (!rule.contains(node.keys[i].name)) return false;  // additionalProperties: false
        if (!valid(rule[node.keys[i].name], node.items[i])) return false;
      }
    } else if (word == "items") {
      for (const DocNode& item : node.items) {
        if (!valid(rule, item)) return false;
      }
    } else if (word == "enum") {
      if (std::find(rule.begin(), rule.end(), node.text) == rule.end()) return false;
    } else if (word == "minimum" || word == "maximum" || word == "exclusiveMinimum") {
      const double x = Json::parse(node.text).get<double>(), limit = rule;
      if (word == "minimum" ? x < limit : word == "maximum" ? x > limit : x <= limit) return false;
    } else if (word == "minItems" || word == "maxItems") {
      const auto n = rule.get<std::size_t>();
      if (word == "minItems" ? node.items.size() < n : node.items.size() > n) return false;
    } else if (word == "minLength") {
      if (node.text.empty()) return false;
    } else {
      EXPECT_TRUE(word == "description" || word == "default" || word == "pattern" ||
                  word == "title" || word == "$schema" || word == "type" || word == "if" ||
                  word == "then" || word == "oneOf" ||
                  (word == "additionalProperties" && rule == false))
          << word;
    }
  }
  return true;
}

// Every schema inside has a type, every default is of its type, every object is closed.
void expect_sound(const Json& schema, const std::string& path) {
  ASSERT_TRUE(schema.contains("type") || schema.contains("oneOf")) << path;
  if (schema.contains("minimum")) {
    EXPECT_LT(schema["minimum"], schema["maximum"]) << path;
  }
  if (schema.contains("default")) {
    const Json& d = schema["default"];
    const std::string type = schema["type"];
    EXPECT_TRUE(type == "string"    ? d.is_string()
                : type == "boolean" ? d.is_boolean()
                : type == "array"   ? d.is_array()
                : type == "integer" ? d.is_number_integer()
                                    : d.is_number())
        << path;
    if (schema.contains("minimum") && d.is_number()) {
      EXPECT_GE(d, schema["minimum"]) << path;
      EXPECT_LE(d, schema["maximum"]) << path;
    }
  }
  if (schema.contains("items")) expect_sound(schema["items"], path + "[]");
  if (schema.value("type", Json()) == "object") {
    EXPECT_EQ(schema["additionalProperties"], false) << path;
    for (const Json& key : schema.value("required", Json::array()))
      EXPECT_TRUE(schema["properties"].contains(key.get<std::string>())) << path;
    for (const auto& [name, inner] : schema["properties"].items()) {
      EXPECT_TRUE(inner.contains("description")) << path << "." << name;
      if (name != "include") expect_sound(inner, path + "." + name);
    }
  }
}

TEST(ScenarioSchema, IsSound) {
  const Json schema = Json::parse(scenario_json_schema());
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  expect_sound(schema, "");
  EXPECT_EQ(schema["properties"]["sites"]["items"]["properties"]["grid"]["items"]["properties"]
                  ["grid_mw"]["maximum"],
            5000);
  EXPECT_EQ(schema["properties"]["run"]["properties"]["seed"]["maximum"], 9007199254740991);
  EXPECT_EQ(schema["then"]["required"][0], "id");
}

TEST(ScenarioSchema, TakesTheSmallScenarioAndWhatTheReaderTakes) {
  const Json schema = Json::parse(scenario_json_schema());
  const std::string small = source_dir() + "/scenarios/small/small.yaml";
  EXPECT_TRUE(valid(schema, load_document(small, {}).doc.root));
  // The same answer as the reader's.
  for (const std::string setting : {"sites[0].pue=9",
                                    "sites[0].pue=1",
                                    "sites[0].pue=text",
                                    "sites[0].lat_deg=40",
                                    "sites[0].nme=x",
                                    "sites[0].name_en=\"\"",
                                    "sites[0].name_en=1.5",
                                    "sites[0].name_en=\"1.5\"",
                                    "policy.order=first",
                                    "run.seed=1.5",
                                    "run.seed=-1",
                                    "run.seed=9007199254740992",
                                    "workloads[0].preemptible=yes",
                                    "workloads[0].preemptible=true",
                                    "workloads[0].demand=[]",
                                    "installs[3].retire_month=null",
                                    "installs[3].retire_month=[]",
                                    "lending=[]",
                                    "members=[]",
                                    "workloads[0].size.weights=[1, 2, 3, 0]",
                                    "workloads[0].size.weights=[1, 2, 3, 4]",
                                    "patterns[2].hour=[1]",
                                    "accounts=1"}) {
    const std::vector<std::string> settings{setting};
    EXPECT_EQ(valid(schema, load_document(small, settings).doc.root),
              static_cast<bool>(read_scenario(small, settings)))
        << setting;
  }
}

TEST(ScenarioSchema, ReferencePageIsUpToDate) {
  const std::string page = source_dir() + "/docs/reference/scenario.md";
  EXPECT_TRUE(read_text_file(page).value() == scenario_markdown())
      << "run: dure schema --markdown > docs/reference/scenario.md";
}

}  // namespace
}  // namespace dure
