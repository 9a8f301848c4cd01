#include "app/watch.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "app/command.h"

namespace dure {
namespace {

constexpr int kLookMs = 2'000;

std::optional<TerminalSize> size_of_stdout() {
  if (isatty(STDOUT_FILENO) == 0) return std::nullopt;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return TerminalSize{24, 80};
  return TerminalSize{size.ws_row, size.ws_col};
}

bool put_to_stdout(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

int nobody_reads() {
  return complain(Fault{"stdout", "room for what is printed", "a write that failed", ""});
}

// As many whole characters as fit.
std::string_view clipped(std::string_view line, std::size_t columns) {
  if (columns_of(line) <= columns) return line;
  std::size_t end = line.size();
  while (end > 0 && (columns_of(line.substr(0, end)) > columns ||
                     (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80))
    --end;
  return line.substr(0, end);
}

}  // namespace

std::string fitted(std::string_view text, TerminalSize size) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  // The last row stays free for the cursor.
  const std::size_t room = std::max<std::size_t>(2, size.rows) - 1;
  const bool cut = lines.size() > room;
  const std::size_t shown = cut ? room - 1 : lines.size();
  std::string out;
  for (std::size_t i = 0; i < shown; ++i)
    out += std::string(clipped(lines[i], size.columns)) + "\n";
  if (cut) {
    const std::string rest = "... " + std::to_string(lines.size() - shown) + " more lines";
    out += std::string(clipped(rest, size.columns)) + "\n";
  }
  return out;
}

int watch(const Screen& screen, const std::function<Result<std::string>()>& listing) {
  std::optional<std::string> shown;
  std::optional<TerminalSize> shown_at;
  std::string said;
  do {
    const Result<std::string> text = listing();
    if (!text) {
      if (!shown) {
        screen.complain(text.fault());
        return kBadInput;
      }
      if (const std::string now = to_string(text.fault()); now != said) {  // invariant 3
        screen.complain(text.fault());
        said = now;
      }
      continue;
    }
    const std::optional<TerminalSize> size = screen.size();
    // What was said of a Fault stands on the terminal: it goes.
    const bool same = shown == text.value() && shown_at == size && (said.empty() || !size);
    said.clear();
    if (same) continue;  // invariant 2
    shown = text.value();
    shown_at = size;
    bool taken = false;
    if (size) {
      // Over what is there, line by line, so that nothing flickers.
      std::string frame = "\033[H";
      for (const char c : fitted(*shown, *size))
        frame += c == '\n' ? "\033[K\n" : std::string(1, c);
      taken = screen.put(frame + "\033[J");
    } else {
      taken = screen.put(*shown);
    }
    if (!taken) return nobody_reads();
  } while (screen.wait());
  return kDone;
}

void add_watch(CLI::App* command, Connection& c) {
  command->add_flag("--watch", c.watch, "Look every two seconds, and show it again if it changed");
}

int show_listing(const Connection& c, const Listing& listing) {
  TRY_OR_COMPLAIN(hub, HubClient::open(c.hub));
  if (!c.watch) {
    TRY_OR_COMPLAIN(text, listing(*hub));
    return put_to_stdout(text) ? kDone : nobody_reads();
  }
  if (size_of_stdout()) put_to_stdout("\033[H\033[2J");
  const Screen screen{size_of_stdout, put_to_stdout,
                      [] {
                        std::this_thread::sleep_for(std::chrono::milliseconds(kLookMs));
                        return true;
                      },
                      [](const Fault& fault) { (void)complain(fault); }};
  return watch(screen, [&] { return listing(*hub); });
}

}  // namespace dure
