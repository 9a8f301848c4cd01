// The data of a site, by content: what jobs read and make, in a folder that all of its nodes share.
//   sha256/DIGEST/data      a file or a folder, never changed once it is there
//   sha256/DIGEST/manifest  a line for each of its files: SHA-256 and path, as sha256sum prints
//                           them, in the bytes' order of the paths; a single file's path is "-"
//   made/KEY                what an attempt made: NAME DIGEST BYTES FILES, a line each
//   work/KEY/               in/ (links) and out/ of an attempt that is under way
//   checkpoints/HUB-NUMBER/ of a job until it is done: DURE_CHECKPOINT_FOLDER of all its attempts
// DIGEST is the SHA-256 of the manifest, in hex.
//
// Jobs keep their data themselves: an order with inputs or outputs is wrapped into a script (POSIX
// sh; coreutils and findutils on the node) that lays out the inputs in $DURE_INPUTS, runs the
// command, and moves what it left in $DURE_OUTPUTS. So it is the same for every driver, and data
// are read and written as the job's own user.
// Invariants: 1. sha256/DIGEST appears whole, by a rename; who makes the same again, finds its
// bytes
//                to be the same, and keeps the first.
//             2. An attempt with outputs ends with exit code 0 only if all of them are kept and
//                made/KEY says so.
//             3. sha256/ cannot be listed by other users of the site: who knows a digest may read.
// Exit codes of its own: 71 a kept digest has other bytes, 72 an output is missing or has links,
// 73 the folder cannot be written, 74 an input is not at this site.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "live/protocol.h"

namespace dure {

class DataFolder {
 public:
  // users: jobs run as other users than the agent's own.
  static Result<DataFolder> open(const std::string& path, bool users);

  // The order as the driver gets it.
  RunOrder prepared(RunOrder order) const;
  // Of an attempt that has ended with exit code 0.
  Result<std::vector<DataMade>> made(const RunOrder& order) const;
  // The hub knows its end: what only the attempt needed goes; of a job that is done, its
  // checkpoints too.
  void forget(const std::string& key, bool done) const;

 private:
  explicit DataFolder(std::string path) : path_(std::move(path)) {}
  std::string checkpoints(const std::string& key) const;

  std::string path_;
};

}  // namespace dure
