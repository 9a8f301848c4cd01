#include "world/record.h"

#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/crc32.h"

namespace dure {
namespace {

constexpr std::string_view kMagic = "dure record 2\n";

// ---- writing: unsigned LEB128, signed as zigzag, text as length and bytes

class Writer {
 public:
  explicit Writer(std::vector<std::byte>& out) : out_(out) {}
  void u(std::uint64_t v) {
    while (v >= 0x80) {
      out_.push_back(static_cast<std::byte>(v | 0x80));
      v >>= 7;
    }
    out_.push_back(static_cast<std::byte>(v));
  }
  void i(std::int64_t v) {
    u((static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63));
  }
  void text(const std::string& s) {
    u(s.size());
    const auto* p = reinterpret_cast<const std::byte*>(s.data());
    out_.insert(out_.end(), p, p + s.size());
  }

 private:
  std::vector<std::byte>& out_;
};

// ---- reading: the same walk over the fields, so one list of fields per event serves both

class Reader {
 public:
  explicit Reader(std::span<const std::byte> in) : in_(in) {}
  bool ok() const { return ok_; }
  bool done() const { return at_ == in_.size(); }
  std::size_t at() const { return at_; }
  std::uint64_t u() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == in_.size()) return fail();
      const auto b = static_cast<std::uint64_t>(in_[at_++]);
      if (shift == 63 && b > 1) return fail();
      v |= (b & 0x7f) << shift;
      if (b < 0x80) {
        if (b == 0 && shift > 0) return fail();  // not the shortest form: not canonical
        return v;
      }
    }
    return fail();
  }
  std::int64_t i() {
    const std::uint64_t v = u();
    return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
  }
  std::uint32_t u32() {
    const std::uint64_t v = u();
    if (v > std::numeric_limits<std::uint32_t>::max()) fail();
    return static_cast<std::uint32_t>(v);
  }
  std::string text() {
    const std::uint64_t n = u();
    if (n > in_.size() - at_) {
      fail();
      return {};
    }
    std::string s(reinterpret_cast<const char*>(in_.data() + at_), static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
    return s;
  }
  std::size_t count(std::size_t least_bytes) {  // of a list; bounded by what is left to read
    const std::uint64_t n = u();
    if (n > (in_.size() - at_) / least_bytes) {
      fail();
      return 0;
    }
    return static_cast<std::size_t>(n);
  }
  std::uint64_t fail() {
    ok_ = false;
    at_ = in_.size();
    return 0;
  }

 private:
  std::span<const std::byte> in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

void walk(Writer& w, const std::string& s) { w.text(s); }
void walk(Writer& w, const std::uint32_t& n) { w.u(n); }
void walk(Writer& w, const std::uint64_t& n) { w.u(n); }
void walk(Writer& w, const std::int64_t& n) { w.i(n); }
void walk(Writer& w, const bool& b) { w.u(b ? 1 : 0); }
template <class E>
void walk(Writer& w, const E& e) requires std::is_enum_v<E> {
  w.u(static_cast<std::uint64_t>(e));
}
template <class K>
void walk(Writer& w, const Id<K>& id) {
  w.u(id.index);
}
template <class U>
void walk(Writer& w, const Quantity<U>& q) {
  w.i(q.count());
}

void walk(Reader& r, std::string& s) { s = r.text(); }
void walk(Reader& r, std::uint32_t& n) { n = r.u32(); }
void walk(Reader& r, std::uint64_t& n) { n = r.u(); }
void walk(Reader& r, std::int64_t& n) { n = r.i(); }
void walk(Reader& r, bool& b) {
  const std::uint64_t v = r.u();
  if (v > 1) r.fail();
  b = v == 1;
}
constexpr std::uint64_t last(Spread) {
  return static_cast<std::uint64_t>(Spread::whole_racks_first);
}
constexpr std::uint64_t last(Reason) { return kReasons - 1; }
constexpr std::uint64_t last(Tier) { return static_cast<std::uint64_t>(Tier::critical); }
constexpr std::uint64_t last(Device) { return kDevices - 1; }
constexpr std::uint64_t last(Within) { return static_cast<std::uint64_t>(Within::shortest); }
template <class E>
constexpr std::uint64_t last(E e) {  // an enum of the scenario: as its place in describe_enum
  return describe_enum(e).size() - 1;
}
template <class E>
void walk(Reader& r, E& e) requires std::is_enum_v<E> {
  const std::uint64_t v = r.u();
  if (v > last(E{}))
    r.fail();
  else
    e = static_cast<E>(v);
}
template <class K>
void walk(Reader& r, Id<K>& id) {
  id.index = r.u32();
}
template <class U>
void walk(Reader& r, Quantity<U>& q) {
  q = Quantity<U>(r.i());
}

template <class List>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class List>
concept AList = std::is_same_v<List, Placement> || is_vector<List>;
void walk(Writer& w, const Slice& s);
void walk(Reader& r, Slice& s);
void walk(Writer& w, const Part& p);
void walk(Reader& r, Part& p);
template <AList List>
void walk(Writer& w, const List& list) {
  w.u(list.size());
  for (const auto& item : list) walk(w, item);
}
template <AList List>
void walk(Reader& r, List& list) {
  list.resize(r.count(1));  // an item has a byte at the least
  for (auto& item : list) walk(r, item);
}

template <class T>
void walk(Writer& w, const std::optional<T>& o) {
  w.u(o ? 1 : 0);
  if (o) walk(w, *o);
}
template <class T>
void walk(Reader& r, std::optional<T>& o) {
  bool there = false;
  walk(r, there);
  if (!there) return o.reset();
  walk(r, o.emplace());
}

void walk(Writer& w, const Slice& s) {
  w.u(s.rack);
  w.u(s.gpus_per_node);
  w.u(s.nodes);
  w.u(s.cpu_milli);
  w.u(s.memory_mib);
}
void walk(Reader& r, Slice& s) {
  s.rack = r.u32();
  s.gpus_per_node = r.u32();
  s.nodes = r.u();
  s.cpu_milli = r.u32();
  s.memory_mib = r.u32();
}
void walk(Writer& w, const Part& p) {
  walk(w, p.pool);
  walk(w, p.gpus);
  walk(w, p.place);
}
void walk(Reader& r, Part& p) {
  walk(r, p.pool);
  walk(r, p.gpus);
  walk(r, p.place);
}

// The fields of each event and command, in the order of the bytes.
#define FIELDS(TYPE, ...)                                                         \
  template <class Io, class T>                                                    \
  void walk(Io& io, T& e) requires std::is_same_v<std::remove_const_t<T>, TYPE> { \
    const auto each = [&](auto&... f) { (walk(io, f), ...); };                    \
    each(__VA_ARGS__);                                                            \
  }
FIELDS(StartJob, e.job, e.pool, e.place, e.gpus, e.also, e.under)
FIELDS(PreemptJob, e.job, e.for_job, e.until)
FIELDS(ResizeJob, e.job, e.gpus, e.place)
FIELDS(PromiseStart, e.job, e.pool, e.at)
FIELDS(RefuseJob, e.job, e.because)
FIELDS(MemberJoined, e.member, e.name, e.weight_milli, e.limit)
FIELDS(AccountOpened, e.account, e.parent, e.name, e.weight_milli, e.limit)
FIELDS(FairShareSet, e.half_life)
FIELDS(GuaranteeMade, e.pool, e.member, e.gpus)
FIELDS(SiteOpened, e.site, e.name)
FIELDS(PoolOpened, e.pool, e.site, e.owner, e.hardware, e.gpus_per_node, e.nodes_per_rack,
       e.nodes_per_domain, e.lend_permille, e.name, e.device, e.reclaim, e.cpu_milli, e.memory_mib,
       e.leaf_racks, e.oversubscription_permille)
FIELDS(LaneOpened, e.lane, e.member, e.workload, e.gpus, e.spread, e.priority, e.pools, e.account,
       e.tier, e.within, e.preemptible, e.min_run, e.checkpoint, e.restart, e.least, e.most,
       e.elastic, e.parallel_permille, e.speed_permille, e.most_sites, e.sites_permille, e.beside,
       e.beside_units, e.cpu_milli, e.memory_mib, e.device, e.site_permille, e.fabric_permille,
       e.sites_mbit_per_s, e.sites_rtt_us)
FIELDS(CapacityAdded, e.pool, e.gpus, e.plan)
FIELDS(CapacityRetired, e.pool, e.gpus, e.plan)
FIELDS(CapacityPlanned, e.plan, e.pool, e.gpus, e.from, e.to)
FIELDS(CapacityPlanDropped, e.plan)
FIELDS(NodesDrained, e.pool, e.rack, e.nodes)
FIELDS(NodesResumed, e.pool, e.rack, e.nodes)
FIELDS(ReservationMade, e.reservation, e.member, e.pool, e.gpus, e.from, e.to)
FIELDS(JobSubmitted, e.job, e.lane, e.gpus, e.estimate, e.deadline, e.after)
FIELDS(JobStopped, e.job, e.left)
FIELDS(AccountLimitSet, e.account, e.limit)
FIELDS(LimitReached, e.job)
FIELDS(JobEnded, e.job)
FIELDS(JobCancelled, e.job)
// ---- the law
FIELDS(ClassOpened, e.data_class, e.name, e.jurisdictions, e.run_by, e.kept_by, e.certifications,
       e.isolation, e.leaving, e.lead_days, e.may_leave_member_sites, e.may_leave_locked_sites)
FIELDS(RowOpened, e.row, e.name, e.action, e.classes, e.jurisdictions, e.tenant_parents,
       e.from_eflop, e.verdict, e.because, e.lead_days)
FIELDS(HallOpened, e.hall, e.site, e.site_owner, e.name, e.jurisdiction, e.run_by, e.certifications,
       e.foreign_law, e.isolation)
FIELDS(PoolHoused, e.pool, e.hall)
FIELDS(ArtifactMade, e.artifact, e.name, e.owner, e.classes, e.made_of, e.site, e.size_mb,
       e.only_sites)
FIELDS(LaneLabelled, e.lane, e.data_class, e.inputs, e.only_sites, e.tenant_parent, e.eflop,
       e.closed)
FIELDS(ApprovalGranted, e.approval, e.action, e.data_class, e.workload, e.artifact, e.to,
       e.requested)
FIELDS(ArtifactLowered, e.artifact, e.data_class, e.approval)
FIELDS(LaneWidened, e.lane, e.pools, e.speed_permille)
// ---- the law ends
FIELDS(SitesLinked, e.a, e.b, e.mbit_per_s, e.rtt_us)
#undef FIELDS
template <class Io, class T>
void walk(Io&, T&) requires std::is_same_v<std::remove_const_t<T>, TimeReached> {}

// A variant is its index and the fields of what it holds.
template <class... Ts>
void walk(Writer& w, const std::variant<Ts...>& v) {
  w.u(v.index());
  std::visit([&](const auto& held) { walk(w, held); }, v);
}
template <class... Ts>
void walk(Reader& r, std::variant<Ts...>& v) {
  const std::uint64_t which = r.u();
  if (which >= sizeof...(Ts)) {
    r.fail();
    return;
  }
  std::size_t i = 0;
  const auto one = [&](auto held) {
    if (i++ != which) return;
    walk(r, held);
    v = std::move(held);
  };
  (one(Ts{}), ...);
}
void walk(Writer& w, const CommandIssued& e) { walk(w, e.wish); }
void walk(Reader& r, CommandIssued& e) { walk(r, e.wish); }

std::array<std::byte, 4> le32(std::uint32_t v) {
  return {static_cast<std::byte>(v), static_cast<std::byte>(v >> 8),
          static_cast<std::byte>(v >> 16), static_cast<std::byte>(v >> 24)};
}
std::uint32_t le32(const std::byte* p) {
  return static_cast<std::uint32_t>(p[0]) | static_cast<std::uint32_t>(p[1]) << 8 |
         static_cast<std::uint32_t>(p[2]) << 16 | static_cast<std::uint32_t>(p[3]) << 24;
}

}  // namespace

void encode(const Event& e, Millis before, std::vector<std::byte>& out) {
  Writer w(out);
  w.i((e.at - before).count());
  walk(w, e.what);
}

Result<Done> decode(std::span<const std::byte> bytes, Millis& before, const std::string& where,
                    const std::function<void(const Event&)>& take) {
  Reader r(bytes);
  while (!r.done()) {
    const std::size_t from = r.at();
    Event e{before, TimeReached{}};
    std::int64_t at = 0;
    if (__builtin_add_overflow(before.count(), r.i(), &at)) r.fail();
    e.at = Millis(at);
    if (r.ok()) walk(r, e.what);
    if (!r.ok())
      return Fault{where, "an event in canonical bytes",
                   "other bytes at offset " + std::to_string(from),
                   "the record was altered, or written by a newer version"};
    before = e.at;
    take(e);
  }
  return Done{};
}

void RecordHash::flush() {
  if (pending_.empty()) return;
  hash_.add(pending_);
  if (sink_) sink_(pending_);
  pending_.clear();
}

std::string RecordHash::sha256() {
  flush();
  return hash_.hex();
}

std::span<const std::byte> record_magic() {
  return std::as_bytes(std::span(kMagic.data(), kMagic.size()));
}

std::vector<std::byte> frame(std::span<const std::byte> payload) {
  std::vector<std::byte> out;
  out.reserve(payload.size() + 8);
  for (const std::byte b : le32(static_cast<std::uint32_t>(payload.size()))) out.push_back(b);
  for (const std::byte b : le32(crc32(payload))) out.push_back(b);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Result<std::uint64_t> read_record(std::span<const std::byte> file, const std::string& where,
                                  const std::function<void(const Event&)>& take) {
  if (file.size() < kMagic.size() || std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0)
    return Fault{where, "a record of dure", "another first line", "made by dure simulate --record"};
  std::uint64_t events = 0;
  Millis before;
  for (std::size_t at = kMagic.size(); at < file.size();) {
    const std::string here = where + ": frame at byte " + std::to_string(at);
    const auto broken = [&](const char* what) {
      return Fault{here, "a whole frame", what,
                   std::to_string(events) + " events before it are whole"};
    };
    if (file.size() - at < 8) return broken("the end of the file");
    const std::uint32_t length = le32(file.data() + at), crc = le32(file.data() + at + 4);
    // A frame is never empty: eight zeros have the checksum of nothing, and are what a torn write
    // leaves.
    if (length == 0) return broken("an empty frame");
    if (file.size() - at - 8 < length) return broken("the end of the file");
    const auto payload = file.subspan(at + 8, length);
    if (crc32(payload) != crc) return broken("a checksum that does not match");
    TRY(decoded, decode(payload, before, here, [&](const Event& e) {
          ++events;
          take(e);
        }));
    (void)decoded;
    at += 8 + length;
  }
  return events;
}

}  // namespace dure
