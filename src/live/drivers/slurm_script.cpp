#include "live/drivers/slurm_script.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "live/drivers/shell.h"
#include "live/drivers/slurm_json.h"
#include "live/drivers/slurm_model.h"

namespace dure {
namespace {

constexpr std::string_view kClaim = R"sh(
if ! (set -C; echo "run $SLURM_JOB_ID $SLURMD_NODENAME $(date +%s)" >"$claims/$key") 2>/dev/null; then
  [ -e "$claims/$key" ] && exit 75
  exit 76
fi
stopped=0 limit=0 child= told= watches=
)sh";

// end CODE: the record, whole or not at all, and out.
// watch SECONDS COMMAND: runs it after a while in a session of its own, deaf to SIGTERM.
constexpr std::string_view kTools = R"sh(
end() {
  for w in $watches; do kill -KILL "-$w" "$w" 2>/dev/null; done
  rm -f "$claims/$key.run"
  code=$1 signal=0
  [ "$code" -gt 128 ] && [ "$code" -le 192 ] && signal=$((code - 128)) code=0
  echo "exit=$code signal=$signal stopped=$stopped limit=$limit job=$SLURM_JOB_ID" \
    >"$claims/$key.end.$SLURM_JOB_ID" && mv -f "$claims/$key.end.$SLURM_JOB_ID" "$claims/$key.end"
  exit "$1"
}
watch() {
  setsid sh -c 'trap "" TERM; sleep "$0"; eval "$1"' "$1" "$2" </dev/null >/dev/null 2>&1 &
  watches="$watches $!"
}
)sh";

// Both ways to be told to end; `soft` and `hard` depend on what runs (each_node or not).
constexpr std::string_view kStops = R"sh(
on_term() {
  woken=1
  [ "$stopped$limit" = 00 ] || return
  stopped=1
  how=all
  [ -r "$claims/$key.stop" ] && read -r grace how <"$claims/$key.stop"
  [ -n "$child" ] || return
  told=1
  [ "$how" = batch ] && soft
  watch "$grace" "$(hard)"
}
on_limit() {
  woken=1
  [ "$stopped$limit" = 00 ] || return
  limit=1
  [ -n "$child" ] || return
  told=1
  soft
  watch "$grace" "$(hard)"
}
trap on_term TERM
trap on_limit USR1
)sh";
constexpr std::string_view kAlone = R"sh(
soft() { kill -TERM "-$child" 2>/dev/null || kill -TERM "$child" 2>/dev/null; }
hard() { echo "kill -KILL -$child $child"; }
)sh";
// Slurm signals the steps of a job without its script: every process of the tasks gets the SIGTERM,
// so a task's own shell passes none on. srun takes one for an order to kill them, and so it is
// used.
constexpr std::string_view kEach = R"sh(
soft() { scancel --signal=TERM "$SLURM_JOB_ID" & }
hard() { echo "kill -TERM $child; sleep 5; kill -KILL -$child $child"; }
task='
[ -n "${CUDA_VISIBLE_DEVICES-}" ] || CUDA_VISIBLE_DEVICES=-1
DURE_GPUS=$CUDA_VISIBLE_DEVICES
[ "$DURE_GPUS" = -1 ] && DURE_GPUS=
n=0
for node in $(echo "$DURE_NODES" | tr , " "); do
  [ "$node" = "$SLURMD_NODENAME" ] && DURE_NODE_RANK=$n
  n=$((n + 1))
done
DURE_NODE=$SLURMD_NODENAME
export CUDA_VISIBLE_DEVICES DURE_GPUS DURE_NODE DURE_NODE_RANK
trap woken=1 TERM
"$@" & child=$!
code=127
while :; do
  woken=0
  wait "$child"; c=$?
  [ "$c" = 127 ] && [ "$code" != 127 ] || code=$c
  [ "$woken" = 0 ] && break
done
exit "$code"'
)sh";

constexpr std::string_view kAfter = R"sh(
kill -KILL "-$child" 2>/dev/null
end "$code"
)sh";

constexpr std::string_view kHome = R"sh(
if [ -z "${HOME-}" ]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
fi
USER=$(id -un) LOGNAME=$USER
export HOME USER LOGNAME
[ -n "${CUDA_VISIBLE_DEVICES-}" ] || CUDA_VISIBLE_DEVICES=-1
DURE_GPUS=$CUDA_VISIBLE_DEVICES
[ "$DURE_GPUS" = -1 ] && DURE_GPUS=
export CUDA_VISIBLE_DEVICES DURE_GPUS
)sh";

bool name_ok(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// What the kernel makes of #!: the interpreter and at most one argument.
std::optional<std::vector<std::string>> interpreter(std::string_view script) {
  if (script.substr(0, 2) != "#!") return std::nullopt;
  std::string_view line = script.substr(2, script.find('\n') - 2);
  const auto trim = [](std::string_view s) {
    const std::size_t from = s.find_first_not_of(" \t\r");
    if (from == std::string_view::npos) return std::string_view();
    return s.substr(from, s.find_last_not_of(" \t\r") - from + 1);
  };
  line = trim(line);
  const std::size_t space = line.find_first_of(" \t");
  std::vector<std::string> out{std::string(line.substr(0, space))};
  if (out[0].empty() || out[0][0] != '/') return std::nullopt;
  if (space != std::string_view::npos) out.emplace_back(trim(line.substr(space)));
  return out;
}

// The script as a here-document: quoted, so nothing in it is expanded.
std::string heredoc(const std::string& script) {
  std::string mark = "DURE_SCRIPT_END";
  while (("\n" + script + "\n").find("\n" + mark + "\n") != std::string::npos) mark += "_";
  std::string out = "(umask 077; cat >\"$claims/$key.run\" <<'" + mark + "'\n" + script;
  if (script.back() != '\n') out += '\n';
  return out + mark + "\n) || end 1\n";
}

Fault refused(const std::string& key, const char* expected, const char* code) {
  return Fault{key, expected, code, ""};
}

std::string exports(const RunOrder& order) {
  std::string nodes;
  for (const NodeShare& share : order.nodes) nodes += (nodes.empty() ? "" : ",") + share.node;
  std::string out = "DURE_JOB_KEY=$key DURE_NODES=" + sh_quoted(nodes) +
                    " DURE_NODE=$SLURMD_NODENAME DURE_NODE_RANK=0\n"
                    "export DURE_JOB_KEY DURE_NODES DURE_NODE DURE_NODE_RANK\n";
  if (!order.nodes.empty() && order.nodes[0].cpus > 0)
    out += "OMP_NUM_THREADS=" + std::to_string(order.nodes[0].cpus) + "; export OMP_NUM_THREADS\n";
  return out;
}

}  // namespace

std::int64_t slurm_minutes(std::int64_t time_limit_s, std::int64_t grace_s) {
  return time_limit_s <= 0 ? 0 : (time_limit_s + grace_s + 59) / 60;
}

Result<std::string> slurm_script(const RunOrder& order, const SlurmScriptPlan& plan) {
  CHECK(slurm_key(order.key));
  std::string run = "env --";
  for (const std::string& entry : order.environment) {
    const std::size_t equal = entry.find('=');
    if (equal == std::string::npos || !name_ok(entry.substr(0, equal)) || !slurm_text_ok(entry))
      return refused(order.key, "environment of NAME=value", "bad_environment");
    run += " " + sh_quoted(entry);
  }
  std::vector<std::string> command = order.command;
  if (command.empty()) {
    const auto by = interpreter(order.script);
    if (!by || !slurm_text_ok(order.script))
      return refused(order.key, "a script of UTF-8 text that begins with #!/", "bad_script");
    command = *by;
  } else if (command[0].empty() || command[0].find('=') != std::string::npos) {
    return refused(order.key, "a program, its name without =", "bad_command");  // env's own syntax
  }
  for (const std::string& word : command) {
    if (!slurm_text_ok(word)) return refused(order.key, "a command of UTF-8 text", "bad_command");
    run += " " + sh_quoted(word);
  }
  if (order.command.empty()) run += " \"$claims/$key.run\"";

  std::string out = "#!/bin/sh\n# One attempt of a job of Dure.\nkey=" + sh_quoted(order.key) +
                    " claims=" + sh_quoted(plan.claims) + "\n";
  out += kClaim;
  out += "grace=" + std::to_string(order.grace_s) + "\n";
  out += kTools;
  out += order.each_node ? kEach : kAlone;
  out += kStops;
  out += kHome;
  out += exports(order);
  const std::string folder = order.folder.empty() ? plan.work + "/" + order.key : order.folder;
  if (order.folder.empty()) out += "mkdir -p " + sh_quoted(folder) + "\n";
  out += "cd " + sh_quoted(folder) + " || end 1\n";
  if (order.command.empty()) out += heredoc(order.script);
  if (plan.beat_s > 0) {
    const std::string beat = std::to_string(plan.beat_s);
    out += ": >\"$claims/$key.beat\"\nwatch " + beat +
           " 'while :; do : >\"'\"$claims/$key\"'.beat\"; sleep " + beat + "; done'\n";
  }
  if (order.time_limit_s > 0)
    out += "watch " + std::to_string(order.time_limit_s) + " \"kill -USR1 $$\"\n";
  out += "[ \"$stopped\" = 0 ] || end 143\n";
  if (order.each_node) {
    const std::string nodes = std::to_string(order.nodes.size());
    std::string srun = "srun --mpi=none --kill-on-bad-exit=1 --nodes=" + nodes +
                       " --ntasks=" + nodes + " --ntasks-per-node=1";
    if (order.nodes[0].cpus > 0) srun += " --cpus-per-task=" + std::to_string(order.nodes[0].cpus);
    out += "setsid " + srun + " sh -c \"$task\" task " + run + " & child=$!\n";
  } else {
    out += "setsid " + run + " & child=$!\n";
  }
  // Told between the last look and the start: the trap found no child.
  out +=
      "[ \"$stopped$limit$told\" = 00 ] || [ -n \"$told\" ] || { sleep 0.1; soft; watch \"$grace\" "
      "\"$(hard)\"; }\n";
  out += kShWait;
  out += kAfter;
  return out;
}

}  // namespace dure
