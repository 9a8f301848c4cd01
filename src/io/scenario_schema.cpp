#include "io/scenario_schema.h"

#include "io/describe_doc.h"
#include "io/schema_json.h"
#include "world/scenario.h"

namespace dure {

std::string scenario_json_schema() {
  return json_schema("Dure scenario", describe_doc<Scenario>(), true);
}

std::string scenario_markdown() {
  return describe_markdown(
      "Scenario files: every key",
      "Written by `dure schema --markdown` from `src/world/scenario.h`; do not edit. How the "
      "pieces go\n"
      "together, with an example: [formats/scenario.md](../formats/scenario.md). For editors:\n"
      "`dure schema > scenario.schema.json`, and as a file's first line\n"
      "`# yaml-language-server: $schema=scenario.schema.json`.\n\n"
      "**Sources.** `source` is the `id` of a row of `sources`, several joined by `+`, or one of "
      "the words\n"
      "`assumption` (chosen by us), `derived` (computed from others here), `recalled` (known, not "
      "looked\n"
      "up).\n\n"
      "Besides the keys below, `include:` at the top of a file names other files.",
      describe_doc<Scenario>());
}

}  // namespace dure
