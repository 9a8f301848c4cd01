#include "io/schema_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/decimal.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

Json object(const std::vector<FieldDoc>& fields);

// 5000 and not 5000.0
Json number(double x) {
  if (std::abs(x) <= 9007199254740992.0 && x == std::floor(x)) return static_cast<std::int64_t>(x);
  return x;
}

Json default_value(const FieldDoc& f) {
  if (f.list) return Json::array();
  switch (f.kind) {
    case ValueKind::boolean: return f.default_text == "true";
    case ValueKind::whole:
    case ValueKind::quantity:
    case ValueKind::real: return number(real_number(f.default_text).value());
    default: break;
  }
  // Text that YAML would read as something else stands in quotes.
  return f.default_text.starts_with('"') ? Json::parse(f.default_text) : Json(f.default_text);
}

Json one(const FieldDoc& f) {
  const FieldInfo& info = f.info;
  Json j;
  switch (f.kind) {
    case ValueKind::map: return object(f.fields);
    case ValueKind::boolean: j["type"] = "boolean"; break;
    case ValueKind::whole: j["type"] = "integer"; break;
    case ValueKind::quantity: j["type"] = info.scale == 1 ? "integer" : "number"; break;
    case ValueKind::real: j["type"] = "number"; break;
    case ValueKind::date:
      j["type"] = "string";
      j["pattern"] = "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$";
      break;
    case ValueKind::choice:
      j["type"] = "string";
      for (const ChoiceDoc& c : f.choices) j["enum"].push_back(c.name);
      break;
    case ValueKind::text:
      j["type"] = "string";
      if (info.id_text)
        j["pattern"] = info.dashes ? "^[a-z0-9_-]+$" : "^[a-z0-9_]+$";
      else if (!f.list && (info.not_empty || !info.refers_to.empty()))
        j["minLength"] = 1;
      break;
  }
  if (info.ranged) {
    j[info.above_least ? "exclusiveMinimum" : "minimum"] = number(info.least);
    j["maximum"] = number(info.most);
  }
  return j;
}

Json field(const FieldDoc& f) {
  Json j;
  if (f.list) {
    j["type"] = "array";
    j["items"] = one(f);
    const std::size_t fewest = f.info.fewest != 0 ? f.info.fewest : (f.info.not_empty ? 1 : 0);
    if (fewest != 0) j["minItems"] = fewest;
    if (f.info.fewest != 0) j["maxItems"] = f.info.longest;
  } else {
    j = one(f);
    if (f.optional) j["type"] = Json::array({j["type"], "null"});
  }
  std::string help(f.info.help);
  const std::string limits = limits_text(f);
  if (!f.info.refers_to.empty() || f.info.source_text) help += " (" + limits + ")";
  for (std::size_t i = 0; i < f.choices.size(); ++i)
    help += (i == 0 ? ". " : "; ") + std::string(f.choices[i].name) + ": " +
            std::string(f.choices[i].help);
  j["description"] = help;
  if (!f.default_text.empty()) j["default"] = default_value(f);
  return j;
}

Json required_keys(const std::vector<FieldDoc>& fields) {
  Json keys = Json::array();
  for (const FieldDoc& f : fields) {
    if (f.info.required) keys.push_back(f.info.name);
  }
  return keys;
}

Json object(const std::vector<FieldDoc>& fields) {
  Json j;
  j["type"] = "object";
  j["additionalProperties"] = false;
  if (Json keys = required_keys(fields); !keys.empty()) j["required"] = std::move(keys);
  for (const FieldDoc& f : fields) j["properties"][std::string(f.info.name)] = field(f);
  return j;
}

}  // namespace

std::string json_schema(std::string_view title, const std::vector<FieldDoc>& fields,
                        bool with_include) {
  Json j;
  j["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  j["title"] = title;
  j.update(object(fields));
  if (with_include) {
    Json path = {{"type", "string"}, {"minLength", 1}};
    j["properties"]["include"] = {
        {"description", "other files of this scenario, by paths relative to this one"},
        {"oneOf", Json::array({path, {{"type", "array"}, {"items", path}}})}};
    j["if"] = {{"required", Json::array({"id"})},
               {"not", {{"required", Json::array({"include"})}}}};
    j["then"] = {{"required", required_keys(fields)}};
    j.erase("required");
  }
  return j.dump(2) + "\n";
}

}  // namespace dure
