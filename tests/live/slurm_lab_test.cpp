// The Slurm driver against Slurm: real daemons, real jobs, real faults (slurm_lab_helper.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "live/drivers/slurm_claims.h"
#include "live/slurm_lab_helper.h"

namespace dure {
namespace {

using Kind = Answer::Kind;

RunOrder shell(const std::string& key, const std::string& script,
               std::vector<NodeShare> nodes = {{"n1", 0, 1}}) {
  RunOrder order;
  order.key = key;
  order.name = "test";
  order.command = {"sh", "-c", script};
  order.folder = "/";
  order.nodes = std::move(nodes);
  return order;
}

// A driver and what it has seen so far, as an agent keeps it.
class Observer {
 public:
  explicit Observer(const SlurmOptions& options) {
    auto opened = SlurmDriver::open(options);
    EXPECT_TRUE(opened) << to_string(opened.fault());
    driver = std::move(opened.value());
  }
  bool look() {
    const Result<Sweep> swept = driver->observe({});
    if (!swept) {
      last_fault = to_string(swept.fault());
      return false;
    }
    const Sweep& sweep = swept.value();
    if (!boot.empty() && boot != sweep.boot) ++boots;
    boot = sweep.boot;
    if (sweep.complete) {
      seen.clear();
      foreign.clear();
    }
    for (const Seen& one : sweep.attempts) seen.insert_or_assign(one.remote, one);
    for (const NodeReport& one : sweep.nodes) nodes.insert_or_assign(one.name, one);
    for (const ForeignFact& one : sweep.foreign) foreign.insert_or_assign(one.remote, one);
    return true;
  }
  // Looks until the attempt with this number is in this state.
  bool comes_to(const std::string& remote, Seen::State state, double seconds = 20) {
    const bool came = within(
        seconds, [&] { return look() && seen.contains(remote) && seen.at(remote).state == state; });
    if (!came)
      ADD_FAILURE() << remote << ": "
                    << (seen.contains(remote) ? "state " + std::to_string(seen.at(remote).state) +
                                                    " " + seen.at(remote).detail
                                              : "not seen")
                    << "; last fault: " << last_fault;
    return came;
  }
  std::string submit(const RunOrder& order) {
    const Answer answer = driver->submit_held({&order, 1})[0];
    EXPECT_EQ(answer.kind, Kind::done) << order.key << ": " << answer.code << " " << answer.detail;
    return answer.remote;
  }
  Answer release(const std::string& key, const std::string& remote) {
    const Handle handle{key, remote};
    return driver->release({&handle, 1})[0];
  }
  Answer stop(const std::string& key, const std::string& remote, std::int64_t grace_s) {
    const StopOrder order{key, grace_s, "test"};
    const Handle handle{key, remote};
    return driver->stop({&order, 1}, {&handle, 1})[0];
  }
  std::string start(const RunOrder& order) {
    const std::string remote = submit(order);
    EXPECT_EQ(release(order.key, remote).kind, Kind::done) << order.key;
    return remote;
  }

  std::unique_ptr<SlurmDriver> driver;
  std::map<std::string, Seen> seen;
  std::map<std::string, NodeReport> nodes;
  std::map<std::string, ForeignFact> foreign;
  std::string boot, last_fault;
  int boots = 0;
};

void runs_and_ends(const SlurmLab& lab, Observer& site) {
  ASSERT_TRUE(site.look()) << site.last_fault;
  EXPECT_EQ(site.nodes.size(), 4u);
  EXPECT_EQ(site.nodes["n2"], (NodeReport{"n2", "main", 4, 32, 256'000, NodeState::up, ""}));
  EXPECT_NE(site.driver->name().find("slurm 22.05"), std::string::npos) << site.driver->name();

  const std::string held = site.submit(shell("held", "echo ran"));
  const RunOrder order = shell("a",
                               "echo \"$DURE_JOB_KEY|$DURE_NODES|$DURE_GPUS|"
                               "$CUDA_VISIBLE_DEVICES|$X|$DURE_NODE\"; echo oops >&2; exit 3",
                               {{"n2", 2, 4}});
  RunOrder with = order;
  with.environment = {"X=it's $HOME"};
  const std::string a = site.submit(with);
  ASSERT_TRUE(site.comes_to(a, Seen::held));
  EXPECT_FALSE(site.seen.at(a).claimed);
  ASSERT_EQ(site.release("a", a).kind, Kind::done);
  EXPECT_EQ(site.release("a", a).kind, Kind::done);  // twice does no harm
  ASSERT_TRUE(site.comes_to(a, Seen::ended));
  EXPECT_EQ(site.seen.at(a).exit_code, 3);
  EXPECT_TRUE(site.seen.at(a).claimed);
  EXPECT_EQ(lab.log("a"), "a|n2|0,1|0,1|it's $HOME|n2\n");
  const auto part = site.driver->read_log("a", LogStream::err, 1, 100);
  EXPECT_EQ(part.value().bytes, "ops\n");
  EXPECT_EQ(part.value().size, 5);
  EXPECT_EQ(site.driver->read_log("held", LogStream::out, 0, 100).value().size, 0);
  // What was not released has not run, and its key is unclaimed.
  EXPECT_EQ(site.seen.at(held).state, Seen::held);
  EXPECT_FALSE(site.driver->trace("held").value());
  EXPECT_EQ(site.driver->trace("a").value()->exit_code, 3);

  // A second run under the key: refused by the claim, and the first keeps its end.
  const std::string again = site.start(with);
  ASSERT_TRUE(site.comes_to(again, Seen::ended));
  EXPECT_EQ(site.seen.at(again).exit_code, 3);
  EXPECT_EQ(lab.log("a"), "a|n2|0,1|0,1|it's $HOME|n2\n");

  // Taken away while held: it never runs, not even if somebody releases it.
  EXPECT_EQ(site.stop("held", held, 5).kind, Kind::done);
  ASSERT_TRUE(site.comes_to(held, Seen::ended));
  EXPECT_TRUE(site.seen.at(held).stopped);
  EXPECT_EQ(site.stop("held", held, 5).kind, Kind::done);
  EXPECT_FALSE(site.driver->trace("held").value());
  EXPECT_EQ(lab.log("held"), "");
}

void refuses(Observer& site) {
  const std::vector<NodeShare> uneven{{"n1", 1, 1}, {"n2", 2, 1}};
  RunOrder partition = shell("r1", "true");
  partition.partition = "nope";
  RunOrder user = shell("r2", "true");
  user.user = "daemon";
  RunOrder script = shell("r3", "true");
  script.command.clear();
  const std::vector<RunOrder> orders{partition,
                                     user,
                                     script,
                                     shell("r4", "true", uneven),
                                     shell("r5", "true", {{"n99", 0, 1}}),
                                     shell("r 6", "true"),
                                     shell("r7", "true", {})};
  std::vector<std::string> codes;
  for (const Answer& answer : site.driver->submit_held(orders)) {
    EXPECT_EQ(answer.kind, Kind::refused) << answer.code << " " << answer.detail;
    codes.push_back(answer.code);
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"bad_partition", "user_not_allowed", "bad_script",
                                             "uneven_nodes", "bad_node", "bad_key", "no_nodes"}));
}

void stops(const SlurmLab& lab, Observer& site) {
  const std::string a = site.start(
      shell("polite", "trap 'echo saved; exit 0' TERM; echo up; while :; do sleep 0.05; done"));
  const std::string b =
      site.start(shell("deaf", "trap '' TERM; echo up; while :; do sleep 0.05; done"));
  const std::string both =
      "trap 'echo $DURE_NODE_RANK saved >>$1; exit 9' TERM; echo $DURE_NODE_RANK "
      "$DURE_NODE $DURE_GPUS >>$1; while :; do sleep 0.05; done";
  RunOrder gang = shell("gang", both, {{"n3", 2, 2}, {"n4", 2, 2}});
  gang.command.insert(gang.command.end(), {"sh", lab.dir() + "/logs/gang.tasks"});
  gang.each_node = true;
  const std::string c = site.start(gang);
  const auto lines = [&] {
    std::string out = lab.slurm({"sort", lab.dir() + "/logs/gang.tasks"});
    std::replace(out.begin(), out.end(), '\n', ';');
    return out;
  };
  ASSERT_TRUE(within(20, [&] {
    return lab.log("polite") == "up\n" && lab.log("deaf") == "up\n" &&
           std::filesystem::exists(lab.dir() + "/logs/gang.tasks") &&
           lines() == "0 n3 0,1;1 n4 0,1";
  }));
  EXPECT_EQ(site.stop("polite", a, 20).kind, Kind::done);
  EXPECT_EQ(site.stop("polite", a, 20).kind, Kind::done);  // asked twice, told once
  EXPECT_EQ(site.stop("deaf", b, 1).kind, Kind::done);
  EXPECT_EQ(site.stop("gang", c, 20).kind, Kind::done);
  ASSERT_TRUE(site.comes_to(a, Seen::ended));
  EXPECT_TRUE(site.seen.at(a).stopped);
  EXPECT_EQ(site.seen.at(a).exit_code, 0);
  EXPECT_EQ(lab.log("polite"), "up\nsaved\n");
  ASSERT_TRUE(site.comes_to(b, Seen::ended));
  EXPECT_EQ(site.seen.at(b).signal, 9);
  EXPECT_TRUE(site.seen.at(b).stopped);
  ASSERT_TRUE(site.comes_to(c, Seen::ended));
  EXPECT_EQ(lines(), "0 n3 0,1;0 saved;1 n4 0,1;1 saved");
  EXPECT_EQ(site.seen.at(c).exit_code, 9);
  EXPECT_EQ(site.stop("deaf", b, 1).code, "already_over");
}

void never_acts_on_another_job(const SlurmLab& lab, Observer& site) {
  const std::string id = site.submit(shell("mine", "true"));
  lab.slurm({"scontrol", "update", "JobId=" + id, "JobName=theirs"});  // as if used again
  Observer late(lab.options());  // it has seen no acknowledgement
  Answer answer = late.release("mine", id);
  EXPECT_EQ(answer.kind, Kind::unknown);
  EXPECT_EQ(answer.code, "not_ours");
  answer = late.release("mine", "999999");
  EXPECT_EQ(answer.code, "not_found");
  EXPECT_EQ(late.stop("mine", id, 1).kind, Kind::done);  // fenced: ours never runs …
  EXPECT_EQ(lab.slurm({"squeue", "-h", "-j", id, "-o", "%T"}), "PENDING");  // … theirs is untouched
  lab.slurm({"scancel", id});
}

void sees_what_is_not_ours(const SlurmLab& lab, Observer& site) {
  const std::string id = lab.slurm({"sbatch", "--parsable", "--gres=gpu:3", "-c2", "-wn3", "-D/",
                                    "-o/dev/null", "-Jtheirs", "--time=5"},
                                   "#!/bin/sh\nsleep 60\n");
  ASSERT_TRUE(within(20, [&] { return site.look() && site.foreign.contains(id); }));
  const ForeignFact fact = site.foreign.at(id);
  EXPECT_EQ(fact.nodes, (std::vector<NodeShare>{{"n3", 3, 2}}));
  EXPECT_EQ(fact.name, "theirs");
  EXPECT_EQ(fact.time_limit_s, 300);
  lab.slurm({"scancel", id});
  ASSERT_TRUE(within(20, [&] {
    return site.look() && (!site.foreign.contains(id) || site.foreign.at(id).nodes.empty());
  }));
  EXPECT_EQ(site.driver->set_node({"n4", true, "fan, it's loud"}).kind, Kind::done);
  ASSERT_TRUE(
      within(10, [&] { return site.look() && site.nodes["n4"].state == NodeState::drained; }));
  EXPECT_EQ(site.nodes["n4"].reason, "fan, it's loud");
  EXPECT_EQ(site.driver->set_node({"n4", false, ""}).kind, Kind::done);
  EXPECT_EQ(site.driver->set_node({"n4", false, ""}).kind, Kind::done);
  EXPECT_EQ(site.driver->set_node({"n[1-4]", true, "x"}).code, "bad_node");
  ASSERT_TRUE(within(30, [&] { return site.look() && site.nodes["n4"].state == NodeState::up; }));
}

void each_of_many_runs_once(const SlurmLab& lab, Observer& site, int count) {
  std::vector<RunOrder> orders;
  for (int i = 0; i < count; ++i)
    orders.push_back(
        shell("many-" + std::to_string(i), "echo ran", {{"n" + std::to_string(1 + i % 3), 0, 1}}));
  // A batch stops at its deadline; what it did not come to is asked again.
  std::vector<Handle> handles;
  std::vector<RunOrder> unsent = orders;
  EXPECT_TRUE(within(150, [&] {
    std::vector<RunOrder> again;
    const auto submitted = site.driver->submit_held(unsent);
    for (std::size_t i = 0; i < submitted.size(); ++i) {
      if (submitted[i].code == "not_sent") {
        again.push_back(unsent[i]);
        continue;
      }
      EXPECT_EQ(submitted[i].kind, Kind::done) << submitted[i].code << submitted[i].detail;
      handles.push_back({unsent[i].key, submitted[i].remote});
    }
    unsent = again;
    return unsent.empty();
  }));
  std::vector<Handle> left = handles;
  EXPECT_TRUE(within(150, [&] {  // on a busy machine each takes half a second
    std::vector<Handle> again;
    const auto released = site.driver->release(left);
    for (std::size_t i = 0; i < released.size(); ++i) {
      if (released[i].code == "not_sent")
        again.push_back(left[i]);
      else
        EXPECT_EQ(released[i].kind, Kind::done) << released[i].code << released[i].detail;
    }
    left = again;
    return left.empty();
  }));
  EXPECT_TRUE(within(240, [&] {
    return site.look() && std::all_of(handles.begin(), handles.end(), [&](const Handle& h) {
             return site.seen.contains(h.remote) && site.seen.at(h.remote).state == Seen::ended;
           });
  }));
  for (const Handle& h : handles) {
    EXPECT_EQ(lab.log(h.key), "ran\n") << h.key;
    EXPECT_EQ(site.seen.at(h.remote).exit_code, 0) << h.key;
    EXPECT_TRUE(site.seen.at(h.remote).claimed) << h.key;
  }
}

void a_silent_head_leaves_it_open(const SlurmLab& lab) {
  SlurmOptions options = lab.options();
  options.deadline_ms = 1'000;
  Observer site(options);
  ASSERT_TRUE(site.look());
  lab.lab({"pause", "s1", "ctld"});
  const std::vector<RunOrder> orders{shell("paused", "echo ran")};
  const Answer answer = site.driver->submit_held(orders)[0];
  EXPECT_EQ(answer.kind, Kind::unknown);
  EXPECT_EQ(answer.code, "no_answer");
  EXPECT_FALSE(site.look());
  lab.lab({"resume", "s1"});
  std::string found;
  ASSERT_TRUE(within(20, [&] {
    if (!site.look()) return false;
    for (const auto& [remote, seen] : site.seen)
      if (seen.key == "paused") found = remote;
    return !found.empty();
  })) << site.last_fault;
  EXPECT_EQ(site.seen.at(found).state, Seen::held);
  EXPECT_EQ(site.release("paused", found).kind, Kind::done);
  ASSERT_TRUE(site.comes_to(found, Seen::ended));
  EXPECT_EQ(lab.log("paused"), "ran\n");
  EXPECT_EQ(std::count_if(site.seen.begin(), site.seen.end(),
                          [](const auto& s) { return s.second.key == "paused"; }),
            1);
}

void a_crash_of_the_head_is_noticed(const SlurmLab& lab, Observer& site) {
  ASSERT_TRUE(within(10, [&] { return site.look(); })) << site.last_fault;
  const int boots = site.boots;
  std::vector<RunOrder> orders;
  for (int i = 0; i < 40; ++i) orders.push_back(shell("crash-" + std::to_string(i), "echo ran"));
  const auto answers = site.driver->submit_held(orders);
  lab.lab({"kill-ctld", "s1"});
  lab.lab({"restart-ctld", "s1"});
  ASSERT_TRUE(within(30, [&] { return site.look() && site.boots > boots; })) << site.last_fault;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].kind, Kind::done);
    const auto at = site.seen.find(answers[i].remote);
    if (at != site.seen.end()) {
      EXPECT_EQ(at->second.state, Seen::held);
    }
    // Lost or kept: none has run, and the claims folder says so.
    EXPECT_FALSE(site.driver->trace(orders[i].key).value()) << orders[i].key;
  }
}

TEST(SlurmLab, BySlurmrestd) {
  const SlurmLab lab;
  if (!lab.up()) return;
  Observer site(lab.options());
  EXPECT_NE(site.driver->name().find("slurmrestd"), std::string::npos);
  runs_and_ends(lab, site);
  if (HasFatalFailure()) return;
  refuses(site);
  stops(lab, site);
  never_acts_on_another_job(lab, site);
  sees_what_is_not_ours(lab, site);
  each_of_many_runs_once(lab, site, 300);
  a_silent_head_leaves_it_open(lab);
  a_crash_of_the_head_is_noticed(lab, site);
}

TEST(SlurmLab, ByCommands) {
  const SlurmLab lab("SlurmdTimeout=5\n");
  if (!lab.up()) return;
  SlurmOptions options = lab.options();
  options.rest_socket.clear();
  options.other_users = true;
  Observer site(options);
  const std::string failing = site.start(shell("failing", "echo up; sleep 600", {{"n4", 1, 1}}));
  ASSERT_TRUE(within(20, [&] { return lab.log("failing") == "up\n"; }));
  lab.lab({"kill-node", "--hard", "s1", "4"});

  const std::string a = site.submit(shell("a", "echo $DURE_GPUS; exit 3", {{"n2", 2, 4}}));
  ASSERT_TRUE(site.comes_to(a, Seen::held)) << site.last_fault;
  EXPECT_EQ(site.release("a", a).kind, Kind::done);
  ASSERT_TRUE(site.comes_to(a, Seen::ended));
  EXPECT_EQ(site.seen.at(a).exit_code, 3);
  EXPECT_EQ(lab.log("a"), "0,1\n");

  RunOrder daemon = shell("b",
                          "id -un; echo $HOME; trap 'echo saved; exit 0' TERM; "
                          "while :; do sleep 0.05; done");
  daemon.user = "daemon";
  const std::string b = site.start(daemon);
  ASSERT_TRUE(within(20, [&] { return lab.log("b") == "daemon\n/usr/sbin\n"; })) << lab.log("b");
  EXPECT_EQ(site.stop("b", b, 20).kind, Kind::done);
  ASSERT_TRUE(site.comes_to(b, Seen::ended));
  EXPECT_TRUE(site.seen.at(b).stopped);
  EXPECT_EQ(lab.log("b"), "daemon\n/usr/sbin\nsaved\n");

  const std::string c = site.submit(shell("c", "echo ran"));
  EXPECT_EQ(site.stop("c", c, 1).kind, Kind::done);
  ASSERT_TRUE(site.comes_to(c, Seen::ended));
  RunOrder root = shell("d", "true");
  root.user = "nosuchuser";
  RunOrder partition = shell("e", "true");
  partition.partition = "nope";
  const std::vector<RunOrder> orders{root, partition, shell("f", "true", {{"n99", 0, 1}})};
  const auto answers = site.driver->submit_held(orders);
  EXPECT_EQ(answers[0].code, "bad_user");
  EXPECT_EQ(answers[1].code, "bad_partition");
  EXPECT_EQ(answers[2].code, "bad_node");
  never_acts_on_another_job(lab, site);
  each_of_many_runs_once(lab, site, 20);

  // Its node has failed and nothing of it is alive: it falls silent, or its node comes back.
  ASSERT_TRUE(site.comes_to(failing, Seen::lost, 60));
  EXPECT_TRUE(site.seen.at(failing).node_failed);
  EXPECT_TRUE(site.seen.at(failing).claimed);
  EXPECT_EQ(site.nodes["n4"].state, NodeState::down);
}

}  // namespace
}  // namespace dure
