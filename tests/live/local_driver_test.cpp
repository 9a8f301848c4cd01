// What the local driver runs: how it starts, what it is told, how it ends.
#include "live/drivers/local.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <set>

#include "live/drivers/attempt.h"
#include "local_driver_fixture.h"

namespace dure {
namespace {

TEST_F(LocalDriverTest, RunsACommandAndTellsHowItEnded) {
  open();
  const RunOrder hello = shell("hello", "echo out; echo err >&2; exit 7");
  const Answer held = hold(hello);
  ASSERT_EQ(held.kind, Answer::done) << held.detail;
  EXPECT_TRUE(parse_process(held.remote, ':')) << held.remote;
  EXPECT_EQ(look("hello").state, Seen::held);
  EXPECT_FALSE(look("hello").claimed);
  EXPECT_FALSE(driver_->trace("hello").value());
  ASSERT_EQ(release("hello", held.remote).kind, Answer::done);
  const Seen seen = until("hello", Seen::ended);
  EXPECT_EQ(seen.remote, held.remote);
  EXPECT_TRUE(seen.claimed);
  EXPECT_EQ(seen.exit_code, 7);
  EXPECT_EQ(seen.signal, 0);
  EXPECT_FALSE(seen.stopped || seen.time_limit || seen.node_failed);
  EXPECT_EQ(out("hello"), "out\n");
  EXPECT_EQ(err("hello"), "err\n");
  const auto traced = driver_->trace("hello").value();
  ASSERT_TRUE(traced);
  EXPECT_EQ(traced->state, Seen::ended);
  EXPECT_EQ(traced->exit_code, 7);
  const auto end = read_attempt_end(options_.folder + "/attempts/hello");
  ASSERT_TRUE(end);
  EXPECT_GT(end->started_ms, 1'600'000'000'000);
  EXPECT_GE(end->ended_ms, end->started_ms);
  EXPECT_GT(end->max_rss_kib, 0);
}

TEST_F(LocalDriverTest, TellsTheSignalThatEndedIt) {
  open();
  const Seen seen = run(shell("killed", "kill -SEGV $$"));
  EXPECT_EQ(seen.signal, SIGSEGV);
  EXPECT_EQ(seen.exit_code, 0);
}

TEST_F(LocalDriverTest, PassesArgumentsAsTheyAre) {
  open();
  const std::vector<std::string> words{
      "two words", "it's \"quoted\"", "두레 작업", "$HOME `id`", "", "-n", "a\nb\t\\"};
  std::vector<std::string> command{"/usr/bin/printf", "[%s]"};
  command.insert(command.end(), words.begin(), words.end());
  EXPECT_EQ(run(order("words", command)).exit_code, 0);
  std::string expected;
  for (const std::string& word : words) expected += "[" + word + "]";
  EXPECT_EQ(out("words"), expected);
}

TEST_F(LocalDriverTest, RunsAScriptByItsFirstLine) {
  open();
  RunOrder script = order("script", {});
  script.script = "#!/usr/bin/env -S sed -n 2p\nsecond line\n";
  EXPECT_EQ(run(script).exit_code, 0);
  EXPECT_EQ(out("script"), "second line\n");
  script.key = "bare";
  script.script = "echo no first line\n";
  EXPECT_EQ(hold(script).code, "bad_order");
}

TEST_F(LocalDriverTest, GivesAnEnvironmentOfItsOwn) {
  ::setenv("DURE_TEST_SECRET", "of the agent", 1);
  options_.environment = {"SITE=ulsan", "FIRST=site"};
  options_.nodes = {"n1", "n2"};
  options_.pretended_gpus = 4;
  open();
  RunOrder env = order("env", {"env"});
  env.nodes = {{"n1", 2, 3}, {"n2", 0, 1}};
  env.environment = {"FIRST=job", "SPACED=a b=c", "DURE_JOB_KEY=forged"};
  EXPECT_EQ(run(env).exit_code, 0);
  const std::string text = "\n" + out("env");
  for (const char* const line :
       {"SITE=ulsan", "FIRST=job", "SPACED=a b=c", "DURE_JOB_KEY=env", "DURE_NODES=n1,n2",
        "DURE_NODE=n1", "DURE_NODE_RANK=0", "DURE_GPUS=0,1", "CUDA_VISIBLE_DEVICES=0,1",
        "ROCR_VISIBLE_DEVICES=0,1", "NVIDIA_VISIBLE_DEVICES=0,1", "OMP_NUM_THREADS=3"})
    EXPECT_NE(text.find("\n" + std::string(line) + "\n"), std::string::npos) << line << text;
  for (const char* const name : {"HOME", "USER", "PATH", "TMPDIR", "DURE_ATTEMPT_FOLDER"})
    EXPECT_NE(text.find("\n" + std::string(name) + "=/"), std::string::npos || *name == 'U')
        << name;
  EXPECT_EQ(text.find("of the agent"), std::string::npos);
  const Seen none =
      run(shell("none", "test \"$CUDA_VISIBLE_DEVICES\" = -1 && test -z \"$DURE_GPUS\""));
  EXPECT_EQ(none.exit_code, 0);
}

TEST_F(LocalDriverTest, StartsInItsFolder) {
  open();
  std::filesystem::create_directories(root_ + "/a folder");
  RunOrder there = order("there", {"pwd"});
  there.folder = root_ + "/a folder";
  EXPECT_EQ(run(there).exit_code, 0);
  EXPECT_EQ(out("there"), root_ + "/a folder\n");
  EXPECT_EQ(run(shell("own", "pwd; touch made; test -d \"$TMPDIR\"")).exit_code, 0);
  EXPECT_EQ(out("own"), at("own", "work") + "\n");
  there.key = "nowhere";
  there.folder = root_ + "/not there";
  EXPECT_EQ(hold(there).code, "no_such_folder");
  there.folder = "relative";
  EXPECT_EQ(hold(there).code, "no_such_folder");
}

TEST_F(LocalDriverTest, SaysWhatCouldNotBeRun) {
  open();
  EXPECT_EQ(run(order("missing", {"no-such-program-here"})).exit_code, 127);
  EXPECT_NE(err("missing").find("no-such-program-here"), std::string::npos);
  spill(root_ + "/plain", "not a program");
  EXPECT_EQ(run(order("plain", {root_ + "/plain"})).exit_code, 126);
  EXPECT_NE(err("plain").find("plain"), std::string::npos);
}

TEST_F(LocalDriverTest, ReadsNothingFromStandardInput) {
  open();
  EXPECT_EQ(run(shell("stdin", "cat; echo end")).exit_code, 0);
  EXPECT_EQ(out("stdin"), "end\n");
}

TEST_F(LocalDriverTest, LeaksNoDescriptors) {
  open();
  EXPECT_EQ(run(shell("fds", "ls /proc/self/fd | tr '\\n' ' '")).exit_code, 0);
  EXPECT_EQ(out("fds"), "0 1 2 3 ");  // 3 is the folder that ls reads
}

TEST_F(LocalDriverTest, EndsAtTheTimeLimit) {
  open();
  RunOrder late = shell("late", "trap 'echo saved; exit 3' TERM; while :; do sleep 0.05; done");
  late.time_limit_s = 1;
  const Seen seen = run(late);
  EXPECT_TRUE(seen.time_limit);
  EXPECT_FALSE(seen.stopped);
  EXPECT_EQ(seen.exit_code, 3);
  EXPECT_EQ(out("late"), "saved\n");
}

TEST_F(LocalDriverTest, StopLeavesTimeForACheckpoint) {
  open();
  start(shell("polite",
              "trap 'sleep 0.2; echo 42 > checkpoint; exit 0' TERM; echo up; "
              "while :; do sleep 0.05; done"));
  ASSERT_TRUE(soon([&] { return out("polite") == "up\n"; }));
  EXPECT_EQ(stop("polite", 20).kind, Answer::done);
  EXPECT_EQ(stop("polite", 20).kind, Answer::done);
  const Seen seen = until("polite", Seen::ended);
  EXPECT_TRUE(seen.stopped);
  EXPECT_EQ(seen.exit_code, 0);
  EXPECT_EQ(slurp(at("polite", "work/checkpoint")), "42\n");
  EXPECT_EQ(stop("polite", 0).kind, Answer::done);
}

TEST_F(LocalDriverTest, StopKillsTheStubborn) {
  open();
  start(shell("stubborn", "trap '' TERM; echo up; while :; do sleep 0.05; done"));
  ASSERT_TRUE(soon([&] { return out("stubborn") == "up\n"; }));
  EXPECT_EQ(stop("stubborn", 600).kind, Answer::done);
  EXPECT_EQ(look("stubborn").state, Seen::running);
  EXPECT_EQ(stop("stubborn", 0).kind, Answer::done);  // a shorter grace counts
  const Seen seen = until("stubborn", Seen::ended);
  EXPECT_TRUE(seen.stopped);
  EXPECT_EQ(seen.signal, SIGKILL);
}

TEST_F(LocalDriverTest, NothingIsLeftWhenItEnds) {
  open();
  const Seen seen =
      run(shell("parent",
                "(trap '' TERM; exec sleep 1000) & echo $! > background; "
                "setsid sh -c 'trap \"\" TERM; echo $$ > daemon; exec sleep 1000' & "
                "env -i setsid sh -c '(sh -c \"echo \\$\\$ > bare; exec sleep 1000\") & exit 0'; "
                "while ! test -s daemon || ! test -s bare; do sleep 0.01; done; exit 5"));
  EXPECT_EQ(seen.exit_code, 5);
  EXPECT_FALSE(seen.stopped);
  for (const char* const file : {"work/background", "work/daemon", "work/bare"})
    EXPECT_FALSE(lives(at("parent", file))) << file;
}

TEST_F(LocalDriverTest, WhatItLeftBehindSharesTheGrace) {
  open();
  start(shell("family",
              "setsid sh -c 'trap \"sleep 0.3; echo child >> saved; exit 0\" TERM; touch up; "
              "while :; do sleep 0.05; done' & trap 'exit 9' TERM; while :; do sleep 0.05; done"));
  ASSERT_TRUE(soon([&] { return std::filesystem::exists(at("family", "work/up")); }));
  EXPECT_EQ(stop("family", 20).kind, Answer::done);
  EXPECT_EQ(until("family", Seen::ended).exit_code, 9);
  EXPECT_EQ(slurp(at("family", "work/saved")), "child\n");
}

TEST_F(LocalDriverTest, RunsOnceOnEachNode) {
  options_.nodes = {"n1", "n2", "n3"};
  options_.pretended_gpus = 2;
  open();
  RunOrder all = shell("all", "echo \"$DURE_NODE $DURE_NODE_RANK $DURE_GPUS\"");
  all.nodes = {{"n3", 1, 1}, {"n1", 2, 1}, {"n2", 0, 1}};
  all.each_node = true;
  EXPECT_EQ(run(all).exit_code, 0);
  std::multiset<std::string> lines;
  std::string text = out("all");
  for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
    lines.insert(text.substr(0, end));
  EXPECT_EQ(lines, (std::multiset<std::string>{"n3 0 4", "n1 1 0,1", "n2 2 "}));
}

TEST_F(LocalDriverTest, TheFirstThatFailsEndsTheOthers) {
  options_.nodes = {"n1", "n2"};
  open();
  RunOrder all = shell("gang", "test $DURE_NODE_RANK = 1 && exit 4; exec sleep 1000");
  all.nodes = {{"n1", 0, 1}, {"n2", 0, 1}};
  all.each_node = true;
  const Seen seen = run(all);
  EXPECT_EQ(seen.exit_code, 4);
  EXPECT_EQ(seen.signal, 0);
  EXPECT_FALSE(seen.stopped);
}

TEST_F(LocalDriverTest, RunsAsAnotherUserOnlyForRoot) {
  open();
  RunOrder other =
      shell("other", "id -un; id -Gn; pwd; echo x > /dev/stderr; touch mine; cat ../order.json");
  other.user = "nobody";
  if (::geteuid() != 0) {
    EXPECT_EQ(hold(other).code, "not_permitted");
    return;
  }
  const Seen seen = run(other);
  EXPECT_EQ(seen.exit_code, 1);  // cat may not
  EXPECT_EQ(out("other"), "nobody\nnogroup\n" + at("other", "work") + "\n");
  EXPECT_TRUE(err("other").starts_with("x\n"));
  EXPECT_TRUE(std::filesystem::exists(at("other", "work/mine")));
  other.key = "root";
  other.user = "root";
  EXPECT_EQ(hold(other).code, "root_refused");
  other.user = "no-such-user-here";
  EXPECT_EQ(hold(other).code, "no_such_user");
}

TEST_F(LocalDriverTest, RefusesBadOrders) {
  options_.pretended_gpus = 2;
  open();
  for (const std::string& key :
       {std::string(".."), std::string("a/b"), std::string("a\0b", 3), std::string(""),
        std::string(".new-a"), std::string(61, 'a'), std::string("두레")}) {
    EXPECT_EQ(hold(order(key, {"true"})).code, "bad_key") << key;
    EXPECT_EQ(release(key).code, "bad_key") << key;
    EXPECT_EQ(stop(key, 0).code, "bad_key") << key;
    EXPECT_FALSE(driver_->trace(key)) << key;
    EXPECT_FALSE(driver_->read_log(key, LogStream::out, 0, 10)) << key;
  }
  RunOrder bad = order("bad", {"true"});
  bad.nodes[0].node = "n9";
  EXPECT_EQ(hold(bad).code, "no_such_node");
  bad.nodes[0] = {"n1", 3, 1};
  EXPECT_EQ(hold(bad).code, "too_large");
  bad.nodes = {{"n1", 1, 1}, {"n1", 1, 1}};
  EXPECT_EQ(hold(bad).code, "bad_order");
  bad.nodes = {{"n1", 1, 1}};
  bad.command = {"echo", std::string("a\0b", 3)};
  EXPECT_EQ(hold(bad).code, "bad_order");
  bad.command = {};
  EXPECT_EQ(hold(bad).code, "bad_order");
  bad.command = {"true"};
  bad.environment = {"NOVALUE"};
  EXPECT_EQ(hold(bad).code, "bad_order");
  EXPECT_TRUE(sweep().attempts.empty());
  EXPECT_EQ(stop("unknown", 0).code, "no_such_attempt");
  EXPECT_EQ(release("unknown").code, "no_such_attempt");
}

TEST_F(LocalDriverTest, LogsAreReadFromAnOffset) {
  open();
  run(shell("log", "printf 0123456789"));
  EXPECT_EQ(read_log("log"), "0123456789");
  EXPECT_EQ(read_log("log", 3, 4), "3456");
  EXPECT_EQ(read_log("log", 8, 4), "89");
  EXPECT_EQ(read_log("log", 99, 4), "");
  EXPECT_EQ(driver_->read_log("log", LogStream::out, 99, 4).value().offset, 10);
  EXPECT_EQ(driver_->read_log("log", LogStream::out, 3, 4).value().size, 10);
  EXPECT_EQ(read_log("log", 0, 9, LogStream::err), "");
  EXPECT_FALSE(driver_->read_log("never", LogStream::out, 0, 9));
  std::filesystem::remove(at("log", "out"));
  std::filesystem::create_symlink("/etc/passwd", at("log", "out"));
  EXPECT_FALSE(driver_->read_log("log", LogStream::out, 0, 9));
}

TEST_F(LocalDriverTest, LogsKeepTheirFirstPartAndTheirNewest) {
  options_.log_limit_bytes = 1 << 20;
  options_.log_check_ms = 5;
  open();
  // 4 MiB, in steps that wait for the one who looks.
  start(shell("chatty",
              "echo first; i=0; while test $i -lt 16; do head -c 262144 /dev/zero | tr '\\0' x; "
              "i=$((i+1)); sleep 0.03; done; echo last"));
  until("chatty", Seen::ended);
  struct stat info {};
  ASSERT_EQ(::stat(at("chatty", "out").c_str(), &info), 0);
  EXPECT_EQ(info.st_size, 16 * 262'144 + 11);
  EXPECT_LT(info.st_blocks * 512, 5 << 18);
  EXPECT_TRUE(read_log("chatty", 0, 10).starts_with("first\nx"));
  EXPECT_TRUE(read_log("chatty", info.st_size - 5).ends_with("last\n"));
  auto part = driver_->read_log("chatty", LogStream::out, 1 << 20, 100).value();
  EXPECT_GT(part.offset, 1 << 20);  // what is gone is passed over
  EXPECT_EQ(part.bytes, std::string(100, 'x'));
}

TEST_F(LocalDriverTest, GpusOfAttemptsThatLiveAreDisjoint) {
  options_.pretended_gpus = 250;
  open();
  std::vector<RunOrder> orders;
  for (int i = 0; i < 100; ++i) {
    orders.push_back(shell("g" + std::to_string(i), "echo $DURE_GPUS"));
    orders.back().nodes[0].gpus = 1 + i % 4;
  }
  const auto held = driver_->submit_held(orders);  // 250 in all
  std::set<std::string> all;
  std::size_t n = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(held[static_cast<std::size_t>(i)].kind, Answer::done);
    std::string gpus = read_attempt_order(at("g" + std::to_string(i), "")).value().gpus.at(0) + ",";
    for (std::size_t end = 0; (end = gpus.find(',')) != std::string::npos; gpus.erase(0, end + 1)) {
      all.insert(gpus.substr(0, end));
      ++n;
    }
  }
  EXPECT_EQ(n, 250u);
  EXPECT_EQ(all.size(), 250u);
  RunOrder more = shell("more", "echo $DURE_GPUS");
  more.nodes[0].gpus = 1;
  EXPECT_EQ(hold(more).code, "gpus_busy");
  open();  // a restart knows who holds what
  EXPECT_EQ(hold(more).code, "gpus_busy");
  EXPECT_EQ(stop("g0", 0).kind, Answer::done);
  until("g0", Seen::ended);
  more.key = "again";
  start(more);
  until("again", Seen::ended);
  EXPECT_EQ(out("again"), "0\n");
}

TEST_F(LocalDriverTest, NodesStayDrainedOverARestart) {
  options_.nodes = {"n1", "n2"};
  options_.pretended_gpus = 1;
  open();
  EXPECT_EQ(sweep().nodes[0].state, NodeState::up);
  EXPECT_NE(sweep().nodes[0].reason.find("pretended"), std::string::npos);
  start(shell("busy", "sleep 1000"));
  EXPECT_EQ(driver_->set_node({"n1", true, "a new fan"}).kind, Answer::done);
  EXPECT_EQ(driver_->set_node({"n9", true, ""}).code, "no_such_node");
  EXPECT_EQ(sweep().nodes[0].state, NodeState::draining);
  EXPECT_EQ(hold(shell("late", "true")).code, "node_drained");
  open();
  EXPECT_EQ(sweep().nodes[0].state, NodeState::draining);
  EXPECT_EQ(sweep().nodes[0].reason, "a new fan");
  EXPECT_EQ(sweep().nodes[1].state, NodeState::up);
  stop("busy", 0);
  until("busy", Seen::ended);
  EXPECT_EQ(sweep().nodes[0].state, NodeState::drained);
  EXPECT_EQ(driver_->set_node({"n1", false, ""}).kind, Answer::done);
  open();
  EXPECT_EQ(sweep().nodes[0].state, NodeState::up);
}

TEST_F(LocalDriverTest, ForgottenAttemptsKeepTheirLogsAndTheirKey) {
  open();
  EXPECT_EQ(run(shell("old", "echo kept")).exit_code, 0);
  driver_->forget("old");
  EXPECT_TRUE(sweep().attempts.empty());
  EXPECT_EQ(read_log("old"), "kept\n");
  EXPECT_EQ(driver_->trace("old").value().value().state, Seen::ended);
  EXPECT_EQ(hold(shell("old", "echo again")).code, "key_used");
  EXPECT_EQ(stop("old", 0).kind, Answer::done);
  open();
  EXPECT_TRUE(sweep().attempts.empty());
  EXPECT_EQ(read_log("old"), "kept\n");
}

// What is written to a cgroup, with a folder in its place: the same on every machine.
TEST_F(LocalDriverTest, AMemoryLimitGoesToTheCgroupOfTheAttempt) {
  options_.cgroup = root_ + "/cgroup";
  const auto stand_in = [&](const std::string& key, const std::vector<const char*>& files) {
    std::filesystem::create_directories(options_.cgroup + "/" + key);
    for (const char* const file : files) spill(options_.cgroup + "/" + key + "/" + file, "");
  };
  const auto limited = [&](const std::string& key) {
    RunOrder order = shell(key, "exit 0");
    order.memory_mib = 64;
    return order;
  };
  stand_in("whole", {"memory.max", "memory.swap.max", "cgroup.procs"});
  stand_in("no_memory", {"cgroup.procs"});
  stand_in("no_entry", {"memory.max"});
  open();
  EXPECT_EQ(run(limited("whole")).exit_code, 0);
  EXPECT_EQ(slurp(options_.cgroup + "/whole/memory.max"), std::to_string(64 << 20));
  EXPECT_EQ(slurp(options_.cgroup + "/whole/memory.swap.max"), "0");
  EXPECT_EQ(slurp(options_.cgroup + "/whole/cgroup.procs"), "0");  // the task itself
  EXPECT_EQ(run(limited("no_memory")).exit_code, 126);             // never without its limit
  EXPECT_EQ(run(limited("no_entry")).exit_code, 126);
}

// The kernel's own, where we may make one; else that nothing runs outside of it.
TEST_F(LocalDriverTest, AnAttemptRunsInItsCgroupOrNotAtAll) {
  const std::string base =
      "/sys/fs/cgroup" +
      std::string(std::filesystem::exists("/sys/fs/cgroup/unified") ? "/unified" : "");
  const std::string ours = base + "/dure-test-" + std::to_string(::getpid());
  const bool made =
      ::mkdir(ours.c_str(), 0755) == 0 && std::filesystem::exists(ours + "/cgroup.kill");
  options_.cgroup = ours;
  if (!made) {
    ::rmdir(ours.c_str());
    options_.cgroup = root_ + "/no_such_folder";
  }
  open();
  const auto ended = run(shell("in", "cat /proc/self/cgroup; setsid sleep 1000 & exit 0"));
  EXPECT_EQ(ended.exit_code, made ? 0 : 126);
  if (!made) {
    EXPECT_EQ(out("in"), "");
    return;
  }
  EXPECT_NE(out("in").find("/in\n"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(ours + "/in"));
  RunOrder limited = shell("limited", "exit 0");
  limited.memory_mib = 64;
  const bool can = slurp(ours + "/cgroup.controllers").find("memory") != std::string::npos;
  EXPECT_EQ(run(limited).exit_code, can ? 0 : 126);  // never without its limit
  ::rmdir((ours + "/limited").c_str());
  EXPECT_EQ(::rmdir(ours.c_str()), 0);
}

}  // namespace
}  // namespace dure
