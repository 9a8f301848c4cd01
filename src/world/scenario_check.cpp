#include "world/scenario_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

#include "base/decimal.h"
#include "base/nearest.h"
#include "world/energy_check.h"
#include "world/found.h"
#include "world/pack_node.h"
#include "world/policy_check.h"
#include "world/traffic_check.h"

namespace dure {
namespace {

std::string row(std::string_view list, std::size_t i) {
  return std::string(list) + '[' + std::to_string(i) + ']';
}
std::string q(std::string_view text) { return "'" + std::string(text) + "'"; }

template <class T>
concept HasId = requires(const T& t) {
  t.id;
};

// Could a node of it ever hold such a job, or its part?
bool node_takes(const HardwareSpec& h, const SizeLaw& law, std::size_t i) {
  LaneOpened lane;
  lane.gpus = Gpus(law.units()[i]);
  ask_of_nodes(law, i, lane);
  return could_take(opened_of(h), lane);
}

class Checker {
 public:
  explicit Checker(const Scenario& s) : s_(s) {
    each_field<Scenario>([&](const auto& f) {
      using F = std::remove_cvref_t<decltype(f)>;
      if constexpr (F::list && HasId<typename F::Value>) {
        std::vector<std::string_view>& ids = ids_[f.name];
        for (const auto& r : s_.*f.member) ids.push_back(r.id);
        unique(s_.*f.member, std::string(f.name));
      }
    });
    for (const char* word : {"assumption", "derived", "recalled"}) sources_.push_back(word);
    for (const SourceSpec& x : s_.sources) sources_.push_back(x.id);
    walk(s_, "");
    run_and_holidays();
    for (std::size_t i = 0; i < s_.hardware.size(); ++i)
      hardware(s_.hardware[i], row("hardware", i));
    for (std::size_t i = 0; i < s_.data_classes.size(); ++i)
      data_class(s_.data_classes[i], row("data_classes", i));
    for (std::size_t i = 0; i < s_.sites.size(); ++i) site(s_.sites[i], row("sites", i));
    for (std::size_t i = 0; i < s_.installs.size(); ++i)
      install(s_.installs[i], row("installs", i));
    for (std::size_t i = 0; i < s_.links.size(); ++i) {
      if (s_.links[i].to == s_.links[i].from_site)
        fault(row("links", i) + ".to", "another place than from_site", q(s_.links[i].to));
    }
    for (std::size_t i = 0; i < s_.patterns.size(); ++i) {
      mean_one(s_.patterns[i].hour, row("patterns", i) + ".hour");
      mean_one(s_.patterns[i].weekday, row("patterns", i) + ".weekday");
    }
    for (std::size_t i = 0; i < s_.workloads.size(); ++i)
      workload(s_.workloads[i], row("workloads", i));
    for (std::size_t i = 0; i < s_.power_limits.size(); ++i)
      power_limit(s_.power_limits[i], row("power_limits", i));
    promises();
    shared_time();
  }

  // Books are kept in 64 bits, of 1/1000 GPU x ms.
  void shared_time() {
    double gpus = 0;
    for (const InstallSpec& in : s_.installs)
      if (const HardwareSpec* h = hardware_of(in.hardware); h != nullptr)
        gpus += static_cast<double>(in.gpus.count() * units_of_one(h->device));
    const double days = static_cast<double>(days_from_epoch(s_.run.to) -
                                            days_from_epoch(s_.run.from) + s_.run.warmup_days);
    if (gpus * days * kMsPerDay > 9e18)
      fault("run.to", "fewer GPUs x days: the books hold 9e18 of 1/1000 shared GPU x ms",
            to_string(s_.run.to), "a shorter run, or fewer shared GPUs");
  }

  Findings found;

 private:
  void fault(std::string path, std::string expected, std::string what, std::string hint = "") {
    found.faults.push_back(
        {std::move(path), std::move(expected), std::move(what), std::move(hint)});
  }
  void warn(std::string path, std::string expected, std::string what, std::string hint = "") {
    found.warnings.push_back(
        {std::move(path), std::move(expected), std::move(what), std::move(hint)});
  }

  template <class Rows>
  void unique(const Rows& rows, const std::string& list) {  // invariant 1
    std::map<std::string_view, std::size_t> first;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto [there, fresh] = first.emplace(rows[i].id, i);
      if (!fresh)
        fault(row(list, i) + ".id", "each id once", q(rows[i].id) + " again",
              "first as " + row(list, there->second));
    }
  }

  // Invariants 2 and 3, for every field that says so.
  template <Described S>
  void walk(const S& s, const std::string& path) {
    each_field<S>([&](const auto& f) {
      using F = std::remove_cvref_t<decltype(f)>;
      const std::string here = path + (path.empty() ? "" : ".") + std::string(f.name);
      const auto& member = s.*f.member;
      if constexpr (F::list) {
        for (std::size_t i = 0; i < member.size(); ++i) value(f, member[i], row(here, i));
      } else if constexpr (F::optional) {
        if (member) value(f, *member, here);
      } else {
        value(f, member, here);
      }
    });
  }
  template <class F, class V>
  void value(const F& f, const V& v, const std::string& here) {
    if constexpr (F::kind == ValueKind::map) {
      walk(v, here);
    } else if constexpr (F::kind == ValueKind::text) {
      if (!f.refers_to.empty() && (f.required || !v.empty())) refers(f, v, here);
      if (f.source_text && !v.empty()) source(v, here);
    }
  }
  void refers(const FieldInfo& f, const std::string& id, const std::string& here) {
    std::vector<std::string_view> known = ids_[f.refers_to];
    if (!f.or_to.empty()) known.insert(known.end(), ids_[f.or_to].begin(), ids_[f.or_to].end());
    if (std::find(known.begin(), known.end(), id) != known.end()) return;
    const std::string lists =
        std::string(f.refers_to) + (f.or_to.empty() ? "" : " or " + std::string(f.or_to));
    fault(here, "an id of " + lists, q(id), name_hint(id, known));
  }
  void source(std::string_view text, const std::string& here) {
    while (true) {
      const std::size_t plus = text.find('+');
      std::string_view key = text.substr(0, plus);
      while (key.starts_with(' ')) key.remove_prefix(1);
      while (key.ends_with(' ')) key.remove_suffix(1);
      if (std::find(sources_.begin(), sources_.end(), key) == sources_.end())
        fault(here, "a key of sources, or assumption, derived, recalled", q(key),
              name_hint(key, sources_));
      if (plus == std::string_view::npos) return;
      text.remove_prefix(plus + 1);
    }
  }

  void run_and_holidays() {  // invariant 4
    if (s_.run.to <= s_.run.from)
      fault("run.to", "a day after run.from, " + to_string(s_.run.from), to_string(s_.run.to));
    for (std::size_t i = 0; i < s_.holidays.size(); ++i) {
      if (s_.holidays[i].last < s_.holidays[i].first)
        fault(row("holidays", i) + ".last",
              "no day before first, " + to_string(s_.holidays[i].first),
              to_string(s_.holidays[i].last));
    }
  }

  void hardware(const HardwareSpec& h, const std::string& here) {  // invariant 5
    if (h.node_idle_w > h.node_max_w)
      fault(here + ".node_idle_w", "at most node_max_w, " + std::to_string(h.node_max_w.count()),
            std::to_string(h.node_idle_w.count()));
    const bool shared = h.device == Device::shared_gpu, cpu = h.device == Device::cpu;
    if (shared != (h.node_cpus > 0))
      fault(here + ".node_cpus", shared ? "above 0 for device shared_gpu" : "only for shared_gpu",
            std::to_string(h.node_cpus));
    if ((shared || cpu) != (h.node_memory_gb > 0))
      fault(
          here + ".node_memory_gb",
          shared || cpu ? "above 0 for devices shared_gpu and cpu" : "only for shared_gpu and cpu",
          decimal_text(h.node_memory_gb));
    if (h.node_memory_gb > 0 && h.node_memory_gb * 1024 < 1)
      fault(here + ".node_memory_gb", "1 MiB or more", decimal_text(h.node_memory_gb));
    const std::int64_t most = shared ? kMostNodeGpus : cpu ? 1024 : 64;
    if (h.gpus_per_node.count() > most)
      fault(here + ".gpus_per_node",
            "at most " + std::to_string(most) + " for device " + std::string(enum_name(h.device)),
            std::to_string(h.gpus_per_node.count()));
    if ((h.device == Device::gpu || shared) && (h.bf16_dense_tflops <= 0 || h.mem_gb <= 0))
      fault(here + (h.mem_gb <= 0 ? ".mem_gb" : ".bf16_dense_tflops"),
            "above 0 for GPUs (devices gpu and shared_gpu)", h.mem_gb <= 0 ? "0" : "0.0");
    // What a CapacityIndex can hold.
    if (h.nodes_per_rack > 64)
      fault(here + ".nodes_per_rack", "at most 64", std::to_string(h.nodes_per_rack));
    if (h.nodes_per_domain != 1 && h.nodes_per_domain != h.nodes_per_rack)
      fault(here + ".nodes_per_domain",
            "1, or all of nodes_per_rack, " + std::to_string(h.nodes_per_rack),
            std::to_string(h.nodes_per_domain));
    // A percent of slack: node powers are rounded.
    if (h.node_max_w.count() * h.nodes_per_rack >
        h.rack_max_kw.count() + h.rack_max_kw.count() / 100)
      warn(here + ".node_max_w", "rack_max_kw shared out over nodes_per_rack",
           std::to_string(h.node_max_w.count()));
  }

  void data_class(const DataClassSpec& d, const std::string& here) {
    for (std::size_t i = 0; i < d.certifications.size(); ++i) {
      const bool held = std::any_of(s_.operators.begin(), s_.operators.end(), [&](const auto& o) {
        return std::find(o.certifications.begin(), o.certifications.end(), d.certifications[i]) !=
               o.certifications.end();
      });
      const auto of_class = [&](const auto& x) { return x.data_class == d.id; };
      const bool used = std::any_of(s_.workloads.begin(), s_.workloads.end(), of_class) ||
                        std::any_of(s_.artifacts.begin(), s_.artifacts.end(), of_class);
      if (used && !held)
        warn(row(here + ".certifications", i), "a certification that some operator holds",
             q(d.certifications[i]), "work of this class can run nowhere");
    }
  }

  void site(const SiteSpec& site, const std::string& here) {
    unique(site.halls, here + ".halls");
    for (std::size_t i = 1; i < site.grid.size(); ++i) {  // invariant 4
      const GridStep &before = site.grid[i - 1], &step = site.grid[i];
      if (step.month <= before.month)
        fault(row(here + ".grid", i) + ".month", "a month after " + to_string(before.month),
              to_string(step.month), "rows stand in the order of their months");
      if (step.grid_mw < before.grid_mw)
        warn(
            row(here + ".grid", i) + ".grid_mw",
            "at least " + decimal_text(before.grid_mw.count(), 1'000'000) + " as in the row before",
            decimal_text(step.grid_mw.count(), 1'000'000), "rows include what came before");
    }
  }

  void power_limit(const PowerLimitStep& l, const std::string& here) {
    if (l.level == PowerLevel::grid)
      fault(here + ".level", "rack, busway, hall or substation", "'grid'",
            "the grid's limit is a row of sites[].grid");
    const bool busway = l.level == PowerLevel::busway;
    if (busway != (l.racks > 0))
      fault(here + ".racks", busway ? "how many racks hang on a busway" : "none: it is no busway",
            std::to_string(l.racks));
    if (l.hall.empty()) return;
    const auto site = std::find_if(s_.sites.begin(), s_.sites.end(),
                                   [&](const SiteSpec& x) { return x.id == l.site; });
    if (site == s_.sites.end()) return;  // told already
    if (l.level == PowerLevel::substation)
      return fault(here + ".hall", "no hall: a substation feeds the whole site", q(l.hall));
    std::vector<std::string_view> halls;
    for (const HallSpec& h : site->halls) halls.push_back(h.id);
    if (std::find(halls.begin(), halls.end(), l.hall) == halls.end())
      fault(here + ".hall", "a hall of site " + site->id, q(l.hall), name_hint(l.hall, halls));
  }

  void disruption(const DisruptionSpec& d, const std::string& here) {
    const bool of_links = d.kind == Disruption::link_cut;
    if (of_links != d.site.empty())
      fault(here + ".site", of_links ? "nothing, for links are cut" : "where it happens",
            q(d.site));
    if (of_links == d.links.empty())
      fault(here + ".links", of_links ? "which links are cut" : "nothing, for no link is cut",
            d.links.empty() ? "none" : q(d.links[0]));
    const auto site = std::find_if(s_.sites.begin(), s_.sites.end(),
                                   [&](const SiteSpec& x) { return x.id == d.site; });
    if (site == s_.sites.end()) return;  // told already
    const bool of_hall = d.kind == Disruption::hall_lost || d.kind == Disruption::cooling_lost;
    std::vector<std::string_view> halls;
    for (const HallSpec& h : site->halls) halls.push_back(h.id);
    if (of_hall && std::find(halls.begin(), halls.end(), d.hall) == halls.end())
      fault(here + ".hall", "a hall of site " + site->id, q(d.hall), name_hint(d.hall, halls));
    if (!of_hall && !d.hall.empty())
      fault(here + ".hall", "nothing, for its kind is of the whole site", q(d.hall));
  }

  void install(const InstallSpec& in, const std::string& here) {
    if (in.retire_month && *in.retire_month <= in.month)  // invariant 4
      fault(here + ".retire_month", "a month after month, " + to_string(in.month),
            to_string(*in.retire_month));
    const auto site = std::find_if(s_.sites.begin(), s_.sites.end(),
                                   [&](const SiteSpec& x) { return x.id == in.site; });
    const auto hw = std::find_if(s_.hardware.begin(), s_.hardware.end(),
                                 [&](const HardwareSpec& x) { return x.id == in.hardware; });
    if (hw != s_.hardware.end()) {
      if (in.gpus.count() % hw->gpus_per_node.count() != 0)
        warn(here + ".gpus",
             "whole nodes of " + std::to_string(hw->gpus_per_node.count()) + " GPUs",
             std::to_string(in.gpus.count()));
      if (in.month < hw->release)
        warn(here + ".month",
             "a month from the release of " + hw->id + " on, " + to_string(hw->release),
             to_string(in.month));
    }
    if (site == s_.sites.end()) return;
    std::vector<std::string_view> halls;
    for (const HallSpec& h : site->halls) {
      halls.push_back(h.id);
      if (h.id != in.hall || hw == s_.hardware.end()) continue;
      // Fewer nodes may go into a rack, but an NVLink domain cannot be shared out over racks.
      const std::int64_t domain_w = hw->node_max_w.count() * hw->nodes_per_domain;
      if (domain_w > h.rack_max_kw.count())
        warn(here + ".hardware",
             "racks of at most " + decimal_text(h.rack_max_kw.count(), 1000) + " kW, as hall " +
                 h.id + " at " + site->id + " can cool",
             hw->id + " with " + decimal_text(domain_w, 1000) + " kW for an NVLink domain");
    }
    if (std::find(halls.begin(), halls.end(), in.hall) == halls.end())  // invariant 2
      fault(here + ".hall", "a hall of site " + site->id, q(in.hall), name_hint(in.hall, halls));
  }

  void mean_one(const std::vector<double>& factors, const std::string& here) {  // invariant 5
    double sum = 0;
    for (const double x : factors) sum += x;
    const double mean = factors.empty() ? 0 : sum / static_cast<double>(factors.size());
    if (!(std::abs(mean - 1) <= 0.01))
      fault(here, "factors with mean 1 (within 1 %)",
            "mean " + decimal_text(std::round(mean * 1e4) / 1e4));
  }

  void workload(const WorkloadSpec& w, const std::string& here) {  // invariant 5
    const bool replicas = w.kind == WorkKind::service || w.kind == WorkKind::ran;
    const std::string kind = "kind " + std::string(enum_name(w.kind));
    if (replicas) {
      if (w.size && w.size->units().size() != 1)
        fault(here + ".size", "a single size for " + kind, std::to_string(w.size->units().size()));
      if (w.duration) fault(here + ".duration", "no duration for " + kind, "one");
      if (w.array) fault(here + ".array", "no array for " + kind, "one");
      if (w.deadline_hours > 0)
        fault(here + ".deadline_hours", "no deadline for " + kind, decimal_text(w.deadline_hours));
      if (w.may_shift_hours > 0)
        fault(here + ".may_shift_hours", "no shift of " + kind, decimal_text(w.may_shift_hours));
    } else {
      if (!w.size) fault(here, "the key size for " + kind, "none");
      if (!w.duration) fault(here, "the key duration for " + kind, "none");
    }
    if (w.array && w.array->tasks.size() != w.array->weights.size())
      fault(here + ".array.weights",
            "one for each of tasks: " + std::to_string(w.array->tasks.size()),
            std::to_string(w.array->weights.size()));
    size(w, here);
    if (w.duration) duration(*w.duration, here + ".duration");
    shape(w, here);
    if (w.max_factor < w.min_factor)
      fault(here + ".max_factor", "at least min_factor, " + decimal_text(w.min_factor),
            decimal_text(w.max_factor));
    std::set<std::string_view> members;
    for (std::size_t i = 0; i < w.demand.size(); ++i) {
      const DemandSpec& d = w.demand[i];
      const std::string at = row(here + ".demand", i);
      if (!members.insert(d.member).second)
        fault(at + ".member", "each member once", q(d.member) + " again");
      const auto [wanted, other] = replicas ? std::pair("replicas_mean", "arrivals_per_day")
                                            : std::pair("arrivals_per_day", "replicas_mean");
      const double has = replicas ? d.replicas_mean : d.arrivals_per_day;
      const double has_not = replicas ? d.arrivals_per_day : d.replicas_mean;
      if (!(has > 0)) fault(at, std::string(wanted) + " above 0 for " + kind, decimal_text(has));
      if (replicas && d.users > 0)
        fault(at + ".users", "no users for " + kind, std::to_string(d.users));
      if (has_not != 0)
        fault(at + "." + other, "no " + std::string(other) + " for " + kind, decimal_text(has_not));
    }
    const auto rule = std::find_if(s_.data_classes.begin(), s_.data_classes.end(),
                                   [&](const DataClassSpec& d) { return d.id == w.data_class; });
    if (rule != s_.data_classes.end() && !rule->may_leave_locked_sites && w.only_sites.empty())
      fault(here, "the key only_sites, which data class " + rule->id + " asks for", "none");
  }

  const HardwareSpec* hardware_of(const std::string& id) const {
    const auto it = std::find_if(s_.hardware.begin(), s_.hardware.end(),
                                 [&](const HardwareSpec& h) { return h.id == id; });
    return it == s_.hardware.end() ? nullptr : &*it;
  }

  // All hardware of a workload counts the same thing, and a node of it can hold the work.
  void size(const WorkloadSpec& w, const std::string& here) {
    const HardwareSpec* first = w.hardware.empty() ? nullptr : hardware_of(w.hardware[0]);
    if (first == nullptr) return;  // told already
    const Device device = first->device;
    for (std::size_t i = 1; i < w.hardware.size(); ++i)
      if (const HardwareSpec* h = hardware_of(w.hardware[i]); h != nullptr && h->device != device)
        fault(row(here + ".hardware", i),
              "device " + std::string(enum_name(device)) + ", as the first",
              std::string(enum_name(h->device)));
    const bool shares = device == Device::shared_gpu, nodes = shares || device == Device::cpu;
    if (shares && !w.size)
      fault(here, "the key size for hardware that is shared", "none",
            "gpu_milli, cpus and memory_gb of a replica");
    if (nodes && (w.elastic || w.least_share < 1 || w.most_share > 1 || w.most_sites > 1))
      fault(here, "one size at one site on device " + std::string(enum_name(device)),
            w.most_sites > 1 ? "most_sites" : "least_share, most_share or elastic");
    if (nodes && !w.size && !any_node_takes(w, SizeLaw{{w.gpus_per_replica}, {1}}, 0))
      fault(here + ".gpus_per_replica", "cores that a node has, or whole nodes",
            std::to_string(w.gpus_per_replica));
    if (!w.size) return;
    const SizeLaw& law = *w.size;
    const std::string at = here + ".size";
    if (law.gpus.empty() == law.gpu_milli.empty() || shares != law.gpus.empty())
      return fault(at, shares ? "gpu_milli, for hardware that is shared" : "gpus",
                   law.gpus.empty() == law.gpu_milli.empty() ? "both or neither of gpus, gpu_milli"
                   : law.gpus.empty()                        ? "gpu_milli"
                                                             : "gpus");
    const std::size_t sizes = law.units().size();
    const auto one_each = [&](const char* name, std::size_t n) {
      if (n != sizes)
        fault(at + "." + name, "one for each size: " + std::to_string(sizes), std::to_string(n));
    };
    one_each("weights", law.weights.size());
    if (!law.cpus.empty() && !shares)
      fault(at + ".cpus", "none: cores come with the GPUs", std::to_string(law.cpus.size()));
    if (!law.memory_gb.empty() && !nodes)
      fault(at + ".memory_gb", "none: memory comes with the GPUs",
            std::to_string(law.memory_gb.size()));
    if (!law.cpus.empty()) one_each("cpus", law.cpus.size());
    if (!law.memory_gb.empty()) one_each("memory_gb", law.memory_gb.size());
    if (!nodes || !found.faults.empty()) return;
    for (std::size_t i = 0; i < sizes; ++i)
      if (!any_node_takes(w, law, i))
        fault(row(at + (shares ? ".gpu_milli" : ".gpus"), i),
              shares ? "below 1000, or whole thousands, with CPU and memory that a node has"
                     : "cores and memory that a node has, or whole nodes",
              std::to_string(law.units()[i]));
  }
  bool any_node_takes(const WorkloadSpec& w, const SizeLaw& law, std::size_t i) const {
    return std::any_of(w.hardware.begin(), w.hardware.end(), [&](const std::string& id) {
      const HardwareSpec* h = hardware_of(id);
      return h != nullptr && node_takes(*h, law, i);
    });
  }

  void shape(const WorkloadSpec& w, const std::string& here) {
    if (!w.hardware_speed.empty() && w.hardware_speed.size() != w.hardware.size())
      fault(here + ".hardware_speed",
            "one for each of hardware: " + std::to_string(w.hardware.size()),
            std::to_string(w.hardware_speed.size()));
    if (w.elastic && w.least_share == 1 && w.most_share == 1)
      fault(here + ".elastic", "least_share below 1 or most_share above 1", "neither");
    if (w.preemptible && w.checkpoint_hours > 0 &&
        w.min_run_hours < w.checkpoint_hours + w.restart_hours)
      warn(here + ".min_run_hours",
           "at least checkpoint_hours + restart_hours, " +
               decimal_text(w.checkpoint_hours + w.restart_hours) + ", so that each run gets on",
           decimal_text(w.min_run_hours));
    const HardwareSpec* beside = w.beside_hardware ? hardware_of(*w.beside_hardware) : nullptr;
    if (beside != nullptr &&
        (beside->device == Device::shared_gpu || beside->device == Device::cpu))
      fault(here + ".beside_hardware", "a device that is given out whole: qpu, ran_cell, gpu",
            std::string(enum_name(beside->device)));
    if (w.beside_hardware.has_value() != (w.beside_units > 0))
      fault(here + ".beside_units", "beside_hardware and beside_units, or neither",
            std::to_string(w.beside_units));
    for (std::size_t i = 0; i < w.hardware.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (w.hardware[i] == w.hardware[k])
          fault(row(here + ".hardware", i), "each class once", q(w.hardware[i]) + " again");
  }

  bool whole_gpus(const std::string& hardware) const {
    const HardwareSpec* h = hardware_of(hardware);
    return h == nullptr || h->device == Device::gpu;
  }
  // Of the owner's racks at a site that are delivered at t: of one class, or all whole GPUs.
  std::int64_t delivered(const std::string& owner, const std::string& site,
                         const std::string* hardware, const Date& t) const {
    std::int64_t gpus = 0;
    for (const InstallSpec& in : s_.installs)
      if (in.owner == owner && in.site == site &&
          (hardware == nullptr ? whole_gpus(in.hardware) : in.hardware == *hardware) &&
          in.month <= t && (!in.retire_month || t < *in.retire_month))
        gpus += in.gpus.count();
    return gpus;
  }

  // Nobody can be promised more than there is: neither for good nor for a time.
  void promises() {
    for (std::size_t i = 0; i < s_.guarantees.size(); ++i) {
      const GuaranteeSpec& g = s_.guarantees[i];
      const std::string here = row("guarantees", i);
      if (g.owner == g.to) fault(here + ".to", "another member than the owner", q(g.to));
      std::int64_t promised = 0;
      for (std::size_t k = 0; k <= i; ++k)
        if (s_.guarantees[k].owner == g.owner && s_.guarantees[k].site == g.site &&
            s_.guarantees[k].from <= g.from)
          promised += s_.guarantees[k].gpus.count();
      const std::int64_t there = delivered(g.owner, g.site, nullptr, g.from);
      if (promised > there)
        fault(here + ".gpus",
              "guarantees of at most the " + std::to_string(there) + " GPUs that " + g.owner +
                  " has at " + g.site + " on " + to_string(g.from),
              std::to_string(promised) + " with the rows before it", "guarantee less, or later");
    }
    for (std::size_t i = 0; i < s_.disruptions.size(); ++i)
      disruption(s_.disruptions[i], row("disruptions", i));
    for (std::size_t i = 0; i < s_.maintenance.size(); ++i) {
      const MaintenanceSpec& m = s_.maintenance[i];
      const std::string here = row("maintenance", i);
      if (m.to <= m.from)
        fault(here + ".to", "a day after from, " + to_string(m.from), to_string(m.to));
      const std::int64_t there = delivered(m.owner, m.site, &m.hardware, m.from);
      if (m.gpus.count() > there)
        fault(here + ".gpus",
              "at most the " + std::to_string(there) + " GPUs of " + m.hardware + " that " +
                  m.owner + " has at " + m.site + " on " + to_string(m.from),
              std::to_string(m.gpus.count()));
    }
    for (std::size_t i = 0; i < s_.reservations.size(); ++i) {
      const ReservationSpec& r = s_.reservations[i];
      const std::string here = row("reservations", i);
      if (r.times > 1 && r.every_days == 0)
        fault(here + ".every_days", "after how many days it comes again, for times above 1", "0");
      if (r.every_days > 0 && r.hours > 24.0 * static_cast<double>(r.every_days))
        fault(here + ".hours", "over before it comes again", decimal_text(r.hours));
    }
    kept_at_once();
    std::set<std::string_view> priced;
    for (std::size_t i = 0; i < s_.prices.size(); ++i)
      if (!priced.insert(s_.prices[i].hardware).second)
        fault(row("prices", i) + ".hardware", "each class once",
              q(s_.prices[i].hardware) + " again");
  }

  // What is kept of an owner's racks and what is away at any instant: not more than there is.
  void kept_at_once() {
    struct Step {
      Millis at;
      std::int64_t gpus = 0;     // more, or less than 0 where it ends
      std::size_t row = 0;       // of the reservations
      bool reservation = false;  // and it begins
    };
    std::map<std::array<std::string, 3>, std::vector<Step>> steps;  // owner, site, hardware
    const auto keep = [&](const auto& r, Millis from, Millis to, std::size_t row, bool reserves) {
      std::vector<Step>& of = steps[{r.owner, r.site, r.hardware}];
      of.push_back({from, r.gpus.count(), row, reserves});
      of.push_back({to, -r.gpus.count(), row, false});
    };
    for (const MaintenanceSpec& m : s_.maintenance)
      if (m.from < m.to) keep(m, midnight(m.from), midnight(m.to), 0, false);
    for (std::size_t i = 0; i < s_.reservations.size(); ++i) {
      const ReservationSpec& r = s_.reservations[i];
      for (std::int64_t k = 0; k < r.times; ++k) {
        const auto ms = [](double hours) { return Millis(std::llround(hours * 3'600'000)); };
        const Millis from = midnight(r.first) + Millis(k * r.every_days * kMsPerDay) + ms(r.hour);
        keep(r, from, from + ms(r.hours), i, true);
      }
    }
    std::set<std::size_t> told;
    for (auto& [place, list] : steps) {
      std::stable_sort(list.begin(), list.end(), [](const Step& a, const Step& b) {
        return a.at != b.at ? a.at < b.at : a.gpus < b.gpus;  // what ends then makes room
      });
      std::int64_t kept = 0;
      for (const Step& step : list) {
        kept += step.gpus;
        if (!step.reservation || told.count(step.row) > 0) continue;
        const Date day = date_of(step.at);
        const std::int64_t there = delivered(place[0], place[1], &place[2], day);
        if (kept <= there) continue;
        told.insert(step.row);
        fault(row("reservations", step.row) + ".gpus",
              "with what is kept or in maintenance at once, at most the " + std::to_string(there) +
                  " GPUs of " + place[2] + " that " + place[0] + " has at " + place[1] + " on " +
                  to_string(day),
              std::to_string(kept) + " at once",
              there == 0 ? "the racks come later: see installs" : "");
      }
    }
  }

  void duration(const DurationLaw& d, const std::string& here) {
    if (d.max_hours <= d.min_hours)
      fault(here + ".max_hours", "above min_hours, " + decimal_text(d.min_hours),
            decimal_text(d.max_hours));
    else if (d.median_hours < d.min_hours || d.median_hours > d.max_hours)
      warn(here + ".median_hours", "between min_hours and max_hours", decimal_text(d.median_hours));
  }

  const Scenario& s_;
  std::map<std::string_view, std::vector<std::string_view>> ids_;
  std::vector<std::string_view> sources_;
};

}  // namespace

Findings check_references(const Scenario& scenario) {
  Findings found = Checker(scenario).found;
  for (Finding& f : check_policy(scenario, found.faults.empty()).faults)
    found.faults.push_back(std::move(f));
  for (Finding& f : check_traffic(scenario).faults) found.faults.push_back(std::move(f));
  Findings energy = check_energy(scenario);
  for (Finding& f : energy.faults) found.faults.push_back(std::move(f));
  for (Finding& f : energy.warnings) found.warnings.push_back(std::move(f));
  return found;
}

}  // namespace dure
