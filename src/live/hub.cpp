#include "live/hub.h"

#include <sys/random.h>

#include "live/founding.h"
#include "sched/loop.h"

namespace dure {
namespace {

std::string random_name() {  // six letters and digits that begin the keys of a hub's attempts
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";
  unsigned char bytes[6] = {};
  CHECK(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
  std::string out;
  for (const unsigned char b : bytes) out += kLetters[b % kLetters.size()];
  return out;
}

class Both final : public Followers {  // the API's, if there is one, and the shadows
 public:
  Both(Followers* api, Followers& shadows) : api_(api), shadows_(shadows) {}
  void stored(const std::vector<Entry>& entries, const Desk& desk) override {
    if (api_ != nullptr) api_->stored(entries, desk);
    shadows_.stored(entries, desk);
  }
  void recall(const std::vector<Entry>& entries, const Desk& desk) override {
    if (api_ != nullptr) api_->recall(entries, desk);
  }

 private:
  Followers* const api_;
  Followers& shadows_;
};

class Founding final : public Work {  // the first work of a loop
 public:
  Founding(const Hub& hub) : hub_(hub) {}
  bool round(const Desk& desk, Facts& facts) override {
    if (desk.book.hub_id().empty()) {
      LiveEvent e;
      e.founded = HubFounded{random_name()};
      facts.live.push_back(std::move(e));
    }
    Outcome<std::vector<What>> events = found_live(hub_.spec(), hub_.scenario(), desk.world);
    CHECK(events);  // asked by load()
    facts.world = std::move(events.value());
    // Also where nothing is new, what waits is looked at again: why it waits is not in the record.
    if (facts.world.empty()) facts.world.push_back(TimeReached{});
    return true;
  }
  void kept(const Desk&) override {}
  void failed(const Problem&) override {}

 private:
  const Hub& hub_;
};

}  // namespace

namespace {

// magic, length of the world, the world, the book
constexpr std::string_view kSnapshot = "dure hub snapshot 2\n";

}  // namespace

std::string pack_snapshot(const World& world, const Book& book) {
  const std::vector<std::byte> w = world.save(), b = book.save();
  std::string out(kSnapshot);
  for (int i = 0; i < 8; ++i) out += static_cast<char>(w.size() >> (8 * i));
  out.append(reinterpret_cast<const char*>(w.data()), w.size());
  out.append(reinterpret_cast<const char*>(b.data()), b.size());
  return out;
}

Result<Done> unpack_snapshot(const Snapshot& s, Restored& out) {
  const std::string where = "snapshot of entry " + std::to_string(s.number);
  std::uint64_t size = 0;
  const std::size_t head = kSnapshot.size() + 8;
  if (s.bytes.size() < head || !s.bytes.starts_with(kSnapshot))
    return Fault{where, "a snapshot of this version", "other bytes", ""};
  for (int i = 0; i < 8; ++i)
    size |= std::uint64_t{static_cast<unsigned char>(
                s.bytes[kSnapshot.size() + static_cast<std::size_t>(i)])}
            << (8 * i);
  const auto bytes = std::as_bytes(std::span(s.bytes)).subspan(head);
  if (size > bytes.size())
    return Fault{where, "a world of " + std::to_string(size) + " bytes",
                 std::to_string(bytes.size()), "it is torn"};
  TRY(world, World::load(bytes.first(static_cast<std::size_t>(size)), where));
  TRY(book, Book::load(bytes.subspan(static_cast<std::size_t>(size)), where));
  out.world = std::move(world);
  out.book = std::move(book);
  out.last = out.snapshot = s.number;
  return Done{};
}

std::optional<Fault> take_entry(const Entry& e, Restored& out) {
  if (e.number != out.last + 1)
    return Fault{"record", "entry " + std::to_string(out.last + 1), std::to_string(e.number),
                 "entries are missing"};
  out.last = e.number;
  ++out.entries;
  if (e.kind == Entry::world) {
    Result<Event> event = event_of(e);
    if (!event) return event.fault();
    out.book.before(event.value(), out.world);
    out.world.apply(event.value());
  } else {
    Result<LiveEvent> live = live_event_of(e);
    if (!live) return live.fault();
    out.book.apply(live.value(), world_time(e.at_ms));
  }
  return std::nullopt;
}

Result<std::unique_ptr<Restored>> restore(Store& store, From from) {
  auto out = std::make_unique<Restored>();
  if (from == From::snapshot) {
    TRY(newest, store.newest());
    if (newest) {
      TRY(unpacked, unpack_snapshot(*newest, *out));
      (void)unpacked;
    }
  }
  std::optional<Fault> fault;
  TRY(read, store.read(out->last, [&](const Entry& e) {
    fault = take_entry(e, *out);
    return !fault.has_value();
  }));
  (void)read;
  if (fault) return *fault;
  out->book.take_changed();
  out->book.take_changed_nodes();
  return out;
}

Hub::Hub(HubSpec spec, Scenario scenario, std::unique_ptr<Store> store,
         std::unique_ptr<Clock> clock, HubOptions options)
    : spec_(std::move(spec)),
      scenario_(std::move(scenario)),
      policy_(policy_from(scenario_.policy)),
      store_(std::move(store)),
      clock_(std::move(clock)),
      options_(std::move(options)),
      plant_(*store_, *clock_),
      foresight_(policy_),
      shadows_(spec_.shadow, scenario_.policy) {}

Outcome<std::unique_ptr<Hub>> Hub::open(HubSpec spec, Scenario scenario,
                                        std::unique_ptr<Store> store, std::unique_ptr<Clock> clock,
                                        HubOptions options) {
  Faults faults;
  for (const ShadowSpec& row : spec.shadow)
    if (const Outcome<PolicySpec> policy = shadow_policy(row, scenario.policy); !policy)
      faults.insert(faults.end(), policy.faults().begin(), policy.faults().end());
  if (!faults.empty()) return faults;
  std::unique_ptr<Hub> hub(new Hub(std::move(spec), std::move(scenario), std::move(store),
                                   std::move(clock), std::move(options)));
  if (Outcome<Done> loaded = hub->load(); !loaded) return loaded.faults();
  return hub;
}

// A pass speaks of the first of each lane; who stands behind it waits for its turn.
Reason Hub::why_waits(JobId id) const {
  const World& world = state_->world;
  const Job& job = world.job(id);
  if (job.state == JobState::held) return Reason::dependency;
  if (job.state != JobState::waiting) return Reason::none;
  const LaneQueue& queue = world.queue(job.lane);
  if (!queue.empty() && queue.find(id, world.rank(job)) > 0) {
    const Reason own = record_->why_waits(id);
    return own == Reason::none ? Reason::behind_earlier_job : own;
  }
  return record_->why_waits(id);
}

Outcome<Done> Hub::load() {
  Result<std::unique_ptr<Restored>> restored = restore(*store_);
  if (!restored) return Faults{restored.fault()};
  const Outcome<std::vector<What>> events = found_live(spec_, scenario_, restored.value()->world);
  if (!events) return events.faults();
  auto desk = std::make_unique<Desk>(
      Desk{restored.value()->world, restored.value()->book, scenario_, spec_});
  auto record = std::make_unique<LiveRecord>(restored.value()->world, restored.value()->book,
                                             restored.value()->last);
  foresight_.begin(*desk);
  record->heard = [this](const Event& e, const World& world) { foresight_.hear(e, world); };
  plant_.begin(*desk, *record, epoch_, followers);
  record_ = std::move(record);  // what they refer to goes last
  desk_ = std::move(desk);
  state_ = std::move(restored.value());
  snapshot_ = state_->snapshot;
  return Done{};
}

// So that a start need not read all of the record. What it holds may be truncated.
void Hub::snapshot() {
  if (!record_->pending().empty()) return;
  const std::uint64_t number = record_->last();
  if (number < snapshot_ + static_cast<std::uint64_t>(spec_.snapshot_entries)) return;
  // A failure costs only time at the next start; the next append says what is wrong.
  if (store_->save({number, pack_snapshot(state_->world, state_->book)})) snapshot_ = number;
}

// Entries that a snapshot holds and that are old enough go, some at a time.
void Hub::truncate() {
  constexpr std::uint64_t kAtOnce = 10'000;
  constexpr Millis kEvery{3'600'000};
  const Millis now = clock_->now();
  if (spec_.keep_days == 0 || snapshot_ == 0 || now < next_truncate_) return;
  next_truncate_ = now + kEvery;
  const std::int64_t keep_from = unix_ms(now) - spec_.keep_days * 86'400'000;
  const Result<std::uint64_t> first = store_->first();
  if (!first) return;
  std::uint64_t up_to = 0, seen = 0;
  (void)store_->read(first.value() - 1, [&](const Entry& e) {
    if (e.number > snapshot_ || e.at_ms >= keep_from || ++seen > kAtOnce) return false;
    up_to = e.number;
    return true;
  });
  if (up_to == 0 || !store_->truncate(up_to)) return;  // a failure leaves them for the next time
  if (seen > kAtOnce) next_truncate_ = now;
}

// Invariant 1: is the world here what is stored?
bool Hub::up_to_date() {
  const Result<std::uint64_t> last = store_->last();
  return last && last.value() == record_->last() && record_->pending().empty();
}

bool Hub::lead() {
  const std::int64_t now = unix_ms(clock_->now());
  const Result<std::optional<std::int64_t>> epoch =
      store_->lead(options_.holder, now, options_.lease_ms);
  if (!epoch) {
    plant_.set_state(HubState::degraded, to_string(epoch.fault()));
    return false;
  }
  if (!epoch.value()) {
    plant_.set_state(HubState::following, "another hub leads");
    return false;
  }
  epoch_ = *epoch.value();
  plant_.lead_until(clock_->now() + Millis(options_.lease_ms / 3));
  return true;
}

void Hub::idle(Facts& facts) {
  snapshot();
  truncate();
  for (const std::int64_t pipeline : state_->book.pipelines().active()) {
    desk_->advance(pipeline, facts);
    if (!facts.empty()) return;  // one a time: the next sees the world with this one in it
  }
  // Jobs of others that found no room in the world so far.
  for (const auto& [key, job] : state_->book.unadopted()) {
    desk_->adopt(key.first, job, facts);
    if (!facts.empty()) return;  // one a time: the next sees the world with this one in it
  }
}

// The last entries, so that whoever followed before a restart can go on.
void Hub::recall() {
  constexpr std::uint64_t kRecalled = 20'000;
  if (followers == nullptr) return;
  std::vector<Entry> entries;
  const std::uint64_t last = record_->last(), after = last > kRecalled ? last - kRecalled : 0;
  const Result<std::uint64_t> first = store_->first();
  if (!first) return;
  (void)store_->read(std::max(after, first.value() - 1), [&](const Entry& e) {
    entries.push_back(e);
    return true;
  });
  followers->recall(entries, *desk_);
}

void Hub::run() {
  recall();
  all_followers_ = std::make_unique<Both>(followers, shadows_);
  plant_.keep_lead = [this] {
    const std::int64_t before = epoch_;
    return lead() && epoch_ == before;
  };
  plant_.idle = [this](Facts& facts) { idle(facts); };
  while (!plant_.stopped()) {
    plant_.sit_out([this] {
      // A store that takes nothing may still be read, and then readers and agents are served.
      if (plant_.ahead_of_store() && !load()) return false;
      return lead() && store_->probe() && (up_to_date() || load());
    });
    if (plant_.stopped()) break;
    plant_.begin(*desk_, *record_, epoch_, all_followers_.get());
    shadows_.begin(*desk_, record_->last());
    plant_.first(std::make_unique<Founding>(*this));
    plant_.set_state(HubState::leading, "");
    Loop loop(state_->world, policy_, plant_, *record_);
    loop.run();
  }
  plant_.set_state(HubState::stopping, "");
  foresight_.stop();
  shadows_.stop();
  (void)store_->release_lead();
}

}  // namespace dure
