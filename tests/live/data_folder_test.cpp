// The site's data folder, with real shells: what jobs make is kept by content, once, whole, and
// whoever reads it gets the same bytes.
#include "live/drivers/data_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hash.h"
#include "temp_folder.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

class DataFolderTest : public testing::Test {
 protected:
  DataFolderTest() {
    auto opened = DataFolder::open(temp_ / "data", false);
    CHECK(opened);
    data_ = std::make_unique<DataFolder>(std::move(opened.value()));
  }
  RunOrder order(const std::string& key, const std::string& command) const {
    RunOrder o;
    o.key = key;
    o.command = {"/bin/sh", "-c", command};
    return o;
  }
  // As a driver runs it, with a SIGTERM to all once `ready` is there; the exit code.
  int run(const RunOrder& o, bool term = false) const {
    const RunOrder prepared = data_->prepared(o);
    const std::string script = temp_ / ("script." + o.key);
    std::ofstream(script) << prepared.script;
    fs::permissions(script, fs::perms::owner_all);
    const pid_t child = ::fork();
    if (child == 0) {
      ::setsid();
      for (const std::string& e : prepared.environment) ::putenv(const_cast<char*>(e.c_str()));
      const std::string err = temp_ / ("err." + o.key);
      if (::freopen(err.c_str(), "w", stderr) == nullptr) ::_exit(126);
      ::execl(script.c_str(), script.c_str(), nullptr);
      ::_exit(127);
    }
    if (term) {
      while (!fs::exists(temp_ / "ready")) ::usleep(1000);
      ::kill(-child, SIGTERM);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string errors(const std::string& key) const {
    std::ifstream in(temp_ / ("err." + key));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::string sha256(const std::string& text) {
    Sha256 hash;
    hash.add(std::as_bytes(std::span(text)));
    return hash.hex();
  }

  TempFolder temp_;
  std::unique_ptr<DataFolder> data_;
};

TEST_F(DataFolderTest, KeepsWhatAJobMadeByItsContent) {
  RunOrder o = order("hub-1.1",
                     "mkdir $DURE_OUTPUTS/set; printf a >$DURE_OUTPUTS/set/z; printf bb "
                     ">\"$DURE_OUTPUTS/set/with space\"; printf c >$DURE_OUTPUTS/one");
  o.outputs = {"set", "one"};
  ASSERT_EQ(run(o), 0) << errors(o.key);
  const auto made = data_->made(o);
  ASSERT_TRUE(made) << to_string(made.fault());
  ASSERT_EQ(made.value().size(), 2U);
  const std::string manifest =
      sha256("bb") + "  ./with space\n" + sha256("a") + "  ./z\n";  // in the order of paths
  EXPECT_EQ(made.value()[0], (DataMade{"set", sha256(manifest), 3, 2}));
  EXPECT_EQ(made.value()[1], (DataMade{"one", sha256(sha256("c") + "  -\n"), 1, 1}));
  EXPECT_FALSE(fs::exists(temp_ / "data/work/hub-1.1.0"));

  RunOrder reader =
      order("hub-2.1", "cat $DURE_INPUTS/in/z $DURE_INPUTS/single >" + std::string(temp_ / "seen"));
  reader.inputs = {{"in", made.value()[0].digest}, {"single", made.value()[1].digest}};
  ASSERT_EQ(run(reader), 0) << errors(reader.key);
  std::ifstream seen(temp_ / "seen");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(seen), {}), "ac");
}

TEST_F(DataFolderTest, TheSameContentIsKeptOnce) {
  RunOrder a = order("hub-1.1", "echo same >$DURE_OUTPUTS/x"),
           b = order("hub-2.1", "echo same >$DURE_OUTPUTS/y");
  a.outputs = {"x"};
  b.outputs = {"y"};
  ASSERT_EQ(run(a), 0);
  ASSERT_EQ(run(b), 0) << errors(b.key);
  EXPECT_EQ(data_->made(a).value()[0].digest, data_->made(b).value()[0].digest);
  EXPECT_EQ(std::distance(fs::directory_iterator(temp_ / "data/sha256"), {}), 1);
}

TEST_F(DataFolderTest, WhatIsNotAllThereIsNotKept) {
  RunOrder none = order("hub-1.1", "true");
  none.outputs = {"x"};
  EXPECT_EQ(run(none), 72);
  EXPECT_NE(errors(none.key).find("it made no output x"), std::string::npos) << errors(none.key);
  EXPECT_FALSE(data_->made(none));
  RunOrder link = order("hub-2.1", "ln -s /etc/passwd $DURE_OUTPUTS/x");
  link.outputs = {"x"};
  EXPECT_EQ(run(link), 72);
  RunOrder failed = order("hub-3.1", "echo 1 >$DURE_OUTPUTS/x; exit 9");
  failed.outputs = {"x"};
  EXPECT_EQ(run(failed), 9);
  EXPECT_TRUE(fs::is_empty(temp_ / "data/sha256"));
}

TEST_F(DataFolderTest, ADigestWithOtherBytesIsNoticed) {
  RunOrder a = order("hub-1.1", "echo same >$DURE_OUTPUTS/x");
  a.outputs = {"x"};
  ASSERT_EQ(run(a), 0);
  const std::string digest = data_->made(a).value()[0].digest;
  const std::string file = temp_ / ("data/sha256/" + digest + "/data");
  fs::permissions(file, fs::perms::owner_all);
  std::ofstream(file) << "other";
  RunOrder b = order("hub-2.1", "echo same >$DURE_OUTPUTS/x");
  b.outputs = {"x"};
  EXPECT_EQ(run(b), 71) << errors(b.key);
  RunOrder missing = order("hub-3.1", "true");
  missing.inputs = {{"in", std::string(64, 'a')}};
  EXPECT_EQ(run(missing), 74);
}

TEST_F(DataFolderTest, ASigtermReachesTheCommandOnceAndItsExitCodeCounts) {
  RunOrder o = order("hub-1.1", "trap 'exit 75' TERM; touch " + std::string(temp_ / "ready") +
                                    "; while :; do sleep 0.01; done");
  o.outputs = {"x"};
  EXPECT_EQ(run(o, true), 75);
}

TEST_F(DataFolderTest, AScriptStaysTheUsersAndIsNotReadByOurShell) {
  RunOrder o;
  o.key = "hub-1.1";
  o.script =
      "#!/usr/bin/env python3\nimport os\nopen(os.environ['DURE_OUTPUTS'] + '/x', 'w')"
      ".write('$HOME `id` \\'\"')\n";
  o.outputs = {"x"};
  ASSERT_EQ(run(o), 0) << errors(o.key);
  EXPECT_EQ(data_->made(o).value()[0].bytes, 13);
}

TEST_F(DataFolderTest, WhatAnAttemptNeededGoesWithIt) {
  RunOrder o = order("hub-1.2",
                     "mkdir -p $DURE_CHECKPOINT_FOLDER; echo 1 >$DURE_OUTPUTS/x; touch "
                     "$DURE_CHECKPOINT_FOLDER/step");
  o.outputs = {"x"};
  ASSERT_EQ(run(o), 0) << errors(o.key);
  EXPECT_TRUE(fs::exists(temp_ / "data/checkpoints/hub-1/step"));
  data_->forget(o.key, false);
  EXPECT_TRUE(fs::exists(temp_ / "data/checkpoints/hub-1/step"));
  EXPECT_FALSE(data_->made(o));
  data_->forget(o.key, true);
  EXPECT_FALSE(fs::exists(temp_ / "data/checkpoints/hub-1"));
}

TEST_F(DataFolderTest, AFolderThatCannotBeWrittenIsAFault) {
  std::ofstream(temp_ / "file") << "x";
  EXPECT_FALSE(DataFolder::open(temp_ / "file", false));
}

}  // namespace
}  // namespace dure
