// What tests of the control plane stand on: a small alliance, a hub in a folder of its own that
// runs on a thread, agents with a driver of the test's choice, waiting with a deadline.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "live/agent_runner.h"
#include "live/api/api.h"
#include "live/hub.h"

namespace dure::live_test {

// Polls until it holds; a failure after `seconds`.
void eventually(const std::function<bool()>& holds, const char* words, int seconds = 20);

class Folder {  // of its own, gone at the end
 public:
  Folder();
  ~Folder();
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

Scenario alliance();     // examples/lab/alliance.yaml
HubSpec hub_of_three();  // pools suwon, ulsan, sejong of four-GPU nodes; three projects
std::int64_t now_unix();

class RunningHub {
 public:
  // store: sqlite:PATH. The API is served on a free port.
  RunningHub(const std::string& store, HubSpec spec = hub_of_three(), PageFiles page = {});
  RunningHub(std::unique_ptr<Store> store, HubSpec spec = hub_of_three(),
             const std::string& url = "", PageFiles page = {});
  ~RunningHub();
  void agent(const std::string& site, std::unique_ptr<Driver> driver, const std::string& journal,
             SiteTools tools = {});
  void stop();
  // One request over HTTP as the hub's own account.
  HttpResponse call(const std::string& method, const std::string& target,
                    const std::string& body = "", HttpFields headers = {});
  std::string state(std::int64_t job);
  // Runs on the hub's thread, and waits for it.
  void look(const std::function<void(const Desk&)>& f);
  void look_when_stopped(const std::function<void(const Desk&)>& f) { f(hub_->desk()); }
  Hub& hub() { return *hub_; }
  std::uint16_t port() const { return server_->port(); }

 private:
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
  std::vector<std::unique_ptr<AgentRunner>> agents_;
  std::unique_ptr<HttpClient> client_;
};

// Sites s1, s2, s3 whose jobs end by themselves after run_ms; returns once all nodes have joined.
void three_sites(RunningHub& hub, const Folder& f, std::int64_t nodes = 6, std::int64_t run_ms = 0);
std::unique_ptr<Driver> null_site(std::int64_t nodes, std::int64_t run_ms = 0);
std::string job_body(const std::string& member, int gpus, const std::string& more = "");
std::int64_t number_in(const std::string& json, const std::string& key);  // -1: none
std::string text_in(const std::string& json, const std::string& key);

}  // namespace dure::live_test
