// CONFIG.yaml of `dure serve`: where the alliance is written down, where to listen, where to keep
// the record, which pools of machines the sites' nodes belong to, who may call.
// Paths are relative to the file they stand in.
#pragma once

#include <array>
#include <cstdint>
#include <string>
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
  template <class S = UserSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("member", &S::member, "whose; empty: none's", id_text),
        Field("site_user", &S::site_user, "account at the sites that jobs run as; empty: id"),
        Field("token_sha256", &S::token_sha256, "SHA-256 of its token, in hex", required,
              not_empty),
        Field("role", &S::role, "what it may do"));
  }
};

struct LivePoolSpec {  // nodes of one site that are alike and belong to one member
  std::string id, site, hall, owner, hardware, partition;
  std::vector<std::string> nodes;
  std::int64_t cpus_for_jobs = 0;
  template <class S = LivePoolSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("site", &S::site, "where: a site of the scenario", required, id_text, not_empty),
        Field("hall", &S::hall, "which of its halls; empty: the first", id_text),
        Field("owner", &S::owner, "whose machines: a member of the scenario", required, id_text,
              not_empty),
        Field("hardware", &S::hardware, "a hardware class of the scenario", required, id_text,
              not_empty),
        Field("partition", &S::partition, "of the site; empty: any"),
        Field("nodes", &S::nodes,
              "which nodes belong to it: n01, n[01-18], or gpu*; empty: all of the site"),
        Field("cpus_for_jobs", &S::cpus_for_jobs,
              "cores of each node, beside its GPUs, for jobs without GPUs; they get a pool of "
              "their own, ID_cpu",
              range(0, 100'000)));
  }
};

struct ProjectSpec {
  std::string member, id;
  double share_weight = 1;
  Gpus limit_gpus;
  template <class S = ProjectSpec>
  static constexpr auto describe() {
    return Fields(
        Field("member", &S::member, "whose", required, id_text, not_empty),
        Field("id", &S::id, "unique within the member", required, id_text, not_empty),
        Field("share_weight", &S::share_weight, "among the member's projects", above(0, 1'000),
              dimensionless),
        Field("limit_gpus", &S::limit_gpus, "held at once; 0: no limit", range(0, 10'000'000)));
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
  template <class S = ShadowSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("policy", &S::policy, "what it decides by"),
        Field("set", &S::set, "changes of it: policy.backfill=none, as in docs/guide/what-if.md"));
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
  template <class S = HubSpec>
  static constexpr auto describe() {
    return Fields(
        Field("scenario", &S::scenario,
              "file with the alliance: members, sites, halls, law, lending, policy", required,
              not_empty),
        Field("store", &S::store, "sqlite:PATH or postgresql://…", not_empty),
        Field("listen", &S::listen, "address:port; port 0: any free one", not_empty),
        Field("certificate_file", &S::certificate_file, "PEM; empty: no TLS"),
        Field("key_file", &S::key_file, "PEM of the certificate's key"),
        Field("client_ca_file", &S::client_ca_file,
              "PEM: agents may show certificates of it (CN = agent:SITE) in place of a token"),
        Field("default_data_class", &S::default_data_class,
              "of jobs that name none; empty: the scenario's first", id_text),
        Field("local_member", &S::local_member,
              "whose jobs those of the hub's own account are, if they name no member", id_text),
        Field("pools", &S::pools, "of machines; nodes belong to the first that takes them",
              required, not_empty),
        Field("projects", &S::projects, "accounts below the members"),
        Field("users", &S::users, "who may call"), Field("agents", &S::agents, "of the sites"),
        Field("shadow", &S::shadow, "policies that decide beside the hub's, and do nothing"),
        Field("requests_per_s", &S::requests_per_s, "of one caller; above it: 429; 0: no limit",
              range(0, 1e6), dimensionless),
        Field("snapshot_entries", &S::snapshot_entries,
              "a snapshot is taken after so many entries of the record", range(1'000, 1e9)),
        Field("keep_days", &S::keep_days,
              "entries that a snapshot holds are kept for so long; 0: for ever", range(0, 36'500)));
  }
};

}  // namespace dure
