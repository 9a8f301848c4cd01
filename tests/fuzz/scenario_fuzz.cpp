// Scenario files as anybody might write them. The input is cut at the line "=====": the first part
// is the file, the second, if there is one, what it includes; lines "--set path=value" at the end
// are settings.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "io/scenario_reader.h"
#include "io/yaml_writer.h"

using namespace dure;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> settings;
  for (std::size_t at = text.rfind("\n--set "); at != std::string_view::npos && settings.size() < 4;
       at = text.rfind("\n--set ")) {
    std::string_view setting = text.substr(at + 7);
    settings.emplace_back(setting.substr(0, setting.find('\n')));
    text = text.substr(0, at + 1);
  }
  constexpr std::string_view cut = "\n=====\n";
  const std::size_t at = text.find(cut);
  const std::string_view first = text.substr(0, at);
  const std::string_view second = at == std::string_view::npos ? "" : text.substr(at + cut.size());
  const ReadText read = [&](const std::string& path) -> Result<std::string> {
    if (path == "s.yaml") return std::string(first);
    if (path == "part.yaml") return std::string(second);
    return Fault{path, "a file that can be read", "none", ""};
  };
  Faults warnings;
  const Outcome<Scenario> scenario = read_scenario("s.yaml", settings, &warnings, read);
  if (!scenario) {
    for (const Fault& f : scenario.faults()) CHECK(!f.where.empty() && !f.expected.empty());
    return 0;
  }
  const std::string written = write_yaml(scenario.value());
  const Outcome<Scenario> again = read_scenario(
      "s.yaml", {}, nullptr, [&](const std::string&) -> Result<std::string> { return written; });
  CHECK(again && same(scenario.value(), again.value()));
  return 0;
}
