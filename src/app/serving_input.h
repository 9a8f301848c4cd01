// The file of a service, read and checked; and the requests that it is asked to serve.
#pragma once

#include <string>
#include <vector>

#include "base/faults.h"
#include "io/doc_loader.h"
#include "serving/prefix_cache.h"
#include "serving/service_spec.h"
#include "serving/serving_replica.h"

namespace dure {

// settings: "path=value" each. Faults of what does not fit say file, line and column, too.
Outcome<ServiceFile> read_service(const std::string& path,
                                  const std::vector<std::string>& settings);

struct ServiceRequests {
  std::vector<TokenRequest> requests;  // in order of arrival, from 0 ms on
  PrefixTrace prefixes;                // of the same requests; empty where a log has no blocks
  std::int64_t without_tokens = 0;     // rows of the log that ask nothing or get nothing: left out
};
// log: a file, or "drawn".
Outcome<ServiceRequests> read_service_requests(const ServiceFile& service, const std::string& log,
                                               std::uint64_t seed);

}  // namespace dure
