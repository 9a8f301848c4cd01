// CONFIG.yaml of `dure agent`, and a row of `agents` of a hub. A row with a driver is an agent that
// the hub hosts itself; without one it is an agent elsewhere, known by its token or certificate.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"

namespace dure {

enum class DriverKind { none, local, slurm, null };
constexpr auto describe_enum(DriverKind) {
  using E = DriverKind;
  return std::array{Choice<E>{E::none, "none", "an agent elsewhere"},
                    Choice<E>{E::local, "local", "processes on this machine"},
                    Choice<E>{E::slurm, "slurm", "a Slurm cluster"},
                    Choice<E>{E::null, "nothing", "nothing runs: to measure with"}};
}

struct AgentSpec {
  std::string site, hub, token_sha256, token_file, ca_file, certificate_file, key_file;
  std::string folder;
  DriverKind driver = DriverKind::none;
  std::int64_t gpus = -1, pretend_gpus = 0, cpus = 0, nodes = 1;
  std::string slurm_conf, rest_socket, partition, claims_folder, log_folder, data_folder,
      service_host;
  std::vector<std::string> users;
  std::int64_t observe_ms = 1'000;
  template <class S = AgentSpec>
  static constexpr auto describe() {
    return Fields(
        Field("site", &S::site, "whose agent", required, id_text, not_empty),
        Field("hub", &S::hub, "of `dure agent`: the hub's address, https://HOST:PORT"),
        Field("token_sha256", &S::token_sha256, "of a hub's row: SHA-256 of its token"),
        Field("token_file", &S::token_file, "of `dure agent`: file with the token"),
        Field("ca_file", &S::ca_file, "PEM that the hub's certificate must come from"),
        Field("certificate_file", &S::certificate_file, "PEM, its own (mTLS)"),
        Field("key_file", &S::key_file, "PEM of the certificate's key"),
        Field("folder", &S::folder, "for its journal, and what a local driver keeps"),
        Field("driver", &S::driver, "what it runs jobs with"),
        Field("gpus", &S::gpus, "local: of this machine; -1: as many as it has", range(-1, 1024)),
        Field("pretend_gpus", &S::pretend_gpus,
              "local: slots to count where the machine has no GPU", range(0, 1024)),
        Field("cpus", &S::cpus, "local: cores; 0: as many as it has", range(0, 100'000)),
        Field("nodes", &S::nodes, "local, null: nodes that the machine counts as",
              range(1, 100'000)),
        Field("slurm_conf", &S::slurm_conf, "slurm: its slurm.conf; empty: Slurm's own"),
        Field("rest_socket", &S::rest_socket,
              "slurm: unix socket of slurmrestd; empty: sbatch, squeue, scancel"),
        Field("partition", &S::partition, "slurm: of jobs whose pool names none"),
        Field("claims_folder", &S::claims_folder, "slurm: a folder that all of its nodes share"),
        Field("log_folder", &S::log_folder,
              "slurm: for output, shared by all of its nodes; empty: beside the claims"),
        Field("data_folder", &S::data_folder,
              "for data sets and artifacts, shared by all nodes; empty: data/ in the folder of a "
              "local driver, or beside a Slurm cluster's claims"),
        Field("service_host", &S::service_host,
              "where services answer health checks; empty: at their nodes' names"),
        Field("users", &S::users, "accounts that jobs may run as; empty: any but root"),
        Field("observe_ms", &S::observe_ms, "between two looks at the site", range(10, 600'000)));
  }
};

}  // namespace dure
