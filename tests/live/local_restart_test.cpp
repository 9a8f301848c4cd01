// What the local driver keeps when the agent, a supervisor or the machine goes down: nothing runs
// twice, nothing that runs is called lost.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>

#include <algorithm>
#include <map>

#include "live/drivers/attempt.h"
#include "live/drivers/local.h"
#include "local_driver_fixture.h"

namespace dure {
namespace {

TEST_F(LocalDriverTest, WhatRunsIsTakenUpAfterARestart) {
  open();
  RunOrder waits = shell("waits", "echo up; while ! test -e go; do sleep 0.01; done; exit 6");
  start(waits);
  const Seen before = until("waits", Seen::running);
  ASSERT_EQ(hold(shell("held", "echo ran")).kind, Answer::done);
  driver_.reset();
  open();
  const Seen after = look("waits");
  EXPECT_EQ(after.state, Seen::running);
  EXPECT_EQ(after.remote, before.remote);
  EXPECT_EQ(look("held").state, Seen::held);
  driver_.reset();
  spill(at("waits", "work/go"), "");
  ASSERT_TRUE(soon([&] { return std::filesystem::exists(at("waits", "end.json")); }));
  open();
  EXPECT_EQ(until("waits", Seen::ended).exit_code, 6);
  EXPECT_EQ(look("waits").remote, before.remote);
  EXPECT_EQ(release("held").kind, Answer::done);  // by a driver that did not start it
  EXPECT_EQ(until("held", Seen::ended).exit_code, 0);
  EXPECT_EQ(out("held"), "ran\n");
}

TEST_F(LocalDriverTest, OutlivesAnAgentThatIsKilled) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], 1);
  std::string script = "while ! test -e go; do sleep 0.01; done; exit 8";
  std::string program = "/proc/self/exe", command = "local_hub";
  char* argv[] = {program.data(), command.data(), options_.folder.data(), script.data(), nullptr};
  pid_t hub = 0;
  ASSERT_EQ(::posix_spawn(&hub, program.c_str(), &files, nullptr, argv, environ), 0);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  char said[8] = "";
  EXPECT_EQ(::read(ends[0], said, 6), 6);
  EXPECT_STREQ(said, "ready\n");
  EXPECT_FALSE(LocalDriver::open(options_)) << "two drivers on one folder";
  ::kill(hub, SIGKILL);
  ::waitpid(hub, nullptr, 0);
  // Its supervisor has no end of our pipe: else this would wait for it.
  EXPECT_EQ(::read(ends[0], said, 1), 0);
  ::close(ends[0]);
  open();
  EXPECT_EQ(until("left", Seen::running).claimed, true);
  spill(at("left", "work/go"), "");
  EXPECT_EQ(until("left", Seen::ended).exit_code, 8);
}

TEST_F(LocalDriverTest, HeldThenStoppedNeverRuns) {
  open();
  ASSERT_EQ(hold(shell("never", "echo ran")).kind, Answer::done);
  ASSERT_EQ(hold(shell("both", "echo ran")).kind, Answer::done);
  EXPECT_EQ(stop("never", 0).kind, Answer::done);
  const Seen seen = until("never", Seen::ended);
  EXPECT_FALSE(seen.claimed);
  EXPECT_TRUE(seen.stopped);
  EXPECT_NE(release("never").kind, Answer::done);
  EXPECT_FALSE(driver_->trace("never").value());
  EXPECT_FALSE(std::filesystem::exists(at("never", "out")));
  EXPECT_EQ(hold(shell("never", "echo ran")).code, "key_used");
  // Stop wins over a release that the supervisor has not read yet.
  ASSERT_TRUE(soon([&] { return supervisor("both").has_value(); }));
  const Process both = supervisor("both").value();
  ::kill(both.pid, SIGSTOP);
  EXPECT_EQ(release("both").kind, Answer::done);
  EXPECT_EQ(stop("both", 0).kind, Answer::done);
  ::kill(both.pid, SIGCONT);
  EXPECT_FALSE(until("both", Seen::ended).claimed);
}

TEST_F(LocalDriverTest, ReleasedTwiceRunsOnce) {
  open();
  const RunOrder order = shell("once", "echo ran; while ! test -e go; do sleep 0.01; done");
  const Answer held = hold(order);
  EXPECT_EQ(hold(order).remote, held.remote);  // asked again: the same
  EXPECT_EQ(hold(shell("once", "echo other")).code, "key_used");
  EXPECT_EQ(release("once", "1:1").code, "wrong_number");
  EXPECT_EQ(stop("once", 0, "1:1").code, "wrong_number");
  EXPECT_EQ(release("once", held.remote).kind, Answer::done);
  EXPECT_EQ(release("once", held.remote).kind, Answer::done);
  until("once", Seen::running);
  EXPECT_EQ(release("once", held.remote).kind, Answer::done);
  EXPECT_EQ(hold(order).code, "key_used");
  spill(at("once", "work/go"), "");
  EXPECT_EQ(until("once", Seen::ended).exit_code, 0);
  EXPECT_EQ(release("once", held.remote).kind, Answer::done);
  EXPECT_EQ(out("once"), "ran\n");
}

TEST_F(LocalDriverTest, WhatIsClaimedNeverRunsAgain) {
  open();
  ASSERT_EQ(hold(shell("claimed", "echo ran")).kind, Answer::done);
  ASSERT_TRUE(soon([&] { return supervisor("claimed").has_value(); }));
  const Process before = supervisor("claimed").value();
  spill(at("claimed", "claim"), "");
  // The driver says done, as for all that has run; so the line is written here.
  spill(at("claimed", "gate"), "release\n");
  int status = 0;
  ASSERT_EQ(::waitpid(before.pid, &status, 0), before.pid);
  EXPECT_EQ(WEXITSTATUS(status), kAttemptClaimed);
  EXPECT_FALSE(std::filesystem::exists(at("claimed", "out")));
  const Seen seen = until("claimed", Seen::lost);
  EXPECT_TRUE(seen.claimed);
  EXPECT_FALSE(seen.node_failed);
  EXPECT_EQ(driver_->trace("claimed").value().value().state, Seen::running);
}

TEST_F(LocalDriverTest, ASupervisorIsStartedByTheDriverOnly) {
  open();
  ASSERT_EQ(hold(shell("mine", "echo ran")).kind, Answer::done);
  std::string program = "attempt", word = "attempt", folder = at("mine", "");
  char* argv[] = {program.data(), word.data(), folder.data(), nullptr};
  EXPECT_EXIT(::_exit(run_attempt(3, argv)), testing::ExitedWithCode(kAttemptUsage), "");
  EXPECT_EXIT(::_exit(run_attempt(2, argv)), testing::ExitedWithCode(kAttemptUsage), "");
  EXPECT_EQ(look("mine").state, Seen::held);
}

TEST_F(LocalDriverTest, LostOnlyWhenNothingOfItRuns) {
  open();
  RunOrder order =
      shell("orphan",
            "setsid sh -c 'trap \"\" TERM; echo $$ > child; while :; do sleep 0.05; done' & "
            "trap '' TERM; echo $$ > task; while :; do sleep 0.05; done");
  order.grace_s = 1;
  start(order);
  ASSERT_TRUE(soon([&] {
    return !slurp(at("orphan", "work/child")).empty() && !slurp(at("orphan", "work/task")).empty();
  }));
  ::kill(supervisor("orphan").value().pid, SIGKILL);
  Seen seen;
  int looks = 0;
  ASSERT_TRUE(soon([&] {
    const bool child = lives(at("orphan", "work/child")), task = lives(at("orphan", "work/task"));
    seen = look("orphan");  // after: who lives now lived then
    if (seen.state == Seen::lost) return true;
    EXPECT_EQ(seen.state, Seen::running);
    looks += child && task ? 1 : 0;
    return false;
  }));
  EXPECT_GT(looks, 0);
  EXPECT_FALSE(lives(at("orphan", "work/child")));
  EXPECT_FALSE(lives(at("orphan", "work/task")));
  EXPECT_TRUE(seen.claimed);
  EXPECT_FALSE(seen.node_failed);
}

TEST_F(LocalDriverTest, AHeldOneWhoseSupervisorDiesIsLostAndNeverRan) {
  open();
  ASSERT_EQ(hold(shell("held", "echo ran")).kind, Answer::done);
  ASSERT_TRUE(soon([&] { return supervisor("held").has_value(); }));
  const pid_t pid = supervisor("held").value().pid;
  ::kill(pid, SIGKILL);
  const Seen seen = until("held", Seen::lost);
  EXPECT_FALSE(seen.claimed);
  EXPECT_NE(release("held").kind, Answer::done);
  EXPECT_FALSE(driver_->trace("held").value());
  EXPECT_TRUE(soon([&] {  // waited for: no dead process stays in the table
    look("held");
    return !read_process(pid).has_value();
  }));
}

TEST_F(LocalDriverTest, AMachineThatGoesDownIsNotAStop) {
  open();
  start(shell("ran", "trap 'echo saved; exit 3' TERM; echo up; while :; do sleep 0.05; done"));
  ASSERT_EQ(hold(shell("held", "echo ran")).kind, Answer::done);
  ASSERT_TRUE(soon([&] { return out("ran") == "up\n" && supervisor("held"); }));
  for (const char* const key : {"ran", "held"}) ::kill(supervisor(key).value().pid, SIGTERM);
  const Seen ran = until("ran", Seen::ended);
  EXPECT_TRUE(ran.node_failed && ran.claimed && !ran.stopped);
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_EQ(out("ran"), "up\nsaved\n");
  EXPECT_FALSE(until("held", Seen::lost).claimed);
}

TEST_F(LocalDriverTest, ANumberThatIsUsedAgainIsNobodyOfOurs) {
  open();
  start(shell("reused", "sleep 1000"));
  until("reused", Seen::running);
  ASSERT_TRUE(soon([&] { return slurp(at("reused", "tasks")).ends_with("\n"); }));
  driver_.reset();
  const Process task = parse_process(slurp(at("reused", "tasks")), ' ').value();
  ::kill(supervisor("reused").value().pid, SIGKILL);
  ASSERT_TRUE(soon([&] { return !is_locked(at("reused", "supervisor")); }));
  ::kill(task.pid, SIGKILL);
  ASSERT_TRUE(soon([&] {
    const auto now = read_process(task.pid);
    return !now || now->state == 'Z';
  }));
  // Now another process has both numbers, or so the files say: this one, which started earlier.
  const pid_t bystander = ::fork();
  if (bystander == 0) {
    ::setsid();
    for (;;) ::pause();
  }
  ASSERT_TRUE(soon([&] { return read_process(bystander).value().group == bystander; }));
  const std::string fake = std::to_string(bystander) + " 1\n";
  spill(at("reused", "supervisor"), fake);
  spill(at("reused", "tasks"), fake);
  open();
  EXPECT_TRUE(until("reused", Seen::lost).claimed);
  EXPECT_EQ(read_process(bystander).value().state, 'S');
  ::kill(bystander, SIGKILL);
  ::waitpid(bystander, nullptr, 0);
}

TEST_F(LocalDriverTest, AfterARebootWhatRanIsLostWithItsNode) {
  spill(root_ + "/system/proc/sys/kernel/random/boot_id", "first\n");
  open();
  EXPECT_EQ(sweep().boot, "first");
  start(shell("ran", "sleep 1000"));
  until("ran", Seen::running);
  ASSERT_EQ(hold(shell("held", "echo ran")).kind, Answer::done);
  run(shell("ended", "exit 2"));
  ASSERT_TRUE(soon([&] { return supervisor("held").has_value(); }));
  driver_.reset();
  for (const char* const key : {"ran", "held"}) ::kill(supervisor(key).value().pid, SIGKILL);
  const Process task = parse_process(slurp(at("ran", "tasks")), ' ').value();
  ::kill(-task.pid, SIGKILL);
  for (const char* const key : {"ran", "held"})
    ASSERT_TRUE(soon([&] { return !is_locked(at(key, "supervisor")); }));
  spill(root_ + "/system/proc/sys/kernel/random/boot_id", "second\n");
  open();
  EXPECT_EQ(sweep().boot, "second");
  EXPECT_EQ(look("ran").state, Seen::lost);
  EXPECT_TRUE(look("ran").node_failed && look("ran").claimed);
  EXPECT_EQ(look("held").state, Seen::lost);
  EXPECT_FALSE(look("held").claimed);
  EXPECT_EQ(look("ended").exit_code, 2);
  EXPECT_FALSE(look("ended").node_failed);
}

TEST_F(LocalDriverTest, RefusesAFolderThatCannotBeUsed) {
  spill(root_ + "/file", "");
  options_.folder = root_ + "/file/state";
  EXPECT_FALSE(LocalDriver::open(options_));
  options_.folder = "/proc/dure-state";
  EXPECT_FALSE(LocalDriver::open(options_));
  options_.folder = "state";
  EXPECT_FALSE(LocalDriver::open(options_));
  options_.folder = root_ + "/state";
  open();
  EXPECT_FALSE(LocalDriver::open(options_)) << "two drivers on one folder";
}

TEST_F(LocalDriverTest, RefusesWhereNothingCanBeStoredOrStarted) {
  options_.runner = {root_ + "/no-such-runner"};
  open();
  EXPECT_EQ(hold(shell("a", "true")).code, "no_supervisor");
  EXPECT_TRUE(sweep().attempts.empty());
  EXPECT_TRUE(std::filesystem::is_empty(options_.folder + "/attempts"));
  std::filesystem::remove(options_.folder + "/attempts");
  EXPECT_EQ(hold(shell("b", "true")).code, "folder");
  EXPECT_TRUE(sweep().attempts.empty());
}

TEST_F(LocalDriverTest, HalfMadeFoldersAreTakenAway) {
  open();
  driver_.reset();
  spill(options_.folder + "/attempts/.new-half/order.json", "{");
  spill(options_.folder + "/attempts/broken/order.json", "{");
  open();
  EXPECT_FALSE(std::filesystem::exists(options_.folder + "/attempts/.new-half"));
  EXPECT_EQ(look("broken").state, Seen::lost);  // reported, not passed over in silence
  EXPECT_EQ(hold(shell("half", "true")).kind, Answer::done);
}

TEST_F(LocalDriverTest, AStormRunsEachExactlyOnce) {
  open();
  const std::string tally = root_ + "/tally";
  std::vector<RunOrder> orders;
  for (int i = 0; i < 200; ++i)
    orders.push_back(shell("s" + std::to_string(i), "echo $DURE_JOB_KEY >> " + tally));
  for (std::size_t from = 0; from < orders.size(); from += 50) {
    const auto part = std::span(orders).subspan(from, 50);
    const auto held = driver_->submit_held(part);
    std::vector<Handle> handles;
    for (std::size_t i = 0; i < part.size(); ++i) {
      ASSERT_EQ(held[i].kind, Answer::done) << held[i].detail;
      handles.push_back({part[i].key, held[i].remote});
    }
    if (from % 100 == 0) open();  // the agent falls over between the two steps
    for (const Answer& answer : driver_->release(handles)) EXPECT_EQ(answer.kind, Answer::done);
    for (const Answer& answer : driver_->release(handles)) EXPECT_EQ(answer.kind, Answer::done);
    driver_->submit_held(part);
  }
  for (const RunOrder& order : orders) EXPECT_EQ(until(order.key, Seen::ended).exit_code, 0);
  std::map<std::string, int> ran;
  std::ifstream lines(tally);
  for (std::string key; std::getline(lines, key);) ++ran[key];
  EXPECT_EQ(ran.size(), 200u);
  for (const auto& [key, times] : ran) EXPECT_EQ(times, 1) << key;
}

}  // namespace
}  // namespace dure
