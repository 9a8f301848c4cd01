#include "live/drivers/slurm_model.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace dure {
namespace {

constexpr std::size_t kMostHosts = 100'000;

bool starts(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t n = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || stop != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

std::vector<std::string_view> split(std::string_view text, char by) {  // not within [] and ()
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == by && depth == 0)) {
      out.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    } else if (text[i] == '[' || text[i] == '(') {
      ++depth;
    } else if (text[i] == ']' || text[i] == ')') {
      --depth;
    }
  }
  return out;
}

// One range of a hostlist: 7, 1-3, 08-11 (the width of the first is kept).
bool add_range(std::string_view range, std::vector<std::string>& out) {
  const std::size_t dash = range.find('-');
  const std::string_view low = range.substr(0, dash);
  const std::string_view high = dash == std::string_view::npos ? low : range.substr(dash + 1);
  const auto first = number(low), last = number(high);
  if (!first || !last || *last < *first ||
      static_cast<std::size_t>(*last - *first) + out.size() >= kMostHosts)
    return false;
  for (std::int64_t n = *first; n <= *last; ++n) {
    std::string digits = std::to_string(n);
    if (digits.size() < low.size()) digits.insert(0, low.size() - digits.size(), '0');
    out.push_back(std::move(digits));
  }
  return true;
}

// One word of a hostlist: r[1-2]n[01-04]
bool add_hosts(std::string_view word, std::vector<std::string>& out) {
  std::vector<std::string> names{""};
  while (!word.empty()) {
    const std::size_t open = word.find('[');
    for (std::string& name : names) name += word.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = word.find(']', open);
    if (close == std::string_view::npos) return false;
    std::vector<std::string> parts;
    for (const std::string_view range : split(word.substr(open + 1, close - open - 1), ','))
      if (!add_range(range, parts)) return false;
    if (names.size() * parts.size() + out.size() > kMostHosts) return false;
    std::vector<std::string> longer;
    longer.reserve(names.size() * parts.size());
    for (const std::string& name : names)
      for (const std::string& part : parts) longer.push_back(name + part);
    names = std::move(longer);
    word.remove_prefix(close + 1);
  }
  for (std::string& name : names) out.push_back(std::move(name));
  return true;
}

constexpr std::array kOver{"COMPLETED", "CANCELLED", "FAILED",   "TIMEOUT",       "NODE_FAIL",
                           "PREEMPTED", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "REVOKED"};
constexpr std::array kWaiting{"PENDING",      "REQUEUED",     "REQUEUE_FED",
                              "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"};

void take_end(Seen& seen, const SlurmTrace& trace) {
  seen.state = Seen::ended;
  seen.claimed = trace.claimed;
  seen.exit_code = trace.exit_code;
  seen.signal = trace.signal;
  seen.stopped = trace.stopped;
  seen.time_limit = trace.time_limit;
}

// Slurm says it is over and it left no word of its own.
void end_by_slurm(Seen& seen, const SlurmJob& job, const SlurmTrace& trace) {
  seen.state = Seen::ended;
  seen.exit_code = (job.wait_status >> 8) & 0xff;
  seen.signal = job.wait_status & 0x7f;
  seen.stopped = trace.stop_asked || trace.fenced;
  seen.time_limit = job.state == "TIMEOUT" || job.state == "DEADLINE";
  seen.detail = job.state + (job.reason.empty() || job.reason == "None" ? "" : ": " + job.reason);
  if (job.state == "BOOT_FAIL") seen.node_failed = true;
  // Not well, whatever Slurm says: what runs to its end leaves its word. It may have counted the
  // end of another job of the same number (given twice after a crash) as that of this one.
  const bool well = seen.exit_code == 0 && seen.signal == 0;
  if (well) seen.signal = job.state == "CANCELLED" && !trace.claimed ? 15 : 9;
  // Nor did we cancel it: a cancel by number may have meant another job that had this one before.
  const bool astray = job.state == "CANCELLED" && !trace.stop_asked;
  seen.never_ran = well && (job.state == "COMPLETED" || astray) && trace.fenced;
  if (well && job.state == "COMPLETED" && !trace.claimed && !trace.fenced)
    seen.state = Seen::running;  // the driver fences it first
  if (!trace.claimed && seen.exit_code == kClaimImpossible)
    seen.detail += ": its node could not write into the claims folder";
}

}  // namespace

// Names of files beside a claim (slurm_claims.h): no key may end in one.
constexpr std::array<std::string_view, 5> kSuffixes{".end", ".stop", ".beat", ".run", ".done"};

bool slurm_key(std::string_view key) {
  return !key.empty() && key.size() <= 60 &&
         std::all_of(key.begin(), key.end(),
                     [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
                     }) &&
         key.front() != '.' && key.front() != '-' &&
         std::none_of(kSuffixes.begin(), kSuffixes.end(), [&](std::string_view suffix) {
           return key.size() > suffix.size() && key.substr(key.size() - suffix.size()) == suffix;
         });
}

std::string slurm_comment(std::string_view key) { return "dure " + std::string(key); }

bool slurm_ours(const SlurmJob& job) {
  const std::string mark = slurm_comment(job.name);
  return slurm_key(job.name) && starts(job.comment, mark) &&
         (job.comment.size() == mark.size() || job.comment[mark.size()] == ' ');
}

std::vector<std::string> slurm_hostlist(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view word : split(text, ','))
    if (word.empty() || !add_hosts(word, out)) return {};
  return out;
}

std::int64_t slurm_gpus(std::string_view gres) {
  std::int64_t sum = 0;
  for (std::string_view item : split(gres, ',')) {
    item = item.substr(0, item.find('('));
    for (const std::string_view before : {"gres/", "gres:"})
      if (starts(item, before)) item.remove_prefix(before.size());
    if (!starts(item, "gpu")) continue;
    item.remove_prefix(3);
    if (item.empty()) {
      ++sum;  // "gpu" alone is one
      continue;
    }
    if (item.front() != ':' && item.front() != '=') continue;
    const std::size_t at = item.find_last_of(":=");
    const auto n = number(item.substr(at + 1));
    if (n && *n <= 1024) sum += *n;
    if (!n && at == 0) ++sum;  // "gpu:a100" is one of this type
  }
  return sum;
}

bool slurm_over(std::string_view state) {
  return std::find(kOver.begin(), kOver.end(), state) != kOver.end();
}
bool slurm_holds(std::string_view state) {
  return !slurm_over(state) && std::find(kWaiting.begin(), kWaiting.end(), state) == kWaiting.end();
}

Seen slurm_seen(const SlurmJob& job, const SlurmTrace& trace) {
  Seen seen;
  seen.key = job.name;
  seen.remote = std::to_string(job.id);
  seen.claimed = trace.claimed;
  if (trace.ended) {  // whatever Slurm says (invariant 2)
    take_end(seen, trace);
    return seen;
  }
  if (job.state == "NODE_FAIL") {  // not dead yet: the driver looks for more
    seen.state = trace.claimed ? Seen::running : Seen::ended;
    seen.node_failed = true;
    seen.signal = trace.claimed ? 0 : 9;
    seen.never_ran = trace.fenced;
    seen.detail = "NODE_FAIL";
  } else if (slurm_over(job.state)) {
    end_by_slurm(seen, job, trace);
    const bool other = trace.claimed && seen.exit_code == kClaimRefused && seen.signal == 0;
    if (other) {  // this run was refused; that of the claim may live (invariant 2)
      seen.state = Seen::running;
      seen.exit_code = 0;
      seen.detail = "a second run was refused by the claim of job " + trace.by;
    }
  } else if (slurm_holds(job.state)) {
    // CONFIGURING: it has machines, and they are not ready yet.
    seen.state = job.state == "CONFIGURING" ? Seen::pending : Seen::running;
  } else if (job.restarts > 0 && trace.claimed) {
    seen.state = Seen::lost;  // queued again: the claim will refuse it
    seen.node_failed = true;
    seen.detail = "the site queued it again after " + std::to_string(job.restarts) + " run(s)";
  } else {
    const bool held = job.priority == 0 || starts(job.reason, "JobHeld") ||
                      job.state == "REQUEUE_HOLD" || job.state == "SPECIAL_EXIT";
    seen.state = held ? Seen::held : Seen::pending;
    if (!held && job.reason != "None") seen.detail = job.reason;
  }
  return seen;
}

std::optional<Seen> slurm_traced(const std::string& key, const SlurmTrace& trace) {
  if (!trace.claimed) return std::nullopt;
  Seen seen;
  seen.key = key;
  seen.remote = trace.by;
  seen.claimed = true;
  seen.state = Seen::running;
  if (trace.ended) take_end(seen, trace);
  return seen;
}

ForeignFact slurm_foreign(const SlurmJob& job) {
  ForeignFact fact;
  fact.remote = std::to_string(job.id);
  fact.name = job.name;
  fact.user = job.user;
  fact.account = job.account;
  fact.partition = job.partition;
  fact.time_limit_s = job.time_limit_s;
  if (slurm_holds(job.state)) fact.nodes = job.shares;
  return fact;
}

NodeReport slurm_report(const SlurmNode& node) {
  NodeReport report;
  report.name = node.name;
  if (!node.partitions.empty()) report.partition = node.partitions.front();
  report.gpus = node.gpus;
  report.cpus = node.cpus;
  report.memory_mib = node.memory_mib;
  report.reason = node.reason;
  const auto flag = [&](std::string_view name) {
    return std::find(node.flags.begin(), node.flags.end(), name) != node.flags.end();
  };
  const bool works = node.state == "allocated" || node.state == "mixed" || flag("COMPLETING");
  // A node that sleeps to save power takes work: Slurm wakes it.
  constexpr std::array kGone{"REBOOT_ISSUED", "NOT_RESPONDING", "FAIL", "INVALID_REG"};
  if (node.state == "down" || node.state == "unknown" || node.state == "future" ||
      node.state == "error" || std::any_of(kGone.begin(), kGone.end(), flag)) {
    report.state = NodeState::down;
    if (report.reason.empty() && flag("NOT_RESPONDING")) report.reason = "does not respond";
  } else if (flag("DRAIN") || flag("MAINTENANCE") || flag("REBOOT_REQUESTED")) {
    report.state = works ? NodeState::draining : NodeState::drained;
  }
  return report;
}

namespace {

struct Refusal {
  std::int64_t error;
  const char* code;     // ours
  const char* message;  // of slurm_strerror
};
// Numbers and messages of Slurm 22.05's slurm_errno; those that say no to an order for good.
constexpr std::array kRefusals{
    Refusal{2000, "bad_partition", "Invalid partition name specified"},
    Refusal{2001, "bad_partition", "No partition specified or system default partition"},
    Refusal{2002, "not_allowed", "Access/permission denied"},
    Refusal{2003, "not_allowed", "User's group not permitted to use this partition"},
    Refusal{2004, "bad_node", "Requested nodes not in this partition"},
    Refusal{2005, "impossible", "More processors requested than permitted"},
    Refusal{2006, "impossible", "Node count specification invalid"},
    Refusal{2009, "bad_order", "Job script not specified"},
    Refusal{2010, "bad_user", "User id missing or invalid"},
    Refusal{2012, "bad_order", "Pathname of a file, directory or other parameter too long"},
    Refusal{2014, "impossible", "Requested node configuration is not available"},
    Refusal{2015, "impossible", "Requested partition configuration not available now"},
    Refusal{2018, "bad_node", "Invalid node name specified"},
    Refusal{2025, "impossible", "Task count specification invalid"},
    Refusal{2029, "bad_order", "Invalid feature specification"},
    Refusal{2044, "impossible", "Memory required by task is not available"},
    Refusal{2045, "bad_account", "Invalid account or account/partition combination specified"},
    Refusal{
        2050, "policy",
        "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"},
    Refusal{2051, "time_limit", "Requested time limit is invalid (missing or exceeds some limit)"},
    Refusal{2052, "not_allowed", "Access denied to requested reservation"},
    Refusal{2053, "bad_reservation", "Requested reservation is invalid"},
    Refusal{2057, "bad_account", "Invalid wckey specification"},
    Refusal{2066, "bad_qos", "Invalid qos specification"},
    Refusal{2069, "impossible", "CPU count specification invalid"},
    Refusal{2072, "bad_gres", "Invalid generic resource (gres) specification"},
    Refusal{2115, "bad_gres", "Invalid Trackable RESource (TRES) specification"},
    Refusal{2119, "bad_gres", "Invalid GRES specification (with and without type identification)"},
    Refusal{2122, "bad_gres", "Unsupported GRES type"},
    Refusal{2127, "bad_order", "environment must be set"},
    Refusal{9001, "bad_order", "Failure during parsing"},
    Refusal{9002, "bad_order", "Parsing of job description failed"},
    Refusal{9009, "bad_order", "Unable to parse query."},
};
// Not refusals: the head did not take it now, but may later.
constexpr std::array kOthers{
    Refusal{2007, "busy", "Slurm job queue full, sleeping and retrying"},
    Refusal{2017, "not_found", "Invalid job id specified"},
    Refusal{2021, "already_over", "Job/step already completing or completed"},
    Refusal{2028, "node_state", "Invalid node state specified"},
    Refusal{2084, "already_over", "Job has already finished"},
};

}  // namespace

Answer slurm_refusal(std::int64_t error, const std::string& text) {
  for (const Refusal& refusal : kRefusals)
    if (refusal.error == error) return {Answer::refused, "", refusal.code, text};
  for (const Refusal& other : kOthers)
    if (other.error == error) return {Answer::unknown, "", other.code, text};
  return {Answer::unknown, "", error > 0 ? "slurm_" + std::to_string(error) : "no_answer", text};
}

std::int64_t slurm_error_of(std::string_view message) {
  const auto holds = [&](const Refusal& r) {
    return message.find(r.message) != std::string_view::npos;
  };
  if (const auto at = std::find_if(kRefusals.begin(), kRefusals.end(), holds);
      at != kRefusals.end())
    return at->error;
  if (const auto at = std::find_if(kOthers.begin(), kOthers.end(), holds); at != kOthers.end())
    return at->error;
  return 0;
}

}  // namespace dure
