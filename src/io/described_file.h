// A file that is one described struct with a check of its own: read, checked and placed, or all
// that is wrong with it. For scenarios that are no Scenario: those of one machine beside the hub.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "base/describe.h"
#include "base/faults.h"
#include "io/describe_reader.h"
#include "io/doc_loader.h"

namespace dure {

// check(S) gives Faults whose `where` is a path of the file, as --set takes it; they are led by
// file, line and column here. It is asked only of what could be read whole.
template <Described S, class Check>
Outcome<S> read_described_file(const std::string& path, std::span<const std::string> settings,
                               Check check, const ReadText& read_text = read_text_file) {
  Loaded loaded = load_document(path, settings, read_text);
  Faults faults = std::move(loaded.faults);
  if (loaded.doc.root.kind != DocNode::Kind::map) return faults;
  S out{};
  DescribedReader reader(loaded.doc, loaded.whole);
  reader.read(loaded.doc.root, out);
  faults.insert(faults.end(), reader.faults.begin(), reader.faults.end());
  if (faults.empty()) {
    for (Fault& f : check(out)) {
      f.where = to_string(loaded.doc.files, locate(loaded.doc, f.where)) + ": " + f.where;
      faults.push_back(std::move(f));
    }
  }
  if (!faults.empty()) return faults;
  return out;
}

}  // namespace dure
