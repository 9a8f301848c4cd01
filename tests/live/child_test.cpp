// run_child: streams, bounds, deadline.
#include "live/child.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <thread>
#include <vector>

namespace dure {
namespace {

ChildCommand sh(const std::string& script) {
  ChildCommand command;
  command.argv = {"/bin/sh", "-c", script};
  command.environment = {"PATH=/usr/bin:/bin", "GREETING=hello"};
  return command;
}

TEST(Child, GivesBackWhatItWroteAndHowItEnded) {
  const auto end = run_child(sh("echo $GREETING; echo oops >&2; exit 7"));
  ASSERT_TRUE(end);
  EXPECT_EQ(end.value().out, "hello\n");
  EXPECT_EQ(end.value().err, "oops\n");
  EXPECT_EQ(end.value().exit_code, 7);
  EXPECT_FALSE(end.value().ok());
  EXPECT_EQ(run_child(sh("kill -9 $$")).value().signal, 9);
  ChildCommand none;
  none.argv = {"/nowhere/none"};
  EXPECT_FALSE(run_child(none));
}

TEST(Child, TakesInputLargerThanAnyBuffer) {
  ChildCommand command = sh("wc -c");
  command.input = std::string(3'000'000, 'x');
  EXPECT_EQ(run_child(command).value().out, "3000000\n");
  command = sh("exit 0");  // reads none of it
  command.input = std::string(3'000'000, 'x');
  EXPECT_TRUE(run_child(command).value().ok());
}

TEST(Child, KeepsNoMoreThanItMay) {
  ChildCommand command = sh("head -c 100000 /dev/zero");
  command.largest_output = 1'000;
  const auto end = run_child(command);
  EXPECT_TRUE(end.value().ok());
  EXPECT_TRUE(end.value().cut);
  EXPECT_EQ(end.value().out.size(), 1'000u);
}

TEST(Child, IsKilledAtItsDeadlineWithItsChildren) {
  ChildCommand command = sh("echo begun; sleep 60 & echo $!; wait");
  command.deadline_ms = 300;
  const auto before = std::chrono::steady_clock::now();
  const auto end = run_child(command);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  ASSERT_TRUE(end);
  EXPECT_TRUE(end.value().timed_out);
  EXPECT_EQ(end.value().out.substr(0, 6), "begun\n");
}

TEST(Child, DoesNotWaitForWhatItLeftBehind) {
  ChildCommand command = sh("sleep 20 & echo $!");
  const auto before = std::chrono::steady_clock::now();
  const auto end = run_child(command);
  EXPECT_TRUE(end.value().ok());
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  int pid = 0;
  std::from_chars(end.value().out.data(), end.value().out.data() + end.value().out.size(), pid);
  ASSERT_GT(pid, 1);
  kill(pid, SIGKILL);
}

TEST(Child, InheritsNoBlockedSignals) {
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  const auto end = run_child(sh("kill -TERM $$; echo alive"));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(end.value().signal, SIGTERM);
  EXPECT_EQ(end.value().out, "");
}

TEST(Child, ManyAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        ChildCommand command = sh("cat");
        command.input = std::to_string(t);
        const auto end = run_child(command);
        if (end && end.value().out == command.input) ++good;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 80);
}

}  // namespace
}  // namespace dure
