#include "live/drivers/data_folder.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/base64.h"
#include "live/drivers/attempt_files.h"
#include "live/drivers/shell.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

// data key inputs outputs are set before; run() starts the command.
constexpr std::string_view kBefore = R"sh(
say() { echo "dure: $*" >&2; }
work=$data/work/$key.${DURE_NODE_RANK:-0}
rm -rf "$work"
(umask 077; mkdir -p "$work/in" "$work/out") || { say "$data cannot be written"; exit 73; }
DURE_INPUTS=$work/in DURE_OUTPUTS=$work/out
export DURE_INPUTS DURE_OUTPUTS
for i in $inputs; do
  at=$data/sha256/${i#*=}
  [ "$(sha256sum <"$at/manifest" 2>/dev/null)" = "${i#*=}  -" ] && [ -e "$at/data" ] ||
    { say "input ${i%%=*} (${i#*=}) is not at this site"; exit 74; }
  ln -s "$at/data" "$work/in/${i%%=*}" || exit 73
done
)sh";

// A SIGTERM tells the command itself: all of its group get it.
constexpr std::string_view kRun = R"sh(
trap woken=1 TERM
run & child=$!
)sh";
constexpr std::string_view kFailed = R"sh(
[ "$code" = 0 ] || { rm -rf "$work"; exit "$code"; }
)sh";

constexpr std::string_view kAfter = R"sh(
set -e
trap '[ $? = 0 ] || say "outputs were not kept: is $data full?"' EXIT
LC_ALL=C
export LC_ALL
cd "$work/out"
for name in $outputs; do
  [ -e "$name" ] || { say "it made no output $name in DURE_OUTPUTS"; trap - EXIT; exit 72; }
  [ -z "$(find "$name" ! -type f ! -type d | head -n 1)" ] ||
    { say "output $name holds what is neither file nor folder"; trap - EXIT; exit 72; }
done
manifest() {
  if [ -d "$1" ]; then (cd "$1"; find . -type f -print0 | sort -z | xargs -0 -r sha256sum)
  else sha256sum <"$1"; fi
}
: >"$work/made"
for name in $outputs; do
  manifest "$name" >"$work/manifest"
  digest=$(sha256sum <"$work/manifest"); digest=${digest%% *}
  bytes=$(find "$name" -type f -printf '%s\n' | awk '{ n += $1 } END { printf "%.0f", n }')
  files=$(find "$name" -type f -printf '.' | wc -c)
  at=$data/sha256/$digest
  if [ ! -e "$at" ]; then
    new=$at.$key.new
    rm -rf "$new"
    mkdir "$new"
    mv "$name" "$new/data"
    mv "$work/manifest" "$new/manifest"
    chmod -R a-w "$new/data" "$new/manifest"
    sync -f "$new"
    mv -T "$new" "$at" 2>/dev/null || { [ -e "$at" ]; chmod -R u+w "$new"; rm -rf "$new"; }
  fi
  [ "$(manifest "$at/data" | sha256sum)" = "$digest  -" ] ||
    { say "$at has other bytes than its name says"; trap - EXIT; exit 71; }
  echo "$name $digest $bytes $files" >>"$work/made"
done
mv "$work/made" "$data/made/$key.new"
sync -f "$data/made/$key.new"
mv "$data/made/$key.new" "$data/made/$key"
rm -rf "$work"
exit 0
)sh";

std::string words(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& w : list) out += (out.empty() ? "" : " ") + w;
  return out;
}

bool hex_digest(std::string_view s) {
  return s.size() == 64 && s.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<DataFolder> DataFolder::open(const std::string& path, bool users) {
  std::error_code error;
  for (const char* name : {"sha256", "made", "work", "checkpoints"}) {
    const std::string folder = path + "/" + name;
    if (fs::is_directory(folder, error)) continue;
    if (!fs::create_directories(folder, error))
      return Fault{folder, "a folder for the site's data", error.message(), ""};
    if (!users) {
      fs::permissions(folder, fs::perms::owner_all, error);
      continue;
    }
    const fs::perms listed = fs::perms::all | fs::perms::sticky_bit;
    const fs::perms hidden = listed & ~(fs::perms::group_read | fs::perms::others_read);
    fs::permissions(folder, hidden, error);  // invariant 3
    if (error) return Fault{folder, "a folder that all users may write", error.message(), ""};
  }
  return DataFolder(path);
}

std::string DataFolder::checkpoints(const std::string& key) const {
  return path_ + "/checkpoints/" + key.substr(0, key.rfind('.'));
}

RunOrder DataFolder::prepared(RunOrder order) const {
  order.environment.push_back("DURE_CHECKPOINT_FOLDER=" + checkpoints(order.key));
  if (order.inputs.empty() && order.outputs.empty()) return order;
  std::vector<std::string> inputs;
  for (const DataUse& use : order.inputs) inputs.push_back(use.name + "=" + use.digest);
  std::string script = "#!/bin/sh\ndata=" + sh_quoted(path_) + " key=" + sh_quoted(order.key) +
                       " inputs=" + sh_quoted(words(inputs)) +
                       " outputs=" + sh_quoted(words(order.outputs));
  script += kBefore;
  if (order.script.empty()) {
    script += "run() { exec";
    for (const std::string& word : order.command) script += " " + sh_quoted(word);
    script += "; }\n";
  } else {  // its own #! line counts
    script += "base64 -d >\"$work/script\" <<'E' && chmod 700 \"$work/script\" || exit 73\n" +
              base64(order.script) + "\nE\nrun() { exec \"$work/script\"; }\n";
  }
  script += kRun;
  script += kShWait;
  script += kFailed;
  script += order.outputs.empty() ? "rm -rf \"$work\"\nexit 0\n" : kAfter;
  order.command.clear();
  order.script = std::move(script);
  return order;
}

Result<std::vector<DataMade>> DataFolder::made(const RunOrder& order) const {
  std::vector<DataMade> out;
  if (order.outputs.empty()) return out;
  const std::string file = path_ + "/made/" + order.key;
  const Fault torn{file, "a line for each output", "another text", ""};
  const std::optional<std::string> text = read_small_file(file);
  if (!text) return Fault{file, "what the attempt made", "no file", "is the folder shared?"};
  std::istringstream lines(*text);
  DataMade one;
  while (lines >> one.name >> one.digest >> one.bytes >> one.files) {
    if (!hex_digest(one.digest)) return torn;
    out.push_back(one);
  }
  const bool same = std::equal(out.begin(), out.end(), order.outputs.begin(), order.outputs.end(),
                               [](const DataMade& m, const std::string& n) { return m.name == n; });
  if (!same) return torn;
  return out;
}

void DataFolder::forget(const std::string& key, bool done) const {
  if (!attempt_key_is_good(key)) return;
  std::error_code ignored;
  fs::remove(path_ + "/made/" + key, ignored);
  // With each_node each rank has one.
  const std::string work = path_ + "/work/" + key + ".";
  for (int rank = 0; fs::exists(work + std::to_string(rank), ignored); ++rank)
    fs::remove_all(work + std::to_string(rank), ignored);
  if (done) fs::remove_all(checkpoints(key), ignored);
}

}  // namespace dure
