#include "live/drivers/slurm_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace dure {
namespace {

using Json = nlohmann::json;

// Reads fields of one object; the first field of another type is kept as the fault (invariant 1).
class JsonFields {
 public:
  JsonFields(const Json& object, const std::string& where, std::optional<Fault>& fault)
      : object_(object), where_(where), fault_(fault) {
    if (!object_.is_object()) wrong("", "an object", object_);
  }

  const Json* find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto at = object_.find(name);
    return at == object_.end() || at->is_null() ? nullptr : &*at;
  }
  std::int64_t number(const char* name, std::int64_t fallback = 0) const {
    const Json* value = find(name);
    if (value == nullptr) return fallback;
    if (value->is_object()) {
      const auto set = value->find("set"), infinite = value->find("infinite");
      const auto n = value->find("number");
      if ((set != value->end() && *set == false) || (infinite != value->end() && *infinite == true))
        return fallback;
      if (n != value->end()) value = &*n;
    }
    if (value->is_number_integer()) return value->get<std::int64_t>();
    if (value->is_number_float() && value->get<double>() > -9e15 && value->get<double>() < 9e15)
      return static_cast<std::int64_t>(value->get<double>());
    wrong(name, "a number", *value);
    return fallback;
  }
  std::string text(const char* name) const {
    const Json* value = find(name);
    if (value == nullptr) return "";
    if (value->is_string()) return value->get_ref<const std::string&>();
    if (value->is_array() && !value->empty() && value->front().is_string())
      return value->front().get_ref<const std::string&>();
    if (value->is_array() && value->empty()) return "";
    wrong(name, "a text", *value);
    return "";
  }
  std::vector<std::string> texts(const char* name) const {
    std::vector<std::string> out;
    const Json* value = find(name);
    if (value == nullptr) return out;
    if (!value->is_array()) {
      wrong(name, "a list of texts", *value);
      return out;
    }
    for (const Json& item : *value) {
      if (item.is_string())
        out.push_back(item.get_ref<const std::string&>());
      else
        wrong(name, "a list of texts", item);
    }
    return out;
  }
  const Json* list(const char* name) const {
    const Json* value = find(name);
    if (value != nullptr && !value->is_array()) {
      wrong(name, "a list", *value);
      return nullptr;
    }
    return value;
  }
  void wrong(const char* name, const char* expected, const Json& found) const {
    if (!fault_)
      fault_ = Fault{where_ + (*name ? ": " : "") + name, expected, found.type_name(), ""};
  }

 private:
  const Json& object_;
  const std::string& where_;
  std::optional<Fault>& fault_;
};

Result<Json> parse(std::string_view text, const std::string& where) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    const std::string head(text.substr(0, 80));
    return Fault{where, "JSON", slurm_text_ok(head) ? head : "bytes", ""};
  }
  if (!json.is_object()) return Fault{where, "a JSON object", json.type_name(), ""};
  return json;
}

std::string release_of(const JsonFields& root, const std::string& where,
                       std::optional<Fault>& fault) {
  const Json* meta = root.find("meta");
  if (meta == nullptr || !meta->is_object()) return "";
  const JsonFields fields(*meta, where, fault);
  const Json* slurm = fields.find("Slurm");
  if (slurm == nullptr) slurm = fields.find("slurm");  // so from 23.02 on
  return slurm == nullptr ? "" : JsonFields(*slurm, where, fault).text("release");
}

// The list `name` of the answer; it may not be missing.
Result<const Json*> items(const Json& root, const char* name, const std::string& where) {
  const auto at = root.find(name);
  if (at == root.end() || !at->is_array())
    return Fault{where + ": " + name, "a list", at == root.end() ? "none" : at->type_name(), ""};
  return &*at;
}

std::int64_t cores_of(const Json& node) {  // allocated ones: sockets -> cores -> "allocated…"
  std::int64_t cores = 0;
  const auto sockets = node.find("sockets");
  if (sockets == node.end() || !sockets->is_object()) return 0;
  for (const Json& socket : *sockets) {
    if (!socket.is_object()) continue;
    const auto list = socket.find("cores");
    if (list != socket.end()) cores += static_cast<std::int64_t>(list->size());
  }
  return cores;
}

// Names of the nodes that it holds and, beside each, the cores of it, as far as the answer says.
std::vector<NodeShare> nodes_of(const JsonFields& job, const std::string& where,
                                std::optional<Fault>& fault) {
  std::vector<NodeShare> out;
  if (const Json* resources = job.find("job_resources"); resources && resources->is_object()) {
    const Json* list = JsonFields(*resources, where, fault).find("allocated_nodes");
    if (list != nullptr && list->is_array())
      for (const Json& node : *list) {
        const std::string name = JsonFields(node, where, fault).text("nodename");
        if (!name.empty()) out.push_back({name, 0, cores_of(node)});
      }
  }
  if (out.empty())
    for (std::string& name : slurm_hostlist(job.text("nodes")))
      out.push_back({std::move(name), 0, 0});
  return out;
}

std::vector<NodeShare> shares_of(const JsonFields& job, const std::string& where,
                                 std::optional<Fault>& fault) {
  std::vector<NodeShare> out = nodes_of(job, where, fault);
  const auto count = static_cast<std::int64_t>(out.size());
  if (count == 0) return out;
  const std::vector<std::string> detail = job.texts("gres_detail");  // one a node, in its order
  const std::int64_t each = slurm_gpus(job.text("tres_per_node"));
  const std::int64_t all = slurm_gpus(job.text("tres_alloc_str"));
  std::int64_t cores = 0;
  for (const NodeShare& share : out) cores += share.cpus;
  const std::int64_t cpus = job.number("cpus");
  for (std::size_t i = 0; i < out.size(); ++i) {
    NodeShare& share = out[i];
    if (detail.size() == out.size())
      share.gpus = slurm_gpus(detail[i]);
    else
      share.gpus = each > 0 ? each : (all + count - 1) / count;
    // A CPU may be a thread: what it has of them is shared out as its cores are.
    if (cores == 0)
      share.cpus = (cpus + count - 1) / count;
    else if (cpus > cores)
      share.cpus = share.cpus * cpus / cores;
    share.gpus = std::clamp<std::int64_t>(share.gpus, 0, 1024);
    share.cpus = std::clamp<std::int64_t>(share.cpus, 0, 100'000);
  }
  return out;
}

std::int64_t wait_status_of(const JsonFields& job) {  // a number; from 23.02 on an object
  const Json* value = job.find("exit_code");
  if (value != nullptr && value->is_object() && value->contains("return_code")) {
    std::optional<Fault> none;
    const std::string where;
    const JsonFields parts(*value, where, none);
    const Json* signal = parts.find("signal");
    const std::int64_t code = parts.number("return_code");
    if (signal == nullptr || !signal->is_object()) return code << 8;
    const JsonFields signals(*signal, where, none);
    const std::int64_t number = signals.number(signals.find("id") ? "id" : "signal_id");
    return code << 8 | (number & 0x7f);
  }
  return job.number("exit_code");
}

SlurmJob job_of(const Json& json, const std::string& where, std::optional<Fault>& fault) {
  const JsonFields fields(json, where, fault);
  SlurmJob job;
  job.id = fields.number("job_id");
  job.name = fields.text("name");
  job.comment = fields.text("comment");
  job.user = fields.text("user_name");
  if (job.user.empty() && fields.find("user_id") != nullptr)
    job.user = std::to_string(fields.number("user_id"));
  job.account = fields.text("account");
  job.partition = fields.text("partition");
  job.state = fields.text("job_state");
  // COMPLETING and the like are flags beside the state from 23.02 on.
  for (const std::string& flag : fields.find("job_state") && fields.find("job_state")->is_array()
                                     ? fields.texts("job_state")
                                     : std::vector<std::string>{})
    if (flag == "COMPLETING" || flag == "CONFIGURING") job.state = flag;
  job.reason = fields.text("state_reason");
  job.priority = fields.number("priority", -1);
  job.wait_status = wait_status_of(fields);
  job.restarts = fields.number("restart_cnt");
  const std::int64_t minutes = fields.number("time_limit");
  job.time_limit_s = minutes > 0 && minutes < 16'000'000 ? minutes * 60 : 0;
  job.end_s = fields.number("end_time");
  if (slurm_holds(job.state) || job.state == "NODE_FAIL")
    job.shares = shares_of(fields, where, fault);
  if (!fault && (job.id <= 0 || job.state.empty()))
    fault = Fault{where, "a job with job_id and job_state", job.name, ""};
  return job;
}

SlurmNode node_of(const Json& json, const std::string& where, std::optional<Fault>& fault) {
  const JsonFields fields(json, where, fault);
  SlurmNode node;
  node.name = fields.text("name");
  node.state = fields.text("state");
  std::transform(node.state.begin(), node.state.end(), node.state.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  node.flags = fields.texts("state_flags");
  if (const Json* state = fields.find("state"); state != nullptr && state->is_array())
    for (const Json& flag : *state)
      if (flag.is_string()) node.flags.push_back(flag.get_ref<const std::string&>());
  node.reason = fields.text("reason");
  node.partitions = fields.texts("partitions");
  std::sort(node.partitions.begin(), node.partitions.end());
  node.gpus = std::min<std::int64_t>(slurm_gpus(fields.text("gres")), 1024);
  node.cpus = std::clamp<std::int64_t>(fields.number("cpus"), 0, 100'000);
  node.memory_mib = std::clamp<std::int64_t>(fields.number("real_memory"), 0, 1'000'000'000);
  node.slurmd_start_s = fields.number("slurmd_start_time");
  if (!fault && (node.name.empty() || node.state.empty()))
    fault = Fault{where, "a node with name and state", node.name, ""};
  return node;
}

}  // namespace

bool slurm_text_ok(std::string_view text) {
  // RFC 3629: no longer form than needed, no surrogates, nothing above U+10FFFF.
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead == 0) return false;
    if (lead < 0x80) continue;
    const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - i < static_cast<std::size_t>(more))
      return false;
    const auto second = static_cast<unsigned char>(text[i]);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
      return false;
    for (int k = 0; k < more; ++k, ++i)
      if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return false;
  }
  return true;
}

std::string slurm_submit_json(const SlurmSubmit& submit) {
  std::string list;
  for (const std::string& node : submit.nodes) list += (list.empty() ? "" : ",") + node;
  const std::size_t count = submit.nodes.size();
  Json job = {{"name", submit.name},
              {"comment", submit.comment},
              {"hold", true},
              {"nodes", {count, count}},
              {"nodelist", list},
              {"tasks", count},
              {"tasks_per_node", 1},
              {"no_requeue", true},  // "requeue": false would mean true
              {"open_mode", "append"},
              {"current_working_directory", "/"},
              {"standard_output", submit.out},
              {"standard_error", submit.err},
              {"environment", {{"PATH", "/usr/local/bin:/usr/bin:/bin"}}}};  // never empty
  if (!submit.partition.empty()) job["partition"] = submit.partition;
  if (!submit.account.empty()) job["account"] = submit.account;
  if (submit.gpus > 0) job["gres"] = "gpu:" + std::to_string(submit.gpus);
  if (submit.cpus > 0) job["cpus_per_task"] = submit.cpus;
  if (submit.memory_mib > 0) job["memory_per_node"] = submit.memory_mib;
  if (submit.time_limit_min > 0) job["time_limit"] = submit.time_limit_min;
  const Json body = {{"job", std::move(job)}, {"script", submit.script}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<SlurmReply> slurm_reply(std::string_view json, const std::string& where) {
  TRY(root, parse(json, where));
  std::optional<Fault> fault;
  const JsonFields fields(root, where, fault);
  SlurmReply reply;
  reply.release = release_of(fields, where, fault);
  if (fields.find("job_id") != nullptr) reply.job_id = fields.number("job_id");
  if (const Json* errors = fields.list("errors"); errors != nullptr)
    for (const Json& item : *errors) {
      const JsonFields error(item, where, fault);
      const std::int64_t code =
          error.number("error_code", error.number("error_number", error.number("errno")));
      const std::string text = error.text("error"), more = error.text("description");
      if (code != 0) reply.error = code;
      for (const std::string& part : {text, more})
        if (!part.empty()) reply.error_text += (reply.error_text.empty() ? "" : "; ") + part;
    }
  if (fault) return *fault;
  return reply;
}

Result<SlurmDiag> slurm_diag(std::string_view json, const std::string& where) {
  TRY(root, parse(json, where));
  std::optional<Fault> fault;
  const JsonFields fields(root, where, fault);
  SlurmDiag diag;
  diag.release = release_of(fields, where, fault);
  if (const Json* statistics = fields.find("statistics"); statistics != nullptr) {
    const JsonFields inner(*statistics, where, fault);
    diag.now_s = inner.number("req_time");
    diag.counting_from_s = inner.number("req_time_start");
  }
  if (fault) return *fault;
  if (diag.now_s <= 0 || diag.counting_from_s < 0)
    return Fault{where, "statistics with req_time and req_time_start",
                 std::to_string(diag.now_s) + " and " + std::to_string(diag.counting_from_s), ""};
  return diag;
}

Result<std::vector<SlurmJob>> slurm_jobs(std::string_view json, const std::string& where) {
  TRY(root, parse(json, where));
  TRY(list, items(root, "jobs", where));
  std::vector<SlurmJob> out;
  out.reserve(list->size());
  for (const Json& item : *list) {
    std::optional<Fault> fault;
    out.push_back(job_of(item, where, fault));
    if (fault) return *fault;
  }
  return out;
}

Result<std::vector<SlurmNode>> slurm_nodes(std::string_view json, const std::string& where) {
  TRY(root, parse(json, where));
  TRY(list, items(root, "nodes", where));
  std::vector<SlurmNode> out;
  out.reserve(list->size());
  for (const Json& item : *list) {
    std::optional<Fault> fault;
    out.push_back(node_of(item, where, fault));
    if (fault) return *fault;
  }
  return out;
}

}  // namespace dure
