#include "app/live_replay.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/command.h"
#include "base/calendar.h"
#include "live/hub.h"
#include "live/store/store.h"

namespace dure {

int replay_live_record(const std::string& url, bool json) {
  const double before = cpu_seconds();
  TRY_OR_COMPLAIN(store, open_store_read_only(url));
  TRY_OR_COMPLAIN(first, store->first());
  // A record that was truncated begins with its snapshot.
  TRY_OR_COMPLAIN(state, restore(*store, first == 1 ? From::first_entry : From::snapshot));
  const World& w = state->world;
  const double cpu = cpu_seconds() - before;
  if (json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"store", store->name()},
                                              {"entries", state->last},
                                              {"read_one_by_one", state->entries},
                                              {"from_snapshot_of", state->snapshot},
                                              {"events", w.events()},
                                              {"jobs", w.jobs()},
                                              {"world_time", iso_kst(w.now())},
                                              {"world_sha256", w.digest()},
                                              {"cpu_s", cpu}}
                           .dump());
    return kDone;
  }
  fmt::print("{} entries, {} events, {} jobs, until {}\nworld {}\n", state->last, w.events(),
             w.jobs(), iso_kst(w.now()), w.digest());
  return kDone;
}

}  // namespace dure
