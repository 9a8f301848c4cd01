// The claims folder of a site, seen by its nodes and by the agent: what attempts wrote themselves,
// whatever Slurm remembers.
//
//   KEY       the claim: "run JOB NODE SECONDS", or "fence" if we took the key so that it never
//   runs KEY.end   how the command ended (slurm_script.h) KEY.stop  we asked it to end: "GRACE_S
//   batch" or "GRACE_S all" KEY.beat  touched while it runs KEY.done  an end that the hub knows;
//   removed with the claim after kKeepClaims_s
//
// Invariants: 1. A claim is made with O_EXCL, by an attempt or by us, and goes only long after its
//                end: a site that lost its memory may start a job again.
//             2. Nothing here follows a symbolic link or believes a file larger than it should be:
//                users of the site write into this folder.
// Any number of threads.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"
#include "live/drivers/slurm_model.h"

namespace dure {

inline constexpr std::int64_t kKeepClaims_s = 7 * 86'400;

class SlurmClaims {
 public:
  explicit SlurmClaims(std::string folder) : folder_(std::move(folder)) {}
  const std::string& folder() const { return folder_; }

  Result<Done> usable() const;                 // may we write here?
  bool has_end(const std::string& key) const;  // .end or .done
  Result<SlurmTrace> read(const std::string& key) const;
  // true: the key is ours, and nothing runs under it, ever; false: an attempt claimed it.
  Result<bool> fence(const std::string& key) const;
  Result<Done> ask_stop(const std::string& key, std::int64_t grace_s, const std::string& how) const;
  // Seconds since its last sign of life, by the clock of the folder's file system; -1: none.
  std::int64_t silent_s(const std::string& key) const;
  void forget(const std::string& key) const;
  void prune() const;  // what was forgotten long ago

 private:
  std::string path(const std::string& key, const char* suffix = "") const {
    return folder_ + "/" + key + suffix;
  }
  std::int64_t now_s() const;  // of the file system
  std::string folder_;
};

}  // namespace dure
