// The API as OpenAPI 3.1, from the table of routes and the described structs of their bodies.
#include <nlohmann/json.hpp>

#include "io/schema_json.h"
#include "live/api/api.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

Json schema(const std::vector<FieldDoc>& fields, const std::string& title) {
  Json j = Json::parse(json_schema(title, fields, false));
  j.erase("$schema");
  return j;
}

Json schema_of(const Parameter& p) {
  if (!p.whole) return {{"type", "string"}};
  return {{"type", "integer"}, {"minimum", p.whole->first}, {"maximum", p.whole->second}};
}

// The refusals that a route may give, by what it asks for; `default` is for the rest.
std::vector<const char*> refusals(const Route& r) {
  std::vector<const char*> out;
  const bool changes = r.method != "GET";
  if (!r.query.empty() || r.body) out.push_back("400");
  if (r.needs != Needs::anybody) out.insert(out.end(), {"401", "403"});
  if (r.path.find('{') != std::string::npos) out.push_back("404");
  if (changes) out.push_back("409");
  if (r.body) out.insert(out.end(), {"413", "415", "422"});
  if (r.needs != Needs::anybody && r.needs != Needs::agent) out.push_back("429");
  out.push_back("503");
  return out;
}

}  // namespace

std::string openapi(const Api& api) {
  Json doc;
  doc["openapi"] = "3.1.0";
  doc["info"] = {
      {"title", "Dure"},
      {"version", api.extras().version},
      {"description",
       "The control plane of the alliance. Errors are problem documents (RFC 9457) with a "
       "stable `code`."}};
  doc["components"]["securitySchemes"]["token"] = {{"type", "http"}, {"scheme", "bearer"}};
  doc["components"]["schemas"]["Problem"] = schema(describe_doc<ProblemView>(), "Problem");
  const Json problem = {
      {"description", "why not"},
      {"content",
       {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
  for (const Route& r : api.routes()) {
    std::string path = r.path;
    Json op;
    op["summary"] = r.summary;
    Json parameters = Json::array();
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
      std::size_t end = path.find('}', at);
      if (path[end - 1] == '*') path.erase(--end, 1);
      parameters.push_back({{"name", path.substr(at + 1, end - at - 1)},
                            {"in", "path"},
                            {"required", true},
                            {"schema", {{"type", "string"}}}});
    }
    for (const Parameter& p : r.query)
      parameters.push_back(
          {{"name", p.name}, {"in", "query"}, {"description", p.help}, {"schema", schema_of(p)}});
    if (r.method == "POST" && r.body && r.path == "/api/v1/jobs")
      parameters.push_back({{"name", "Idempotency-Key"},
                            {"in", "header"},
                            {"description", "the same key and body: the same job"},
                            {"schema", {{"type", "string"}, {"maxLength", 200}}}});
    if (!parameters.empty()) op["parameters"] = parameters;
    if (r.body)
      op["requestBody"]["content"]["application/json"]["schema"] = schema(r.body(), r.summary);
    Json ok = {{"description", r.summary}};
    if (r.answer)
      ok["content"][r.answer_type]["schema"] = schema(r.answer(), r.summary);
    else
      ok["content"][r.answer_type]["schema"] = Json::object();
    op["responses"]["2XX"] = ok;
    for (const char* status : refusals(r)) op["responses"][status] = problem;
    op["responses"]["default"] = problem;
    if (r.needs != Needs::anybody) op["security"] = Json::array({{{"token", Json::array()}}});
    std::string method;
    for (const char c : r.method) method += static_cast<char>(c - 'A' + 'a');
    doc["paths"][path][method] = op;
  }
  return doc.dump();
}

}  // namespace dure
