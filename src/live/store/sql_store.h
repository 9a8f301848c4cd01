// A Store over any Database: what the words of store.h mean, written once.
#pragma once

#include <cstdint>
#include <memory>

#include "live/store/database.h"
#include "live/store/store.h"

namespace dure {

// `schema`: the one that the database has now.
std::unique_ptr<Store> sql_store(std::unique_ptr<Database> database, Access access,
                                 std::int64_t schema);

}  // namespace dure
