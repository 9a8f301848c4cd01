// The snapshot of a World: one walk over the members of each class, for the writer and the reader.
// A class whose members are counted here otherwise than it has them does not compile.
// The page, with a worked example: docs/formats/snapshot.md.
// Invariants: 1. load(save(w)) behaves as w does, and saves to the same bytes.
//             2. What is a function of the rest is not in the bytes but worked out: indices, sums,
//                labels. The numbers of seats are neither: nobody sees them.
//             3. Whatever the bytes say, load ends with a Fault or with a world that passes
//                audit(); what it allocates is bounded by the bytes and the limits of Loader.
#include <algorithm>
#include <cstring>
#include <set>

#include "base/crc32.h"
#include "base/hash.h"
#include "world/archive.h"
#include "world/event_fields.h"
#include "world/parts_archive.h"
#include "world/snapshot_io.h"
#include "world/world.h"

namespace dure {
namespace {

constexpr std::string_view kMagic = "dure snapshot 1\n";

constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();  // a Job::runs_at

}  // namespace

// ---- structs that anybody may see

constexpr std::uint64_t last_of(JobState) { return static_cast<std::uint64_t>(JobState::held); }

template <class Io, class T>
void fields(Io& io, T& gain) requires std::is_same_v<std::remove_const_t<T>, Gain> {
  auto& [by, from, to, most_free] = gain;
  walk_all(io, by, from, to, most_free);
  io.must(plain(from) && from < to && bounded(most_free), "a gain of room");
}

// The promise of a job stands with its queue, its place with the pools where it runs.
template <class Io, class T>
void fields_of_job(Io& io, T& job, Millis before) {
  auto& [submit, estimate, start, end, deadline, lane, queued, had, gpus, held, pool, seat, runs_at,
         state, let_go, stopping, more_parts, under_reservation, failed, borrowed, stops] = job;
  worked_out(seat, runs_at);
  sparse(io, Since(submit, [&] { return before; }), lane, gpus, estimate,
         Since(start, [&] { return job.submit; }),
         Since(end, [&] { return Wrapped{job.start} + Wrapped{job.estimate}; }), pool, state,
         Since(queued, [&] { return job.submit; }), Since(held, [&] { return job.gpus; }), deadline,
         borrowed, let_go, stops, had, stopping, more_parts, under_reservation, failed);
  const bool runs = state == JobState::running, ended = state == JobState::ended;
  io.must(plain(submit) && plain(start) && plain(queued) && plain(deadline), "times of a job");
  // GPU time, not GPUs: a gang of 256 has 2^32 GPU-ms within five hours.
  io.must(plain(estimate) && had.count() >= 0 && had.count() <= kLatest, "durations of a job");
  io.must(plain(end) || end.count() == Timeline::kForever, "the end of a job");
  io.must(gpus > 0 && held >= 0, "a size of a job");
  io.must(runs || !(stopping || more_parts || under_reservation), "marks of a job that runs");
  io.must((runs || ended || !let_go) && (ended || !failed), "marks of a job that ran");
}

struct WorldArchive {
  // ---- pools and lanes

  static bool can_be(const PoolOpened& p) {  // as machines.h asks of a pool
    if (p.gpus_per_node == 0) return true;
    const bool racks = p.nodes_per_rack >= 1 && p.nodes_per_rack <= 64;
    if (p.cpu_milli == 0)
      return racks && p.gpus_per_node <= 255 &&
             (p.nodes_per_domain == 1 || p.nodes_per_domain == p.nodes_per_rack);
    if (p.device == Device::cpu) return racks && p.cpu_milli >= 1000;
    const std::int64_t gpus = p.gpus_per_node / units_of_one(p.device);
    return racks && gpus >= 1 && gpus <= kMostNodeGpus;
  }

  template <class Self, class Io>
  static void pool(Self& pool, Io& io, const Counts& counts, Millis now, std::size_t index,
                   PartsArchive::Racks& as_read) {
    auto& [info, machines, lanes, installed, free, lent, stopping, guarantees, guaranteed, timeline,
           dips_until, plans_due, reservations, running, elastic, preemptible, preemptible_borrowed,
           cap] = pool;
    worked_out(reservations, running, elastic, preemptible, preemptible_borrowed, cap);
    walk(io, info);
    io.must(info.pool.index == index && plain(info.reclaim) && can_be(info), "a pool");
    if constexpr (Io::reading) {
      if (!io.ok()) return;
      machines = machines_of(info);
    }
    if (machines) PartsArchive::machines(*machines, io, as_read);
    walk_all(io, lanes, installed, free, lent, stopping, guaranteed, dips_until, plans_due);
    io.must(rises(lanes), "lanes of a pool in order");
    for (const std::int64_t n : {installed, free, lent, stopping, guaranteed, plans_due})
      io.must(bounded(n), "a number of GPUs");
    std::uint64_t n = guarantees.size();
    walk(io, n);
    each(io, guarantees, n, [&](auto& g, std::size_t i) {
      walk_all(io, g.first, g.second);
      io.must(g.second > 0 && bounded(g.second) && g.first != pool.info.owner, "a guarantee");
      for (std::size_t k = 0; k < i; ++k)
        io.must(pool.guarantees[k].first != g.first, "one guarantee a member");
    });
    io.must(guarantees.size() <= counts.members, "one guarantee a member");
    PartsArchive::timeline(timeline, io, now);
  }

  template <class Self, class Io>
  static void lane(Self& l, Io& io, std::size_t index) {
    walk(io, l);
    io.must(l.lane.index == index, "a lane");
    io.must(l.speed_permille.empty() || l.speed_permille.size() == l.pools.size(),
            "speeds of a lane");
    for (const std::uint32_t speed : l.speed_permille) io.must(speed > 0, "the speed of a lane");
    io.must(plain(l.min_run) && plain(l.checkpoint) && plain(l.restart), "durations of a lane");
  }

  template <class Self, class Io>
  static void places(Self& w, Io& io, const Counts& counts,
                     std::vector<PartsArchive::Racks>& as_read) {
    each(io, w.members_, counts.members, [&](auto& name, std::size_t) { walk(io, name); });
    each(io, w.sites_, counts.sites, [&](auto& name, std::size_t) { walk(io, name); });
    std::uint64_t n = w.links_.size();
    walk(io, n);
    each_pair(io, w.links_, n, [&](auto& key, auto& link) {
      walk(io, link);
      key = {link.a, link.b};
      io.must(link.a < link.b, "a link of two sites, the lesser first");
    });
    PartsArchive::accounts(w.accounts_, io, counts, w.now_);
    as_read.resize(counts.pools);
    each(io, w.pools_, counts.pools,
         [&](auto& p, std::size_t i) { pool(p, io, counts, w.now_, i, as_read[i]); });
    each(io, w.lanes_, counts.lanes, [&](auto& l, std::size_t i) { lane(l, io, i); });
    each(io, w.closed_, counts.lanes, [&](auto& why, std::size_t) { walk(io, why); });
    each(io, w.reservations_, counts.reservations, [&](auto& r, std::size_t i) {
      auto& [info, used] = r;
      worked_out(used);
      walk(io, info);
      io.must(info.reservation.index == i && plain(info.from) && info.from < info.to,
              "a reservation");
    });
    each(io, w.plans_, counts.plans, [&](auto& p, std::size_t i) {
      auto& [info, begun, over] = p;
      walk_all(io, info, begun, over);
      io.must(info.plan.index == i && plain(info.from) && info.from < info.to, "a plan");
    });
    if (io.ok()) PartsArchive::law(w.law_, io, counts, w);
  }

  // ---- jobs

  template <class Self, class Io>
  static void jobs(Self& w, Io& io, const Counts& counts) {
    Millis before;
    for (std::uint32_t i = 0; i < counts.jobs && io.ok(); ++i) {
      auto& job = next(io, w.jobs_, i);
      fields_of_job(io, job, before);
      before = job.submit;
      if constexpr (Io::reading) job.runs_at = kNowhere;
    }
    if constexpr (Io::reading)
      if (io.ok()) make_queues(w);
    for (std::uint32_t l = 0; l < counts.lanes && io.ok(); ++l) promises(w, w.queues_[l], io);
  }

  static void make_queues(World& w) {
    w.queues_.resize(w.lanes_.size());
    w.waiting_lanes_.resize(w.lanes_.size());
    w.lane_use_.resize(w.lanes_.size());
    for (const LaneOpened& l : w.lanes_)
      w.lane_accounts_.push_back(l.account.value_or(w.member_accounts_[l.member.index]));
    std::vector<std::vector<std::pair<std::int64_t, std::uint32_t>>> waiting(w.lanes_.size());
    const SharedPages<Job>& jobs = w.jobs_;
    for (std::uint32_t i = 0; i < jobs.size(); ++i) {
      const Job& job = jobs[i];
      ++w.lane_use_[job.lane.index].submitted;
      if (job.state == JobState::running) ++w.running_jobs_;
      if (job.state == JobState::held) ++w.held_jobs_;
      if (job.state == JobState::waiting) waiting[job.lane.index].emplace_back(w.rank(job), i);
    }
    for (std::uint32_t l = 0; l < waiting.size(); ++l) {
      std::sort(waiting[l].begin(), waiting[l].end());
      if (!waiting[l].empty()) w.waiting_lanes_.insert(l);
      for (const auto& [rank, i] : waiting[l]) {
        const Job& job = jobs[i];
        w.queues_[l].push(JobId{i}, Gpus(job.gpus), job.estimate, rank);
        ++w.waiting_jobs_;
        w.lane_use_[l].waiting += job.gpus;
        w.waiting_milli_ += Accounts::milli_gpus(w.device(job.lane), job.gpus);
      }
    }
  }

  template <class W, class Self, class Io>
  static void promises(W& w, Self& queue, Io& io) {
    auto& [jobs, needs, estimates, promised, ranks, head] = queue;
    worked_out(needs, estimates, ranks);
    std::uint64_t n = 0;
    if constexpr (!Io::reading)
      for (std::size_t i = 0; i < queue.size(); ++i)
        n += queue.promised_ms(i) != LaneQueue::kNoPromise;
    walk(io, n);
    for (std::size_t place = head; n > 0 && io.ok(); --n, ++place) {
      if constexpr (Io::reading) {
        const std::uint64_t skip = io.u();
        io.must(skip < jobs.size() - std::min(place, jobs.size()), "the place of a promise");
        if (!io.ok()) return;
        place += skip;
      } else {
        std::size_t skip = 0;
        for (; promised[place] == LaneQueue::kNoPromise; ++place) ++skip;
        io.u(skip);
      }
      walk(io, promised[place]);
      io.must(plain(Millis(promised[place])) && promised[place] != LaneQueue::kNoPromise,
              "a promise");
      if constexpr (Io::reading) {
        ++w.promises_;
        const Job& job = std::as_const(w.jobs_)[jobs[place]];
        io.must(job.pool.index < w.pools_.size(), "the pool of a promise");
      }
    }
  }

  template <class Self, class Io>
  static void ties(Self& w, Io& io) {  // of jobs with others, and with what they use
    const auto is = [&](JobId id, JobState state) {
      return io.ok() && std::as_const(w.jobs_)[id.index].state == state;
    };
    std::uint64_t n = w.more_parts_.size();
    walk(io, n);
    each_pair(io, w.more_parts_, n, [&](auto& job, auto& parts) {
      walk_all(io, job, parts);
      io.must(is(job, JobState::running) && !parts.empty(), "further parts of a job that runs");
      if (!io.ok()) return;
      std::set<PoolId> pools{std::as_const(w.jobs_)[job.index].pool};
      io.must(std::as_const(w.jobs_)[job.index].more_parts, "further parts of a job that has some");
      for (const Part& part : parts) {
        io.must(pools.insert(part.pool).second && part.gpus.count() > 0 &&
                    std::in_range<std::int32_t>(part.gpus.count()),
                "a further part");
        io.must(part.place.empty() == !w.pools_[part.pool.index].machines, "the place of a part");
        if (!io.ok()) return;
      }
    });
    n = w.under_.size();
    walk(io, n);
    each_pair(io, w.under_, n, [&](auto& job, auto& reservation) {
      walk_all(io, job, reservation);
      io.must(is(job, JobState::running) && std::as_const(w.jobs_)[job.index].under_reservation,
              "a job that uses a reservation");
    });
    n = w.blockers_.size();
    walk(io, n);
    each_pair(io, w.blockers_, n, [&](auto& job, auto& count) {
      walk_all(io, job, count);
      io.must(is(job, JobState::held) && count > 0, "a job that waits for others");
    });
    n = w.dependents_.size();
    walk(io, n);
    each_pair(io, w.dependents_, n, [&](auto& first, auto& then) {
      walk_all(io, first, then);
      io.must(first < then, "a job that waits for an earlier one");
    });
    n = w.orphans_.size();
    walk(io, n);
    each(io, w.orphans_, n, [&](auto& job, std::size_t) {
      walk(io, job);
      io.must(is(job, JobState::held), "a job that waits for others");
    });
    if constexpr (Io::reading) {
      if (!io.ok()) return;
      std::size_t parts = 0, under = 0, held = 0;
      for (std::size_t i = 0; i < w.jobs_.size(); ++i) {
        const Job& job = std::as_const(w.jobs_)[i];
        parts += job.more_parts;
        under += job.under_reservation;
        held += job.state == JobState::held;
      }
      io.must(parts == w.more_parts_.size() && under == w.under_.size() &&
                  held == w.blockers_.size() && rises_sorted(w.orphans_),
              "ties of all jobs that have some");
    }
  }
  static bool rises_sorted(std::vector<JobId> list) {  // each once, in any order
    std::sort(list.begin(), list.end());
    return rises(list);
  }

  // ---- what runs, in the order of its pool

  template <class Self, class Io>
  static void runs(Self& w, Io& io, std::uint32_t p) {
    std::uint64_t n = w.pools_[p].running.size();
    walk(io, n);
    for (std::size_t i = 0; i < n && io.ok(); ++i) {
      JobId id;
      if constexpr (!Io::reading) id = w.pools_[p].running[i].job;
      walk(io, id);
      if (!io.ok()) return;
      auto& job = w.jobs_[id.index];
      const bool first = job.pool.index == p;
      if constexpr (Io::reading) {
        io.must(job.state == JobState::running && !job.let_go, "a job that runs");
        if (first) {
          io.must(job.runs_at == kNowhere && job.held > 0, "a job that runs once");
          job.runs_at = static_cast<std::uint32_t>(i);
          if (w.pools_[p].machines) job.seat = w.seat({});
        }
      }
      if (!first || !w.pools_[p].machines || !io.ok()) {
        if constexpr (Io::reading) add_run(w, io, PoolId{p}, id, first);
        continue;
      }
      walk(io, w.seats_[job.seat]);
      if constexpr (Io::reading) add_run(w, io, PoolId{p}, id, first);
    }
  }

  static void add_run(World& w, Loader& io, PoolId p, JobId id, bool first) {
    if (!io.ok()) return;
    const Job& job = std::as_const(w.jobs_)[id.index];
    std::int64_t gpus = job.held;
    if (!first) {
      gpus = 0;
      for (const Part& part : w.more_parts(id))
        if (part.pool == p) gpus = part.gpus.count();
      io.must(gpus > 0, "a part of the job");
    }
    w.pools_[p.index].running.push_back({id, job.lane, job.start, job.end,
                                         static_cast<std::int32_t>(gpus), job.stopping,
                                         job.borrowed, job.more_parts, job.under_reservation});
  }

  // Each part of each running job stands in the list of its pool, once.
  static bool all_run(const World& w) {
    std::set<std::pair<PoolId, JobId>> further;
    std::size_t parts = 0;
    for (const auto& [id, list] : w.more_parts_)
      if (!w.jobs_[id.index].let_go) parts += list.size();
    for (const Pool& pool : w.pools_)
      for (const Run& run : pool.running)
        if (w.jobs_[run.job.index].pool != pool.info.pool &&
            !further.emplace(pool.info.pool, run.job).second)
          return false;
    if (further.size() != parts) return false;
    for (std::size_t i = 0; i < w.jobs_.size(); ++i) {
      const Job& job = w.jobs_[i];
      if (job.state != JobState::running) continue;
      if (job.pool.index >= w.pools_.size() || (!job.let_go && job.runs_at == kNowhere))
        return false;
    }
    return true;
  }

  // ---- what is a function of the rest

  static bool member_accounts(World& w) {
    for (std::uint32_t a = 0; a < w.accounts_.size(); ++a) {
      const Account& account = w.accounts_[AccountId{a}];
      if (account.parent && account.member != w.accounts_[*account.parent].member) return false;
      if (account.parent) continue;
      if (account.member.index != w.member_accounts_.size()) return false;
      w.member_accounts_.push_back(AccountId{a});
    }
    return w.member_accounts_.size() == w.members_.size();
  }

  static bool work_out(World& w, const std::vector<PartsArchive::Racks>& as_read) {
    w.lawful_.resize(w.lanes_.size());
    w.weigh_all();
    w.entitled_.resize(w.members_.size());
    for (const Reservation& r : w.reservations_)
      w.pools_[r.info.pool.index].reservations.push_back(r.info.reservation);
    for (const auto& [job, reservation] : w.under_)
      w.reservations_[reservation.index].used += std::as_const(w.jobs_)[job.index].held;
    for (Pool& pool : w.pools_) {
      const auto device = static_cast<std::size_t>(pool.info.device);
      w.installed_[device] += pool.installed;
      w.entitled_[pool.info.owner.index][device] += pool.installed - pool.guaranteed;
      for (const auto& [member, gpus] : pool.guarantees) w.entitled_[member.index][device] += gpus;
      std::vector<Slice> held;
      for (const Run& run : pool.running) {
        const Job& job = std::as_const(w.jobs_)[run.job.index];
        const LaneOpened& lane = w.lanes_[run.lane.index];
        if (lane.elastic && !job.more_parts) ++pool.elastic;
        w.may_be_stopped(pool.info.pool, job, run.gpus);
        if (lane.site_permille < 1000 && pool.info.device == lane.device) {
          World::LaneUse& use = w.lane_use_[run.lane.index];
          use.held += run.gpus;
          use.by_site.resize(w.sites_.size());
          use.by_site[pool.info.site.index] += run.gpus;
        }
        if (!pool.machines) continue;
        if (job.pool == pool.info.pool) {
          const Placement& place = std::as_const(w.seats_)[job.seat];
          held.insert(held.end(), place.begin(), place.end());
        } else {
          for (const Part& part : w.more_parts(run.job))
            if (part.pool == pool.info.pool)
              held.insert(held.end(), part.place.begin(), part.place.end());
        }
      }
      if (pool.machines && !PartsArchive::fill(*pool.machines, as_read[pool.info.pool.index], held))
        return false;
    }
    return true;
  }

  // ---- energy: the end of the body, and only there where anything of it was ever told

  template <class Self, class Io>
  static void energy(Self& w, Io& io, const Counts& counts) {
    std::uint64_t caps = 0;
    if constexpr (Io::reading) {
      if (!io.ok() || io.done()) return;
    } else {
      for (const Pool& pool : w.pools_) caps += pool.cap.until != Millis();
      if (w.energy_.empty() && w.shift_by_.empty() && caps == 0) return;
    }
    std::uint64_t n = w.energy_.size();
    walk(io, n);
    io.must(n <= counts.sites, "sites whose energy was told");
    each(io, w.energy_, n, [&](auto& e, std::size_t i) {
      walk(io, e);
      io.must(e.site.index == i && plain(e.dear_until), "the energy of a site");
    });
    n = w.shift_by_.size();
    walk(io, n);
    io.must(n <= counts.lanes, "lanes that may be shifted");
    each(io, w.shift_by_, n, [&](auto& by, std::size_t) {
      walk(io, by);
      io.must(plain(by) && by.count() >= 0, "how long a lane may wait");
    });
    walk(io, caps);
    io.must(caps <= counts.pools, "pools under a cap");
    std::uint32_t next = 0;
    for (std::uint64_t i = 0; i < caps && io.ok(); ++i) {
      PoolCapped cap;
      if constexpr (!Io::reading) {
        while (w.pools_[next].cap.until == Millis()) ++next;
        cap = w.pools_[next].cap;
      }
      walk(io, cap);
      if constexpr (Io::reading) {
        io.must(cap.pool.index < counts.pools && cap.pool.index >= next && cap.until != Millis() &&
                    plain(cap.until) && cap.power_permille <= 1000,
                "a cap of a pool");
        for (std::size_t k = 0; k < cap.slowed.size(); ++k)
          io.must(cap.slowed[k].speed_permille > 0 && cap.slowed[k].speed_permille <= 1000 &&
                      (k == 0 || cap.slowed[k - 1].workload < cap.slowed[k].workload),
                  "speeds under a cap");
        if (!io.ok()) return;
        w.pools_[cap.pool.index].cap = cap;
      }
      next = cap.pool.index + 1;
    }
  }

  // ---- all of it

  static Counts counts_of(const World& w) {
    const auto n = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
    Counts c;
    c.members = n(w.members_);
    c.sites = n(w.sites_);
    c.pools = n(w.pools_);
    c.lanes = n(w.lanes_);
    c.accounts = n(w.accounts_);
    c.jobs = n(w.jobs_);
    c.reservations = n(w.reservations_);
    c.plans = n(w.plans_);
    PartsArchive::count(w.law_, c);
    return c;
  }

  template <class Self, class Io>
  static void world(Self& w, Io& io) {
    auto& [now, events, members, sites, links, pools, lanes, lane_use, queues, waiting_lanes, jobs,
           seats, free_seats, waiting_jobs, waiting_milli, running_jobs, promises, held_jobs,
           accounts, member_accounts, lane_accounts, entitled, installed, reservations, plans,
           more_parts, under, blockers, dependents, orphans, gains, ledger, law, lawful, closed,
           energy_told, shift_by] = w;
    // places(), jobs(), ties() and runs() walk what is not here.
    worked_out(lane_use, waiting_lanes, free_seats, waiting_jobs, waiting_milli, running_jobs,
               promises, held_jobs, member_accounts, lane_accounts, entitled, installed, lawful,
               energy_told, shift_by);
    Counts counts = counts_of(w);
    walk(io, counts);
    if constexpr (Io::reading) io.know(counts);
    walk_all(io, now, events);
    io.must(plain(now), "a time");
    if (!io.ok()) return;
    std::vector<PartsArchive::Racks> as_read;
    places(w, io, counts, as_read);
    if constexpr (Io::reading)
      if (io.ok()) io.must(WorldArchive::member_accounts(w), "an account of each member");
    if (io.ok()) WorldArchive::jobs(w, io, counts);
    if (io.ok()) ties(w, io);
    for (std::uint32_t p = 0; p < counts.pools && io.ok(); ++p) runs(w, io, p);
    auto& [before, in_this_pass, ended_at, after_end] = gains;
    walk_all(io, before, in_this_pass, ended_at, after_end);
    io.must(before.size() <= 8 && in_this_pass.size() <= 8, "a short list of gains");
    PartsArchive::ledger(ledger, io, counts, w);
    energy(w, io, counts);
    if constexpr (Io::reading) {
      io.must(io.done() || !io.ok(), "the end");
      if (io.ok()) io.must(all_run(w), "jobs that run where their pools say");
      if (io.ok()) io.must(work_out(w, as_read), "nodes that hold what jobs hold");
    }
  }
};

std::vector<std::byte> World::save() const {
  const auto magic = std::as_bytes(std::span(kMagic.data(), kMagic.size()));
  std::vector<std::byte> out(magic.begin(), magic.end());
  out.reserve(4096 + jobs_.size() * 24);
  Writer writer(out);
  WorldArchive::world(*this, writer);
  for (const std::byte b : le32(crc32(out))) out.push_back(b);
  return out;
}

Result<World> World::load(std::span<const std::byte> bytes, const std::string& where) {
  const std::size_t magic = kMagic.size();
  if (bytes.size() < magic + 4 || std::memcmp(bytes.data(), kMagic.data(), magic) != 0)
    return Fault{where, "a snapshot of dure", "another first line",
                 "of another version, or no snapshot at all"};
  const std::span<const std::byte> summed = bytes.first(bytes.size() - 4);
  if (crc32(summed) != le32(bytes.data() + summed.size()))
    return Fault{where, "a whole snapshot", "a checksum that does not match",
                 "it was cut or altered"};
  World world;
  Loader loader(summed.subspan(magic));
  WorldArchive::world(world, loader);
  if (!loader.ok())
    return Fault{where, loader.expected(),
                 "other bytes at offset " + std::to_string(magic + loader.failed_at()),
                 "the snapshot was altered"};
  if (const char* what = broken(world))
    return Fault{where, "a world whose books agree", std::string("one that breaks: ") + what,
                 "the snapshot was altered"};
  return world;
}

std::string World::digest() const {
  Sha256 hash;
  hash.add(save());
  return hash.hex();
}

}  // namespace dure
