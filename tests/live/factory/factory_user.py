"""What a user has: the `dure` command and a hub to talk to. Shared by the tests of the factory."""
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from hub_process import Process, wait  # noqa: E402


class Checks:
    """Counts what holds and what does not, and goes on."""

    def __init__(self):
        self.passed = self.failed = 0

    def ok(self, words, holds, *found):
        if holds:
            self.passed += 1
            print(f"ok      {words}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {words}", *[f"\n        {str(f)[-1500:]}" for f in found], flush=True)


class User(Process):
    """Types `dure …` at a hub, `dure serve ARGV`, of their own."""

    def __init__(self, dure, folder, port, argv):
        super().__init__(folder / "hub.err")
        self.dure, self.argv = dure, argv
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {"PATH": os.environ["PATH"], "DURE_HUB": self.url, "DURE_FOLDER": str(folder / "state"),
                            "XDG_CONFIG_HOME": str(folder / "config")}

    def start_hub(self):
        self.launch([self.dure, "serve", *self.argv], env=self.environment)
        wait(lambda: answers(self.url + "/readyz"), 60, "the hub leads")

    def run(self, *words):
        """Exit status, what it said to stdout, and to stderr."""
        r = subprocess.run([self.dure, *words], env=self.environment, capture_output=True, text=True, timeout=600)
        return r.returncode, r.stdout, r.stderr

    def type(self, *words):
        status, out, err = self.run(*words)
        assert status == 0, f"dure {' '.join(words)}: {status} {err}"
        return out

    def json(self, *words):
        return json.loads(self.type(*words, "--json"))

    def start(self, *words):
        """A command that takes its time; its output can be read."""
        return subprocess.Popen([self.dure, *words], env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def step(self, pipeline, name):
        return next(s for s in self.json("pipeline", "show", str(pipeline))["steps"] if s["step"] == name)

    def job_of(self, pipeline, name, seconds=120):
        """Number of the step's job, once it has one."""
        return str(wait(lambda: self.step(pipeline, name)["job"], seconds, f"step {name} has a job"))

    def show(self, job):
        return self.json("show", job)

    def wrote(self, job):
        """What its latest attempt wrote; "" if it has not begun."""
        status, out, _ = self.run("logs", job)
        return out if status == 0 else ""

    def trained(self, job):
        """The step that training has come to; 0: none has been told."""
        return max([int(n) for n in re.findall(r"^step (\d+)/", self.wrote(job), re.M)], default=0)

    def data(self, name):
        return self.json("data", "show", name)["data"]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as r:
            return r.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def here(url):
    """The URL that `dure show` tells; the name of a node of this machine need not resolve on it."""
    return re.sub(r"//[^:/]+", "//127.0.0.1", url)


def complete(url, prompt, seed):
    body = json.dumps({"prompt": prompt, "max_tokens": 24, "temperature": 0.7, "seed": seed}).encode()
    with urllib.request.urlopen(urllib.request.Request(here(url) + "/v1/completions", body), timeout=60) as r:
        return json.loads(r.read())["choices"][0]["text"]


def processes(words):
    """Numbers of those whose command line has all of the words."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                line = f.read().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if all(w in line for w in words):
            found.append(int(pid))
    return sorted(found)
