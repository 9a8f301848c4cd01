// The suite of store_suite.h over a file of SQLite and over a real server of PostgreSQL.
#include "live/store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "live/store/postgres_connection.h"
#include "live/store/projection_rows.h"
#include "postgres_server.h"
#include "store_suite.h"
#include "temp_folder.h"

namespace dure {
namespace {

class SqlitePlace final : public StorePlace {
 public:
  int lives() const override { return 8; }
  std::string new_url() override { return "sqlite:" + (folder_ / std::to_string(++made_)) + ".db"; }
  std::vector<std::string> query(const std::string& url, const std::string& sql) override {
    sqlite3* db = nullptr;
    std::vector<std::string> out;
    const auto take = [](void* lines, int columns, char** texts, char**) {
      std::string line;
      for (int i = 0; i < columns; ++i)
        line += (i == 0 ? "" : "|") + std::string(texts[i] == nullptr ? "" : texts[i]);
      static_cast<std::vector<std::string>*>(lines)->push_back(line);
      return 0;
    };
    sqlite3_open(url.substr(7).c_str(), &db);
    if (sqlite3_exec(db, sql.c_str(), take, &out, nullptr) != SQLITE_OK) out = {sqlite3_errmsg(db)};
    sqlite3_close(db);
    return out;
  }

 private:
  TempFolder folder_{"dure-store"};
  int made_ = 0;
};

class PostgresPlace final : public StorePlace {
 public:
  explicit PostgresPlace(PostgresServer& server) : server_(server) {}
  int lives() const override { return 3; }
  std::string new_url() override {
    const std::string schema = "s" + std::to_string(++made_);
    server_.query("CREATE SCHEMA " + schema);
    return server_.url(schema);
  }
  std::vector<std::string> query(const std::string& url, const std::string& sql) override {
    return server_.query(sql, url.substr(url.rfind("%3D") + 3));
  }

 private:
  PostgresServer& server_;
  int made_ = 0;
};

class StoreSqlite : public testing::TestWithParam<StoreCase> {};
TEST_P(StoreSqlite, Does) {
  SqlitePlace place;
  GetParam().run(place);
}
INSTANTIATE_TEST_SUITE_P(Suite, StoreSqlite,
                         testing::ValuesIn(store_cases().begin(), store_cases().end()),
                         [](const auto& info) { return std::string(info.param.name); });

// One test, since each test is a process of its own and each process needs a server.
TEST(StorePostgres, DoesTheSuite) {
  PostgresServer server;
  ASSERT_EQ(server.problem(), "");
  PostgresPlace place(server);
  for (const StoreCase& one : store_cases()) {
    SCOPED_TRACE(one.name);
    one.run(place);
  }
}

TEST(StorePostgres, KnowsWhatItsErrorsMean) {
  EXPECT_EQ(postgres_code("53100"), kStoreFull);
  EXPECT_EQ(postgres_code("25006"), kReadOnly);
  EXPECT_EQ(postgres_code("42501"), kReadOnly);
  EXPECT_EQ(postgres_code("40001"), kStoreDown);
  EXPECT_EQ(postgres_code(""), kStoreDown);
}

TEST(Store, ABadUrlIsToldAndItsPasswordIsNot) {
  for (const std::string url :
       {"", "store.db", "/var/lib/store.db", "sqlite:", "sqlite::memory:", "sqlite:dir/",
        "sqlite://host/store.db", "mysql://u:secret@h/d", "postgresql://u:secret%zz@h/d",
        "postgresql://u:secret@h:1/d?nonsense=secret", "u:secret@h/d"}) {
    const auto store = open_store(url);
    ASSERT_FALSE(store) << url;
    const std::string text = to_string(store.fault());
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    EXPECT_NE(store.fault().hint, "") << text;
    EXPECT_NE(store.fault().expected, "") << text;
  }
  // No server there.
  const auto down = open_store("postgresql://u:secret@%2Fnowhere/d");
  EXPECT_EQ(outcome(down), kStoreDown);
  EXPECT_EQ(to_string(down.fault()).find("secret"), std::string::npos);
}

TEST(Store, TextIsMendedNotRefused) {
  EXPECT_TRUE(storable_text("두레 \xf0\x9f\x8c\xbe"));
  for (const std::string_view bad : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                                     "\xf4\x90\x80\x80", "\xf0\x9f\x8c", "\xff"}) {
    EXPECT_FALSE(storable_text(bad));
    EXPECT_TRUE(storable_text(mended_text(bad)));
  }
  EXPECT_EQ(mended_text("a\x80z"), "a\xef\xbf\xbdz");
}

}  // namespace
}  // namespace dure
