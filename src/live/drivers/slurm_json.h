// Slurm's JSON (OpenAPI v0.0.38 of slurmrestd; squeue --json and sinfo --json print the same) as
// the structs of slurm_model.h, and orders as its JSON. Door to nlohmann.
//
// Invariants: 1. No text makes these throw: what is not JSON, or holds another type where we look,
//                is a Fault that names the field.
//             2. Unknown and missing fields are no fault; null is a missing field.
// Numbers may also come as {"set": …, "infinite": …, "number": …}, and states as lists: so write
// releases after 22.05.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "live/drivers/slurm_model.h"

namespace dure {

struct SlurmReply {        // what any call may say
  std::int64_t error = 0;  // the last of them; 0: none
  std::string error_text;
  std::optional<std::int64_t> job_id;
  std::string release;  // of Slurm: 22.05.8
};
struct SlurmDiag {
  std::int64_t now_s = 0;  // by the site's clock
  // The head's start, or when it last reset its statistics; 0 in its first seconds.
  std::int64_t counting_from_s = 0;
  std::string release;
};

std::string slurm_submit_json(const SlurmSubmit& submit);  // its texts are UTF-8
bool slurm_text_ok(std::string_view text);                 // UTF-8 without a zero byte
Result<SlurmReply> slurm_reply(std::string_view json, const std::string& where);
Result<SlurmDiag> slurm_diag(std::string_view json, const std::string& where);
Result<std::vector<SlurmJob>> slurm_jobs(std::string_view json, const std::string& where);
Result<std::vector<SlurmNode>> slurm_nodes(std::string_view json, const std::string& where);

}  // namespace dure
