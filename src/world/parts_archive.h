// The parts of a World in its snapshot: timelines, accounts, the ledger, the law, machines. One
// walk over the members of each class, for the writer and the reader; a class whose members are
// counted here otherwise than it has them does not compile. World itself: world_archive.cpp.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "world/event_fields.h"
#include "world/snapshot_io.h"
#include "world/world.h"

namespace dure {

template <class T>
bool rises(const std::vector<T>& list) {  // as event.h promises of lists of the law
  return std::adjacent_find(list.begin(), list.end(),
                            [](const T& a, const T& b) { return !(a < b); }) == list.end();
}

// Marks what is worked out from the rest.
template <class... T>
void worked_out(const T&...) {}

struct PartsArchive {
  // ---- times, accounts, the ledger

  template <class Self, class Io>
  static void timeline(Self& timeline, Io& io, Millis now) {
    auto& [at, free, head] = timeline;  // what lies before head is forgotten
    std::uint64_t steps = timeline.steps();
    walk(io, steps);
    if constexpr (Io::reading) {
      io.must(steps > 0 && steps <= io.left() / 2, "steps of a timeline");
      if (!io.ok()) return;
      at.assign(steps, 0);
      free.assign(steps, 0);
    }
    Wrapped before{0};
    for (std::size_t i = head; i < at.size() && io.ok(); ++i) {
      walk_since(io, at[i], before);
      before = Wrapped{at[i]};
      walk(io, free[i]);
      io.must(bounded(free[i]), "a number of GPUs");
      io.must(i == head || (at[i - 1] < at[i] && free[i - 1] != free[i]), "steps that differ");
    }
    io.must(at[head] <= now.count(), "a timeline that begins by now");
  }

  template <class Self, class Io>
  static void account(Self& account, Io& io, std::size_t index, Millis now) {
    auto& [parent, member, name, weight_milli, limit, waiting, uses] = account;
    walk_all(io, parent, member, name, weight_milli, limit, waiting);
    io.must(!parent || parent->index < index, "an earlier account as parent");
    io.must(bounded(limit) && bounded(waiting), "a limit of an account");
    for (auto& use : uses) {
      auto& [held, mean_micro, since] = use;
      sparse(io, held, mean_micro, since);
      io.must(held >= 0 && bounded(held) && plain(since) && since <= now, "a use of an account");
      io.must(mean_micro >= 0 && mean_micro <= kMost * 1'000'000, "a mean of an account");
    }
  }

  template <class Self, class Io>
  static void accounts(Self& accounts, Io& io, const Counts& counts, Millis now) {
    auto& [list, fading] = accounts;
    auto& [half_life, table] = fading;
    worked_out(table);
    walk(io, half_life);
    io.must(half_life > 0, "a half-life");
    if constexpr (Io::reading) {
      if (!io.ok()) return;
      fading = Fading(Millis(half_life));
    }
    each(io, list, counts.accounts, [&](auto& a, std::size_t i) { account(a, io, i, now); });
  }

  template <class Self, class Io>
  static void ledger(Self& ledger, Io& io, const Counts& counts, const World& world) {
    const Millis now = world.now();
    auto& [lines, owners, balances, entries] = ledger;
    worked_out(owners);  // PoolOpened says it
    if constexpr (Io::reading)
      for (std::uint32_t p = 0; p < world.pools(); ++p)
        owners.push_back(world.pool(PoolId{p}).info.owner);
    __int128 sum = 0;
    each(io, balances, counts.members, [&](auto& b, std::size_t) {
      walk(io, b);
      sum += b.count();
    });
    io.must(sum == 0, "balances that sum to zero");
    walk(io, entries);
    each(io, lines, counts.pools, [&](auto& pool, std::size_t) {
      each(io, pool, counts.members, [&](auto& line, std::size_t) {
        auto& [gpus, gpu_ms, since] = line;
        sparse(io, gpus, gpu_ms, since);
        io.must(gpus >= 0 && bounded(gpus) && gpu_ms >= 0, "a use in the ledger");
        io.must(plain(since) && since <= now, "a time of the ledger");
        std::int64_t more = 0;
        io.must(!__builtin_mul_overflow(gpus, now.count() - since.count(), &more) &&
                    !__builtin_add_overflow(more, gpu_ms, &more),
                "a use that can be reckoned");
      });
    });
  }

  // ---- the law

  template <class Self, class Io>
  static void law(Self& law, Io& io, const Counts& counts, const World& world) {
    auto& [sites, classes, rows, halls, pools, artifacts, lanes, grants] = law;
    if constexpr (Io::reading) {
      sites = world.sites();
      for (std::uint32_t p = 0; p < world.pools(); ++p)
        pools.push_back({world.pool(PoolId{p}).info.owner, std::nullopt});
      for (std::uint32_t l = 0; l < world.lanes(); ++l)
        lanes.push_back({world.lane(LaneId{l}).member, world.lane(LaneId{l}).workload, std::nullopt,
                         std::nullopt});
    }
    each(io, classes, counts.classes, [&](auto& c, std::size_t i) {
      walk(io, c);
      io.must(c.data_class.index == i && rises(c.jurisdictions) && rises(c.certifications) &&
                  c.may_leave_member_sites <= 1 && c.may_leave_locked_sites <= 1 &&
                  days(c.lead_days),
              "a data class");
    });
    each(io, rows, counts.rows, [&](auto& r, std::size_t i) {
      walk(io, r);
      io.must(r.row.index == i && rises(r.classes) && days(r.lead_days), "a row of the policy");
    });
    each(io, halls, counts.halls, [&](auto& h, std::size_t i) {
      walk(io, h);
      io.must(h.hall.index == i && rises(h.certifications), "a hall");
    });
    each(io, artifacts, counts.artifacts, [&](auto& a, std::size_t i) {
      auto& [told, lowered, label] = a;
      worked_out(label);
      walk_all(io, told, lowered);
      io.must(told.artifact.index == i && !told.classes.empty(), "an artifact");
      for (const ArtifactId from : told.made_of) io.must(from.index < i, "an earlier artifact");
    });
    if (!io.ok()) return;
    for (auto& p : pools) {
      auto& [owner, hall] = p;
      worked_out(owner);
      walk(io, hall);
    }
    for (auto& l : lanes) {
      auto& [member, workload, told, label] = l;
      worked_out(member, workload, label);
      walk(io, told);
      io.must(!told || told->lane.index == static_cast<std::size_t>(&l - lanes.data()),
              "the label of a lane");
    }
    std::uint64_t n = grants.size();
    walk(io, n);
    each(io, grants, n, [&](auto& g, std::size_t) {
      auto& [told, at] = g;
      walk_all(io, told, at);
      io.must(plain(at) && plain(told.requested) && told.requested <= at, "a grant");
    });
    if constexpr (Io::reading) {
      if (!io.ok()) return;
      for (auto& a : artifacts)
        a.label = law.label_of_artifact(a);  // in order: made of earlier ones
      for (auto& l : lanes)
        if (l.told) l.label = law.label_of_lane(l);
    }
  }

  static void count(const LawBook& law, Counts& counts) {
    const auto n = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
    counts.classes = n(law.classes_);
    counts.rows = n(law.rows_);
    counts.halls = n(law.halls_);
    counts.artifacts = n(law.artifacts_);
  }

  // ---- machines: which nodes there are. What jobs hold of them is told with the jobs.

  struct Racks {  // of a pool, as read: for fill()
    std::vector<std::uint64_t> exists, draining, drained;
    std::uint64_t nodes = 0, owed = 0;
    std::vector<std::uint8_t> states;  // of shared nodes
  };

  template <class Self, class Io>
  static void racks(Self& index, Io& io, Racks& as_read) {
    auto& [gpus_per_node, nodes_per_rack, nodes_per_domain, racks_per_leaf, racks, node_free,
           leaf_whole, racks_by_whole, nodes_by_free, draining_held, installed, free, free_nodes,
           nodes, owed_nodes, draining_gpus, whole_racks] = index;
    worked_out(gpus_per_node, nodes_per_domain, racks_per_leaf, node_free, leaf_whole,
               racks_by_whole, nodes_by_free, draining_held, installed, free, free_nodes,
               draining_gpus, whole_racks);
    std::uint64_t all = static_cast<std::uint64_t>(nodes),
                  owed = static_cast<std::uint64_t>(owed_nodes);
    walk_all(io, all, owed);
    io.must(owed <= all, "nodes to be retired");
    if constexpr (Io::reading) {
      io.some_nodes(all);
      as_read.nodes = all;
      as_read.owed = owed;
    }
    for (std::uint64_t left = all, r = 0; left > 0 && io.ok(); ++r) {
      const std::uint64_t here = std::min<std::uint64_t>(left, nodes_per_rack);
      const std::uint64_t full = ~std::uint64_t{0} >> (64 - here);
      left -= here;
      std::uint64_t missing = 0, draining = 0, drained = 0;
      if constexpr (!Io::reading) {
        missing = full & ~racks[r].exists;
        draining = racks[r].draining;
        drained = racks[r].drained;
      }
      sparse(io, missing, draining, drained);
      io.must((missing & ~full) == 0 && (draining & ~(full & ~missing)) == 0 &&
                  (drained & ~missing) == 0,
              "nodes of a rack");
      if constexpr (Io::reading) {
        as_read.exists.push_back(full & ~missing);
        as_read.draining.push_back(draining);
        as_read.drained.push_back(drained);
      }
    }
  }

  template <class Self, class Io>
  static void shared(Self& nodes_of, Io& io, Racks& as_read) {
    auto& [full, nodes_per_rack, node_units, nodes, states, buckets, installed, free, owed_nodes,
           draining_units] = nodes_of;
    worked_out(full, nodes_per_rack, node_units, buckets, installed, free, draining_units);
    std::uint64_t all = nodes.size(), owed = static_cast<std::uint64_t>(owed_nodes);
    walk_all(io, all, owed);
    io.must(owed <= all, "nodes to be retired");
    if constexpr (Io::reading) {
      io.some_nodes(all);
      as_read.nodes = all;
      as_read.owed = owed;
    }
    for (std::size_t n = 0; n < all && io.ok(); ++n) {
      std::uint8_t state = 0;
      if constexpr (!Io::reading) state = static_cast<std::uint8_t>(states[n]);
      walk(io, state);
      io.must(state <= static_cast<std::uint8_t>(SharedNodes::State::gone), "the state of a node");
      if constexpr (Io::reading) as_read.states.push_back(state);
    }
  }

  template <class Self, class Io>
  static void machines(Self& machines, Io& io, Racks& as_read) {
    auto& [kind] = machines;
    if (auto* index = std::get_if<CapacityIndex>(&kind)) racks(*index, io, as_read);
    if (auto* nodes = std::get_if<SharedNodes>(&kind)) shared(*nodes, io, as_read);
  }

  // From nothing installed to what was read, with what the jobs hold taken; false: it cannot be.
  static bool fill(CapacityIndex& m, const Racks& racks, const std::vector<Slice>& held) {
    for (BitTree& b : m.racks_by_whole_) b.resize(racks.exists.size());
    for (BitTree& b : m.nodes_by_free_) b.resize(racks.exists.size() * m.nodes_per_rack_);
    m.install(static_cast<std::int64_t>(racks.nodes) * m.gpus_per_node_);
    for (const Slice& s : held) {
      if (s.rack >= racks.exists.size() || s.nodes == 0 || s.gpus_per_node == 0) return false;
      if ((s.nodes & ~racks.exists[s.rack]) != 0 || !m.can_take({s})) return false;
      m.take({s});
    }
    for (std::uint32_t r = 0; r < racks.exists.size(); ++r) {
      m.drain(r, racks.draining[r] | racks.drained[r]);
      if (m.racks_[r].draining != racks.draining[r] || m.racks_[r].drained != racks.drained[r])
        return false;
      for (std::uint64_t gone = m.racks_[r].exists & ~racks.exists[r]; gone != 0;
           gone &= gone - 1) {
        ++m.owed_nodes_;
        m.close_node(r, static_cast<std::uint32_t>(std::countr_zero(gone)));
      }
    }
    m.owed_nodes_ = static_cast<std::int64_t>(racks.owed);
    return true;
  }
  static bool fill(SharedNodes& m, const Racks& racks, const std::vector<Slice>& held) {
    m.install(static_cast<std::int64_t>(racks.nodes) * m.node_units_);
    using State = SharedNodes::State;
    const auto is = [&](std::size_t n, State s) {
      return static_cast<State>(racks.states[n]) == s;
    };
    for (const Slice& s : held) {
      if (s.rack >= racks.nodes || !m.can_take({s}) || s.nodes == 0 || s.gpus_per_node == 0)
        return false;
      const bool cores = m.full_.gpus == 0;
      if (s.gpus_per_node > (cores ? m.node_units_ : kWholeGpu)) return false;
      if (cores && (s.nodes != 1 || s.cpu_milli != s.gpus_per_node * 1000)) return false;
      if (!is(s.rack, State::open) && !is(s.rack, State::draining)) return false;
      m.take({s});
    }
    for (std::size_t n = 0; n < racks.nodes; ++n) {
      if (is(n, State::draining) || is(n, State::drained))
        m.drain(static_cast<std::uint32_t>(n / m.nodes_per_rack_),
                std::uint64_t{1} << (n % m.nodes_per_rack_));
      if (is(n, State::gone)) {
        ++m.owed_nodes_;
        m.close(n);
      }
      if (!is(n, m.states_[n])) return false;
    }
    m.owed_nodes_ = static_cast<std::int64_t>(racks.owed);
    return true;
  }
  static bool fill(Machines& m, const Racks& racks, const std::vector<Slice>& held) {
    return m.each([&](auto& kind) { return fill(kind, racks, held); });
  }
};

}  // namespace dure
