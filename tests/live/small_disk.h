// A disk of a few MB, to be filled or made read-only. Needs root; it is seen by this process and
// its children alone, and is gone with them.
#pragma once

#include <sched.h>
#include <sys/mount.h>

#include <filesystem>
#include <string>

namespace dure {

// From here on what this process mounts is its own affair. Before children that are to see it.
inline bool private_mounts() {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

class SmallDisk {
 public:
  SmallDisk(const std::string& folder, const std::string& size) : folder_(folder) {
    std::filesystem::create_directories(folder);
    ok_ = private_mounts() && mount(0, "size=" + size);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (ok_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  bool ok() const { return ok_; }  // false: this machine does not let us
  bool make_read_only() { return mount(MS_REMOUNT | MS_RDONLY, ""); }
  bool resize(const std::string& size) { return mount(MS_REMOUNT, "size=" + size); }

 private:
  bool mount(unsigned long flags, const std::string& options) {
    return ::mount("none", folder_.c_str(), "tmpfs", flags, options.c_str()) == 0;
  }
  std::string folder_;
  bool ok_ = false;
};

}  // namespace dure
