// CONFIG.yaml of `dure serve`: where the alliance is written down, where to listen, where to keep
// the record, which pools of machines the sites' nodes belong to, who may call.
// Paths are relative to the file they stand in.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "base/describe.h"
#include "live/agent_spec.h"

namespace dure {

enum class Role { viewer, user, member_admin, operator_, admin };
constexpr auto describe_enum(Role) {
  using E = Role;
  return std::array{
      Choice<E>{E::viewer, "viewer", "may look"},
      Choice<E>{E::user, "user", "may run jobs for its member"},
      Choice<E>{E::member_admin, "member_admin", "and cancel and limit those of its member"},
      Choice<E>{E::operator_, "operator", "and drain, resume and reserve everywhere"},
      Choice<E>{E::admin, "admin", "and do all for everybody"}};
}

struct UserSpec {
  std::string id, member, site_user, token_sha256;
  Role role = Role::user;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("id", &UserSpec::id, "unique key", required, id_text, not_empty),
                      Field("member", &UserSpec::member, "whose; empty: none's", id_text),
                      Field("site_user", &UserSpec::site_user,
                            "account at the sites that jobs run as; empty: id"),
                      Field("token_sha256", &UserSpec::token_sha256, "SHA-256 of its token, in hex",
                            required, not_empty),
                      Field("role", &UserSpec::role, "what it may do"));
  }
};

struct LivePoolSpec {  // nodes of one site that are alike and belong to one member
  std::string id, site, hall, owner, hardware, partition;
  std::vector<std::string> nodes;
  std::int64_t cpus_for_jobs = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &LivePoolSpec::id, "unique key", required, id_text, not_empty),
        Field("site", &LivePoolSpec::site, "where: a site of the scenario", required, id_text,
              not_empty),
        Field("hall", &LivePoolSpec::hall, "which of its halls; empty: the first", id_text),
        Field("owner", &LivePoolSpec::owner, "whose machines: a member of the scenario", required,
              id_text, not_empty),
        Field("hardware", &LivePoolSpec::hardware, "a hardware class of the scenario", required,
              id_text, not_empty),
        Field("partition", &LivePoolSpec::partition, "of the site; empty: any"),
        Field("nodes", &LivePoolSpec::nodes,
              "which nodes belong to it: n01, n[01-18], or gpu*; empty: all of the site"),
        Field("cpus_for_jobs", &LivePoolSpec::cpus_for_jobs,
              "cores of each node, beside its GPUs, for jobs without GPUs; they get a pool of "
              "their own, ID_cpu",
              range(0, 100'000)));
  }
};

struct ProjectSpec {
  std::string member, id;
  double share_weight = 1;
  Gpus limit_gpus;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("member", &ProjectSpec::member, "whose", required, id_text, not_empty),
        Field("id", &ProjectSpec::id, "unique within the member", required, id_text, not_empty),
        Field("share_weight", &ProjectSpec::share_weight, "among the member's projects",
              above(0, 1'000), dimensionless),
        Field("limit_gpus", &ProjectSpec::limit_gpus, "held at once; 0: no limit",
              range(0, 10'000'000)));
  }
};

enum class ShadowPolicy { live, fcfs, easy, dure };
constexpr auto describe_enum(ShadowPolicy) {
  using E = ShadowPolicy;
  return std::array{
      Choice<E>{E::live, "live", "the hub's own"},
      Choice<E>{E::fcfs, "fcfs", "in order of arrival, nobody overtakes or is stopped"},
      Choice<E>{E::easy, "easy", "and who delays not the first may overtake"},
      Choice<E>{E::dure, "dure", "fair shares, backfilling, and taking back what is lent"}};
}

struct ShadowSpec {
  std::string id;
  ShadowPolicy policy = ShadowPolicy::live;
  std::vector<std::string> set;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("id", &ShadowSpec::id, "unique key", required, id_text, not_empty),
                      Field("policy", &ShadowSpec::policy, "what it decides by"),
                      Field("set", &ShadowSpec::set,
                            "changes of it: policy.backfill=none, as in docs/guide/what-if.md"));
  }
};

struct HubSpec {
  std::string scenario, store = "sqlite:dure.db", listen = "127.0.0.1:7480";
  std::string certificate_file, key_file, client_ca_file;
  std::string default_data_class, local_member;
  std::vector<LivePoolSpec> pools;
  std::vector<ProjectSpec> projects;
  std::vector<UserSpec> users;
  std::vector<AgentSpec> agents;
  std::vector<ShadowSpec> shadow;
  std::int64_t requests_per_s = 500, snapshot_entries = 200'000, keep_days = 400;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("scenario", &HubSpec::scenario,
              "file with the alliance: members, sites, halls, law, lending, policy", required,
              not_empty),
        Field("store", &HubSpec::store, "sqlite:PATH or postgresql://…", not_empty),
        Field("listen", &HubSpec::listen, "address:port; port 0: any free one", not_empty),
        Field("certificate_file", &HubSpec::certificate_file, "PEM; empty: no TLS"),
        Field("key_file", &HubSpec::key_file, "PEM of the certificate's key"),
        Field("client_ca_file", &HubSpec::client_ca_file,
              "PEM: agents may show certificates of it (CN = agent:SITE) in place of a token"),
        Field("default_data_class", &HubSpec::default_data_class,
              "of jobs that name none; empty: the scenario's first", id_text),
        Field("local_member", &HubSpec::local_member,
              "whose jobs those of the hub's own account are, if they name no member", id_text),
        Field("pools", &HubSpec::pools, "of machines; nodes belong to the first that takes them",
              required, not_empty),
        Field("projects", &HubSpec::projects, "accounts below the members"),
        Field("users", &HubSpec::users, "who may call"),
        Field("agents", &HubSpec::agents, "of the sites"),
        Field("shadow", &HubSpec::shadow, "policies that decide beside the hub's, and do nothing"),
        Field("requests_per_s", &HubSpec::requests_per_s,
              "of one caller; above it: 429; 0: no limit", range(0, 1e6), dimensionless),
        Field("snapshot_entries", &HubSpec::snapshot_entries,
              "a snapshot is taken after so many entries of the record", range(1'000, 1e9)),
        Field("keep_days", &HubSpec::keep_days,
              "entries that a snapshot holds are kept for so long; 0: for ever", range(0, 36'500)));
  }
};

}  // namespace dure
