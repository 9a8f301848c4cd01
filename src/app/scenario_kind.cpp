#include "app/scenario_kind.h"

#include <utility>

#include "app/serving_input.h"
#include "edge/ran_check.h"
#include "io/describe_doc.h"
#include "io/described_file.h"
#include "io/schema_json.h"
#include "io/yaml_door.h"
#include "quantum/hybrid_check.h"

namespace dure {
namespace {

constexpr const char* kPageIntro =
    "Written by `dure schema NAME --markdown`; do not edit. `source` is the `id` of a row of\n"
    "`sources`, several joined by `+`, or `assumption`, `derived`, `recalled`. `include:` at the\n"
    "top of a file names other files.";

template <class S>
Faults faults_of(const Outcome<S>& read) {
  return read ? Faults{} : read.faults();
}

}  // namespace

std::optional<ScenarioKind> scenario_kind(const std::string& path) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return std::nullopt;
  Faults ignored;
  const std::optional<DocNode> root = parse_yaml(text.value(), {path}, 0, ignored);
  if (!root) return std::nullopt;
  for (const auto& [key, kind] :
       {std::pair{"cells", ScenarioKind::ran}, std::pair{"hybrids", ScenarioKind::hybrid},
        std::pair{"replica", ScenarioKind::service}})
    if (root->find(key) != nullptr) return kind;
  return ScenarioKind::alliance;
}

std::optional<Faults> check_own_kind(const std::string& path,
                                     const std::vector<std::string>& settings) {
  switch (scenario_kind(path).value_or(ScenarioKind::alliance)) {
    case ScenarioKind::alliance: return std::nullopt;
    case ScenarioKind::service: return faults_of(read_service(path, settings));
    case ScenarioKind::ran:
      return faults_of(read_described_file<RanSpec>(path, settings, check_ran));
    case ScenarioKind::hybrid:
      return faults_of(read_described_file<HybridScenarioSpec>(path, settings, check_hybrids));
  }
  CHECK(!"a ScenarioKind");
}

const std::vector<FileFormat>& own_file_formats() {
  static const std::vector<FileFormat> formats{
      {"service",
       [] {
         return describe_markdown("Services by request: every key", kPageIntro,
                                  describe_doc<ServiceFile>());
       },
       [] { return json_schema("Dure service", describe_doc<ServiceFile>(), true); }},
      {"ai-ran",
       [] {
         return describe_markdown("Scenarios of AI-RAN: every key", kPageIntro,
                                  describe_doc<RanSpec>());
       },
       [] { return json_schema("Dure scenario of AI-RAN", describe_doc<RanSpec>(), true); }},
      {"hybrids",
       [] {
         return describe_markdown("Scenarios of hybrid jobs: every key", kPageIntro,
                                  describe_doc<HybridScenarioSpec>());
       },
       [] {
         return json_schema("Dure scenario of hybrid jobs", describe_doc<HybridScenarioSpec>(),
                            true);
       }}};
  return formats;
}

}  // namespace dure
