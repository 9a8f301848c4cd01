// The door to the database that holds a hub's record. The record is the truth; the other tables are
// projections of it, for people and their tools, and can be rebuilt from it.
//
// Invariants: 1. append() is one transaction: all of it is durable when it returns Done, or none of
//                it is there. A Fault of it leaves the store as it was, unless the connection broke
//                while it committed; the hub then reads the store again (last()).
//             2. Entries are numbered 1, 2, 3 … without gaps; truncation takes a prefix away.
//             3. Only the holder of the newest epoch can append: an older one gets kFenced.
//             4. The schema has a number; opening migrates from any older one, in a transaction,
//                and refuses a newer one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dure {

struct Entry {
  std::uint64_t number = 0;
  std::int64_t at_ms = 0;  // since the epoch of Unix
  enum Kind : std::int16_t { world = 1, live = 2 };
  Kind kind = world;
  std::string bytes;
};

// Projections: rows by their key; the last one wins.
struct JobRow {
  std::int64_t job = 0;
  std::string name, member, account, user, state, reason, site, nodes;
  std::int64_t gpus = 0, submitted_ms = 0, started_ms = 0, ended_ms = 0;  // 0: not yet
  std::int64_t attempts = 0, exit_code = 0;
};
struct UseRow {  // of one month: GPU time of `owner`'s machines in `pool` used by `member`
  std::string month, pool, owner, member;  // month: 2026-11, KST
  std::int64_t gpu_ms = 0;
};
struct NodeRow {
  std::string site, node, pool, state, reason;
  std::int64_t gpus = 0;
};

struct Batch {
  std::span<const Entry> entries;
  std::span<const JobRow> jobs;
  std::span<const UseRow> uses;
  std::span<const NodeRow> nodes;
};

struct Snapshot {
  std::uint64_t number = 0;  // of the last entry in it
  std::string bytes;
};

inline constexpr std::string_view kFenced = "fenced";         // Fault::found, invariant 3
inline constexpr std::string_view kStoreFull = "store_full";  // no room on the disk
inline constexpr std::string_view kReadOnly = "store_readonly";
inline constexpr std::string_view kStoreDown = "store_down";  // no connection, or any other

class Store {
 public:
  virtual ~Store() = default;
  virtual std::string name() const = 0;  // "sqlite 3.40.1 PATH": no secrets

  // The lease: takes it, or extends it, if it is free, ours or over. Result: our epoch; it rises by
  // one whenever another holder, or the same after a restart, takes it. none: somebody else leads.
  virtual Result<std::optional<std::int64_t>> lead(const std::string& holder, std::int64_t now_ms,
                                                   std::int64_t for_ms) = 0;
  virtual Result<Done> release_lead() = 0;

  virtual Result<Done> append(const Batch& batch) = 0;
  virtual Result<std::uint64_t> last() = 0;   // number of the last entry; 0: none
  virtual Result<std::uint64_t> first() = 0;  // of the first that is still here; last() + 1: none
  // Entries above `after`, in order, until take() returns false; take() does not call this store.
  virtual Result<Done> read(std::uint64_t after, const std::function<bool(const Entry&)>& take) = 0;

  virtual Result<Done> save(const Snapshot& snapshot) = 0;  // replaces older ones
  virtual Result<std::optional<Snapshot>> newest() = 0;
  virtual Result<Done> truncate(std::uint64_t up_to) = 0;  // entries <= up_to, all in a snapshot

  // Rows of the tables beside the record, by their keys; and as of which entry: one picture,
  // whatever is written meanwhile.
  virtual Result<std::uint64_t> read_jobs(const std::function<void(const JobRow&)>& take);
  virtual Result<std::uint64_t> read_nodes(const std::function<void(const NodeRow&)>& take);
  virtual Result<Done> clear_projections() = 0;  // before they are rebuilt
  // Can it take a write? (It writes one, and takes it back.)
  virtual Result<Done> probe() = 0;
};

// url: sqlite:PATH, or postgresql://… as libpq takes it.
Result<std::unique_ptr<Store>> open_store(const std::string& url);
// Of a store that is there, whether a hub runs on it or not. It is not changed: no lease, no
// migration; whatever writes gets kReadOnly.
Result<std::unique_ptr<Store>> open_store_read_only(const std::string& url);

}  // namespace dure
