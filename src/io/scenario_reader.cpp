#include "io/scenario_reader.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "io/describe_reader.h"
#include "io/yaml_writer.h"
#include "world/scenario_check.h"

namespace dure {
namespace {

// A finding about what was not read in the first place says nothing new.
bool follows_from(const std::string& path, const std::vector<std::string>& faulted) {
  return std::any_of(faulted.begin(), faulted.end(), [&](const std::string& f) {
    return path.starts_with(f) || f.starts_with(path);
  });
}

// Where an id, a row or a whole list of them is lost, all that refers to it would look wrong.
bool id_missing(const std::vector<std::string>& faulted, const DocNode& root) {
  std::vector<std::string_view> known;
  each_field<Scenario>([&](const auto& f) { known.push_back(f.name); });
  return std::any_of(faulted.begin(), faulted.end(), [&](const std::string& f) {
    if (f.ends_with(".id")) return true;
    if (f.find('.') != std::string::npos) return false;
    if (f.ends_with(']')) return true;
    // A mistyped key of the top may be the one list that may be left out; others are missed by
    // name.
    return std::find(known.begin(), known.end(), f) != known.end() ||
           root.find("sources") == nullptr;
  });
}

Fault to_fault(const Document& doc, const Finding& f) {
  return {to_string(doc.files, locate(doc, f.path)) + ": " + f.path, f.expected, f.found, f.hint};
}

}  // namespace

Outcome<PlacedScenario> read_placed_scenario(const std::string& path,
                                             std::span<const std::string> settings,
                                             Faults* warnings, const ReadText& read_text) {
  Loaded loaded = load_document(path, settings, read_text);
  Faults faults = std::move(loaded.faults);
  if (loaded.doc.root.kind != DocNode::Kind::map) return faults;  // nothing could be read
  Scenario scenario;
  DescribedReader reader(loaded.doc, loaded.whole);
  reader.read(loaded.doc.root, scenario);
  faults.insert(faults.end(), reader.faults.begin(), reader.faults.end());
  if (loaded.whole && !id_missing(reader.faulted, loaded.doc.root)) {
    const Findings findings = check_references(scenario);
    for (const Finding& f : findings.faults) {
      if (!follows_from(f.path, reader.faulted)) faults.push_back(to_fault(loaded.doc, f));
    }
    if (warnings != nullptr) {
      for (const Finding& f : findings.warnings) warnings->push_back(to_fault(loaded.doc, f));
    }
  }
  if (!faults.empty()) return faults;
  return PlacedScenario{std::move(scenario), std::move(loaded.doc)};
}

Outcome<Scenario> read_scenario(const std::string& path, std::span<const std::string> settings,
                                Faults* warnings, const ReadText& read_text) {
  Outcome<PlacedScenario> read = read_placed_scenario(path, settings, warnings, read_text);
  if (!read) return read.faults();
  return std::move(read.value().scenario);
}

Fault placed(const Document& doc, Fault fault) {
  const std::string key = fault.where.substr(0, fault.where.find_first_of(".[: "));
  bool known = false;
  each_field<Scenario>([&](const auto& f) { known = known || f.name == key; });
  if (known) fault.where = to_string(doc.files, locate(doc, fault.where)) + ": " + fault.where;
  return fault;
}

std::string scenario_sha256(const Scenario& scenario) {
  const std::string text = write_yaml(scenario);
  Sha256 hash;
  hash.add(std::as_bytes(std::span(text)));
  return hash.hex();
}

}  // namespace dure
