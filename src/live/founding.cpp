#include "live/founding.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/nearest.h"
#include "world/by_id.h"
#include "world/found.h"
#include "world/found_law.h"

namespace dure {
namespace {

template <class Spec>
Fault unknown(const std::string& where, const char* what, const std::vector<Spec>& list,
              const std::string& id) {
  std::vector<std::string_view> names;
  for (const Spec& s : list) names.push_back(s.id);
  const std::string_view near = nearest(id, names);
  return {where, std::string("a ") + what + " of the scenario", "'" + id + "'",
          near.empty() ? "" : "did you mean " + std::string(near) + "?"};
}

std::uint32_t permille(double x) { return static_cast<std::uint32_t>(std::lround(x * 1000)); }

class Founder {
 public:
  Founder(const HubSpec& hub, const Scenario& scenario, const World& world)
      : hub_(hub), s_(scenario), world_(world) {}

  Outcome<std::vector<What>> run() {
    check();
    if (!faults_.empty()) return std::move(faults_);
    members();
    projects();
    places();
    pools();
    guarantees();
    if (!faults_.empty()) return std::move(faults_);
    return std::move(out_);
  }

 private:
  void check() {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < hub_.pools.size(); ++i) {
      const LivePoolSpec& p = hub_.pools[i];
      const std::string where = "pools[" + std::to_string(i) + "]";
      if (!ids.insert(p.id).second)
        faults_.push_back({where + ".id", "an id of its own", "'" + p.id + "' again", ""});
      const auto site = find_id(s_.sites, p.site);
      if (!site) {
        faults_.push_back(unknown(where + ".site", "site", s_.sites, p.site));
      } else if (!p.hall.empty() && !find_id(s_.sites[*site].halls, p.hall)) {
        faults_.push_back(unknown(where + ".hall", "hall", s_.sites[*site].halls, p.hall));
      }
      if (!find_id(s_.members, p.owner))
        faults_.push_back(unknown(where + ".owner", "member", s_.members, p.owner));
      if (!find_id(s_.hardware, p.hardware))
        faults_.push_back(unknown(where + ".hardware", "hardware class", s_.hardware, p.hardware));
    }
    for (std::size_t i = 0; i < hub_.projects.size(); ++i)
      if (!find_id(s_.members, hub_.projects[i].member))
        faults_.push_back(unknown("projects[" + std::to_string(i) + "].member", "member",
                                  s_.members, hub_.projects[i].member));
    for (std::size_t i = 0; i < hub_.users.size(); ++i)
      if (const std::string& m = hub_.users[i].member; !m.empty() && !find_id(s_.members, m))
        faults_.push_back(
            unknown("users[" + std::to_string(i) + "].member", "member", s_.members, m));
    for (std::size_t i = 0; i < hub_.agents.size(); ++i)
      if (!find_id(s_.sites, hub_.agents[i].site))
        faults_.push_back(unknown("agents[" + std::to_string(i) + "].site", "site", s_.sites,
                                  hub_.agents[i].site));
  }

  // What is recorded must be what the list begins with.
  template <class Spec>
  bool begins(const char* list, const std::vector<std::string>& known,
              const std::vector<Spec>& specs) {
    for (std::size_t i = 0; i < known.size(); ++i)
      if (i >= specs.size() || specs[i].id != known[i]) {
        faults_.push_back({std::string(list) + "[" + std::to_string(i) + "]",
                           "'" + known[i] + "', as the record has it",
                           i < specs.size() ? "'" + specs[i].id + "'" : "nothing",
                           "add at the end of the list; what is recorded stays in its place"});
        return false;
      }
    return true;
  }

  void members() {
    if (!begins("members", world_.members(), s_.members)) return;
    for (auto m = static_cast<std::uint32_t>(world_.members().size()); m < s_.members.size(); ++m)
      out_.push_back(MemberJoined{MemberId{m}, s_.members[m].id,
                                  permille(s_.members[m].share_weight), s_.members[m].limit_gpus});
    if (world_.members().empty())
      out_.push_back(FairShareSet{Millis(std::llround(s_.policy.half_life_hours * 3'600'000))});
    next_account_ = static_cast<std::uint32_t>(world_.accounts().size() + out_.size() -
                                               (world_.members().empty() ? 1 : 0));
  }

  void projects() {
    std::set<std::string> known;
    for (std::uint32_t a = 0; a < world_.accounts().size(); ++a)
      known.insert(world_.accounts()[AccountId{a}].name);
    for (const ProjectSpec& p : hub_.projects) {
      const std::string name = p.member + "/" + p.id;
      if (!known.insert(name).second) continue;
      out_.push_back(AccountOpened{AccountId{next_account_++}, account_of(p.member), name,
                                   permille(p.share_weight), p.limit_gpus});
    }
    for (std::uint32_t m = 0; m < world_.members().size(); ++m) {  // limits may change
      const AccountId id = world_.account(MemberId{m});
      if (world_.accounts()[id].limit != s_.members[m].limit_gpus.count())
        out_.push_back(AccountLimitSet{id, s_.members[m].limit_gpus});
    }
  }
  // Members that join at the first start have the first accounts, in their order; later ones not.
  AccountId account_of(const std::string& member) {
    const std::uint32_t m = *find_id(s_.members, member);
    if (m < world_.members().size()) return world_.account(MemberId{m});
    return AccountId{
        static_cast<std::uint32_t>(world_.accounts().size() + m - world_.members().size())};
  }

  void places() {
    if (!begins("sites", world_.sites(), s_.sites)) return;
    for (auto i = static_cast<std::uint32_t>(world_.sites().size()); i < s_.sites.size(); ++i)
      out_.push_back(SiteOpened{SiteId{i}, s_.sites[i].id});
    if (!world_.sites().empty()) return;  // the law that was founded stays
    for (std::uint32_t c = 0; c < s_.data_classes.size(); ++c) out_.push_back(class_of(s_, c));
    for (std::uint32_t r = 0; r < s_.policy_rows.size(); ++r) out_.push_back(row_of(s_, r));
    for (const HallOpened& h : halls_of(s_)) out_.push_back(h);
    if (s_.data_classes.empty()) return;
    for (ArtifactMade& a : artifacts_of(s_, artifact_order(s_))) out_.push_back(std::move(a));
  }

  void pools() {
    std::uint32_t next = 0;
    for (const LivePoolSpec& row : hub_.pools)
      for (PoolOpened pool : pools_of(row, s_)) {
        pool.pool = PoolId{next};
        if (next < world_.pools()) {
          const PoolOpened& known = world_.pool(pool.pool).info;
          if (known.name != pool.name || known.site != pool.site || known.owner != pool.owner ||
              known.gpus_per_node != pool.gpus_per_node || known.device != pool.device) {
            faults_.push_back({"pools", "'" + known.name + "', as the record has it",
                               "'" + pool.name + "'", "add at the end of the list"});
            return;
          }
          if (known.lend_permille != pool.lend_permille || known.reclaim != pool.reclaim)
            out_.push_back(LendingSet{pool.pool, pool.lend_permille, pool.reclaim});
        } else {
          const std::uint32_t site = pool.site.index;
          const std::uint32_t hall =
              row.hall.empty() ? 0 : *find_id(s_.sites[site].halls, row.hall);
          out_.push_back(pool);
          if (!s_.data_classes.empty())
            out_.push_back(PoolHoused{pool.pool, hall_id(s_, site, hall)});
        }
        ++next;
      }
    if (next < world_.pools())
      faults_.push_back({"pools",
                         "'" + world_.pool(PoolId{next}).info.name + "', as the record has it",
                         "nothing", "a pool whose nodes are gone stays in the list"});
  }

  // From now on; a guarantee of a later day is made by a start after it.
  void guarantees() {
    for (const GuaranteeSpec& g : s_.guarantees) {
      const MemberId to{*find_id(s_.members, g.to)};
      const std::optional<PoolId> pool = first_pool(g.owner, g.site);
      if (!pool) continue;
      const bool known =
          pool->index < world_.pools() && world_.pool(*pool).entitled(to) == g.gpus.count();
      if (!known) out_.push_back(GuaranteeMade{*pool, to, g.gpus});
    }
  }
  std::optional<PoolId> first_pool(const std::string& owner, const std::string& site) const {
    std::uint32_t next = 0;
    for (const LivePoolSpec& row : hub_.pools)
      for (const PoolOpened& pool : pools_of(row, s_)) {
        if (row.owner == owner && row.site == site && pool.device == Device::gpu)
          return PoolId{next};
        ++next;
      }
    return std::nullopt;
  }

  const HubSpec& hub_;
  const Scenario& s_;
  const World& world_;
  std::uint32_t next_account_ = 0;
  std::vector<What> out_;
  Faults faults_;
};

}  // namespace

Outcome<std::vector<What>> found_live(const HubSpec& hub, const Scenario& scenario,
                                      const World& world) {
  return Founder(hub, scenario, world).run();
}

std::vector<PoolOpened> pools_of(const LivePoolSpec& row, const Scenario& s) {
  const HardwareSpec& h = s.hardware[*find_id(s.hardware, row.hardware)];
  const std::uint32_t site = *find_id(s.sites, row.site);
  const std::uint32_t owner = *find_id(s.members, row.owner);
  PoolOpened pool = opened_of(h);
  pool.site = SiteId{site};
  pool.owner = MemberId{owner};
  pool.hardware = HardwareId{*find_id(s.hardware, row.hardware)};
  pool.name = row.id;
  pool.lend_permille = lends_at_most(s, s.members[owner], s.sites[site]);
  pool.reclaim = reclaims_within(s, s.members[owner], s.sites[site]);
  std::vector<PoolOpened> out{pool};
  if (row.cpus_for_jobs > 0) {
    PoolOpened cpu = pool;
    cpu.name = row.id + "_cpu";
    cpu.device = Device::cpu;
    cpu.gpus_per_node = static_cast<std::uint32_t>(row.cpus_for_jobs);
    cpu.nodes_per_domain = 1;
    cpu.cpu_milli = static_cast<std::uint32_t>(row.cpus_for_jobs * 1000);
    cpu.memory_mib = 1u << 30;  // the site itself keeps memory apart
    out.push_back(std::move(cpu));
  }
  return out;
}

bool names_node(const std::string& pattern, const std::string& node) {
  if (pattern == node) return true;
  if (!pattern.empty() && pattern.back() == '*')
    return node.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
  const std::size_t open = pattern.find('['), shut = pattern.find(']');
  if (open == std::string::npos || shut == std::string::npos || shut < open) return false;
  const std::string_view front = std::string_view(pattern).substr(0, open),
                         back = std::string_view(pattern).substr(shut + 1);
  if (node.size() <= front.size() + back.size() || !node.starts_with(front) ||
      !node.ends_with(back))
    return false;
  const std::string_view digits =
      std::string_view(node).substr(front.size(), node.size() - front.size() - back.size());
  std::uint64_t n = 0;
  const auto number = [](std::string_view text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
  };
  if (!number(digits, n)) return false;
  std::string_view ranges = std::string_view(pattern).substr(open + 1, shut - open - 1);
  while (!ranges.empty()) {
    const std::string_view one = ranges.substr(0, ranges.find(','));
    ranges.remove_prefix(std::min(ranges.size(), one.size() + 1));
    const std::size_t dash = one.find('-');
    const std::string_view from = one.substr(0, dash),
                           to = dash == std::string_view::npos ? from : one.substr(dash + 1);
    std::uint64_t a = 0, b = 0;
    if (number(from, a) && number(to, b) && from.size() == digits.size() && a <= n && n <= b)
      return true;
  }
  return false;
}

}  // namespace dure
