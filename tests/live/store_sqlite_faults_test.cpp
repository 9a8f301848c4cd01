// What can happen to a store in a file: damage, torn writes, full and read-only disks.
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/stream.h"
#include "small_disk.h"
#include "store_suite.h"
#include "temp_folder.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::stringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}
void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}
std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> out;
  for (const auto& e : fs::directory_iterator(folder)) out.insert(e.path().filename());
  return out;
}

// No file of this process may grow beyond it: write() fails as on a disk that is full.
class FileLimit {
 public:
  FileLimit() { ::getrlimit(RLIMIT_FSIZE, &before_), old_ = ::signal(SIGXFSZ, SIG_IGN); }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  ~FileLimit() { lift(), ::signal(SIGXFSZ, old_); }
  void set(rlim_t bytes) {
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  void lift() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
  sighandler_t old_ = SIG_DFL;
};

void expect_prefix(const std::string& url, std::uint64_t least, std::uint64_t most) {
  const auto store = leader(url);
  const std::vector<Entry> read = all(*store);
  EXPECT_GE(read.size(), least);
  EXPECT_LE(read.size(), most);
  for (std::size_t i = 0; i < read.size(); ++i) ASSERT_TRUE(same(read[i], entry(i + 1)));
  EXPECT_EQ(outcome(append(*store, {entry(read.size() + 1)})), "ok");
}

TEST(StoreFile, IsItsOwnersAlone) {
  const TempFolder folder;
  const std::string path = folder / "a ?#%.db";
  {
    const auto store = leader("sqlite:" + path);
    EXPECT_EQ(outcome(append(*store, {entry(1)})), "ok");
    for (const char* end : {"", "-wal", "-shm"}) {
      struct stat info {};
      ASSERT_EQ(::stat((path + end).c_str(), &info), 0) << end;
      EXPECT_EQ(info.st_mode & 0777, 0600u) << end;
    }
  }
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"a ?#%.db"});
  EXPECT_EQ(read_file(path).substr(68, 4), "Dure");
}

TEST(StoreFile, WhatIsNoStoreIsRefused) {
  const TempFolder folder;
  const std::string good = folder / "good.db";
  {
    const auto store = leader("sqlite:" + good);
    EXPECT_EQ(outcome(append(*store, entries(1, 3000))), "ok");
  }
  const std::string bytes = read_file(good);
  std::string other_page_size = bytes, no_magic = bytes, newer = bytes;
  other_page_size[16] = '\x03', no_magic[0] = 'X', newer[18] = newer[19] = '\x09';
  const std::string bad = folder / "bad.db";
  for (const std::string& content :
       {std::string("name,gpus\nn1,8\n"), std::string("x"), std::string(100'000, '\0'),
        bytes.substr(0, bytes.size() / 2), bytes.substr(0, 4096), bytes.substr(0, 50),
        bytes.substr(0, bytes.size() - 5000), other_page_size, no_magic, newer}) {
    for (const char* end : {"-wal", "-shm"}) fs::remove(bad + end);
    write_file(bad, content);
    for (const auto open : {open_store, open_store_read_only}) {
      const auto store = open("sqlite:" + bad);
      ASSERT_FALSE(store) << content.size();
      EXPECT_NE(store.fault().expected, "");
      EXPECT_NE(store.fault().hint, "");
    }
    EXPECT_TRUE(read_file(bad) == content) << content.size();  // nor is it touched
  }
  EXPECT_EQ(outcome(open_store("sqlite:" + folder.path())), "a folder");
  EXPECT_FALSE(open_store("sqlite:" + (folder / "missing/store.db")));
  EXPECT_FALSE(open_store("sqlite:" + good + "/store.db"));

  sqlite3* db = nullptr;
  sqlite3_open((folder / "other.db").c_str(), &db);
  sqlite3_exec(db, "CREATE TABLE jobs (id)", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  EXPECT_EQ(outcome(open_store("sqlite:" + (folder / "other.db"))),
            "a database of another program");
}

// Any damage is a Fault somewhere or changes bytes we hand on; it is never a crash or a loop.
TEST(StoreFile, DamageIsAFaultNotACrash) {
  const TempFolder folder;
  const std::string good = folder / "good.db", bad = folder / "bad.db";
  {
    const auto store = leader("sqlite:" + good);
    EXPECT_EQ(outcome(append(*store, entries(1, 2000), {job_row(1), job_row(2)})), "ok");
    EXPECT_EQ(outcome(store->save({1000, std::string(50'000, 's')})), "ok");
  }
  const std::string bytes = read_file(good);
  int faults = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stream draw(seed, "damage", 0);
    std::string content = bytes;
    const std::size_t length = 1 + draw.below(5000), at = draw.below(content.size() - length);
    for (std::size_t i = 0; i < length; ++i) content[at + i] = static_cast<char>(draw.next());
    for (const char* end : {"-wal", "-shm"}) fs::remove(bad + end);
    write_file(bad, content);
    const auto opened = open_store("sqlite:" + bad);
    if (!opened) {
      ++faults;
      continue;
    }
    Store& store = *opened.value();
    std::uint64_t count = 0;
    const bool whole = store.lead("a", 0, 10) && store.newest() && store.last() && store.first() &&
                       store.read(0, [&](const Entry&) { return ++count <= 2000; }) &&
                       store.truncate(900) &&
                       append(store, {entry(2001)}, {job_row(2), job_row(3)});
    faults += whole ? 0 : 1;
    EXPECT_LE(count, 2000u);
  }
  EXPECT_GT(faults, 20);
}

// The log of a machine that lost its power: cut anywhere, it gives whole appends and no half ones.
TEST(StoreFile, ATornLogGivesAPrefix) {
  const TempFolder folder;
  const std::string path = folder / "a.db", torn = folder / "torn.db";
  const auto store = leader("sqlite:" + path);
  std::uint64_t count = 0;
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(outcome(append(*store, entries(count + 1, 3), {job_row(i)})), "ok");
    count += 3;
  }
  const std::string file = read_file(path), log = read_file(path + "-wal");
  ASSERT_GT(log.size(), 100'000u);
  std::uint64_t shortest = count;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stream draw(seed, "torn", 0);
    // Cut, or with a tail that was never written, but not before there was a schema.
    const std::size_t cut = log.size() / 2 + draw.below(log.size() / 2);
    write_file(torn, file);
    write_file(torn + "-wal",
               log.substr(0, cut) + std::string(draw.below(2) == 0 ? 0 : log.size() - cut, '\0'));
    fs::remove(torn + "-shm");
    std::uint64_t there = 0;
    {
      const auto reader = open_store("sqlite:" + torn);
      ASSERT_TRUE(reader) << to_string(reader.fault());
      there = reader.value()->last().value();
    }
    EXPECT_EQ(there % 3, 0u);
    shortest = std::min(shortest, there);
    expect_prefix("sqlite:" + torn, there, there);
  }
  EXPECT_LT(shortest, count);
}

TEST(StoreFile, AFullDiskTakesNothingAndThenGoesOn) {
  const TempFolder folder;
  const SmallDisk disk(folder / "disk", "12m");
  if (!disk.ok()) GTEST_LOG_(INFO) << "no mount: AWriteThatFails… alone tests it";
  if (!disk.ok()) return;
  const std::string url = "sqlite:" + (folder / "disk/a.db"), filler = folder / "disk/filler";
  const auto store = leader(url);
  std::uint64_t count = 0;
  const auto fill = [&] {  // until it is full; the code of the first Fault
    for (;;) {
      std::vector<Entry> more;
      for (std::uint64_t i = 1; i <= 20; ++i) more.push_back(entry(count + i));
      const Result<Done> done = append(*store, more, {job_row(1), job_row(2)});
      if (!done) return done.fault().found;
      count += 20;
      if (count > 1'000'000) return std::string("never");
    }
  };
  EXPECT_EQ(outcome(append(*store, entries(1, 20))), "ok");
  count = 20;
  for (int round = 0; round < 3; ++round) {
    // Somebody else's file takes the rest of the disk.
    std::ofstream other(filler);
    for (const std::string block(4096, 'f'); other.write(block.data(), 4096).flush();) {
    }
    other.close();
    EXPECT_EQ(fill(), kStoreFull);
    EXPECT_EQ(outcome(append(*store, entries(count + 1, 5000))), kStoreFull);
    EXPECT_EQ(outcome(store->save({count, std::string(100'000, 's')})), kStoreFull);
    EXPECT_EQ(store->last().value(), count);
    EXPECT_EQ(all(*store).size(), count);
    fs::remove(filler);
    EXPECT_EQ(outcome(store->probe()), "ok");
    EXPECT_EQ(outcome(append(*store, {entry(count + 1)})), "ok");
    ++count;
  }
  expect_prefix(url, count, count);
}

TEST(StoreFile, AWriteThatFailsTakesNothingAndThenGoesOn) {
  const TempFolder folder;
  const std::string path = folder / "a.db", url = "sqlite:" + path;
  const auto store = leader(url);
  FileLimit limit;
  std::uint64_t count = 0;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(outcome(append(*store, {entry(++count)})), "ok");
    EXPECT_EQ(outcome(store->save({count, "small"})), "ok");
    std::vector<Entry> large;
    for (std::uint64_t i = 1; i <= 12; ++i)
      large.push_back(entry(count + i, std::string(1 << 20, 'x')));
    limit.set(6 << 20);
    EXPECT_EQ(outcome(append(*store, large)), kStoreFull);
    // In the middle of a snapshot: the old one stays.
    EXPECT_EQ(outcome(store->save({count, std::string(16 << 20, 's')})), kStoreFull);
    EXPECT_EQ(store->newest().value()->bytes, "small");
    EXPECT_EQ(store->last().value(), count);
    limit.set(4096);  // not even a page
    EXPECT_EQ(outcome(append(*store, large)), kStoreFull);
    limit.lift();
    EXPECT_EQ(store->last().value(), count);
    EXPECT_EQ(outcome(store->probe()), "ok");
  }
  EXPECT_EQ(outcome(append(*store, {entry(++count)})), "ok");
  EXPECT_EQ(outcome(store->save({count, std::string(3 << 20, 't')})), "ok");
  EXPECT_EQ(store->newest().value()->bytes.size(), 3u << 20);
  expect_prefix(url, count, count);
}

TEST(StoreFile, AReadOnlyDiskIsReadOnly) {
  const TempFolder folder;
  SmallDisk disk(folder / "disk", "12m");
  const std::string url = "sqlite:" + (folder / "disk/a.db");
  { EXPECT_EQ(outcome(append(*leader(url), entries(1, 9))), "ok"); }
  const bool root = ::geteuid() == 0;
  if (root && !disk.ok()) return;  // root writes wherever it likes
  if (root) {
    ASSERT_TRUE(disk.make_read_only());
  } else {
    fs::permissions(folder / "disk/a.db", fs::perms::owner_read);
    fs::permissions(folder / "disk", fs::perms::owner_read | fs::perms::owner_exec);
  }
  EXPECT_EQ(outcome(open_store(url)), kReadOnly);
  EXPECT_EQ(outcome(open_store("sqlite:" + (folder / "disk/new.db"))), kReadOnly);
  const auto reader = open_store_read_only(url);
  ASSERT_TRUE(reader) << to_string(reader.fault());
  EXPECT_EQ(all(*reader.value()).size(), 9u);
  if (!root) fs::permissions(folder / "disk", fs::perms::owner_all);
}

TEST(StoreFile, ReadingOnlyLeavesEveryByte) {
  const TempFolder folder;
  const std::string path = folder / "a.db";
  { EXPECT_EQ(outcome(append(*leader("sqlite:" + path), entries(1, 9))), "ok"); }
  const std::string before = read_file(path);
  {
    const auto reader = open_store_read_only("sqlite:" + path);
    ASSERT_TRUE(reader);
    EXPECT_EQ(all(*reader.value()).size(), 9u);
  }
  EXPECT_TRUE(read_file(path) == before);
  for (const std::string& name : names_in(folder.path()))
    EXPECT_TRUE(name == "a.db" || fs::file_size(folder / name) == 0 || name == "a.db-shm") << name;
  // A store whose hub was killed: what is only in its log is read, and stays there.
  const auto store = leader("sqlite:" + path);
  EXPECT_EQ(outcome(append(*store, {entry(10)})), "ok");
  fs::copy(path, folder / "b.db");
  fs::copy(path + "-wal", folder / "b.db-wal");
  const std::string file = read_file(folder / "b.db"), log = read_file(folder / "b.db-wal");
  {
    const auto reader = open_store_read_only("sqlite:" + (folder / "b.db"));
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader.value()->last().value(), 10u);
  }
  EXPECT_TRUE(read_file(folder / "b.db") == file);
  EXPECT_TRUE(read_file(folder / "b.db-wal") == log);
}

TEST(StoreFile, AMovedFileIsNoticedBeforeAWrite) {
  const TempFolder folder;
  const std::string path = folder / "a.db", away = folder / "away.db";
  const auto store = leader("sqlite:" + path);
  EXPECT_EQ(outcome(append(*store, {entry(1)})), "ok");
  fs::rename(path, away);
  EXPECT_EQ(outcome(append(*store, {entry(2)})), kStoreDown);
  EXPECT_NE(outcome(append(*store, {entry(2)})), "ok");
  EXPECT_FALSE(fs::exists(path));  // no new one in its place
  fs::rename(away, path);
  EXPECT_EQ(outcome(append(*store, {entry(2)})), "ok");
  EXPECT_EQ(all(*store).size(), 2u);
}

}  // namespace
}  // namespace dure
