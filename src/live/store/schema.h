// The tables of a store, for both dialects, and how an older schema becomes this one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "live/store/database.h"
#include "live/store/store.h"

namespace dure {

struct SchemaStep {
  std::int64_t to = 0;  // from to - 1
  const char* sql = "";
};
// 1, 2, 3 …; a step that was released is never changed again.
std::span<const SchemaStep> schema_steps();

extern const Table kEntries, kJobs, kUses, kNodes, kChunks;

// Brings the store to the newest of `steps`, all in one transaction; with Access::read_only,
// refuses any other. The number of the schema: dure_store.schema, which every schema has.
Result<Done> open_schema(Database& database, Access access, std::span<const SchemaStep> steps);

// open_store() with other steps: tests hand in later ones.
Result<std::unique_ptr<Store>> open_store_with(const std::string& url, Access access,
                                               std::span<const SchemaStep> steps);

}  // namespace dure
