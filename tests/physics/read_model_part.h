// One section of a shipped models/*.yaml, read as a scenario's would be.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "io/describe_reader.h"
#include "io/doc_loader.h"
#include "source_dir.h"

namespace dure {

template <class Spec>
Spec read_model_part(const std::string& file, const std::string& section) {
  Spec spec;
  const Loaded loaded = load_document(source_dir() + "/models/" + file, {});
  for (const Fault& f : loaded.faults) ADD_FAILURE() << to_string(f);
  const DocNode* const node = loaded.doc.root.find(section);
  if (node == nullptr) {
    ADD_FAILURE() << file << " has no " << section;
    return spec;
  }
  DescribedReader reader(loaded.doc);
  reader.read(*node, spec);
  for (const Fault& f : reader.faults) ADD_FAILURE() << to_string(f);
  return spec;
}

}  // namespace dure
