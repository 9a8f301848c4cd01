// The machines behind an SWF log (*.machines.tsv): tab-separated, no header.
// Units: memory in KB a machine; speed relative, 1 is the reference.
// Source: the machine files that come with the CERIT and HPC2N logs (Alea simulator).
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "io/traces/table.h"

namespace dure {

struct MachineRow {
  std::int64_t id = 0;
  std::string name;
  std::int64_t machines = 0, cores_each = 0;
  double speed = 1;
  std::int64_t memory_kb = 0;
  static constexpr TableShape shape{'\t', Header::none};
  static constexpr auto columns() {
    constexpr CellRule count{1, 0, 1'000'000};
    return std::tuple(Column("id", &MachineRow::id), Column("name", &MachineRow::name),
                      Column("machines", &MachineRow::machines, count),
                      Column("cores_each", &MachineRow::cores_each, count),
                      Column("speed", &MachineRow::speed),
                      Column("memory_kb", &MachineRow::memory_kb, natural));
  }
  std::int64_t cores() const { return machines * cores_each; }
  bool operator==(const MachineRow&) const = default;
};

}  // namespace dure
