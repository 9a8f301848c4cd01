// Audits a hub's store by reading it and nothing else, also while a hub runs on it: is the record
// whole, did every placement keep the law, do the books sum to nothing, do attempts follow one
// another, do the tables for people say what the record says?
//
// Law and attempts are checked from the entries alone, by code that shares nothing with the hub's;
// the rest by making the world again. Which can end this process where a record was forged (a
// CHECK of World fails), so that part can run in a child of its own.
// Invariants: 1. Tables and record are compared as of the same entry, whatever is written
// meanwhile.
//             2. Nothing is written.
// Of a truncated record only what is left can be checked: it begins with its snapshot, and its
// placements are checked by the world's own law book.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/describe.h"
#include "live/store/store.h"
#include "world/sovereignty_audit.h"

namespace dure {

struct AuditCheck {
  std::string name, what;
  std::int64_t counted = 0, violations = 0;
  std::vector<std::string> first;  // the first kFirst violations, for people
  static constexpr std::size_t kFirst = 20;
  void found(std::string text) {
    if (violations++ < static_cast<std::int64_t>(kFirst)) first.push_back(std::move(text));
  }
  template <class S = AuditCheck>
  static constexpr auto describe() {
    return Fields(Field("name", &S::name, "of the check"),
                  Field("what", &S::what, "that it counts", free_text),
                  Field("counted", &S::counted, "looked at", range(0, 9e15)),
                  Field("violations", &S::violations, "found", range(0, 9e15)),
                  Field("first", &S::first, "of them", free_text));
  }
};

struct StoreAudit {
  std::string store;
  std::uint64_t first_entry = 1, last_entry = 0;  // that were read; first > 1: it was truncated
  std::vector<AuditCheck> checks;
  SovereigntyAudit::Figures law;
  std::uint64_t events = 0, jobs = 0, ledger_entries = 0;
  std::int64_t ledger_sum_gpu_ms = 0;
  std::string world_sha256;  // "": no world takes this record
  bool clean() const {
    for (const AuditCheck& c : checks)
      if (c.violations > 0) return false;
    return true;
  }
};

enum class Replay { here, in_child };  // a process with threads must not have children
using OpenStore = std::function<Result<std::unique_ptr<Store>>()>;
// A Fault: it cannot be read, or is no store.
Result<StoreAudit> audit_store(const OpenStore& open, Replay replay);

}  // namespace dure
