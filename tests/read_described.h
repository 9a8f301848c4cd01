// Reads a described struct from text, as a scenario is read; `include:` takes paths from the source
// folder. What ships is read in shipped.h.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/faults.h"
#include "io/describe_reader.h"
#include "io/doc_loader.h"
#include "source_dir.h"

namespace dure {

// The document of this text; its `include:` takes paths from the source folder.
inline Loaded load_text(const std::string& text) {
  return load_document("text.yaml", {}, [&](const std::string& path) -> Result<std::string> {
    if (path == "text.yaml") return text;
    return read_text_file(source_dir() + "/" + path);
  });
}

template <Described S>
Outcome<S> read_text(const std::string& text) {
  Loaded loaded = load_text(text);
  Faults faults = std::move(loaded.faults);
  DescribedReader reader(loaded.doc);
  S out;
  if (faults.empty()) reader.read(loaded.doc.root, out);
  faults.insert(faults.end(), reader.faults.begin(), reader.faults.end());
  if (!faults.empty()) return faults;
  return out;
}

template <class T>
T must(Outcome<T> read) {
  if (read) return std::move(read).value();
  for (const Fault& f : read.faults()) ADD_FAILURE() << to_string(f);
  return {};
}

}  // namespace dure
