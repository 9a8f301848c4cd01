// The shipped rows of power, read as a scenario reads them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "base/faults.h"
#include "io/describe_reader.h"
#include "io/doc_loader.h"
#include "source_dir.h"
#include "world/power_check.h"
#include "world/power_spec.h"

namespace dure {

struct PowerSourceRow {
  std::string id, title, where;
  template <class = void>
  static constexpr auto describe() {
    using S = PowerSourceRow;
    return std::tuple(Field("id", &S::id, "unique key", required, id_text),
                      Field("title", &S::title, "what it is", required),
                      Field("where", &S::where, "address", required));
  }
};
struct PowerFile {
  std::vector<PowerSourceRow> sources;
  PowerSpec power;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("sources", &PowerFile::sources, "sources", required),
                      Field("power", &PowerFile::power, "power", required));
  }
};

// A file of this text; it may include files of models/.
inline Outcome<PowerFile> read_power_text(const std::string& text) {
  const Loaded loaded =
      load_document("power.yaml", {}, [&](const std::string& path) -> Result<std::string> {
        if (path == "power.yaml") return text;
        return read_text_file(source_dir() + "/" + path);
      });
  if (!loaded.faults.empty()) return loaded.faults;
  PowerFile file;
  DescribedReader reader(loaded.doc);
  reader.read(loaded.doc.root, file);
  if (!reader.faults.empty()) return reader.faults;
  return file;
}

inline PowerSpec must_read_power(const std::string& text) {
  const Outcome<PowerFile> file = read_power_text(text);
  if (file) return file.value().power;
  for (const Fault& f : file.faults()) ADD_FAILURE() << to_string(f);
  return {};
}
inline const PowerSpec& shipped_power() {
  static const PowerSpec spec =
      must_read_power("include: [models/power.yaml, models/frontier.yaml]\n");
  return spec;
}
inline const PowerSpec& part_of_power() {
  static const PowerSpec spec = must_read_power("include: models/power_holdout.yaml\n");
  return spec;
}

template <class Row>
const Row& row_of(const std::vector<Row>& rows, std::string_view id) {
  const auto found = find_row(rows, id, "rows");
  CHECK(static_cast<bool>(found));
  return *found.value();
}

}  // namespace dure
