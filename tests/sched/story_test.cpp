// Stories: a tiny world, timed facts, and the wishes and waits that decide() must answer with, as
// text. UPDATE_STORIES=1 writes what was found into the files; the diff is what is reviewed.
//
//   # What the story is about. Blank lines and # lines are kept.
//   members: sk naver                          (default: all)
//   pool: ulsan 8 gpu                          a counted pool, owned by the first member
//   pool: busan 16 gpu  node 4  rack 2  domain 2  owner naver  lends 50%
//   lane: train  member naver  pools busan ulsan  spread one_domain  priority 9     (default: any,
//   all pools) order: priority                            (default: arrival) backfill: easy
//   (default: none)
//
//   pool:    ... site NAME, device qpu | shared | cpu, reclaim TIME, leaf N (racks), over N
//   (times);
//            of a shared node cores N, memory N (MiB)
//   account: NAME of PARENT  weight N  limit N            (PARENT: a member or an account)
//   guarantee: POOL MEMBER N
//   link: SITE SITE N TIME                                (Gbit/s and round trip; after the pools)
//   lane:    ... account NAME, tier NAME, within deadline, preemptible yes, min_run TIME,
//   checkpoint
//            TIME, restart TIME, least N, most N, elastic yes, sites N, beside POOL, units N,
//            device NAME, size N (of each job), cores N, memory N, fabric N%, at_one_site N%, gbit
//            N, rtt TIME
//   order: fair; preempt: yes; grace: TIME; patience: TIME; half_life: TIME; history: N%
//
//   0s   j1 submitted 8 gpu for 60s            =>  start j1 at ulsan
//   1s   j2 submitted 4 gpu for 5s lane train; j1 ended
//                                              =>  j2 waits: no_room
//
// A line is one instant: its facts, then one pass. Facts: JOB submitted N gpu for TIME [lane NAME]
// [deadline TIME] [after JOB], JOB adopted N gpu at POOL for TIME [lane NAME] (a counted pool), JOB
// ended, JOB failed, JOB cancelled, JOB limit, JOB stopped TIME (that is left), POOL added N gpu
// [plan N], POOL retired N gpu [plan N], POOL planned N gpu TIME TIME, POOL reserved N gpu TIME
// TIME MEMBER, POOL unreserved N (the number of the reservation, from 0), POOL drained RACK NODE,
// POOL resumed RACK NODE, woken. Answers, in the order in which decide() gives them and separated
// by ", ": start JOB at POOL (in a pool of racks with the place, as r0[0-1] or, for a part of a
// node, r0[2]/3), promise JOB at POOL from TIME, refuse JOB: REASON, stop JOB for JOB by TIME,
// resize JOB to N, JOB waits: REASON, nothing. "wake TIME" says when decide() wants to be woken; a
// story may not sleep through it.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "sched/decide.h"
#include "source_dir.h"

namespace dure {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

std::string trimmed(const std::string& s) {
  const auto from = s.find_first_not_of(" \t"), to = s.find_last_not_of(" \t");
  return from == std::string::npos ? "" : s.substr(from, to - from + 1);
}

std::string time_of(Millis t) {
  const std::int64_t ms = t.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + "s" : std::to_string(ms) + "ms";
}

struct Answers final : Listener {
  explicit Answers(World& w) : world(w) {}
  void wish(Command&& command) override {
    const Event e{world.now(), CommandIssued{std::move(command)}};
    wishes.push_back(std::get<CommandIssued>(e.what).wish);
    order.push_back({true, wishes.size() - 1});
    world.apply(e);
  }
  void wait(JobId job, Reason because) override {
    waits.push_back({job, because});
    order.push_back({false, waits.size() - 1});
  }
  World& world;
  std::vector<Command> wishes;
  std::vector<std::pair<JobId, Reason>> waits;
  std::vector<std::pair<bool, std::size_t>> order;
};

class Story {
 public:
  // What the file should say; ok() is false if it cannot be read.
  std::string run(const std::string& text) {
    std::istringstream in(text);
    std::string out, line;
    for (number_ = 1; std::getline(in, line); ++number_) {
      const std::string bare = trimmed(line);
      if (bare.empty() || bare[0] == '#') {
        out += line + "\n";
        continue;
      }
      const auto arrow = line.find("=>");
      if (arrow == std::string::npos && !opened_ && bare.find(':') != std::string::npos) {
        setting(bare);
        out += line + "\n";
        continue;
      }
      const std::string facts = trimmed(line.substr(0, arrow));
      if (facts.empty()) {  // a line that only goes on with the answers: run with its facts
        complain("answers without facts");
        return out;
      }
      out += line.substr(0, arrow == std::string::npos ? line.size() : arrow);
      if (arrow == std::string::npos) {
        while (!out.empty() && out.back() == ' ') out.pop_back();
        // The facts stand alone; the answers are on the next line.
        std::string next;
        if (!std::getline(in, next) || next.find("=>") == std::string::npos ||
            !trimmed(next.substr(0, next.find("=>"))).empty()) {
          complain("no answers");
          return out;
        }
        ++number_;
        out += "\n" + next.substr(0, next.find("=>"));
      }
      out += "=>  " + instant(facts) + "\n";
      if (!ok()) return out;
    }
    return out;
  }
  bool ok() const { return complaint_.empty(); }
  const std::string& complaint() const { return complaint_; }

 private:
  void complain(const std::string& what) {
    if (ok()) complaint_ = "line " + std::to_string(number_) + ": " + what;
  }
  std::int64_t number(const Words& w, std::size_t i) {
    std::int64_t n = 0;
    if (i < w.size()) {
      const auto [end, error] = std::from_chars(w[i].data(), w[i].data() + w[i].size(), n);
      const std::string_view rest(end, static_cast<std::size_t>(w[i].data() + w[i].size() - end));
      if (error == std::errc{} && (rest.empty() || rest == "%")) return n;
    }
    complain("a number is missing");
    return 1;
  }
  Millis time(const std::string& s) {
    const auto t = parse_duration(s);
    if (!t) complain("'" + s + "' is no time");
    return t.value_or(Millis(0));
  }
  template <class K>
  Id<K> named(const std::vector<std::string>& names, const std::string& name) {
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) complain("nothing is called '" + name + "'");
    return Id<K>{it == names.end() ? 0 : static_cast<std::uint32_t>(it - names.begin())};
  }

  void setting(const std::string& line) {
    const auto colon = line.find(':');
    const std::string key = line.substr(0, colon);
    const Words w = words_of(line.substr(colon + 1));
    if (w.empty()) return complain("nothing after " + key);
    if (key == "members") {
      members_ = w;
    } else if (key == "pool") {
      PoolOpened p;
      p.pool = PoolId{static_cast<std::uint32_t>(pools_.size())};
      p.name = w[0];
      const std::int64_t gpus = number(w, 1);
      for (std::size_t i = 3; i + 1 < w.size(); i += 2) {
        if (w[i] == "node")
          p.gpus_per_node = static_cast<std::uint32_t>(number(w, i + 1));
        else if (w[i] == "rack")
          p.nodes_per_rack = static_cast<std::uint32_t>(number(w, i + 1));
        else if (w[i] == "domain")
          p.nodes_per_domain = static_cast<std::uint32_t>(number(w, i + 1));
        else if (w[i] == "owner")
          p.owner = named<struct MemberKind>(members_, w[i + 1]);
        else if (w[i] == "lends")
          p.lend_permille = static_cast<std::uint32_t>(number(w, i + 1) * 10);
        else if (w[i] == "reclaim")
          p.reclaim = time(w[i + 1]);
        else if (w[i] == "device")
          p.device = device(w[i + 1]);
        else if (w[i] == "cores")
          p.cpu_milli = static_cast<std::uint32_t>(number(w, i + 1) * 1000);
        else if (w[i] == "memory")
          p.memory_mib = static_cast<std::uint32_t>(number(w, i + 1));
        else if (w[i] == "leaf")
          p.leaf_racks = static_cast<std::uint32_t>(number(w, i + 1));
        else if (w[i] == "over")
          p.oversubscription_permille = static_cast<std::uint32_t>(number(w, i + 1) * 1000);
        else if (w[i] == "site")
          p.site = site(w[i + 1]);
        else
          complain("a pool has no '" + w[i] + "'");
      }
      pool_names_.push_back(p.name);
      pools_.push_back({p, gpus});
    } else if (key == "lane") {
      LaneOpened l;
      l.lane = LaneId{static_cast<std::uint32_t>(lanes_.size())};
      lane_names_.push_back(w[0]);
      for (std::size_t i = 1; i < w.size(); i += 2) {
        const std::string value = i + 1 < w.size() ? w[i + 1] : "";
        if (w[i] == "pools") {
          for (;
               i + 1 < w.size() && std::count(pool_names_.begin(), pool_names_.end(), w[i + 1]) > 0;
               ++i)
            l.pools.push_back(named<struct PoolKind>(pool_names_, w[i + 1]));
          --i;
        } else if (lane_field(l, w[i], value, w, i)) {
        } else if (w[i] == "member") {
          l.member = named<struct MemberKind>(members_, value);
        } else if (w[i] == "priority") {
          l.priority = number(w, i + 1);
        } else if (w[i] == "spread") {
          if (value == "one_domain")
            l.spread = Spread::one_domain;
          else if (value == "whole_racks_first")
            l.spread = Spread::whole_racks_first;
          else if (value != "anywhere")
            complain("no spread is called '" + value + "'");
        } else {
          complain("a lane has no '" + w[i] + "'");
        }
      }
      lanes_.push_back(l);
    } else if (key == "link" && w.size() == 4) {
      const SiteId a = site(w[0]), b = site(w[1]);
      links_.push_back({std::min(a, b), std::max(a, b),
                        static_cast<std::uint32_t>(number(w, 2) * 1000),
                        static_cast<std::uint32_t>(time(w[3]).count() * 1000)});
    } else if (key == "order") {
      if (w[0] == "priority")
        policy_.order = Order::priority;
      else if (w[0] == "fair")
        policy_.order = Order::fair;
      else if (w[0] != "arrival")
        complain("no order is called '" + w[0] + "'");
    } else if (key == "backfill") {
      if (w[0] == "easy")
        policy_.backfill = Backfill::easy;
      else if (w[0] == "conservative")
        policy_.backfill = Backfill::conservative;
      else if (w[0] != "none")
        complain("no backfill is called '" + w[0] + "'");
    } else if (key == "preempt") {
      policy_.preempt = w[0] == "yes";
    } else if (key == "grace") {
      policy_.grace = time(w[0]);
    } else if (key == "patience") {
      policy_.patience = time(w[0]);
    } else if (key == "half_life") {
      half_life_ = time(w[0]);
    } else if (key == "history") {
      policy_.history_permille = static_cast<std::uint32_t>(number(w, 0) * 10);
    } else if (key == "account" && w.size() >= 3) {
      AccountOpened a;
      const auto member = std::find(members_.begin(), members_.end(), w[2]);
      a.account = AccountId{static_cast<std::uint32_t>(members_.size() + accounts_.size())};
      a.parent = member != members_.end()
                     ? AccountId{static_cast<std::uint32_t>(member - members_.begin())}
                     : account(w[2]);
      a.name = w[0];
      for (std::size_t i = 3; i + 1 < w.size(); i += 2)
        if (w[i] == "weight")
          a.weight_milli = static_cast<std::uint32_t>(number(w, i + 1) * 1000);
        else if (w[i] == "limit")
          a.limit = Gpus(number(w, i + 1));
        else
          complain("an account has no '" + w[i] + "'");
      account_names_.push_back(w[0]);
      accounts_.push_back(a);
    } else if (key == "guarantee" && w.size() >= 3) {
      guarantees_.push_back({named<struct PoolKind>(pool_names_, w[0]),
                             named<struct MemberKind>(members_, w[1]), Gpus(number(w, 2))});
    } else {
      complain("no setting is called '" + key + "'");
    }
  }

  SiteId site(const std::string& name) {
    auto it = std::find(sites_.begin(), sites_.end(), name);
    if (it == sites_.end()) it = sites_.insert(sites_.end(), name);
    return SiteId{static_cast<std::uint32_t>(it - sites_.begin())};
  }
  AccountId account(const std::string& name) {
    return AccountId{named<struct AccountKind>(account_names_, name).index +
                     static_cast<std::uint32_t>(members_.size())};
  }
  bool lane_field(LaneOpened& l, const std::string& field, const std::string& value, const Words& w,
                  std::size_t i) {
    const bool yes = value == "yes";
    const auto n = [&] { return number(w, i + 1); };
    if (field == "account") {
      l.account = account(value);
    } else if (field == "tier") {
      for (const Tier t : {Tier::scavenger, Tier::standard, Tier::production, Tier::critical})
        if (value == to_string(t)) l.tier = t;
    } else if (field == "within") {
      l.within = value == "deadline"   ? Within::deadline
                 : value == "shortest" ? Within::shortest
                                       : Within::arrival;
    } else if (field == "preemptible") {
      l.preemptible = yes;
    } else if (field == "elastic") {
      l.elastic = yes;
    } else if (field == "min_run") {
      l.min_run = time(value);
    } else if (field == "checkpoint") {
      l.checkpoint = time(value);
    } else if (field == "restart") {
      l.restart = time(value);
    } else if (field == "least") {
      l.least = Gpus(n());
    } else if (field == "most") {
      l.most = Gpus(n());
    } else if (field == "sites") {
      l.most_sites = static_cast<std::uint32_t>(n());
    } else if (field == "gbit") {
      l.sites_mbit_per_s = static_cast<std::uint32_t>(n() * 1000);
    } else if (field == "rtt") {
      l.sites_rtt_us = static_cast<std::uint32_t>(time(value).count() * 1000);
    } else if (field == "beside") {
      l.beside.push_back(named<struct PoolKind>(pool_names_, value));
    } else if (field == "device") {
      l.device = device(value);
    } else if (field == "size") {
      l.gpus = Gpus(n());
    } else if (field == "cores") {
      l.cpu_milli = static_cast<std::uint32_t>(n() * 1000);
    } else if (field == "memory") {
      l.memory_mib = static_cast<std::uint32_t>(n());
    } else if (field == "fabric") {
      l.fabric_permille = static_cast<std::uint32_t>(n() * 10);
    } else if (field == "at_one_site") {
      l.site_permille = static_cast<std::uint32_t>(n() * 10);
    } else if (field == "units") {
      l.beside_units = static_cast<std::uint32_t>(n());
    } else {
      return false;
    }
    return true;
  }

  Device device(const std::string& name) {
    if (name == "qpu") return Device::qpu;
    if (name == "shared") return Device::shared_gpu;
    if (name == "cpu") return Device::cpu;
    complain("no device is called '" + name + "'");
    return Device::gpu;
  }

  void open(Millis t) {
    opened_ = true;
    for (std::uint32_t m = 0; m < members_.size(); ++m)
      world_.apply({t, MemberJoined{MemberId{m}, members_[m]}});
    if (half_life_.count() > 0) world_.apply({t, FairShareSet{half_life_}});
    for (const AccountOpened& a : accounts_) world_.apply({t, a});
    if (sites_.empty()) sites_.push_back("site");
    for (std::uint32_t i = 0; i < sites_.size(); ++i)
      world_.apply({t, SiteOpened{SiteId{i}, sites_[i]}});
    for (const SitesLinked& l : links_) world_.apply({t, l});
    LaneOpened any;
    for (const auto& [pool, gpus] : pools_) {
      world_.apply({t, pool});
      if (gpus > 0) world_.apply({t, CapacityAdded{pool.pool, Gpus(gpus), {}}});
      any.pools.push_back(pool.pool);
    }
    for (const GuaranteeMade& g : guarantees_) world_.apply({t, g});
    if (lanes_.empty()) {
      lanes_.push_back(any);
      lane_names_.push_back("any");
    }
    for (const LaneOpened& l : lanes_) world_.apply({t, l});
  }

  What fact(const Words& w) {
    if (w.size() == 1 && w[0] == "woken") return TimeReached{};
    if (w.size() < 2) {
      complain("no fact");
      return TimeReached{};
    }
    const auto pool = [&] { return named<struct PoolKind>(pool_names_, w[0]); };
    const auto plan = [&]() -> std::optional<PlanId> {
      if (w.size() < 6 || w[4] != "plan") return std::nullopt;
      return PlanId{static_cast<std::uint32_t>(number(w, 5))};
    };
    const auto word = [&](std::size_t i) { return i < w.size() ? w[i] : std::string(); };
    if (w[1] == "added") return CapacityAdded{pool(), Gpus(number(w, 2)), plan()};
    if (w[1] == "retired") return CapacityRetired{pool(), Gpus(number(w, 2)), plan()};
    if (w[1] == "planned")
      return CapacityPlanned{PlanId{static_cast<std::uint32_t>(world_.plans().size())}, pool(),
                             Gpus(number(w, 2)), time(word(4)),
                             word(5) == "ever" ? Millis(Timeline::kForever) : time(word(5))};
    if (w[1] == "reserved")
      return ReservationMade{
          ReservationId{static_cast<std::uint32_t>(world_.reservations().size())},
          named<struct MemberKind>(members_, word(6)),
          pool(),
          Gpus(number(w, 2)),
          time(word(4)),
          time(word(5))};
    if (w[1] == "unreserved")
      return ReservationDropped{ReservationId{static_cast<std::uint32_t>(number(w, 2))}};
    if (w[1] == "drained" || w[1] == "resumed") {
      const auto rack = static_cast<std::uint32_t>(number(w, 2) * 1000);
      const std::uint64_t nodes = std::uint64_t{1} << number(w, 3);
      if (w[1] == "drained") return NodesDrained{pool(), rack, nodes};
      return NodesResumed{pool(), rack, nodes};
    }
    if (w[1] == "submitted") {
      JobSubmitted s;
      s.job = JobId{static_cast<std::uint32_t>(job_names_.size())};
      job_names_.push_back(w[0]);
      s.gpus = Gpus(number(w, 2));
      if (w.size() < 6 || w[4] != "for")
        complain("submitted N gpu for TIME");
      else
        s.estimate = w[5] == "ever" ? kUntilCancelled : time(w[5]);
      for (std::size_t i = 6; i + 1 < w.size(); i += 2)
        if (w[i] == "lane")
          s.lane = named<struct LaneKind>(lane_names_, w[i + 1]);
        else if (w[i] == "deadline")
          s.deadline = time(w[i + 1]);
        else if (w[i] == "after")
          s.after.push_back(named<struct JobKind>(job_names_, w[i + 1]));
        else
          complain("a job has no '" + w[i] + "'");
      return s;
    }
    if (w[1] == "adopted") {
      if (w.size() < 8 || w[4] != "at" || w[6] != "for") complain("adopted N gpu at POOL for TIME");
      job_names_.push_back(w[0]);
      return JobAdopted{JobId{static_cast<std::uint32_t>(job_names_.size() - 1)},
                        word(8) == "lane" ? named<struct LaneKind>(lane_names_, word(9)) : LaneId{},
                        Gpus(number(w, 2)),
                        time(word(7)),
                        named<struct PoolKind>(pool_names_, word(5)),
                        {}};
    }
    const JobId job = named<struct JobKind>(job_names_, w[0]);
    if (w[1] == "ended") return JobEnded{job};
    if (w[1] == "failed") return JobFailed{job};
    if (w[1] == "cancelled") return JobCancelled{job};
    if (w[1] == "limit") return LimitReached{job};
    if (w[1] == "stopped") return JobStopped{job, time(word(2))};
    complain("'" + w[1] + "' is no fact");
    return TimeReached{};
  }

  std::string instant(const std::string& text) {
    const auto blank = text.find(' ');
    const Millis t = time(text.substr(0, blank));
    if (!opened_) open(t);
    if (ok() && t > wake_) complain("decide() wants to be woken at " + time_of(wake_));
    if (ok() && t < world_.now()) complain("time runs back");
    std::istringstream facts(blank == std::string::npos ? "" : text.substr(blank));
    for (std::string one; ok() && std::getline(facts, one, ';');) {
      What what = fact(words_of(one));
      if (ok()) world_.apply({t, std::move(what)});
    }
    if (!ok()) return "";
    audit(world_);
    Answers answers(world_);
    wake_ = decide(world_, policy_, answers);
    audit(world_);
    std::string out;
    for (const auto& [is_wish, i] : answers.order) {
      if (!out.empty()) out += ", ";
      out += is_wish ? show(answers.wishes[i])
                     : job_names_[answers.waits[i].first.index] +
                           " waits: " + to_string(answers.waits[i].second);
    }
    if (wake_.count() != Timeline::kForever)
      out += (out.empty() ? "wake " : ", wake ") + time_of(wake_);
    return out.empty() ? "nothing" : out;
  }

  std::string show(const Command& c) const {
    if (const auto* p = std::get_if<PromiseStart>(&c))
      return "promise " + job_names_[p->job.index] + " at " + pool_names_[p->pool.index] +
             " from " + time_of(p->at);
    if (const auto* r = std::get_if<RefuseJob>(&c))
      return "refuse " + job_names_[r->job.index] + ": " + to_string(r->because);
    if (const auto* p = std::get_if<PreemptJob>(&c))
      return "stop " + job_names_[p->job.index] + " for " + job_names_[p->for_job.index] + " by " +
             time_of(p->until);
    if (const auto* r = std::get_if<ResizeJob>(&c))
      return "resize " + job_names_[r->job.index] + " to " + std::to_string(r->gpus.count());
    const auto& s = std::get<StartJob>(c);
    std::string out = "start " + job_names_[s.job.index] + " at " + pool_names_[s.pool.index] +
                      show(s.pool, s.place);
    if (s.gpus.count() != 0) out += " with " + std::to_string(s.gpus.count());
    for (const Part& part : s.also)
      out += " and " + std::to_string(part.gpus.count()) + " at " + pool_names_[part.pool.index] +
             show(part.pool, part.place);
    if (s.under) out += " under its reservation";
    return out;
  }

  std::string show(PoolId pool, const Placement& place) const {
    std::string out;
    for (const Slice& slice : place) {
      out += " r" + std::to_string(slice.rack) + "[";
      std::string nodes;
      for (int n = 0; n < 64; ++n) {
        if ((slice.nodes >> n & 1) == 0) continue;
        int last = n;
        while (last < 63 && (slice.nodes >> (last + 1) & 1) != 0) ++last;
        nodes += (nodes.empty() ? "" : " ") + std::to_string(n) +
                 (last > n ? "-" + std::to_string(last) : "");
        n = last;
      }
      out += nodes + "]";
      if (slice.gpus_per_node != world_.pool(pool).info.gpus_per_node)
        out += "/" + std::to_string(slice.gpus_per_node);
    }
    return out;
  }

  World world_;
  Policy policy_;
  std::vector<std::string> members_{"all"}, pool_names_, lane_names_, job_names_;
  std::vector<SitesLinked> links_;
  std::vector<std::string> sites_, account_names_;
  std::vector<AccountOpened> accounts_;
  std::vector<GuaranteeMade> guarantees_;
  Millis half_life_;
  std::vector<std::pair<PoolOpened, std::int64_t>> pools_;
  std::vector<LaneOpened> lanes_;
  Millis wake_{Timeline::kForever};
  bool opened_ = false;
  int number_ = 0;
  std::string complaint_;
};

std::vector<std::string> story_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() + "/tests/stories"))
    if (entry.path().extension() == ".story") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

class Stories : public testing::TestWithParam<std::string> {};
TEST_P(Stories, AsTold) {
  std::ifstream in(GetParam());
  std::stringstream text;
  text << in.rdbuf();
  Story story;
  const std::string found = story.run(text.str());
  ASSERT_TRUE(story.ok()) << GetParam() << ": " << story.complaint();
  if (found == text.str()) return;
  if (std::getenv("UPDATE_STORIES") != nullptr) {
    std::ofstream(GetParam()) << found;
    return;
  }
  EXPECT_EQ(found, text.str())
      << GetParam() << ": found first, told second; UPDATE_STORIES=1 writes what is found";
}
INSTANTIATE_TEST_SUITE_P(Told, Stories, testing::ValuesIn(story_files()), [](const auto& info) {
  return std::filesystem::path(info.param).stem().string();
});

TEST(StoryParser, SaysWhatItDoesNotUnderstand) {
  const auto complaint = [](const std::string& text) {
    Story s;
    s.run(text);
    return s.complaint();
  };
  const std::string pool = "pool: p 8 gpu\n";
  EXPECT_EQ(complaint(pool + "0s j1 submitted 1 gpu for 5s =>"), "");
  EXPECT_EQ(complaint(pool + "0s j1 submitted 1 gpu for 5s"), "line 2: no answers");
  EXPECT_EQ(complaint(pool + "=> nothing"), "line 2: answers without facts");
  EXPECT_EQ(complaint(pool + "0s j1 ended =>"), "line 2: nothing is called 'j1'");
  EXPECT_EQ(complaint(pool + "0s j1 submitted 1 gpu for 5x =>"), "line 2: '5x' is no time");
  EXPECT_EQ(complaint(pool + "x j1 submitted 1 gpu for 5s =>"), "line 2: 'x' is no time");
  EXPECT_EQ(complaint(pool + "0s j1 submitted 1 gpu =>"), "line 2: submitted N gpu for TIME");
  EXPECT_EQ(complaint(pool + "1s woken =>\n0s woken =>"), "line 3: time runs back");
  EXPECT_EQ(complaint("pool: p 8 gpu colour red\n"), "line 1: a pool has no 'colour'");
  EXPECT_EQ(complaint("pol: p 8 gpu\n"), "line 1: no setting is called 'pol'");
  EXPECT_EQ(complaint("backfill: eager\n"), "line 1: no backfill is called 'eager'");
  EXPECT_EQ(complaint(pool + "backfill: conservative\n0s j1 submitted 8 gpu for 5s =>\n0s j2 "
                             "submitted 8 gpu for 5s =>\n"
                             "6s j1 ended =>"),
            "line 5: decide() wants to be woken at 5s");
}

}  // namespace
}  // namespace dure
