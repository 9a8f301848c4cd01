// Requests to language models as recorded: Azure 2023 (CSV) and Mooncake (JSON lines), and the form
// that both share. docs/formats/requests.md.
// Units: tokens; Azure's time is a wall clock without a zone, in 100 ns steps; Mooncake's is ms
// from the start. Invariants of a RequestLog: 1. sorted by `at`, stably.  2. It has a row at least.
// Source: Patel et al., "Splitwise", ISCA 2024 (Azure); Qin et al., "Mooncake", FAST 2025.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "io/gzip_file.h"
#include "io/json_lines.h"
#include "io/line_reader.h"
#include "io/traces/batch_log.h"
#include "io/traces/table.h"

namespace dure {

inline constexpr std::int64_t kMostTokens = 1'000'000'000;

struct AzureRow {
  Stamp at;
  std::int64_t context_tokens = 0, generated_tokens = 0;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    constexpr CellRule tokens{1, 0, kMostTokens};
    return std::tuple(Column("TIMESTAMP", &AzureRow::at),
                      Column("ContextTokens", &AzureRow::context_tokens, tokens),
                      Column("GeneratedTokens", &AzureRow::generated_tokens, tokens));
  }
  bool operator==(const AzureRow&) const = default;
};

struct MooncakeRow {
  Millis at;
  std::int64_t input_tokens = 0, output_tokens = 0;
  std::vector<std::int64_t> block_ids;  // a 512-token block each; equal ids are equal prefix blocks
  bool operator==(const MooncakeRow&) const = default;
};

class MooncakeReader {
 public:
  explicit MooncakeReader(ByteSource source) : lines_(std::move(source)) {}
  [[nodiscard]] Step next(MooncakeRow& row);
  const Fault& fault() const { return fault_; }
  const std::string& name() const { return lines_.name(); }

 private:
  JsonLines lines_;
  Fault fault_;
};

struct Request {
  Millis at;  // on the log's clock, rounded down
  std::int64_t tokens_in = 0, tokens_out = 0;
};

struct RequestLog {
  std::string name;
  TraceFormat format = TraceFormat::azure;
  LogClock clock = LogClock::log_start;
  std::vector<Request> requests;
};

Result<RequestLog> read_request_log(const std::string& path, TraceFormat format);
Result<RequestLog> read_request_log(ByteSource source, TraceFormat format);

}  // namespace dure
