#include "io/traces/requests.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/nearest.h"
#include "io/shown.h"
#include "io/traces/batch_builder.h"

namespace dure {

Step MooncakeReader::next(MooncakeRow& row) {
  const Step step = lines_.next();
  if (step == Step::fault) fault_ = lines_.fault();
  if (step != Step::item) return step;
  constexpr std::array<std::string_view, 4> names = {"timestamp", "input_length", "output_length",
                                                     "hash_ids"};
  std::array<bool, 4> has{};
  row = {};
  const auto wrong = [&](std::string expected, std::string found, std::string hint) {
    fault_ = {lines_.where(), std::move(expected), std::move(found), std::move(hint)};
    return Step::fault;
  };
  for (JsonField& field : lines_.fields()) {
    const auto place = std::find(names.begin(), names.end(), field.key);
    if (place == names.end())
      return wrong("a known key", shown(field.key), name_hint(field.key, names));
    const auto i = static_cast<std::size_t>(place - names.begin());
    has[i] = true;
    if (i == 3) {
      auto* const list = std::get_if<std::vector<std::int64_t>>(&field.value);
      if (list == nullptr) return wrong("hash_ids: a list of whole numbers", "another value", "");
      row.block_ids = std::move(*list);
      continue;
    }
    const auto* const number = std::get_if<std::int64_t>(&field.value);
    const std::int64_t most = i == 0 ? kLongestMillis : kMostTokens;
    if (number == nullptr || *number < 0 || *number > most)
      return wrong(field.key + ": a whole number from 0 to " + std::to_string(most),
                   number == nullptr ? "another value" : std::to_string(*number), "");
    if (i == 0) row.at = Millis(*number);
    if (i == 1) row.input_tokens = *number;
    if (i == 2) row.output_tokens = *number;
  }
  for (std::size_t i = 0; i < 3; ++i)  // hash_ids may be absent: then no prefix is shared
    if (!has[i]) return wrong("a key " + std::string(names[i]), "an object without it", "");
  return Step::item;
}

Result<RequestLog> read_request_log(ByteSource source, TraceFormat format) {
  RequestLog log;
  log.name = log_name(source.name());
  log.format = format;
  const std::string path = source.name();
  if (format == TraceFormat::azure) {
    log.clock = LogClock::civil;
    TRY(reader, TableReader<AzureRow>::open(std::move(source)));
    for (AzureRow row;;) {
      const Step step = reader.next(row);
      if (step == Step::fault) return reader.fault();
      if (step == Step::end) break;
      log.requests.push_back({row.at.floor_ms(), row.context_tokens, row.generated_tokens});
    }
  } else if (format == TraceFormat::mooncake) {
    MooncakeReader reader(std::move(source));
    for (MooncakeRow row;;) {
      const Step step = reader.next(row);
      if (step == Step::fault) return reader.fault();
      if (step == Step::end) break;
      log.requests.push_back({row.at, row.input_tokens, row.output_tokens});
    }
  } else {
    return Fault{path, "a request trace: azure, mooncake", std::string(name_of(format)), ""};
  }
  if (log.requests.empty())
    return Fault{path, "a log with at least one request", "none: the file is empty", ""};
  std::stable_sort(log.requests.begin(), log.requests.end(),
                   [](const Request& a, const Request& b) { return a.at < b.at; });
  return Result<RequestLog>(std::move(log));
}

Result<RequestLog> read_request_log(const std::string& path, TraceFormat format) {
  TRY(source, ByteSource::open(path));
  return read_request_log(std::move(source), format);
}

}  // namespace dure
