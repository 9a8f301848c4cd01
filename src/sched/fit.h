// Could this gang start in this pool now? Everything but the reservations of one pass: lending,
// guarantees, what is kept for others, and the shape of the hardware. The pass and explain ask the
// same question here.
#pragma once

#include <optional>

#include "sched/decide.h"

namespace dure {

// Guaranteed: within what the member may count on in the pool. Borrowed: above it, as its owner
// allows, and as long as its owner allows.
enum class Claim : std::uint8_t { guaranteed, borrowed };

// Must whoever asks with a right respect what is held with another, of which member?
bool binds(Right held, MemberId holder, Right asked, MemberId asks);

struct Gang {
  const LaneOpened& lane;
  std::int64_t gpus = 0;  // tried
  std::int64_t asked = 0;
  Millis estimate;  // with `asked` GPUs on hardware of speed 1000
};

struct Fit {
  Reason why_not = Reason::none;  // none: it could start
  Millis end;                     // when its estimate would be over
  std::optional<ReservationId> under;
  Millis after;  // from then on it uses room that is not reserved for it
};

Claim claim(const World& world, PoolId pool, const LaneOpened& lane, std::int64_t gpus);

// May the lane hold so many more, until `end`, by the lender's terms and by how far its work must
// be spread over sites? none, spread_limit, lender_limit or not_reclaimable.
Reason terms(const World& world, const Policy& policy, PoolId pool, const Gang& gang, Millis end);
Reason terms(const World& world, const Policy& policy, PoolId pool, const Gang& gang);

// Of a pool that has less than so many: nodes_out if it had them with every node in service, else
// too_large.
Reason larger_than(const Pool& pool, std::int64_t gpus);

// Once started, can its jobs be stopped in time to give room back within the bound?
bool stoppable_within(const LaneOpened& lane, const Policy& policy, Millis bound);

Millis end_of(const World& world, PoolId pool, const Gang& gang, bool several_sites = false);

// When energy is cheap and clean again where it is not now, if the job may wait for that, by what
// its lane may be shifted and by its own deadline; none: it would not wait. Of one pool; of all
// that its lane may use, the first, and none unless energy is dear at each of them.
std::optional<Millis> better_at(const World& world, JobId job, PoolId pool);
std::optional<Millis> better_at(const World& world, JobId job);

Fit fit(const World& world, const Policy& policy, PoolId pool, const Gang& gang, Millis end);
Fit fit(const World& world, const Policy& policy, PoolId pool, const Gang& gang,
        bool several_sites = false);

}  // namespace dure
