#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <tuple>

#include "base/stream.h"
#include "live/store/schema.h"
#include "store_suite.h"

namespace dure {

Entry entry(std::uint64_t number, std::string bytes) {
  if (bytes.empty()) bytes = "entry " + std::to_string(number) + std::string(1, '\0') + "\xff\x80'";
  return {number, static_cast<std::int64_t>(1'790'000'000'000 + number),
          number % 3 == 0 ? Entry::live : Entry::world, std::move(bytes)};
}

JobRow job_row(std::int64_t job, const std::string& state) {
  JobRow row;
  row.job = job;
  row.name = "학습 " + std::to_string(job);
  row.member = job % 2 == 0 ? "naver" : "kisti";
  row.account = "llm", row.user = "kim", row.state = state, row.site = "ulsan", row.nodes = "n1,n2";
  row.gpus = 8, row.submitted_ms = 1000 + job, row.started_ms = 2000;
  return row;
}

std::vector<Entry> entries(std::uint64_t first, std::uint64_t count) {
  std::vector<Entry> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(entry(first + i));
  return out;
}

Result<Done> append(Store& store, const std::vector<Entry>& entries,
                    const std::vector<JobRow>& jobs) {
  return store.append({entries, jobs, {}, {}});
}

bool same(const Entry& a, const Entry& b) {
  return a.number == b.number && a.at_ms == b.at_ms && a.kind == b.kind && a.bytes == b.bytes;
}

std::vector<Entry> all(Store& store, std::uint64_t after) {
  std::vector<Entry> out;
  const Result<Done> done = store.read(after, [&](const Entry& e) {
    out.push_back(e);
    return true;
  });
  EXPECT_TRUE(done) << to_string(done.fault());
  return out;
}

std::unique_ptr<Store> leader(const std::string& url, const std::string& holder) {
  Result<std::unique_ptr<Store>> store = open_store(url);
  if (!store) {
    ADD_FAILURE() << to_string(store.fault());
    std::abort();
  }
  const auto epoch = store.value()->lead(holder, 0, 1'000'000);
  EXPECT_TRUE(epoch && epoch.value());
  return std::move(store).value();
}

namespace {

using Epoch = std::optional<std::int64_t>;

std::unique_ptr<Store> opened(const std::string& url) {
  Result<std::unique_ptr<Store>> store = open_store(url);
  if (!store) {
    ADD_FAILURE() << to_string(store.fault());
    std::abort();
  }
  return std::move(store).value();
}

Epoch lead(Store& store, const std::string& holder, std::int64_t now, std::int64_t for_ms = 10) {
  const auto epoch = store.lead(holder, now, for_ms);
  EXPECT_TRUE(epoch) << to_string(epoch.fault());
  return epoch ? epoch.value() : std::nullopt;
}

// ------------------------------------------------------------------------------------- lease

void one_leads(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = opened(url), b = opened(url);
  EXPECT_EQ(outcome(append(*a, {entry(1)})), kFenced);  // before it leads
  EXPECT_EQ(lead(*a, "a", 100), Epoch(1));
  EXPECT_EQ(lead(*b, "b", 105), Epoch());
  EXPECT_EQ(lead(*a, "a", 109), Epoch(1));  // extended to 119
  EXPECT_EQ(lead(*b, "b", 118), Epoch());
  EXPECT_EQ(outcome(append(*b, {entry(1)})), kFenced);
  EXPECT_EQ(outcome(append(*a, {entry(1)})), "ok");
  // Over, but nobody came: it goes on, and has it again as the same epoch.
  EXPECT_EQ(outcome(append(*a, {entry(2)})), "ok");
  EXPECT_EQ(lead(*a, "a", 500), Epoch(1));
  EXPECT_EQ(lead(*b, "b", 510), Epoch(2));
  EXPECT_EQ(lead(*a, "a", 511), Epoch());
  EXPECT_EQ(lead(*a, "a", 520), Epoch(3));
}

void the_old_leader_is_fenced(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = opened(url), b = opened(url);
  EXPECT_EQ(lead(*a, "a", 0), Epoch(1));
  EXPECT_EQ(outcome(append(*a, {entry(1)})), "ok");
  EXPECT_EQ(lead(*b, "b", 10), Epoch(2));  // a is paused, and does not know
  EXPECT_EQ(outcome(append(*a, {entry(2)}, {job_row(1)})), kFenced);
  EXPECT_EQ(outcome(a->clear_projections()), kFenced);
  EXPECT_EQ(outcome(append(*b, {entry(2)})), "ok");
  EXPECT_EQ(outcome(append(*a, {entry(3)})), kFenced);
  EXPECT_EQ(outcome(append(*a, {})), kFenced);
  EXPECT_EQ(a->last().value(), 2u);
  EXPECT_EQ(place.query(url, "SELECT COUNT(*) FROM jobs"), std::vector<std::string>{"0"});
}

void a_restart_is_a_new_epoch(StorePlace& place) {
  const std::string url = place.new_url();
  auto a = opened(url);
  EXPECT_EQ(lead(*a, "a", 0), Epoch(1));
  const auto again = opened(url);
  EXPECT_EQ(lead(*again, "a", 1), Epoch(2));  // the lease is its own: no wait
  EXPECT_EQ(outcome(append(*a, {entry(1)})), kFenced);
  EXPECT_EQ(outcome(append(*again, {entry(1)})), "ok");
  a = opened(url);
  EXPECT_EQ(outcome(append(*a, {entry(2)})), kFenced);  // an epoch is not inherited
  EXPECT_EQ(lead(*a, "a", 2), Epoch(3));
}

void a_released_lease_is_free(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = opened(url), b = opened(url);
  EXPECT_EQ(lead(*a, "a", 0, 1000), Epoch(1));
  EXPECT_EQ(outcome(b->release_lead()), "ok");  // not its own: nothing happens
  EXPECT_EQ(lead(*b, "b", 1), Epoch());
  EXPECT_EQ(outcome(a->release_lead()), "ok");
  EXPECT_EQ(outcome(append(*a, {entry(1)})), kFenced);
  EXPECT_EQ(lead(*b, "b", 2, 1000), Epoch(2));
  EXPECT_EQ(outcome(a->release_lead()), "ok");
  EXPECT_EQ(outcome(append(*b, {entry(1)})), "ok");
  EXPECT_EQ(lead(*a, "a", 3), Epoch());
}

// ------------------------------------------------------------------------------------- record

void entries_come_back_as_they_went(StorePlace& place) {
  const std::string url = place.new_url();
  auto a = leader(url);
  EXPECT_EQ(a->last().value(), 0u);
  EXPECT_EQ(a->first().value(), 1u);
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  std::vector<Entry> wrote{entry(1, every), entry(2), entry(3, std::string(3 << 20, 'x'))};
  wrote[1].bytes.clear();
  wrote[1].at_ms = -5;
  EXPECT_EQ(outcome(append(*a, wrote)), "ok");
  EXPECT_EQ(outcome(append(*a, {})), "ok");
  wrote.push_back(entry(4));
  EXPECT_EQ(outcome(append(*a, {wrote[3]})), "ok");
  a = opened(url);
  const std::vector<Entry> read = all(*a);
  ASSERT_EQ(read.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(same(read[i], wrote[i])) << i;
  EXPECT_EQ(a->last().value(), 4u);
  EXPECT_EQ(a->first().value(), 1u);
}

void a_wrong_number_stores_nothing(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = leader(url);
  for (const std::uint64_t first : {2u, 0u, 7u})
    EXPECT_EQ(outcome(append(*a, entries(first, 2), {job_row(1)})),
              "entry " + std::to_string(first));
  EXPECT_EQ(outcome(append(*a, entries(1, 2))), "ok");
  for (const std::uint64_t first : {1u, 2u, 4u})
    EXPECT_EQ(outcome(append(*a, entries(first, 2), {job_row(1)})),
              "entry " + std::to_string(first));
  EXPECT_EQ(a->last().value(), 2u);
  EXPECT_EQ(place.query(url, "SELECT COUNT(*) FROM jobs"), std::vector<std::string>{"0"});
  EXPECT_DEATH((void)append(*a, {entry(3), entry(5)}), "CHECK failed");
}

void reading_stops_where_asked(StorePlace& place) {
  const auto a = leader(place.new_url());
  constexpr std::uint64_t kMany = 20'003;  // over the pages that it is read in
  for (std::uint64_t n = 1; n <= kMany; n += 5000)
    EXPECT_EQ(outcome(append(*a, entries(n, std::min<std::uint64_t>(5000, kMany - n + 1)))), "ok");
  EXPECT_EQ(all(*a).size(), kMany);
  EXPECT_EQ(all(*a, 10'000).size(), kMany - 10'000);
  EXPECT_EQ(all(*a, kMany).size(), 0u);
  EXPECT_EQ(all(*a, kMany + 5).size(), 0u);
  for (const std::uint64_t stop : {1u, 9'999u, 10'000u, 10'001u}) {
    std::uint64_t seen = 0;
    EXPECT_EQ(outcome(a->read(0,
                              [&](const Entry& e) {
                                EXPECT_EQ(e.number, ++seen);
                                return seen < stop;
                              })),
              "ok");
    EXPECT_EQ(seen, stop);
    EXPECT_EQ(a->last().value(), kMany);  // it can be used at once
  }
  EXPECT_EQ(outcome(append(*a, {entry(kMany + 1)})), "ok");
  EXPECT_DEATH((void)a->read(0, [&](const Entry&) { return static_cast<bool>(a->last()); }),
               "CHECK failed");
}

void a_gap_is_a_fault(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = leader(url);
  EXPECT_EQ(outcome(append(*a, entries(1, 9))), "ok");
  place.query(url, "DELETE FROM entries WHERE number = 5");
  std::uint64_t seen = 0;
  const Result<Done> done = a->read(0, [&](const Entry&) { return ++seen > 0; });
  EXPECT_EQ(outcome(done), "no entry 5");
  EXPECT_EQ(seen, 4u);
}

// ------------------------------------------------------------------------------------- projections

void the_last_row_of_a_key_wins(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = leader(url);
  EXPECT_EQ(
      outcome(append(*a, {entry(1)}, {job_row(7, "waiting"), job_row(3), job_row(7, "done")})),
      "ok");
  EXPECT_EQ(place.query(url, "SELECT job, state, name, member FROM jobs ORDER BY job"),
            (std::vector<std::string>{"3|running|학습 3|kisti", "7|done|학습 7|kisti"}));
  const std::array uses{UseRow{"2026-11", "b200", "sk", "kt", 5},
                        UseRow{"2026-11", "b200", "kt", "kt", 6},
                        UseRow{"2026-11", "b200", "sk", "kt", 7}};
  const std::array nodes{NodeRow{"ulsan", "n1", "b200", "up", "", 8},
                         NodeRow{"ulsan", "n1", "b200", "down", "no answer", 8}};
  const std::array jobs{job_row(3, "failed")};
  EXPECT_EQ(outcome(a->append({{}, jobs, uses, nodes})), "ok");
  EXPECT_EQ(place.query(url, "SELECT job, state FROM jobs ORDER BY job"),
            (std::vector<std::string>{"3|failed", "7|done"}));
  EXPECT_EQ(place.query(url, "SELECT month, pool, owner, member, gpu_ms FROM uses ORDER BY owner"),
            (std::vector<std::string>{"2026-11|b200|kt|kt|6", "2026-11|b200|sk|kt|7"}));
  EXPECT_EQ(place.query(url, "SELECT site, node, pool, state, reason, gpus FROM nodes"),
            (std::vector<std::string>{"ulsan|n1|b200|down|no answer|8"}));
  EXPECT_EQ(outcome(a->clear_projections()), "ok");
  EXPECT_EQ(place.query(url,
                        "SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM uses) + "
                        "(SELECT COUNT(*) FROM nodes)"),
            std::vector<std::string>{"0"});
  EXPECT_EQ(a->last().value(), 1u);
}

void no_name_keeps_the_record_out(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = leader(url);
  JobRow row = job_row(1);
  row.name = std::string("a\0b", 3) + "\xff" + "\xed\xa0\x80" + "'; DROP TABLE jobs --";
  EXPECT_EQ(outcome(append(*a, {entry(1)}, {row})), "ok");
  EXPECT_EQ(place.query(url, "SELECT name FROM jobs"),
            std::vector<std::string>{"a\xef\xbf\xbd"
                                     "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                     "'; DROP TABLE jobs --"});
}

void tables_are_read_as_of_an_entry(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = leader(url);
  std::vector<std::int64_t> jobs;
  const auto take = [&](const JobRow& row) { jobs.push_back(row.job); };
  EXPECT_EQ(a->read_jobs(take).value(), 0u);
  EXPECT_EQ(outcome(append(*a, entries(1, 2))), "ok");
  EXPECT_EQ(a->read_jobs(take).value(), 2u);
  EXPECT_TRUE(jobs.empty());
  JobRow last = job_row(12, "failed");
  last.reason = "why", last.ended_ms = 3000, last.attempts = 2, last.exit_code = 7;
  const std::vector<JobRow> rows{last, job_row(3)};
  const NodeRow node{"ulsan", "n1", "h100", "down", "dust", 8};
  const std::vector<Entry> more = entries(3, 2);
  EXPECT_EQ(outcome(a->append({more, rows, {}, {&node, 1}})), "ok");
  auto b = open_store_read_only(url);
  ASSERT_TRUE(b);
  std::vector<JobRow> read;
  EXPECT_EQ(b.value()->read_jobs([&](const JobRow& row) { read.push_back(row); }).value(), 4u);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].job, 3);
  const JobRow& r = read[1];
  EXPECT_EQ(
      std::tie(r.job, r.name, r.member, r.account, r.user, r.state, r.reason, r.site, r.nodes),
      std::tie(last.job, last.name, last.member, last.account, last.user, last.state, last.reason,
               last.site, last.nodes));
  EXPECT_EQ(std::tie(r.gpus, r.submitted_ms, r.started_ms, r.ended_ms, r.attempts, r.exit_code),
            std::tie(last.gpus, last.submitted_ms, last.started_ms, last.ended_ms, last.attempts,
                     last.exit_code));
  std::vector<NodeRow> nodes;
  EXPECT_EQ(b.value()->read_nodes([&](const NodeRow& row) { nodes.push_back(row); }).value(), 4u);
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(std::tie(nodes[0].site, nodes[0].node, nodes[0].pool, nodes[0].state, nodes[0].reason,
                     nodes[0].gpus),
            std::tie(node.site, node.node, node.pool, node.state, node.reason, node.gpus));
  EXPECT_EQ(outcome(a->save({4, "all"})), "ok");
  EXPECT_EQ(outcome(a->truncate(4)), "ok");
  EXPECT_EQ(b.value()->read_jobs(take).value(), 4u);
}

// ------------------------------------------------------------------------------------- snapshots

std::string noise(std::size_t size, std::uint64_t seed) {
  Stream stream(seed, "noise", 0);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(stream.next());
  return out;
}

void a_snapshot_replaces_the_older(StorePlace& place) {
  const std::string url = place.new_url();
  auto a = leader(url);
  EXPECT_EQ(outcome(append(*a, entries(1, 9))), "ok");
  EXPECT_FALSE(a->newest().value());
  constexpr std::size_t kMiB = 1 << 20;
  std::uint64_t number = 0;
  for (const std::size_t size : {0ul, 1ul, kMiB - 1, kMiB, kMiB + 1, 9 * kMiB, 5 * kMiB + 77}) {
    const std::string bytes = noise(size, size);
    EXPECT_EQ(outcome(a->save({++number, bytes})), "ok");
    const auto back = a->newest();
    ASSERT_TRUE(back && back.value());
    EXPECT_EQ(back.value()->number, number);
    EXPECT_TRUE(back.value()->bytes == bytes) << size;
  }
  EXPECT_EQ(outcome(a->save({7, "again"})), "ok");  // of the same number
  EXPECT_EQ(outcome(a->save({6, "older"})), "one of 6");
  EXPECT_EQ(outcome(a->save({10, "of what is not there"})), "one of 10");
  a = opened(url);
  EXPECT_EQ(a->newest().value()->bytes, "again");
  EXPECT_EQ(place.query(url, "SELECT COUNT(*) FROM snapshots"), std::vector<std::string>{"1"});
  EXPECT_EQ(place.query(url, "SELECT COUNT(*) FROM snapshot_chunks"),
            std::vector<std::string>{"1"});
}

void an_unfinished_snapshot_is_none(StorePlace& place) {
  const std::string url = place.new_url();
  const auto a = leader(url);
  EXPECT_EQ(outcome(append(*a, entries(1, 9))), "ok");
  EXPECT_EQ(outcome(a->save({2, "whole"})), "ok");
  place.query(url, "INSERT INTO snapshots VALUES (99, 5, 3, 0)");  // a hub crashed here
  EXPECT_EQ(a->newest().value()->bytes, "whole");
  EXPECT_EQ(outcome(a->truncate(5)), "one of 2");
  EXPECT_EQ(outcome(a->save({4, "whole too"})), "ok");
  EXPECT_EQ(place.query(url, "SELECT number, complete FROM snapshots"),
            std::vector<std::string>{"4|1"});
  place.query(url, "UPDATE snapshots SET size = size + 1");
  EXPECT_EQ(outcome(a->newest()), "a snapshot of 10 bytes with 9");
}

void truncation_takes_a_prefix(StorePlace& place) {
  const std::string url = place.new_url();
  auto a = leader(url);
  constexpr std::uint64_t kMany = 10'030;  // more than one transaction takes
  EXPECT_EQ(outcome(append(*a, entries(1, kMany))), "ok");
  EXPECT_EQ(outcome(a->truncate(1)), "none");  // no snapshot
  EXPECT_EQ(outcome(a->truncate(0)), "ok");
  EXPECT_EQ(outcome(a->save({10'020, "s"})), "ok");
  EXPECT_EQ(outcome(a->truncate(10'021)), "one of 10020");
  EXPECT_EQ(a->first().value(), 1u);
  EXPECT_EQ(outcome(a->truncate(3)), "ok");
  EXPECT_EQ(a->first().value(), 4u);
  EXPECT_EQ(outcome(a->truncate(10'020)), "ok");
  EXPECT_EQ(outcome(a->truncate(8)), "ok");  // is gone already
  EXPECT_EQ(a->first().value(), 10'021u);
  EXPECT_EQ(a->last().value(), kMany);
  EXPECT_EQ(all(*a).size(), 10u);
  EXPECT_EQ(outcome(a->save({kMany, "t"})), "ok");
  EXPECT_EQ(outcome(a->truncate(kMany)), "ok");
  a = leader(url);
  EXPECT_EQ(a->last().value(), kMany);  // nothing is left, and the numbers go on
  EXPECT_EQ(a->first().value(), kMany + 1);
  EXPECT_EQ(outcome(append(*a, {entry(1)})), "entry 1");
  EXPECT_EQ(outcome(append(*a, {entry(kMany + 1)})), "ok");
  EXPECT_EQ(a->first().value(), kMany + 1);
}

// ------------------------------------------------------------------------------------- opening

constexpr std::array kTwoSteps{
    SchemaStep{1, ""},  // replaced by the real one
    SchemaStep{2,
               "ALTER TABLE jobs ADD COLUMN cost_krw {int} NOT NULL DEFAULT 0;"
               "CREATE TABLE later (id {int} PRIMARY KEY, bytes {bytes} NOT NULL) {strict};"
               "INSERT INTO later SELECT number, bytes FROM entries;"}};

void an_older_schema_is_brought_up_to_date(StorePlace& place) {
  const std::string url = place.new_url();
  const SchemaStep first = schema_steps()[0];
  const std::array one{first};
  const std::array broken{first, SchemaStep{2, "CREATE TABLE later (id {int}); SELECT nonsense;"}};
  const std::array two{first, kTwoSteps[1]};
  auto old = open_store_with(url, Access::read_write, one);
  ASSERT_TRUE(old) << to_string(old.fault());
  EXPECT_EQ(lead(*old.value(), "a", 0, 1000), Epoch(1));
  EXPECT_EQ(outcome(append(*old.value(), entries(1, 3), {job_row(1)})), "ok");
  // A step that fails leaves all as it was.
  EXPECT_FALSE(open_store_with(url, Access::read_write, broken));
  EXPECT_EQ(place.query(url, "SELECT schema FROM dure_store"), std::vector<std::string>{"1"});
  EXPECT_EQ(outcome(append(*old.value(), {entry(4)})), "ok");
  // Reading only changes nothing, so it cannot.
  EXPECT_EQ(outcome(open_store_with(url, Access::read_only, two)), "schema 1");

  const auto now = open_store_with(url, Access::read_write, two);
  ASSERT_TRUE(now) << to_string(now.fault());
  EXPECT_EQ(place.query(url, "SELECT schema FROM dure_store"), std::vector<std::string>{"2"});
  EXPECT_EQ(place.query(url, "SELECT job, cost_krw FROM jobs"), std::vector<std::string>{"1|0"});
  EXPECT_EQ(place.query(url, "SELECT COUNT(*) FROM later"), std::vector<std::string>{"4"});
  EXPECT_EQ(all(*now.value()).size(), 4u);
  // The hub that runs the older version is out, and cannot come in again.
  EXPECT_EQ(outcome(append(*old.value(), {entry(5)})), kFenced);
  EXPECT_EQ(outcome(old.value()->lead("a", 2000, 10)), "schema 2");
  const auto refused = open_store_with(url, Access::read_write, one);
  EXPECT_EQ(outcome(refused), "schema 2");
  EXPECT_NE(refused.fault().hint.find("newer dure"), std::string::npos);
  EXPECT_EQ(lead(*now.value(), "b", 2000), Epoch(2));
  EXPECT_EQ(outcome(append(*now.value(), {entry(5)})), "ok");
}

void reading_only_changes_nothing(StorePlace& place) {
  const std::string url = place.new_url();
  EXPECT_FALSE(open_store_read_only(url));  // there is none, and none is made
  EXPECT_FALSE(open_store_read_only(url));
  const auto a = leader(url);
  EXPECT_EQ(outcome(append(*a, entries(1, 5))), "ok");
  EXPECT_EQ(outcome(a->save({2, "snapshot"})), "ok");
  const auto reader = open_store_read_only(url);
  ASSERT_TRUE(reader) << to_string(reader.fault());
  Store& r = *reader.value();
  EXPECT_EQ(outcome(r.lead("r", 9'999'999, 10)), kReadOnly);
  EXPECT_EQ(outcome(append(r, {entry(6)})), kReadOnly);
  EXPECT_EQ(outcome(r.save({3, ""})), kReadOnly);
  EXPECT_EQ(outcome(r.truncate(1)), kReadOnly);
  EXPECT_EQ(outcome(r.clear_projections()), kReadOnly);
  EXPECT_EQ(outcome(r.probe()), kReadOnly);
  EXPECT_EQ(all(r).size(), 5u);
  EXPECT_EQ(r.newest().value()->bytes, "snapshot");
  EXPECT_EQ(outcome(append(*a, {entry(6)})), "ok");  // the hub goes on beside it
  EXPECT_EQ(r.last().value(), 6u);
  EXPECT_EQ(outcome(a->probe()), "ok");
  EXPECT_EQ(outcome(a->probe()), "ok");
}

// ------------------------------------------------------------------------------------- crash

// A writer that is killed: what it had told us was stored is there, and no entry is half there.
void a_killed_writer_loses_nothing(StorePlace& place) {
  const std::string url = place.new_url();
  for (int round = 0; round < 3; ++round) {
    std::array<int, 2> told{};
    ASSERT_EQ(::pipe(told.data()), 0);
    const pid_t parent = ::getpid(), child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      auto store = open_store(url);
      if (!store || !store.value()->lead("writer", 0, 1)) ::_exit(1);
      for (std::uint64_t n = store.value()->last().value();;) {
        const std::uint64_t count = 1 + n % 7;
        if (!append(*store.value(), entries(n + 1, count), {job_row(1), job_row(2)})) ::_exit(1);
        n += count;
        if (::write(told[1], &n, sizeof n) != sizeof n) ::_exit(1);
      }
    }
    ::close(told[1]);
    std::uint64_t acknowledged = 0;
    const int acks = 40 + 33 * round;
    for (int i = 0; i < acks; ++i)
      ASSERT_EQ(::read(told[0], &acknowledged, sizeof acknowledged),
                static_cast<ssize_t>(sizeof acknowledged));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    std::uint64_t more = 0;
    while (::read(told[0], &more, sizeof more) == static_cast<ssize_t>(sizeof more))
      acknowledged = more;
    ::close(told[0]);

    const auto a = leader(url, "writer");
    const std::vector<Entry> read = all(*a);
    EXPECT_GE(read.size(), acknowledged);
    EXPECT_EQ(a->last().value(), read.size());
    for (std::size_t i = 0; i < read.size(); ++i) ASSERT_TRUE(same(read[i], entry(i + 1))) << i;
    EXPECT_EQ(outcome(append(*a, {entry(read.size() + 1)})), "ok");
  }
}

// ------------------------------------------------------------------------------------- model

// What a Store is, in memory.
struct Model {
  struct Side {
    std::string holder;
    std::int64_t epoch = 0;  // 0: none
  };
  std::string holder;
  std::int64_t epoch = 0, until = 0;
  std::vector<Entry> entries;  // all, also those truncated
  std::uint64_t truncated = 0;
  std::optional<Snapshot> snapshot;
  std::array<Side, 3> sides;

  Epoch lead(Side& side, std::int64_t now, std::int64_t for_ms) {
    const bool ours = side.epoch != 0 && side.epoch == epoch && side.holder == holder;
    if (!ours && !holder.empty() && holder != side.holder && until > now) {
      side.epoch = 0;
      return {};
    }
    if (!ours) side.epoch = ++epoch;
    holder = side.holder, until = now + for_ms;
    return side.epoch;
  }
  void release(Side& side) {
    if (side.epoch != 0 && side.epoch == epoch) holder.clear(), until = 0;
    side.epoch = 0;
  }
  std::string append(const Side& side, const std::vector<Entry>& more) {
    if (side.epoch == 0 || side.epoch != epoch) return std::string(kFenced);
    if (!more.empty() && more[0].number != entries.size() + 1)
      return "entry " + std::to_string(more[0].number);
    entries.insert(entries.end(), more.begin(), more.end());
    return "ok";
  }
};

void one_life(StorePlace& place, std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const std::string url = place.new_url();
  Stream draw(seed, "store/model", 0);
  Model model;
  std::array<std::unique_ptr<Store>, 3> stores;
  for (std::size_t i = 0; i < 3; ++i)
    stores[i] = opened(url), model.sides[i].holder = i == 0 ? "a" : "b";  // two of one name
  std::int64_t now = 0;
  for (int step = 0; step < 80 && !testing::Test::HasFailure(); ++step) {
    now += static_cast<std::int64_t>(draw.below(4));
    const std::size_t i = draw.below(3);
    Store& store = *stores[i];
    Model::Side& side = model.sides[i];
    const std::uint64_t last = model.entries.size();
    switch (draw.below(8)) {
      case 0:
      case 1: EXPECT_EQ(lead(store, side.holder, now), model.lead(side, now, 10)); break;
      case 2:
      case 3:
      case 4: {
        const std::uint64_t first = draw.below(6) == 0 ? draw.below(last + 3) : last + 1;
        const std::vector<Entry> more = entries(first, draw.below(5));
        EXPECT_EQ(outcome(append(store, more, {job_row(step)})), model.append(side, more));
        break;
      }
      case 5: {
        const Snapshot snapshot{draw.below(last + 2), noise(draw.below(3000), draw.next())};
        const bool good = snapshot.number <= last &&
                          (!model.snapshot || model.snapshot->number <= snapshot.number);
        EXPECT_EQ(outcome(store.save(snapshot)),
                  good ? "ok" : "one of " + std::to_string(snapshot.number));
        if (good) model.snapshot = snapshot;
        break;
      }
      case 6: {
        const std::uint64_t up_to = draw.below(last + 2);
        const bool good = up_to <= (model.snapshot ? model.snapshot->number : 0);
        EXPECT_EQ(static_cast<bool>(store.truncate(up_to)), good);
        if (good) model.truncated = std::max(model.truncated, up_to);
        break;
      }
      case 7:
        if (draw.below(2) == 0) {
          EXPECT_EQ(outcome(store.release_lead()), "ok");
          model.release(side);
        } else {
          stores[i] = opened(url);
          side.epoch = 0;
        }
        break;
      default: break;
    }
    Store& eyes = *stores[draw.below(3)];
    const std::uint64_t count = model.entries.size();
    EXPECT_EQ(eyes.last().value(), count);
    EXPECT_EQ(eyes.first().value(), model.truncated + 1);
    const auto newest = eyes.newest();
    ASSERT_TRUE(newest);
    ASSERT_EQ(newest.value().has_value(), model.snapshot.has_value());
    if (model.snapshot) {
      EXPECT_EQ(newest.value()->bytes, model.snapshot->bytes);
    }
    const std::uint64_t after = draw.below(count + 1);
    const std::vector<Entry> read = all(eyes, after);
    const std::uint64_t start = std::max(after, model.truncated);
    ASSERT_EQ(read.size(), count - start);
    for (std::size_t k = 0; k < read.size(); ++k)
      EXPECT_TRUE(same(read[k], model.entries[start + k]));
  }
}

void it_is_what_the_model_says(StorePlace& place) {
  for (int seed = 1; seed <= place.lives(); ++seed)
    one_life(place, static_cast<std::uint64_t>(seed));
}

constexpr std::array kCases{
    StoreCase{"OneLeads", one_leads},
    StoreCase{"TheOldLeaderIsFenced", the_old_leader_is_fenced},
    StoreCase{"ARestartIsANewEpoch", a_restart_is_a_new_epoch},
    StoreCase{"AReleasedLeaseIsFree", a_released_lease_is_free},
    StoreCase{"EntriesComeBackAsTheyWent", entries_come_back_as_they_went},
    StoreCase{"AWrongNumberStoresNothing", a_wrong_number_stores_nothing},
    StoreCase{"ReadingStopsWhereAsked", reading_stops_where_asked},
    StoreCase{"AGapIsAFault", a_gap_is_a_fault},
    StoreCase{"TheLastRowOfAKeyWins", the_last_row_of_a_key_wins},
    StoreCase{"TablesAreReadAsOfAnEntry", tables_are_read_as_of_an_entry},
    StoreCase{"NoNameKeepsTheRecordOut", no_name_keeps_the_record_out},
    StoreCase{"ASnapshotReplacesTheOlder", a_snapshot_replaces_the_older},
    StoreCase{"AnUnfinishedSnapshotIsNone", an_unfinished_snapshot_is_none},
    StoreCase{"TruncationTakesAPrefix", truncation_takes_a_prefix},
    StoreCase{"AnOlderSchemaIsBroughtUpToDate", an_older_schema_is_brought_up_to_date},
    StoreCase{"ReadingOnlyChangesNothing", reading_only_changes_nothing},
    StoreCase{"AKilledWriterLosesNothing", a_killed_writer_loses_nothing},
    StoreCase{"ItIsWhatTheModelSays", it_is_what_the_model_says},
};

}  // namespace

std::span<const StoreCase> store_cases() { return kCases; }

}  // namespace dure
