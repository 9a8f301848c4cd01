// A file of constants read into its described struct; what is wrong with it is added to the faults.
#pragma once

#include <string>

#include "base/faults.h"
#include "io/describe_reader.h"
#include "io/doc_loader.h"

namespace dure {

template <Described File>
void read_described(const std::string& path, File& out, Faults& faults) {
  Loaded loaded = load_document(path, {});
  faults.insert(faults.end(), loaded.faults.begin(), loaded.faults.end());
  if (loaded.doc.root.kind != DocNode::Kind::map) return;
  DescribedReader reader(loaded.doc, loaded.whole);
  reader.read(loaded.doc.root, out);
  faults.insert(faults.end(), reader.faults.begin(), reader.faults.end());
}

}  // namespace dure
