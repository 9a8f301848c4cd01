// An index of one kind: a SiteId is not a JobId. "None" is std::optional<Id>, never a magic number.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace dure {

template <class Kind>
struct Id {
  std::uint32_t index = 0;
  constexpr auto operator<=>(const Id&) const = default;
};

using JobId = Id<struct JobKind>;
using MemberId = Id<struct MemberKind>;
using SiteId = Id<struct SiteKind>;
using PoolId = Id<struct PoolKind>;  // racks of one hardware class, owner and hall
using LaneId =
    Id<struct LaneKind>;  // work of one member, archetype and size; kept in arrival order
using HardwareId = Id<struct HardwareKind>;
using WorkloadId = Id<struct WorkloadKind>;
using AccountId = Id<struct AccountKind>;  // a member, a project or a user
using PlanId = Id<struct PlanKind>;        // a dated change of capacity that was announced
using ReservationId = Id<struct ReservationKind>;
// Of the law (world/law_book.h).
using HallId = Id<struct HallKind>;
using ClassId = Id<struct ClassKind>;
using RowId = Id<struct RowKind>;
using ArtifactId = Id<struct ArtifactKind>;
using ApprovalId = Id<struct ApprovalKind>;

}  // namespace dure

template <class Kind>
struct std::hash<dure::Id<Kind>> {
  std::size_t operator()(dure::Id<Kind> id) const noexcept { return id.index; }
};
