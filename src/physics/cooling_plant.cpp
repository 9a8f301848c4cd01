// A kind of cooling with the rows that it names, and what is wrong where it names none.
#include <algorithm>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "physics/cooling.h"

namespace dure {
namespace {

template <class Row>
const Row* row_of(const std::vector<Row>& rows, std::string_view id) {
  const auto it = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.id == id; });
  return it == rows.end() ? nullptr : &*it;
}

template <class Row>
std::string ids_of(const std::vector<Row>& rows) {
  std::string ids;
  for (const Row& r : rows) ids += (ids.empty() ? "" : ", ") + r.id;
  return ids;
}

bool is_called(const CoolingKindSpec& kind, std::string_view word) {
  return kind.id == word ||
         std::find(kind.words.begin(), kind.words.end(), word) != kind.words.end();
}

Result<CoolingPath> find_path(const CoolingModel& m, const std::string& where,
                              const CoolingPathSpec& spec) {
  const auto missing = [&](const char* what, const std::string& id, const std::string& known) {
    return Fault{where, std::string("one of the ") + what + ": " + known, id, ""};
  };
  CoolingPath path;
  path.spec = spec;
  const CoolerSpec* const cooler = row_of(m.coolers, spec.cooler);
  if (cooler == nullptr) return missing("coolers", spec.cooler, ids_of(m.coolers));
  path.cooler = *cooler;
  if (spec.chiller) {
    const ChillerSpec* const chiller = row_of(m.chillers, *spec.chiller);
    if (chiller == nullptr) return missing("chillers", *spec.chiller, ids_of(m.chillers));
    path.chiller = *chiller;
  }
  const ThermalMassSpec* const mass = row_of(m.thermal_masses, spec.mass);
  const ThermalMassSpec* const stopped = row_of(m.thermal_masses, spec.stopped_mass);
  if (mass == nullptr) return missing("thermal_masses", spec.mass, ids_of(m.thermal_masses));
  if (stopped == nullptr)
    return missing("thermal_masses", spec.stopped_mass, ids_of(m.thermal_masses));
  path.mass = *mass;
  path.stopped_mass = *stopped;
  if (spec.supply_most_c < spec.supply_c) {
    return Fault{where, "supply_most_c at or over supply_c", std::to_string(spec.supply_most_c),
                 ""};
  }
  return path;
}

}  // namespace

Result<CoolingPlant> find_plant(const CoolingModel& model, std::string_view word,
                                std::string_view named_at) {
  for (const CoolingKindSpec& kind : model.cooling_kinds) {
    if (!is_called(kind, word)) continue;
    const std::string where = "cooling_kinds[" + kind.id + "]";
    if (!kind.liquid && !kind.air) return Fault{where, "liquid, air or both", "neither", ""};
    CoolingPlant plant;
    plant.liquid_share = kind.liquid_share;
    if (kind.liquid) {
      TRY(path, find_path(model, where + ".liquid", *kind.liquid));
      plant.liquid = std::move(path);
    }
    if (kind.air) {
      TRY(path, find_path(model, where + ".air", *kind.air));
      plant.air = std::move(path);
    }
    return plant;
  }
  std::vector<std::string_view> known;
  for (const CoolingKindSpec& kind : model.cooling_kinds) {
    known.push_back(kind.id);
    known.insert(known.end(), kind.words.begin(), kind.words.end());
  }
  const std::string near(nearest(word, known));
  return Fault{
      std::string(named_at), "one of " + ids_of(model.cooling_kinds), std::string(word),
      near.empty() ? "a kind's `words` say what else it is called" : "did you mean " + near + "?"};
}

}  // namespace dure
