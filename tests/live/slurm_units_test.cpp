// What of the Slurm driver needs no Slurm: the batch script (run by sh here), the words of Slurm,
// its JSON as captured from 22.05.8, and what a sweep makes of them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "live/child.h"
#include "live/drivers/slurm.h"
#include "live/drivers/slurm_cli.h"
#include "live/drivers/slurm_json.h"
#include "live/drivers/slurm_script.h"
#include "live/drivers/slurm_watch.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

class TempDir {
 public:
  TempDir() {
    std::string name = (fs::temp_directory_path() / "dure-slurm-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempDir() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}
void write_text(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

RunOrder order_of(const std::string& key, std::vector<std::string> command) {
  RunOrder order;
  order.key = key;
  order.command = std::move(command);
  order.nodes = {{"n1", 1, 2}};
  return order;
}

// Runs the batch script of an order as slurmd would, by sh.
ChildEnd run_script(const TempDir& dir, const RunOrder& order, std::int64_t beat_s = 0) {
  const auto script = slurm_script(order, {dir.path(), dir / "work", beat_s});
  EXPECT_TRUE(script) << to_string(script.fault());
  ChildCommand command;
  command.argv = {"/bin/sh", "-s"};
  command.environment = {"PATH=/usr/bin:/bin", "SLURM_JOB_ID=7", "SLURMD_NODENAME=n1", "HOME=/"};
  command.input = script.value();
  command.deadline_ms = 20'000;
  const auto end = run_child(command);
  EXPECT_TRUE(end);
  return end ? end.value() : ChildEnd{};
}

TEST(SlurmScript, RunsItsCommandAsItIsAndRecordsTheEnd) {
  const TempDir dir;
  const std::vector<std::string> nasty{"it's", "$HOME `id` $(id)", "a\nb", "*", "", "\\", "-n",
                                       "한"};
  std::vector<std::string> command{"printf", "<%s>"};
  command.insert(command.end(), nasty.begin(), nasty.end());
  const ChildEnd end = run_script(dir, order_of("k-1", command));
  EXPECT_EQ(end.exit_code, 0) << end.err;
  std::string expected;
  for (const std::string& word : nasty) expected += "<" + word + ">";
  EXPECT_EQ(end.out, expected);
  EXPECT_EQ(text_of(dir / "k-1.end"), "exit=0 signal=0 stopped=0 limit=0 job=7\n");
  EXPECT_EQ(text_of(dir / "k-1").substr(0, 9), "run 7 n1 ");
  EXPECT_TRUE(fs::is_directory(dir / "work/k-1"));  // it named no folder
}

TEST(SlurmScript, RunsOnceUnderAKey) {
  const TempDir dir;
  RunOrder order = order_of("k", {"sh", "-c", "echo ran; exit 3"});
  order.folder = "/";
  EXPECT_EQ(run_script(dir, order).exit_code, 3);
  const ChildEnd again = run_script(dir, order);
  EXPECT_EQ(again.exit_code, kClaimRefused);
  EXPECT_EQ(again.out, "");
  EXPECT_EQ(text_of(dir / "k.end"), "exit=3 signal=0 stopped=0 limit=0 job=7\n");
  // A folder that is not there: no claim, so no run.
  const auto script = slurm_script(order, {dir / "nowhere", "/", 0});
  ChildCommand command;
  command.argv = {"/bin/sh", "-s"};
  command.environment = {"PATH=/usr/bin:/bin"};
  command.input = script.value();
  const auto end = run_child(command);
  EXPECT_EQ(end.value().exit_code, kClaimImpossible);
  EXPECT_EQ(end.value().out, "");
}

TEST(SlurmScript, PassesEnvironmentAndRunsScripts) {
  const TempDir dir;
  RunOrder order = order_of("k", {});
  order.script =
      "#!/bin/sh -e\necho \"$GREETING $DURE_JOB_KEY $DURE_NODES [$DURE_GPUS]\"\n"
      "cat <<'DURE_SCRIPT_END'\nDURE_SCRIPT_END\necho $0 | grep -c k.run; exit 4";
  order.environment = {"GREETING=a 'b' \"c\" $d", "EMPTY="};
  order.nodes = {{"n1", 0, 1}, {"n2", 0, 1}};
  order.folder = dir.path();
  const ChildEnd end = run_script(dir, order);
  EXPECT_EQ(end.exit_code, 4) << end.err;
  EXPECT_EQ(end.out, "a 'b' \"c\" $d k n1,n2 []\n1\n");
  EXPECT_FALSE(fs::exists(dir / "k.run"));
}

TEST(SlurmScript, PassesOneSigtermOnAndSaysSo) {
  const TempDir dir;
  // The command is a child of the script: $PPID is what Slurm would signal.
  const std::string command =
      "trap 'echo told; exit 5' TERM; kill -TERM $PPID; while :; do sleep 0.02; done";
  RunOrder order = order_of("k", {"sh", "-c", command});
  order.folder = "/";
  ASSERT_TRUE(SlurmClaims(dir.path()).ask_stop("k", 20, "batch"));
  const ChildEnd end = run_script(dir, order, 1);
  EXPECT_EQ(end.exit_code, 5);
  EXPECT_EQ(end.out, "told\n");
  EXPECT_EQ(text_of(dir / "k.end"), "exit=5 signal=0 stopped=1 limit=0 job=7\n");
  EXPECT_TRUE(fs::exists(dir / "k.beat"));
}

TEST(SlurmScript, KillsAfterTheGraceAndAtTheLimit) {
  const TempDir dir;
  RunOrder order =
      order_of("k", {"sh", "-c", "trap '' TERM; kill -TERM $PPID; while :; do sleep 0.1; done"});
  order.folder = "/";
  ASSERT_TRUE(SlurmClaims(dir.path()).ask_stop("k", 0, "batch"));
  EXPECT_EQ(run_script(dir, order).exit_code, 137);
  EXPECT_EQ(text_of(dir / "k.end"), "exit=0 signal=9 stopped=1 limit=0 job=7\n");
  RunOrder limited = order_of("limited", {"sleep", "60"});
  limited.folder = "/";
  limited.time_limit_s = 1;
  EXPECT_EQ(run_script(dir, limited).exit_code, 143);
  EXPECT_EQ(text_of(dir / "limited.end"), "exit=0 signal=15 stopped=0 limit=1 job=7\n");
}

TEST(SlurmScript, LeavesTheSignalToSlurmWhereAllWereTold) {
  const TempDir dir;
  // No .stop: Slurm (a time limit, an admin) has told every process of the job itself.
  RunOrder order =
      order_of("k", {"sh", "-c",
                     "trap 'n=${n}x' TERM; kill -TERM $PPID; kill -TERM $$; sleep 0.2; "
                     "sleep 0.2; echo $n"});
  order.folder = "/";
  EXPECT_EQ(run_script(dir, order).out, "x\n");
  EXPECT_EQ(text_of(dir / "k.end"), "exit=0 signal=0 stopped=1 limit=0 job=7\n");
  EXPECT_FALSE(SlurmClaims(dir.path()).read("k").value().stopped);  // not by us
}

TEST(SlurmScript, RefusesWhatItCannotRun) {
  const SlurmScriptPlan plan{"/c", "/w", 0};
  const auto code = [&](const RunOrder& order) {
    const auto script = slurm_script(order, plan);
    return script ? std::string("none") : script.fault().found;
  };
  RunOrder order = order_of("k", {});
  EXPECT_EQ(code(order), "bad_script");
  order.script = "echo no interpreter";
  EXPECT_EQ(code(order), "bad_script");
  order.script = "#!sh\n";
  EXPECT_EQ(code(order), "bad_script");
  EXPECT_EQ(code(order_of("k", {"A=b"})), "bad_command");
  EXPECT_EQ(code(order_of("k", {""})), "bad_command");
  EXPECT_EQ(code(order_of("k", {"x", std::string("a\0b", 3)})), "bad_command");
  EXPECT_EQ(code(order_of("k", {"x", "\xff"})), "bad_command");
  order = order_of("k", {"x"});
  for (const char* bad : {"novalue", "1A=b", "A-B=c", "=x"}) {
    order.environment = {bad};
    EXPECT_EQ(code(order), "bad_environment") << bad;
  }
  EXPECT_EQ(slurm_minutes(0, 30), 0);
  EXPECT_EQ(slurm_minutes(30, 30), 1);
  EXPECT_EQ(slurm_minutes(31, 30), 2);
}

TEST(SlurmModel, ReadsGres) {
  const std::pair<const char*, std::int64_t> cases[] = {{"gpu:4", 4},
                                                        {"gpu:a100:4", 4},
                                                        {"gpu:a100:4(S:0-1)", 4},
                                                        {"gpu:2(IDX:0-1)", 2},
                                                        {"gpu:a:2,gpu:b:3", 5},
                                                        {"gres:gpu:2", 2},
                                                        {"cpu=2,gres/gpu=8", 8},
                                                        {"gpu", 1},
                                                        {"gpu:h100", 1},
                                                        {"gpu(IDX:0)", 1},
                                                        {"", 0},
                                                        {"(null)", 0},
                                                        {"gpux:4", 0},
                                                        {"fpga:2,gpu:1", 1},
                                                        {"gpu:-3", 1},
                                                        {"gpu:99999999999999999999", 1},
                                                        {"gres/gpu:a100=2,gres/gpu=2", 4}};
  for (const auto& [text, gpus] : cases) EXPECT_EQ(slurm_gpus(text), gpus) << text;
}

TEST(SlurmModel, ReadsHostlists) {
  using V = std::vector<std::string>;
  EXPECT_EQ(slurm_hostlist("n1"), (V{"n1"}));
  EXPECT_EQ(slurm_hostlist("n[1-3,07-08],m2"), (V{"n1", "n2", "n3", "n07", "n08", "m2"}));
  EXPECT_EQ(slurm_hostlist("r[1-2]n[01-02]x"), (V{"r1n01x", "r1n02x", "r2n01x", "r2n02x"}));
  for (const char* bad : {"", "n[", "n[]", "n[3-1]", "n[1-]", "n[a-b]", "a,,b", "n[1-999999999]",
                          "n[1-9999]m[1-9999]"})
    EXPECT_EQ(slurm_hostlist(bad), V{}) << bad;
}

TEST(SlurmModel, KnowsItsOwnJobs) {
  for (const char* key : {"a", "k-7f3a.1", "A_b.2", "0"}) EXPECT_TRUE(slurm_key(key)) << key;
  for (const char* key : {"", ".", "..", ".a", "-a", "a/b", "a b", "a.end", "a.run", "a\n", "ä"})
    EXPECT_FALSE(slurm_key(key)) << key;
  EXPECT_FALSE(slurm_key(std::string(61, 'a')));
  SlurmJob job;
  job.name = "k1";
  for (const char* comment : {"dure k1", "dure k1 nightly run"}) {
    job.comment = comment;
    EXPECT_TRUE(slurm_ours(job)) << comment;
  }
  for (const char* comment : {"", "dure", "dure k12", "dure k", "k1"}) {
    job.comment = comment;
    EXPECT_FALSE(slurm_ours(job)) << comment;
  }
}

Seen seen_of(const std::string& state, std::int64_t wait_status = 0, SlurmTrace trace = {},
             const std::string& reason = "None", std::int64_t priority = 1,
             std::int64_t restarts = 0) {
  SlurmJob job;
  job.id = 9;
  job.name = "k";
  job.comment = "dure k";
  job.state = state;
  job.reason = reason;
  job.priority = priority;
  job.wait_status = wait_status;
  job.restarts = restarts;
  return slurm_seen(job, trace);
}

TEST(SlurmModel, MapsStates) {
  EXPECT_EQ(seen_of("PENDING", 0, {}, "JobHeldUser", 0).state, Seen::held);
  EXPECT_EQ(seen_of("PENDING", 0, {}, "Resources").state, Seen::pending);
  EXPECT_EQ(seen_of("PENDING", 0, {}, "Resources").detail, "Resources");
  EXPECT_EQ(seen_of("CONFIGURING").state, Seen::pending);
  for (const char* state :
       {"RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "RESIZING", "NEW_WORD"})
    EXPECT_EQ(seen_of(state).state, Seen::running) << state;
  for (const char* state : {"FAILED", "CANCELLED", "OUT_OF_MEMORY", "PREEMPTED", "BOOT_FAIL",
                            "DEADLINE", "REVOKED", "TIMEOUT"})
    EXPECT_EQ(seen_of(state).state, Seen::ended) << state;
  EXPECT_EQ(seen_of("FAILED", 19'200).exit_code, 75);
  EXPECT_EQ(seen_of("FAILED", 15).signal, 15);
  EXPECT_TRUE(seen_of("TIMEOUT").time_limit);
  EXPECT_FALSE(seen_of("CANCELLED").stopped);
  EXPECT_TRUE(seen_of("CANCELLED", 0, {.fenced = true, .stop_asked = true}).stopped);
  EXPECT_TRUE(seen_of("BOOT_FAIL").node_failed);
  EXPECT_EQ(seen_of("CANCELLED").signal, 15) << "it ended, and not well";
  // Queued again by the site: the claim will refuse it.
  EXPECT_EQ(seen_of("PENDING", 0, {.claimed = true}, "BeginTime", 1, 1).state, Seen::lost);
}

// Slurm gives numbers twice after a crash, and counts one job's end as the other's.
TEST(SlurmModel, WhatLeftNoWordDidNotEndWell) {
  EXPECT_EQ(seen_of("COMPLETED").state, Seen::running) << "not over before it is fenced";
  const Seen fenced = seen_of("COMPLETED", 0, {.fenced = true});
  EXPECT_EQ(fenced.state, Seen::ended);
  EXPECT_TRUE(fenced.never_ran);
  EXPECT_NE(fenced.signal, 0);
  const Seen claimed = seen_of("COMPLETED", 0, {.claimed = true, .by = "9"});
  EXPECT_EQ(claimed.state, Seen::ended);
  EXPECT_FALSE(claimed.never_ran);
  EXPECT_NE(claimed.signal, 0);
  EXPECT_TRUE(seen_of("NODE_FAIL", 0, {.fenced = true}).never_ran);
  EXPECT_FALSE(seen_of("CANCELLED", 0, {.fenced = true, .stop_asked = true}).never_ran);
  EXPECT_TRUE(seen_of("CANCELLED", 0, {.fenced = true}).never_ran) << "a number given twice";
}

TEST(SlurmModel, BelievesTheAttemptBeforeSlurm) {
  SlurmTrace ended{.claimed = true, .ended = true, .exit_code = 3, .by = "9"};
  for (const char* state : {"RUNNING", "FAILED", "NODE_FAIL", "COMPLETED", "PENDING"}) {
    const Seen seen = seen_of(state, 19'200, ended);
    EXPECT_EQ(seen.state, Seen::ended) << state;
    EXPECT_EQ(seen.exit_code, 3) << state;
    EXPECT_TRUE(seen.claimed);
  }
  // A second run, refused by the claim: the first may live.
  EXPECT_EQ(seen_of("FAILED", 19'200, {.claimed = true, .by = "4"}).state, Seen::running);
  EXPECT_EQ(seen_of("NODE_FAIL", 0, {.claimed = true, .by = "9"}).state, Seen::running);
  EXPECT_TRUE(seen_of("NODE_FAIL", 0, {.claimed = true, .by = "9"}).node_failed);
  EXPECT_EQ(seen_of("CANCELLED", 0, {.claimed = true, .by = "9"}).signal, 9);
  EXPECT_EQ(slurm_traced("k", {}), std::nullopt);
  EXPECT_EQ(slurm_traced("k", {.fenced = true}), std::nullopt);
  EXPECT_EQ(slurm_traced("k", {.claimed = true, .by = "4"})->state, Seen::running);
  EXPECT_EQ(slurm_traced("k", ended)->exit_code, 3);
}

TEST(SlurmModel, MapsNodes) {
  const auto state_of = [](const std::string& state, std::vector<std::string> flags) {
    SlurmNode node;
    node.name = "n1";
    node.state = state;
    node.flags = std::move(flags);
    return slurm_report(node).state;
  };
  EXPECT_EQ(state_of("idle", {}), NodeState::up);
  EXPECT_EQ(state_of("mixed", {"PLANNED"}), NodeState::up);
  EXPECT_EQ(state_of("idle", {"POWERED_DOWN"}), NodeState::up);
  EXPECT_EQ(state_of("idle", {"DRAIN"}), NodeState::drained);
  EXPECT_EQ(state_of("mixed", {"DRAIN"}), NodeState::draining);
  EXPECT_EQ(state_of("allocated", {"DRAIN"}), NodeState::draining);
  EXPECT_EQ(state_of("idle", {"COMPLETING", "DRAIN"}), NodeState::draining);
  EXPECT_EQ(state_of("idle", {"NOT_RESPONDING"}), NodeState::down);
  EXPECT_EQ(state_of("down", {"DRAIN"}), NodeState::down);
  EXPECT_EQ(state_of("unknown", {}), NodeState::down);
}

TEST(SlurmModel, TellsRefusalsFromTheUnknown) {
  EXPECT_EQ(slurm_refusal(2000, "x").kind, Answer::refused);
  EXPECT_EQ(slurm_refusal(2000, "x").code, "bad_partition");
  EXPECT_EQ(slurm_refusal(9001, "x").code, "bad_order");
  for (const std::int64_t open : {0, -1, 1'800, 5'004, 2'007, 2'017, 2'131, 6'000})
    EXPECT_EQ(slurm_refusal(open, "x").kind, Answer::unknown) << open;
  ChildEnd end;
  end.exit_code = 1;
  end.err = "sbatch: error: Batch job submission failed: Invalid partition name specified\n";
  EXPECT_EQ(slurm_complaint(end).code, "bad_partition");
  end.err = "sbatch: error: Batch job submission failed: Unable to contact slurm controller";
  EXPECT_EQ(slurm_complaint(end).kind, Answer::unknown);
  end.timed_out = true;
  EXPECT_EQ(slurm_complaint(end).code, "no_answer");
}

// As 22.05.8 gave it (some fields left out).
constexpr const char* kRunning = R"json({"meta":{"plugin":{"type":"openapi/v0.0.38"},
"Slurm":{"version":{"major":22,"micro":8,"minor":5},"release":"22.05.8"}},"errors":[],
"jobs":[{"account":"","accrue_time":1795961286,"array_job_id":0,"array_task_id":null,"batch_flag":true,
"batch_host":"n2","cluster":"s1","command":"t.sh","comment":"","cpus_per_task":null,"end_time":1827497287,
"exit_code":0,"gres_detail":["gpu:2(IDX:0-1)","gpu:1(IDX:3)"],"job_id":14,
"job_resources":{"nodes":"n[2-3]","allocated_cores":2,"allocated_hosts":2,"allocated_nodes":[
{"sockets":{"0":{"cores":{"0":"allocated"}}},"nodename":"n2","cpus_used":0,"memory_used":0,"memory_allocated":100},
{"sockets":{"0":{"cores":{"0":"allocated","5":"allocated_and_in_use"}}},"nodename":"n3","cpus_used":0}]},
"job_state":"RUNNING","name":"t.sh","nodes":"n[2-3]","cpus":3,"node_count":2,"tasks":2,"partition":"main",
"priority":4294901752,"required_nodes":"n[2-3]","requeue":false,"restart_cnt":0,"state_reason":"None",
"time_limit":10,"tres_per_node":"gres:gpu:2","tres_alloc_str":"cpu=2,mem=200M,node=2,billing=2",
"user_id":0,"user_name":"root"},
{"job_id":15,"job_state":"PENDING","state_reason":"JobHeldUser","priority":0,"name":"k1","comment":"dure k1 x",
"time_limit":null,"exit_code":19200,"nodes":""}]})json";

constexpr const char* kNodes = R"json({"errors":[],"nodes":[{"architecture":"x86_64","boards":1,
"boot_time":1795960063,"cores":32,"cpus":32,"gres":"gpu:a100:4(S:0-1)","gres_used":"gpu:0","name":"n1",
"state":"idle","state_flags":["DRAIN"],"owner":null,"partitions":["main","big"],"real_memory":256000,
"reason":"again","reason_set_by_user":null,"slurmd_start_time":1795960990,"tres_used":null}]})json";

TEST(SlurmJson, ReadsJobsAndNodes) {
  const auto jobs = slurm_jobs(kRunning, "t");
  ASSERT_TRUE(jobs) << to_string(jobs.fault());
  ASSERT_EQ(jobs.value().size(), 2u);
  const ForeignFact fact = slurm_foreign(jobs.value()[0]);
  EXPECT_EQ(fact.remote, "14");
  EXPECT_EQ(fact.user, "root");
  EXPECT_EQ(fact.time_limit_s, 600);
  EXPECT_EQ(fact.nodes, (std::vector<NodeShare>{{"n2", 2, 1}, {"n3", 1, 2}}));
  EXPECT_TRUE(slurm_ours(jobs.value()[1]));
  EXPECT_EQ(slurm_seen(jobs.value()[1], {}).state, Seen::held);
  const auto nodes = slurm_nodes(kNodes, "t");
  ASSERT_TRUE(nodes) << to_string(nodes.fault());
  EXPECT_EQ(slurm_report(nodes.value()[0]),
            (NodeReport{"n1", "big", 4, 32, 256'000, NodeState::drained, "again"}));
}

TEST(SlurmJson, ReadsLaterForms) {
  const auto jobs = slurm_jobs(R"({"jobs":[{"job_id":3,"job_state":["RUNNING","COMPLETING"],
    "name":"a","priority":{"set":true,"infinite":false,"number":7},"nodes":"n1",
    "time_limit":{"set":false,"infinite":true,"number":0},"tres_per_node":"gres/gpu:2","cpus":{"set":true,"number":4},
    "exit_code":{"status":["SIGNALED"],"return_code":{"set":true,"number":2},"signal":{"id":{"set":true,"number":9}}}}]})",
                               "t");
  ASSERT_TRUE(jobs) << to_string(jobs.fault());
  const SlurmJob& job = jobs.value()[0];
  EXPECT_EQ(job.state, "COMPLETING");
  EXPECT_EQ(job.priority, 7);
  EXPECT_EQ(job.time_limit_s, 0);
  EXPECT_EQ(job.wait_status, 2 << 8 | 9);
  EXPECT_EQ(job.shares, (std::vector<NodeShare>{{"n1", 2, 4}}));
}

TEST(SlurmJson, KnowsUtf8) {
  for (const char* good : {"", "a\n\"\\", "\u00e9", "한", "\U0001f600", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(slurm_text_ok(good)) << good;
  for (const char* bad : {"\xff", "\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xe3\x81", "\xc3("})
    EXPECT_FALSE(slurm_text_ok(bad)) << bad;
  EXPECT_FALSE(slurm_text_ok(std::string_view("\0", 1)));
}

TEST(SlurmJson, ReadsReplies) {
  const auto reply = slurm_reply(
      R"({"errors":[{"error_code":2042,"error":"Job is in held state"}],"job_id":4,"step_id":"BATCH"})",
      "t");
  EXPECT_EQ(reply.value().job_id, 4);
  EXPECT_EQ(reply.value().error, 2042);
  const auto refused = slurm_reply(
      R"({"errors":[{"description":"Disabled key","error_number":1},{"error_code":9001,"error":"Failure during parsing"}],"job_id":null})",
      "t");
  EXPECT_EQ(refused.value().job_id, std::nullopt);
  EXPECT_EQ(refused.value().error, 9001);
  const auto diag = slurm_diag(R"({"statistics":{"req_time":20,"req_time_start":10}})", "t");
  EXPECT_EQ(diag.value().counting_from_s, 10);
  EXPECT_FALSE(slurm_diag("{}", "t"));
}

TEST(SlurmJson, NoTextMakesItThrow) {
  const std::string whole = kRunning, nodes = kNodes;
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(slurm_jobs(whole.substr(0, n), "t")) << n;
  for (const char* bad :
       {"", "[]", "1", "null", "{}", R"({"jobs":{}})", R"({"jobs":[1]})", R"({"jobs":[{}]})",
        R"({"jobs":[{"job_id":"x","job_state":"RUNNING"}]})",
        R"({"jobs":[{"job_id":1,"job_state":5}]})",
        R"({"jobs":[{"job_id":1,"job_state":"RUNNING","nodes":[[]]}]})",
        R"({"jobs":[{"job_id":1,"job_state":"RUNNING","nodes":"n1","gres_detail":"x"}]})",
        R"({"jobs":[{"job_id":1,"job_state":"RUNNING","job_resources":{"allocated_nodes":[7]}}]})",
        R"({"jobs":[{"job_id":1,"job_state":"RUNNING","priority":"high"}]})",
        R"({"jobs":[{"job_id":1,"job_state":"RUNNING","name":"\ud800"}]})"})
    EXPECT_FALSE(slurm_jobs(bad, "t")) << bad;
  for (const char* bad : {R"({"nodes":[{"name":"n"}]})", R"({"nodes":[{"name":5,"state":"idle"}]})",
                          R"({"nodes":[{"name":"n","state":"idle","cpus":[]}]})"})
    EXPECT_FALSE(slurm_nodes(bad, "t")) << bad;
  EXPECT_FALSE(slurm_reply(R"({"errors":5})", "t"));
  EXPECT_FALSE(slurm_reply(std::string(100'000, '['), "t"));
  // Every value of a job in turn as a number, a text, a list, an object and null: a job or a Fault.
  const std::string head = R"({"jobs":[{"job_id":1,"job_state":"RUNNING","name":"k","nodes":"n1",)";
  for (const char* field :
       {"comment", "user_name", "user_id", "account", "partition", "state_reason", "priority",
        "exit_code", "restart_cnt", "time_limit", "end_time", "job_resources", "gres_detail",
        "tres_per_node", "tres_alloc_str", "cpus"})
    for (const char* value :
         {"1", "-1e300", "1.5", "\"x\"", "[]", "[[]]", "{}", "null", "true",
          R"({"set":1,"number":"x"})", R"({"return_code":[],"signal":{"id":{}}})",
          R"({"allocated_nodes":[{"nodename":"n","sockets":[{"cores":1}]}]})"})
      static_cast<void>(slurm_jobs(head + "\"" + field + "\":" + value + "}]}", "t"));
}

TEST(SlurmJson, WritesOrdersThatSlurmTakes) {
  SlurmSubmit submit;
  submit.name = "k";
  submit.comment = "dure k \"x\"";
  submit.nodes = {"n1", "n2"};
  submit.gpus = 2;
  submit.cpus = 4;
  submit.script = "#!/bin/sh\n";
  const std::string json = slurm_submit_json(submit);
  for (const char* part :
       {R"("hold":true)", R"("nodes":[2,2])", R"("nodelist":"n1,n2")", R"("gres":"gpu:2")",
        R"("no_requeue":true)", R"("PATH")", R"(dure k \"x\")", R"("cpus_per_task":4)"})
    EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
  for (const char* part : {"\"requeue\"", "memory", "time_limit", "partition"})
    EXPECT_EQ(json.find(part), std::string::npos) << part;
  const auto argv = sbatch_arguments(submit, {101, 104});
  for (const char* part : {"--hold", "--nodelist=n1,n2", "--gres=gpu:2", "--uid=101", "--gid=104",
                           "--comment=dure k \"x\"", "--nodes=2"})
    EXPECT_NE(std::find(argv.begin(), argv.end(), part), argv.end()) << part;
}

TEST(SlurmCli, ReadsScontrol) {
  const char* config =
      "AcctGatherEnergyType    = acct_gather_energy/none\nBOOT_TIME               = "
      "2026-11-29T14:03:10\nBOOT_TIMEX = no\n";
  EXPECT_EQ(slurm_setting(config, "BOOT_TIME"), "2026-11-29T14:03:10");
  EXPECT_EQ(slurm_setting(config, "BOOT"), "");
  const auto watts = slurm_watts(
      "NodeName=n1 CPUTot=32 CPULoad=16.00 State=IDLE CurrentWatts=640 AveWatts=600\n"
      "NodeName=n2 CPUTot=32 CPULoad=0.77 CurrentWatts=0 AveWatts=0\nNodeName=n3 "
      "CurrentWatts=n/s\n");
  ASSERT_EQ(watts.size(), 1u);
  EXPECT_EQ(watts[0].node, "n1");
  EXPECT_EQ(watts[0].power_w, 640);
  EXPECT_DOUBLE_EQ(watts[0].cpu_load, 0.5);
}

class Watched : public ::testing::Test {
 protected:
  TempDir dir;
  SlurmClaims claims{dir.path()};
  SlurmWatch watch{60, claims};
  SlurmWatch::Clock::time_point now{std::chrono::hours(1)};
  std::vector<Handle> cancelled;

  static SlurmJob job(std::int64_t id, const std::string& key, const std::string& state) {
    SlurmJob job;
    job.id = id;
    job.name = key;
    job.comment = "dure " + key;
    job.state = state;
    job.priority = 1;
    job.shares = {{"n1", 1, 1}};
    return job;
  }
  static SlurmNode node(const std::string& state) {
    SlurmNode node;
    node.name = "n1";
    node.state = state;
    return node;
  }
  Sweep sweep(std::optional<std::vector<SlurmJob>> jobs,
              std::optional<std::vector<SlurmNode>> nodes = std::nullopt) {
    SlurmHear heard{"b1", 100, std::move(jobs), std::move(nodes)};
    cancelled.clear();
    return watch.take(heard, cancelled, now);
  }
};

TEST_F(Watched, KnowsANumberForTwoSeconds) {
  watch.acknowledged({"k", "1"}, now);
  EXPECT_TRUE(watch.known({"k", "1"}, now));
  EXPECT_FALSE(watch.known({"other", "1"}, now));
  EXPECT_FALSE(watch.known({"k", "1"}, now + std::chrono::seconds(2)));
  sweep(std::vector{job(2, "m", "RUNNING")});
  EXPECT_TRUE(watch.known({"m", "2"}, now));
  now += std::chrono::seconds(3);
  EXPECT_FALSE(watch.known({"m", "2"}, now));
  sweep(std::nullopt);  // nothing has changed: it still does
  EXPECT_TRUE(watch.known({"m", "2"}, now));
  sweep(std::vector{job(2, "o", "RUNNING")});  // used again
  EXPECT_FALSE(watch.known({"m", "2"}, now));
}

TEST_F(Watched, ListsAllOrWhatChanged) {
  SlurmJob foreign = job(5, "x", "RUNNING");
  foreign.comment = "";
  Sweep all = sweep(std::vector{foreign}, std::vector{node("idle")});
  EXPECT_TRUE(all.complete);
  ASSERT_EQ(all.foreign.size(), 1u);
  EXPECT_EQ(all.foreign[0].nodes.size(), 1u);
  EXPECT_EQ(all.nodes.size(), 1u);
  Sweep none = sweep(std::nullopt);
  EXPECT_FALSE(none.complete);
  EXPECT_TRUE(none.nodes.empty() && none.attempts.empty() && none.foreign.empty());
  EXPECT_TRUE(sweep(std::nullopt, std::vector{node("idle")}).nodes.empty());
  EXPECT_EQ(sweep(std::nullopt, std::vector{node("down")}).nodes.size(), 1u);
  Sweep gone = sweep(std::vector<SlurmJob>{});
  ASSERT_EQ(gone.foreign.size(), 1u);  // it gave its node back
  EXPECT_TRUE(gone.foreign[0].nodes.empty());
  EXPECT_EQ(gone.nodes.size(), 1u);  // unchanged, but the sweep is complete
  EXPECT_TRUE(sweep(std::vector<SlurmJob>{}).foreign.empty());
}

TEST_F(Watched, AFailedNodeIsNoDeadAttempt) {
  write_text(dir / "k", "run 1 n1 5\n");
  write_text(dir / "k.beat", "");
  const auto one = [](const Sweep& s) { return s.attempts.at(0); };
  Seen seen = one(sweep(std::vector{job(1, "k", "NODE_FAIL")}, std::vector{node("down")}));
  EXPECT_EQ(seen.state, Seen::running);
  EXPECT_TRUE(seen.node_failed);
  EXPECT_TRUE(sweep(std::nullopt, std::vector{node("idle")}).attempts.empty());  // just back
  now += std::chrono::seconds(10);
  seen = one(sweep(std::nullopt));
  EXPECT_EQ(seen.state, Seen::lost);
  // One that never claimed is fenced: it cannot begin any more.
  seen = one(sweep(std::vector{job(2, "m", "NODE_FAIL")}, std::vector{node("down")}));
  EXPECT_EQ(seen.state, Seen::ended);
  EXPECT_FALSE(seen.claimed);
  EXPECT_EQ(text_of(dir / "m"), "fence\n");
}

TEST_F(Watched, WhatSlurmCallsCompletedAndNeverClaimedIsFenced) {
  const Seen seen = sweep(std::vector{job(7, "k7", "COMPLETED")}).attempts.at(0);
  EXPECT_EQ(seen.state, Seen::ended);
  EXPECT_TRUE(seen.never_ran);
  EXPECT_TRUE(claims.read("k7").value().fenced);
}

TEST_F(Watched, ASilentAttemptOfAFailedNodeIsLost) {
  write_text(dir / "k", "run 1 n1 5\n");
  write_text(dir / "k.beat", "");
  fs::last_write_time(dir / "k.beat",
                      fs::last_write_time(dir / "k.beat") - std::chrono::minutes(4));
  const Sweep s = sweep(std::vector{job(1, "k", "NODE_FAIL")}, std::vector{node("down")});
  EXPECT_EQ(s.attempts.at(0).state, Seen::lost);
}

TEST_F(Watched, CancelsGhostsAndTheOverdue) {
  write_text(dir / "k", "run 1 n1 5\n");
  write_text(dir / "k.end", "exit=2 signal=0 stopped=0 limit=0 job=1\n");
  const std::vector jobs{job(1, "k", "RUNNING"), job(2, "m", "RUNNING")};
  EXPECT_EQ(sweep(jobs).attempts.at(0).exit_code, 2);
  EXPECT_TRUE(cancelled.empty());
  watch.kill_after({"m", "2"}, now + std::chrono::seconds(5));
  now += std::chrono::seconds(61);
  sweep(jobs);
  ASSERT_EQ(cancelled.size(), 2u);
  EXPECT_EQ(cancelled[0].remote, "1");
  EXPECT_EQ(cancelled[1].key, "m");
  sweep(jobs);
  EXPECT_TRUE(cancelled.empty());
  // Forgotten, it stays ended, however long Slurm calls it running.
  claims.forget("k");
  watch.forget("k");
  EXPECT_EQ(sweep(jobs).attempts.at(0).state, Seen::ended);
}

TEST(SlurmClaims, FencesAndReads) {
  const TempDir dir;
  const SlurmClaims claims(dir.path());
  ASSERT_TRUE(claims.usable());
  EXPECT_FALSE(SlurmClaims(dir / "none").usable());
  EXPECT_FALSE(claims.read("k").value().claimed);
  EXPECT_TRUE(claims.fence("k").value());
  EXPECT_TRUE(claims.fence("k").value());  // still ours
  EXPECT_TRUE(claims.read("k").value().fenced);
  write_text(dir / "m", "run 12 n1 5\n");
  EXPECT_FALSE(claims.fence("m").value());
  EXPECT_EQ(claims.read("m").value().by, "12");
  EXPECT_FALSE(claims.read("m").value().ended);
  write_text(dir / "m.end", "exit=999 signal=15 stopped=1 limit=x job=12\n");
  const SlurmTrace trace = claims.read("m").value();
  EXPECT_TRUE(trace.ended);
  EXPECT_EQ(trace.exit_code, 0);
  EXPECT_EQ(trace.signal, 15);
  EXPECT_FALSE(trace.stopped);  // it says so, but we did not ask
  // A link that a user put there is not followed.
  fs::create_symlink("/etc/hostname", dir / "evil");
  EXPECT_FALSE(claims.read("evil"));
  // An attempt whose job was fenced does not run.
  RunOrder order = order_of("k", {"echo", "ran"});
  EXPECT_EQ(run_script(dir, order).exit_code, kClaimRefused);
}

}  // namespace
}  // namespace dure
