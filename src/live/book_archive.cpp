// The snapshot of a Book: one walk over its members for the writer and the reader, in the byte
// forms of world/archive.h. What is a function of the rest (the index of texts, what has changed)
// is not in it. The bytes are our own, under the store's checksum: a Fault says that they are torn.
#include <set>

#include "live/book.h"
#include "world/archive.h"
#include "world/event_fields.h"

namespace dure {

constexpr std::uint64_t last_of(Stage) { return static_cast<std::uint64_t>(Stage::over); }

template <class Io, class T>
requires Described<std::remove_const_t<T>>
void fields(Io& io, T& s) {
  each_field<std::remove_const_t<T>>([&](const auto& f) { walk(io, s.*f.member); });
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, LiveJob>
void fields(Io& io, T& job) {
  auto& [name, user, site_user, detail, spec, array_index, attempts, refusals, failures, outcome,
         exit_code, signal, cancel_asked, foreign] = job;
  walk_all(io, name, user, site_user, detail, spec, array_index, attempts, refusals, failures,
           outcome, exit_code, signal, cancel_asked, foreign);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, Attempt>
void fields(Io& io, T& a) {
  auto& [key, site, remote, pool, nodes, stage, port, serving, stop_asked, again, next_nodes,
         ordered, started] = a;
  walk_all(io, key, site, remote, pool, nodes, stage, port, serving, stop_asked, again, next_nodes,
           ordered, started);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, LiveNode>
void fields(Io& io, T& node) {
  auto& [name, report, asked_drain, world_drained] = node;
  walk_all(io, name, report, asked_drain, world_drained);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, PowerCap>
void fields(Io& io, T& cap) {
  auto& [cap_w, answered, code, detail] = cap;
  walk_all(io, cap_w, answered, code, detail);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, NodeSeat>
void fields(Io& io, T& seat) {
  auto& [pool, index] = seat;
  walk_all(io, pool, index);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, MonthUse>
void fields(Io& io, T& use) {
  auto& [pool, member, gpu_ms] = use;
  walk_all(io, pool, member, gpu_ms);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, DataItem>
void fields(Io& io, T& item) {
  auto& [name, digest, site, bytes, files, job, artifact, inputs, at] = item;
  walk_all(io, name, digest, site, bytes, files, job, artifact, inputs, at);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, StepRun>
void fields(Io& io, T& step) {
  auto& [id, needs, job, count, service, code, detail] = step;
  walk_all(io, id, needs, job, count, service, code, detail);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, PipelineRun>
void fields(Io& io, T& run) {
  auto& [name, user, site_user, member, idempotency, body_sha256, spec, steps, outcome, asked,
         over] = run;
  walk_all(io, name, user, site_user, member, idempotency, body_sha256, spec, steps, outcome, asked,
           over);
}
template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, Book::Told>
void fields(Io& io, T& told) {
  auto& [job, count, body_sha256] = told;
  walk_all(io, job, count, body_sha256);
}
template <class Io, class A, class B>
void fields(Io& io, std::pair<A, B>& pair) {
  walk_all(io, pair.first, pair.second);
}
template <class Io, class A, class B>
void fields(Io& io, const std::pair<A, B>& pair) {
  walk_all(io, pair.first, pair.second);
}

namespace {

template <class Map>
void walk_map(Writer& io, const Map& map) {
  io.u(map.size());
  for (const auto& [key, value] : map) walk_all(io, key, value);
}
template <class Map>
void walk_map(Reader& io, Map& map) {
  for (std::size_t n = io.count(2); n > 0 && io.ok(); --n) {
    typename Map::key_type key{};
    typename Map::mapped_type value{};
    walk_all(io, key, value);
    map.emplace_hint(map.end(), std::move(key), std::move(value));
  }
}
template <class Item>
void walk_deque(Writer& io, const std::deque<Item>& list) {
  io.u(list.size());
  for (const Item& item : list) walk(io, item);
}
template <class Item>
void walk_deque(Reader& io, std::deque<Item>& list) {
  for (std::size_t n = io.count(1); n > 0 && io.ok(); --n) walk(io, list.emplace_back());
}

}  // namespace

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, Site>
void fields(Io& io, T& site) {
  auto& [name, agent, facts_kept, commands_taken, commands_made, outbox] = site;
  walk_all(io, name, agent, facts_kept, commands_taken, commands_made);
  walk_deque(io, outbox);
}

struct BookArchive {
  template <class Io, class Self>
  static void walk_book(Io& io, Self& b) {
    walk_all(io, b.hub_id_, b.jobs_, b.free_specs_, b.texts_);
    specs(io, b.specs_);
    walk_map(io, b.attempts_);
    walk_all(io, b.gated_, b.site_names_);
    walk_map(io, b.sites_);
    pools(io, b.pools_);
    walk_map(io, b.seats_);
    walk_map(io, b.heard_);
    walk_map(io, b.held_);
    walk_map(io, b.caps_);
    walk_map(io, b.lanes_);
    walk_map(io, b.accounts_);
    walk(io, b.accounts_known_);
    walk_map(io, b.told_);
    walk_deque(io, b.told_order_);
    walk_map(io, b.foreign_);
    walk_map(io, b.foreign_of_);
    walk_map(io, b.unadopted_);
    walk_all(io, b.month_start_, b.month_end_);
    walk_map(io, b.before_month_);
    walk_map(io, b.months_);
    walk_map(io, b.after_);
    walk(io, b.data_.items_);
    walk_map(io, b.data_.scenario_);
    walk_all(io, b.data_.artifacts_, b.pipelines_.runs_);
  }
  // What follows from the rest.
  static void index(Book& b) {
    for (std::uint32_t i = 0; i < b.texts_.size(); ++i) b.text_of_.emplace(b.texts_[i], i);
    for (const auto& [id, a] : b.attempts_)
      if (a.port != 0) b.ports_.insert({a.site, a.port});
    PipelineBook& pipelines = b.pipelines_;
    for (std::size_t i = 0; i < pipelines.runs_.size(); ++i) {
      const PipelineRun& run = pipelines.runs_[i];
      const auto number = static_cast<std::int64_t>(i) + 1;
      if (run.outcome == PipelineOutcome::none) pipelines.active_.insert(number);
      if (!run.idempotency.empty()) pipelines.told_[run.user + "\n" + run.idempotency] = number;
    }
  }
  static void specs(Writer& io, const std::vector<Book::Spec>& specs) {
    io.u(specs.size());
    for (const Book::Spec& s : specs) {
      io.u(s.jobs);
      io.text(s.text ? *s.text : std::string());
    }
  }
  static void specs(Reader& io, std::vector<Book::Spec>& specs) {
    specs.resize(io.count(2));
    for (Book::Spec& s : specs) {
      s.jobs = io.u32();
      std::string text;
      io.text(text);
      if (s.jobs > 0) s.text = std::make_shared<const std::string>(std::move(text));
    }
  }
  template <class Io, class Pools>
  static void pools(Io& io, Pools& pools) {
    if constexpr (Io::reading)
      pools.resize(io.count(2));
    else
      io.u(pools.size());
    for (auto& p : pools) walk_all(io, p.info, p.site, p.nodes);
  }
};

std::vector<std::byte> Book::save() const {
  std::vector<std::byte> out;
  Writer io(out);
  BookArchive::walk_book(io, *this);
  return out;
}

Result<Book> Book::load(std::span<const std::byte> bytes, const std::string& where) {
  Book book;
  Reader io(bytes);
  BookArchive::walk_book(io, book);
  if (!io.ok() || !io.done())
    return Fault{where + ": byte " + std::to_string(io.ok() ? io.at() : io.failed_at()),
                 io.ok() ? "the end" : io.expected(), "", "the snapshot is torn"};
  book.text_of_.clear();
  BookArchive::index(book);
  return book;
}

}  // namespace dure
