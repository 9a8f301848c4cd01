#include "io/traces/swf.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "io/atomic_file.h"
#include "io/shown.h"
#include "io/traces/batch_builder.h"

namespace dure {
namespace {

constexpr std::size_t kFields = 18;
constexpr std::size_t kFewestFields = 5;  // job, submit, wait, run, processors
constexpr std::array<std::string_view, kFields> kNames = {"job number",
                                                          "submit time",
                                                          "wait time",
                                                          "run time",
                                                          "allocated processors",
                                                          "CPU time",
                                                          "memory",
                                                          "requested processors",
                                                          "requested time",
                                                          "requested memory",
                                                          "status",
                                                          "user",
                                                          "group",
                                                          "executable",
                                                          "queue",
                                                          "partition",
                                                          "preceding job",
                                                          "think time"};

constexpr std::array<std::int64_t SwfJob::*, kFields> kMembers = {&SwfJob::job,
                                                                  &SwfJob::submit_s,
                                                                  &SwfJob::wait_s,
                                                                  &SwfJob::run_s,
                                                                  &SwfJob::allocated_procs,
                                                                  &SwfJob::average_cpu_s,
                                                                  &SwfJob::memory_kb,
                                                                  &SwfJob::requested_procs,
                                                                  &SwfJob::requested_s,
                                                                  &SwfJob::requested_memory_kb,
                                                                  &SwfJob::status,
                                                                  &SwfJob::user,
                                                                  &SwfJob::group,
                                                                  &SwfJob::executable,
                                                                  &SwfJob::queue,
                                                                  &SwfJob::partition,
                                                                  &SwfJob::preceding_job,
                                                                  &SwfJob::think_s};

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_end(char c) { return c == '\n' || c == '\r'; }  // the byte behind a line, see LineReader

enum class Token { whole, no_number, too_large };

// The rare shapes: "+7", "552.21", "1.5e+06" (awk), and all that is wrong.
Token slow_number(std::string_view text, std::int64_t& out) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  const auto exact = std::from_chars(text.data(), end, whole);
  if (exact.ptr == end && exact.ec == std::errc{}) {
    out = whole;
    return Token::whole;
  }
  double real = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, real, std::chars_format::general);
  if (stop != end || error == std::errc::invalid_argument) return Token::no_number;
  if (error != std::errc{}) return Token::too_large;  // 1e-400 too: nobody means that
  if (std::isnan(real)) return Token::no_number;
  // 2^63 exactly; doubles below it convert without overflow.
  if (!(std::fabs(real) < 9223372036854775808.0)) return Token::too_large;
  out = static_cast<std::int64_t>(std::round(real));
  return Token::whole;
}

std::optional<std::int64_t> header_number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return n;  // "100 (of 128)" is 100
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

}  // namespace

SwfReader::SwfReader(ByteSource source) : lines_(std::move(source)) {}

Result<SwfReader> SwfReader::open(const std::string& path) {
  TRY(source, ByteSource::open(path));
  return SwfReader(std::move(source));
}

// "; MaxProcs: 100". The first of a name counts: logs laid end to end repeat their headers.
void SwfReader::header_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && (name.front() == ';' || is_blank(name.front()))) name.remove_prefix(1);
  name = trim(name);
  const std::string_view value = trim(line.substr(colon + 1));
  const auto number = [&](std::optional<std::int64_t>& field) {
    if (!field) field = header_number(value);
  };
  const auto text = [&](std::string& field) {
    if (!field.empty()) return;
    field = value.substr(0, 200);
    for (char& c : field)  // it will be printed: no terminal escapes
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  };
  if (name == "MaxProcs") number(header_.max_procs);
  if (name == "MaxNodes") number(header_.max_nodes);
  if (name == "MaxJobs") number(header_.max_jobs);
  if (name == "UnixStartTime") number(header_.unix_start_s);
  if (name == "TimeZone") number(header_.utc_offset_s);
  if (name == "TimeZoneString") text(header_.time_zone);
  if (name == "Computer") text(header_.computer);
  if (name == "Installation") text(header_.installation);
}

Step SwfReader::parse(std::string_view line, SwfJob& job) {
  const char* p = line.data();
  std::array<std::int64_t, kFields> field;
  std::size_t n = 0;
  for (; n < kFields; ++n) {
    while (is_blank(*p)) ++p;
    if (is_end(*p) && p == line.data() + line.size()) break;
    const char* const token = p;
    const bool negative = *p == '-';
    if (negative) ++p;
    const char* const digits = p;
    std::uint64_t value = 0;
    for (unsigned d; (d = static_cast<unsigned>(*p) - '0') <= 9; ++p) value = value * 10 + d;
    const auto length = p - digits;
    if (length >= 1 && length <= 18 && (is_blank(*p) || is_end(*p))) [[likely]] {
      const auto whole = static_cast<std::int64_t>(value);
      field[n] = negative ? -whole : whole;
      continue;
    }
    const char* const end = line.data() + line.size();
    while (p != end && !is_blank(*p)) ++p;
    const std::string_view text(token, static_cast<std::size_t>(p - token));
    const Token kind = slow_number(text, field[n]);
    if (kind == Token::whole) continue;
    fault_ = Fault{lines_.where(token),
                   std::string(kNames[n]) + " (field " + std::to_string(n + 1) + "): a " +
                       (kind == Token::too_large ? "number of at most 64 bits" : "number"),
                   shown(text), n == 0 ? "comments begin with ;" : ""};
    return Step::fault;
  }
  if (n < kFields) {
    if (n < kFewestFields) {
      fault_ = Fault{lines_.where(), "at least 5 fields in a job's line", std::to_string(n),
                     "is the file cut off, or not SWF?"};
      return Step::fault;
    }
    ++short_rows_;
    for (; n < kFields; ++n) field[n] = -1;  // invariant 2
  }
  for (std::size_t i = 0; i < kFields; ++i) job.*kMembers[i] = field[i];
  ++rows_;
  return Step::item;
}

Step SwfReader::next(SwfJob& job) {
  for (;;) {
    const Step step = lines_.next();
    if (step == Step::fault) fault_ = lines_.fault();
    if (step != Step::item) return step;
    const std::string_view line = lines_.line();
    const char* p = line.data();
    while (is_blank(*p)) ++p;
    if (is_end(*p) && p == line.data() + line.size()) continue;
    if (*p != ';') return parse(line, job);
    header_line(line);
  }
}

Result<BatchLog> read_swf(ByteSource source, const LogOptions& options) {
  SwfReader reader(std::move(source));
  const std::string path = reader.name();
  BatchBuilder builder(path, TraceFormat::swf, LogClock::log_start, options, reader.stored_bytes());
  SwfJob job;
  const auto in_range = [](std::int64_t s) { return s <= kLongestSeconds; };
  const auto ms = [](std::int64_t s) { return Millis(s < 0 ? -1 : s * 1000); };
  for (;;) {
    const Step step = reader.next(job);
    if (step == Step::fault) return reader.fault();
    if (step == Step::end) break;
    if (!in_range(job.submit_s) || !in_range(job.run_s) || !in_range(job.requested_s))
      return Fault{reader.where(), "times of at most 1000000000000 s",
                   "submit " + std::to_string(job.submit_s) + ", run " + std::to_string(job.run_s) +
                       ", requested " + std::to_string(job.requested_s),
                   "the line is damaged"};
    const bool known_user = job.user >= 0 && job.user <= std::numeric_limits<std::int32_t>::max();
    builder.add({job.job, ms(job.submit_s), ms(job.run_s), ms(job.requested_s),
                 job.requested_procs > 0 ? job.requested_procs : job.allocated_procs,
                 known_user ? static_cast<std::int32_t>(job.user) : -1});
  }
  LogHeader header = reader.header();
  std::optional<std::int64_t> procs;
  if (header.max_procs.value_or(0) > 0) {
    procs = header.max_procs;
  } else if (header.max_nodes.value_or(0) > 0) {
    procs = header.max_nodes;
  }
  const bool says_start = header.unix_start_s.has_value();
  TRY(log, builder.finish(std::move(header), procs));
  log.short_rows = reader.short_rows();
  // CERIT's log has no header and counts from 1970. No log is 31 years long.
  constexpr Millis since_2001(1'000'000'000'000);
  if (!says_start && log.jobs.front().submit >= since_2001) log.clock = LogClock::unix_utc;
  return std::move(log);
}

Result<BatchLog> read_swf(const std::string& path, const LogOptions& options) {
  TRY(source, ByteSource::open(path));
  return read_swf(std::move(source), options);
}

void append_swf(const SwfJob& job, std::string& out) {
  std::array<char, kFields * 21> text;
  char* p = text.data();
  for (std::size_t i = 0; i < kFields; ++i) {
    if (i > 0) *p++ = ' ';
    p = std::to_chars(p, text.data() + text.size(), job.*kMembers[i]).ptr;
  }
  *p++ = '\n';
  out.append(text.data(), p);
}

Result<Done> write_swf(const std::string& path, const LogHeader& header,
                       const std::vector<SwfJob>& jobs) {
  TRY(file, AtomicFile::create(path));
  std::string text = "; Version: 2.2\n";
  const auto line = [&](std::string_view name, std::string value) {
    for (char& c : value)  // a value is one line
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    if (!value.empty()) text += "; " + std::string(name) + ": " + value + "\n";
  };
  const auto number = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) line(name, std::to_string(*value));
  };
  line("Computer", header.computer);
  line("Installation", header.installation);
  number("MaxJobs", header.max_jobs);
  number("UnixStartTime", header.unix_start_s);
  line("TimeZoneString", header.time_zone);
  number("TimeZone", header.utc_offset_s);
  number("MaxNodes", header.max_nodes);
  number("MaxProcs", header.max_procs);
  for (const SwfJob& job : jobs) {
    append_swf(job, text);
    if (text.size() < 64 * 1024) continue;
    if (const auto written = file.write(text); !written) return written.fault();
    text.clear();
  }
  if (const auto written = file.write(text); !written) return written.fault();
  return file.commit();
}

}  // namespace dure
