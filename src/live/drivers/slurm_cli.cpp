#include "live/drivers/slurm_cli.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "live/drivers/slurm_json.h"

namespace dure {
namespace {

constexpr std::size_t kLargestList = std::size_t{512} << 20;
constexpr char kBetween = '\x1f';  // no name holds it; what does is not read

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool digits(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A node's name as one word of scontrol: a list or a pattern would be more than one node.
bool node_name_ok(std::string_view name) {
  return !name.empty() && name != "ALL" && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

double decimal(std::string_view text) {  // 0.77
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The value of " NAME=" in one line of scontrol -o; values that we read hold no space.
std::string_view field(std::string_view line, std::string_view name) {
  std::size_t at = 0;
  while ((at = line.find(name, at)) != std::string_view::npos) {
    const bool begins = at == 0 || line[at - 1] == ' ';
    at += name.size();
    if (begins && at < line.size() && line[at] == '=') {
      const std::string_view rest = line.substr(at + 1);
      return rest.substr(0, rest.find(' '));
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> sbatch_arguments(const SlurmSubmit& submit, const SlurmUser& user) {
  std::string list;
  for (const std::string& node : submit.nodes) list += (list.empty() ? "" : ",") + node;
  const std::string count = std::to_string(submit.nodes.size());
  std::vector<std::string> out{"sbatch",
                               "--parsable",
                               "--hold",
                               "--no-requeue",
                               "--open-mode=append",
                               "--chdir=/",
                               "--job-name=" + submit.name,
                               "--comment=" + submit.comment,
                               "--nodes=" + count,
                               "--ntasks=" + count,
                               "--ntasks-per-node=1",
                               "--nodelist=" + list,
                               "--output=" + submit.out,
                               "--error=" + submit.err};
  const auto add = [&](const char* name, const std::string& value) { out.push_back(name + value); };
  if (!submit.partition.empty()) add("--partition=", submit.partition);
  if (!submit.account.empty()) add("--account=", submit.account);
  if (submit.gpus > 0) add("--gres=gpu:", std::to_string(submit.gpus));
  if (submit.cpus > 0) add("--cpus-per-task=", std::to_string(submit.cpus));
  if (submit.memory_mib > 0) add("--mem=", std::to_string(submit.memory_mib) + "M");
  if (submit.time_limit_min > 0) add("--time=", std::to_string(submit.time_limit_min));
  if (user.uid >= 0) add("--uid=", std::to_string(user.uid));
  if (user.gid >= 0) add("--gid=", std::to_string(user.gid));
  return out;
}

Answer slurm_complaint(const ChildEnd& end) {
  if (end.timed_out) return {Answer::unknown, "", "no_answer", "no answer within the deadline"};
  std::string said = end.err.empty() ? end.out : end.err;
  while (!said.empty() && said.back() == '\n') said.pop_back();
  if (said.find("Invalid --uid specification") != std::string::npos)
    return {Answer::refused, "", "bad_user", said};
  const std::int64_t error = slurm_error_of(said);
  if (error != 0) return slurm_refusal(error, said);
  return {Answer::unknown, "", "no_answer", said};
}

std::string slurm_setting(std::string_view config, std::string_view name) {
  while (!config.empty()) {
    const std::string_view line = config.substr(0, config.find('\n'));
    const std::size_t equal = line.find('=');
    if (equal != std::string_view::npos && line.substr(0, name.size()) == name &&
        line.find_first_not_of(' ', name.size()) == equal) {
      const std::size_t from = line.find_first_not_of(' ', equal + 1);
      return from == std::string_view::npos ? "" : std::string(line.substr(from));
    }
    config.remove_prefix(std::min(config.size(), line.size() + 1));
  }
  return "";
}

std::vector<SlurmWatts> slurm_watts(std::string_view nodes) {
  std::vector<SlurmWatts> out;
  while (!nodes.empty()) {
    const std::string_view line = nodes.substr(0, nodes.find('\n'));
    nodes.remove_prefix(std::min(nodes.size(), line.size() + 1));
    const std::string_view name = field(line, "NodeName"), watts = field(line, "CurrentWatts");
    std::int64_t w = 0;
    std::from_chars(watts.data(), watts.data() + watts.size(), w);
    if (name.empty() || w <= 0 || w > 10'000'000) continue;
    const double cores = decimal(field(line, "CPUTot")), load = decimal(field(line, "CPULoad"));
    out.push_back({std::string(name), w, cores > 0 ? std::clamp(load / cores, 0.0, 1.0) : 0});
  }
  return out;
}

Result<ChildEnd> SlurmCli::run(std::vector<std::string> argv, std::string input, bool list) const {
  ChildCommand command;
  if (!options_.client_folder.empty()) argv[0] = options_.client_folder + "/" + argv[0];
  command.argv = std::move(argv);
  command.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8"};
  if (!options_.slurm_conf.empty())
    command.environment.push_back("SLURM_CONF=" + options_.slurm_conf);
  command.input = std::move(input);
  command.deadline_ms = list ? options_.list_deadline_ms : options_.deadline_ms;
  if (list) command.largest_output = kLargestList;
  return run_child(command);
}

Answer SlurmCli::act(std::vector<std::string> argv) const {
  const Result<ChildEnd> end = run(std::move(argv), "");
  if (!end) return {Answer::unknown, "", "not_connected", to_string(end.fault())};
  if (end.value().ok()) return {Answer::done, "", "", ""};
  const Answer answer = slurm_complaint(end.value());
  if (answer.code == "already_over") return {Answer::done, "", answer.code, answer.detail};
  return answer;
}

Answer SlurmCli::submit_as(const SlurmSubmit& submit, const SlurmUser& user) {
  const Result<ChildEnd> end = run(sbatch_arguments(submit, user), submit.script);
  if (!end) return {Answer::unknown, "", "not_connected", to_string(end.fault())};
  const std::string line = first_line(end.value().out);
  const std::string id = line.substr(0, line.find(';'));  // ID or ID;CLUSTER
  if (digits(id)) return {Answer::done, id, "", ""};
  return slurm_complaint(end.value());
}

Answer SlurmCli::release(const std::string& id) { return act({"scontrol", "release", id}); }
Answer SlurmCli::cancel(const std::string& id) { return act({"scancel", id}); }

Result<std::optional<SlurmJob>> SlurmCli::job(const std::string& id) {
  TRY(end, run({"squeue", "--noheader", "--all", "--states=all", "--jobs=" + id,
                std::string("--format=%A") + kBetween + "%T" + kBetween + "%j" + kBetween + "%k"},
               ""));
  if (!end.ok()) {
    const Answer why = slurm_complaint(end);
    if (why.code == "not_found") return std::optional<SlurmJob>();
    return Fault{"squeue", "a job", why.detail, ""};
  }
  const std::string line = first_line(end.out);
  if (line.empty()) return std::optional<SlurmJob>();
  std::vector<std::string> parts(1);
  for (const char c : line) {
    if (c == kBetween)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  if (parts.size() != 4 || parts[0] != id) return Fault{"squeue", "job " + id, line, ""};
  SlurmJob job;
  std::from_chars(id.data(), id.data() + id.size(), job.id);
  job.state = parts[1];
  job.name = parts[2];
  job.comment = parts[3];
  return std::optional<SlurmJob>(std::move(job));
}

Result<std::optional<std::vector<SlurmJob>>> SlurmCli::jobs(std::int64_t) {
  TRY(end, run({"squeue", "--all", "--states=all", "--json"}, "", true));
  if (!end.ok()) return Fault{"squeue", "a list of jobs", slurm_complaint(end).detail, ""};
  TRY(jobs, slurm_jobs(end.out, "squeue"));
  return std::optional<std::vector<SlurmJob>>(std::move(jobs));
}

Result<std::optional<std::vector<SlurmNode>>> SlurmCli::nodes(std::int64_t) {
  TRY(end, run({"sinfo", "--all", "--json"}, "", true));
  if (!end.ok()) return Fault{"sinfo", "a list of nodes", slurm_complaint(end).detail, ""};
  TRY(nodes, slurm_nodes(end.out, "sinfo"));
  return std::optional<std::vector<SlurmNode>>(std::move(nodes));
}

std::vector<Answer> SlurmCli::terminate(const std::vector<std::string>& ids) {
  constexpr std::size_t kAtOnce = 64;  // scancel asks for one after the other, within our deadline
  std::vector<Answer> out;
  for (std::size_t from = 0; from < ids.size(); from += kAtOnce) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = std::min(kAtOnce, ids.size() - from);
    if (!out.empty() && out.back().code == "no_answer") {
      out.resize(ids.size(), {Answer::unknown, "", "not_sent", "the site was silent before"});
      break;
    }
    for (Answer& answer : terminate_some({begin, begin + static_cast<std::ptrdiff_t>(count)}))
      out.push_back(std::move(answer));
  }
  return out;
}

std::vector<Answer> SlurmCli::terminate_some(const std::vector<std::string>& ids) const {
  std::vector<Answer> out(ids.size(), Answer{Answer::done, "", "", ""});
  std::vector<std::string> argv{"scancel", "--signal=TERM", "--batch"};
  argv.insert(argv.end(), ids.begin(), ids.end());
  const Result<ChildEnd> end = run(std::move(argv), "");
  if (end && end.value().ok()) return out;
  // It names those that it could not signal: "… on job id 14: Invalid job id specified".
  const std::string said = end ? end.value().err : "";
  bool named = false;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::size_t at = said.find("job id " + ids[i] + ":");
    if (at == std::string::npos) continue;
    named = true;
    ChildEnd one;
    one.exit_code = 1;
    one.err = first_line(said.substr(at));
    out[i] = slurm_complaint(one);
    if (out[i].code == "already_over") out[i].kind = Answer::done;
  }
  if (end && named && !end.value().timed_out) return out;
  const Answer unknown = end ? slurm_complaint(end.value())
                             : Answer{Answer::unknown, "", "not_connected", to_string(end.fault())};
  std::fill(out.begin(), out.end(), unknown);
  return out;
}

Answer SlurmCli::set_node(const NodeOrder& order) {
  if (!node_name_ok(order.node)) return {Answer::refused, "", "bad_node", order.node};
  std::vector<std::string> argv{"scontrol", "update", "NodeName=" + order.node,
                                order.drain ? "State=DRAIN" : "State=RESUME"};
  // Slurm takes no drain without a reason.
  if (order.drain) argv.push_back("Reason=" + (order.reason.empty() ? "dure" : order.reason));
  const Answer answer = act(std::move(argv));
  // A node that is not drained cannot be resumed: it takes work already.
  if (!order.drain && answer.code == "node_state") return {Answer::done, "", "", answer.detail};
  return answer;
}

Result<SlurmHead> SlurmCli::head() {
  TRY(end, run({"scontrol", "show", "config"}, ""));
  if (!end.ok()) return Fault{"scontrol show config", "an answer", slurm_complaint(end).detail, ""};
  SlurmHead head{slurm_setting(end.out, "BOOT_TIME"), slurm_setting(end.out, "SLURM_VERSION")};
  if (head.boot.empty()) return Fault{"scontrol show config", "BOOT_TIME", "none", ""};
  return head;
}

Result<std::string> SlurmCli::energy_plugin() {
  TRY(end, run({"scontrol", "show", "config"}, ""));
  if (!end.ok()) return Fault{"scontrol show config", "an answer", slurm_complaint(end).detail, ""};
  const std::string plugin = slurm_setting(end.out, "AcctGatherEnergyType");
  return plugin.substr(plugin.find('/') + 1);
}

Result<std::vector<SlurmWatts>> SlurmCli::watts() {
  TRY(end, run({"scontrol", "--oneliner", "show", "nodes"}, "", true));
  if (!end.ok()) return Fault{"scontrol show nodes", "an answer", slurm_complaint(end).detail, ""};
  return slurm_watts(end.out);
}

}  // namespace dure
