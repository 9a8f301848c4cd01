// The inside of Meters, for the two files that know the library. Door to prometheus-cpp.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "live/api/meters.h"

namespace dure {

struct Meters::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& took =
      prometheus::BuildHistogram()
          .Name("dure_http_request_duration_seconds")
          .Help("from a call's arrival to its answer, by route")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& answers =
      prometheus::BuildCounter()
          .Name("dure_http_requests_total")
          .Help("calls by route and class of status; refused: without route or right")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& commits =
      prometheus::BuildHistogram()
          .Name("dure_store_commit_duration_seconds")
          .Help("one transaction of the record")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& entries =
      prometheus::BuildHistogram()
          .Name("dure_store_commit_entries")
          .Help("entries that one transaction stored")
          .Register(registry);
};

}  // namespace dure
