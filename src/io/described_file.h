// A file that is one described struct: read, checked and placed, or all that is wrong with it. For
// scenarios that are no Scenario, and for constants of models.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "base/describe.h"
#include "base/faults.h"
#include "io/describe_reader.h"
#include "io/doc_loader.h"

namespace dure {

// What is wrong is added to the faults; the document, so that more may be placed in it.
template <Described S>
Loaded read_described(const std::string& path, S& out, Faults& faults,
                      std::span<const std::string> settings = {},
                      const ReadText& read_text = read_text_file) {
  Loaded loaded = load_document(path, settings, read_text);
  faults.insert(faults.end(), loaded.faults.begin(), loaded.faults.end());
  if (loaded.doc.root.kind != DocNode::Kind::map) {
    if (loaded.faults.empty()) faults.push_back({path, "a map of keys", "something else", ""});
    return loaded;
  }
  DescribedReader reader(loaded.doc, loaded.whole);
  reader.read(loaded.doc.root, out);
  faults.insert(faults.end(), reader.faults.begin(), reader.faults.end());
  return loaded;
}

// check(S) gives Faults whose `where` is a path of the file, as --set takes it; they are led by
// file, line and column here. It is asked only of what could be read whole.
template <Described S, class Check>
Outcome<S> read_described_file(const std::string& path, std::span<const std::string> settings,
                               Check check, const ReadText& read_text = read_text_file) {
  S out{};
  Faults faults;
  const Loaded loaded = read_described(path, out, faults, settings, read_text);
  if (!faults.empty()) return faults;
  for (Fault& f : check(out)) {
    f.where = to_string(loaded.doc.files, locate(loaded.doc, f.where)) + ": " + f.where;
    faults.push_back(std::move(f));
  }
  if (!faults.empty()) return faults;
  return out;
}

}  // namespace dure
