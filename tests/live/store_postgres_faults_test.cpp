// What can happen to a store on a server: it restarts, hangs, fills up, turns read-only.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include <libpq-fe.h>

#include "postgres_server.h"
#include "small_disk.h"
#include "store_suite.h"

namespace dure {
namespace {

using Lines = std::vector<std::string>;

bool comes_true(const std::function<bool()>& wish) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!wish()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

void a_server_restarts(PostgresServer& server) {
  SCOPED_TRACE("a server restarts");
  server.query("CREATE SCHEMA restarts");
  const std::string url = server.url("restarts");
  const auto a = leader(url);
  EXPECT_EQ(outcome(append(*a, entries(1, 1))), "ok");
  // While nobody looked: the next call, a write or a read, does not even notice. What the old
  // server said last may be unread still, and then libpq calls the lost connection a good one; five
  // times, since it is not always so. No retry here: begin() and a read's start make a connection
  // anew by themselves (database.h, invariant 2), and the server has told that it is ready.
  for (std::uint64_t n = 2; n <= 6; ++n) {
    server.kill(), server.start();
    ASSERT_EQ(server.problem(), "");
    EXPECT_EQ(outcome(append(*a, {entry(n)})), "ok");
    server.kill(), server.start();
    ASSERT_EQ(server.problem(), "");
    EXPECT_EQ(all(*a).size(), n);
  }
  // While it is away: a Fault each time, then it goes on as the same epoch.
  server.kill();
  EXPECT_EQ(outcome(append(*a, {entry(7)})), kStoreDown);
  EXPECT_EQ(outcome(append(*a, {entry(7)})), kStoreDown);
  EXPECT_EQ(outcome(a->last()), kStoreDown);
  EXPECT_EQ(outcome(a->probe()), kStoreDown);
  EXPECT_EQ(outcome(open_store(url)), kStoreDown);
  server.start();
  ASSERT_EQ(server.problem(), "");
  EXPECT_EQ(a->last().value(), 6u);
  EXPECT_EQ(outcome(append(*a, {entry(7)})), "ok");
  EXPECT_EQ(all(*a).size(), 7u);
}

// The connection goes in the middle of reading: a Fault, not a shorter record.
void a_connection_is_cut(PostgresServer& server) {
  SCOPED_TRACE("a connection is cut");
  server.query("CREATE SCHEMA cut");
  const auto a = leader(server.url("cut"));
  std::vector<Entry> large;
  for (std::uint64_t n = 1; n <= 9; ++n) large.push_back(entry(n, std::string(4 << 20, 'x')));
  EXPECT_EQ(outcome(append(*a, large)), "ok");
  std::uint64_t seen = 0;
  const Result<Done> done = a->read(0, [&](const Entry& e) {
    if (e.number == 1)
      server.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
          "WHERE application_name = 'dure' AND pid <> pg_backend_pid()");
    return ++seen < 100;
  });
  EXPECT_EQ(outcome(done), kStoreDown);
  EXPECT_LT(seen, 9u);
  EXPECT_EQ(outcome(append(*a, {entry(10)})), "ok");
}

// An old leader is in the middle of an append: the new one waits for its end, and sees it.
void a_new_leader_waits(PostgresServer& server) {
  SCOPED_TRACE("a new leader waits");
  server.query("CREATE SCHEMA waits");
  const std::string url = server.url("waits");
  const auto a = leader(url, "a");
  EXPECT_EQ(outcome(append(*a, {entry(1)})), "ok");
  const std::unique_ptr<PGconn, void (*)(PGconn*)> old(PQconnectdb(url.c_str()), PQfinish);
  PQclear(PQexec(old.get(),
                 "BEGIN; SELECT * FROM dure_store FOR UPDATE;"
                 "INSERT INTO entries VALUES (2, 5, 1, 'x')"));
  const auto b = open_store(url);
  ASSERT_TRUE(b);
  std::optional<std::int64_t> epoch;
  std::thread waits([&] {
    const auto led = b.value()->lead("b", 5'000'000, 1000);
    if (led) epoch = led.value();
  });
  EXPECT_TRUE(comes_true([&] {
    return server.query("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") ==
           Lines{"1"};
  }));
  PQclear(PQexec(old.get(), "COMMIT"));
  waits.join();
  EXPECT_EQ(epoch, std::optional<std::int64_t>(2));
  EXPECT_EQ(b.value()->last().value(), 2u);
  EXPECT_EQ(outcome(append(*a, {entry(3)})), kFenced);
}

// A new leader is just taking over: the old one's append waits for it, and is fenced. Without the
// lock it would see the epoch of before, and store behind the new leader's back.
void an_old_leader_waits(PostgresServer& server) {
  SCOPED_TRACE("an old leader waits");
  server.query("CREATE SCHEMA old_waits");
  const std::string url = server.url("old_waits");
  const auto a = leader(url, "a");
  EXPECT_EQ(outcome(append(*a, {entry(1)})), "ok");
  const std::unique_ptr<PGconn, void (*)(PGconn*)> next(PQconnectdb(url.c_str()), PQfinish);
  PQclear(PQexec(next.get(), "BEGIN; UPDATE dure_store SET holder = 'b', epoch = epoch + 1"));
  std::string found;
  std::thread waits([&] { found = outcome(append(*a, {entry(2)})); });
  EXPECT_TRUE(comes_true([&] {
    return server.query("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") ==
           Lines{"1"};
  }));
  PQclear(PQexec(next.get(), "COMMIT"));
  waits.join();
  EXPECT_EQ(found, kFenced);
  EXPECT_EQ(a->last().value(), 1u);
}

void a_server_is_read_only(PostgresServer& server) {
  SCOPED_TRACE("a server is read only");
  server.query("CREATE SCHEMA readonly");
  const std::string url = server.url("readonly");
  auto a = leader(url);
  server.query("ALTER SYSTEM SET default_transaction_read_only = on");
  server.query("SELECT pg_reload_conf()");
  EXPECT_TRUE(comes_true([&] { return outcome(a->probe()) == kReadOnly; }));
  EXPECT_EQ(outcome(append(*a, {entry(1)})), kReadOnly);
  EXPECT_EQ(outcome(a->lead("hub-a", 5, 5)), kReadOnly);
  EXPECT_TRUE(open_store_read_only(url));
  server.query("ALTER SYSTEM RESET default_transaction_read_only");  // allowed: no transaction
  server.query("SELECT pg_reload_conf()");
  EXPECT_TRUE(comes_true([&] { return outcome(a->probe()) == "ok"; }));
  EXPECT_EQ(outcome(append(*a, {entry(1)})), "ok");
}

void a_disk_is_full(PostgresServer& server, SmallDisk& disk, const std::string& folder) {
  SCOPED_TRACE("a disk is full");
  server.give(folder);
  server.query("CREATE SCHEMA full_disk");
  EXPECT_EQ(server.query("CREATE TABLESPACE small LOCATION '" + folder + "'"), Lines{});
  const auto a = leader(server.url("full_disk", "small"));
  std::uint64_t count = 0;
  std::string found = "ok";
  for (; found == "ok" && count < 100'000; count += found == "ok" ? 500 : 0)
    found = outcome(append(*a, entries(count + 1, 500), {job_row(1)}));
  EXPECT_EQ(found, kStoreFull);
  EXPECT_EQ(a->last().value(), count);
  EXPECT_EQ(outcome(a->save({count, std::string(8 << 20, '\x5a')})), kStoreFull);
  EXPECT_EQ(all(*a).size(), count);
  EXPECT_TRUE(disk.resize("64m"));
  EXPECT_EQ(outcome(a->probe()), "ok");
  EXPECT_EQ(outcome(append(*a, entries(count + 1, 500))), "ok");
  EXPECT_EQ(all(*a).size(), count + 500);
}

TEST(StorePostgres, WithstandsItsServer) {
  const TempFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0711));
  SmallDisk disk(folder / "disk", "6m");
  PostgresServer server;
  ASSERT_EQ(server.problem(), "");
  // What does not fit is refused when it opens.
  server.query("CREATE SCHEMA other");
  server.query("CREATE TABLE jobs (id INTEGER)", "other");
  const auto other = open_store(server.url("other"));
  ASSERT_FALSE(other);
  EXPECT_NE(other.fault().hint.find("CREATE SCHEMA"), std::string::npos);
  EXPECT_EQ(server.query("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'other'"), Lines{"1"});
  EXPECT_EQ(outcome(open_store(server.url("no_such_schema"))), "none in the search_path");
  server.query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 STRATEGY file_copy");
  std::string latin = server.url();
  latin.replace(latin.rfind("/postgres"), 9, "/latin");
  EXPECT_EQ(outcome(open_store(latin)), "LATIN1");

  a_server_restarts(server);
  a_connection_is_cut(server);
  a_new_leader_waits(server);
  an_old_leader_waits(server);
  a_server_is_read_only(server);
  if (disk.ok())
    a_disk_is_full(server, disk, folder / "disk");
  else
    GTEST_LOG_(INFO) << "no mount here: KnowsWhatItsErrorsMean alone tests a full disk";
}

}  // namespace
}  // namespace dure
