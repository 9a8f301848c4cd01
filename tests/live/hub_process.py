"""A hub and its agents as processes of their own, for tests that look at the whole program from outside."""
import contextlib
import json
import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITES = {"s1": "samsung", "s2": "sk", "s3": "naver"}  # of examples/lab/alliance.yaml, and their owners
OVER = {"done", "failed", "cancelled", "refused", "timed_out", "lost"}


def wait(what, seconds, words, every=0.2):
    """Asks until it is true, and gives back what it then is. There is no other way to wait here."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(every)
    raise SystemExit(f"not within {seconds} s: {words}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Process:
    """One `dure …` of a test; what it says goes to a file."""

    def __init__(self, log):
        self.log, self.process = log, None

    def launch(self, argv, **more):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, **more)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)

    def signal(self, number):
        self.process.send_signal(number)

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class Hub(Process):
    """`dure serve FOLDER/hub.yaml`. With `tls`, over HTTPS by that client context."""

    def __init__(self, dure, folder, port, tls=None, config="hub.yaml"):
        super().__init__(folder / (config.removesuffix(".yaml") + ".err"))
        self.dure, self.folder, self.port, self.tls, self.config = dure, folder, port, tls, config

    def start(self, leads=True, **more):
        self.launch([self.dure, "serve", str(self.folder / self.config)], **more)
        answers = lambda: self.ready() if leads else self.call("GET", "/healthz", quiet=True)
        wait(answers, 30, "the hub leads" if leads else "the hub answers", 0.02)

    def url(self, path=""):
        return f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self.port}{path}"

    def ask(self, method, path, body=None, headers=None, timeout=30):
        """(status, JSON or text). `body`: bytes as they are, anything else as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url(path), method=method, data=data,
                                         headers={"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=self.tls) as response:
                status, raw = response.status, response.read()
        except urllib.error.HTTPError as e:
            status, raw = e.code, e.read()
        text = raw.decode(errors="replace")
        with contextlib.suppress(ValueError):
            return status, json.loads(text)
        return status, text

    def call(self, method, path, body=None, quiet=False, headers=None):
        """The answer of what must succeed. quiet: None, where it does not."""
        try:
            status, answer = self.ask(method, path, body, headers)
        except (urllib.error.URLError, ConnectionError, socket.timeout, ssl.SSLError) as e:
            status, answer = 0, str(e)
        if 200 <= status < 300:
            return answer
        if quiet:
            return None
        raise SystemExit(f"{method} {path}: {status} {answer}")

    def ready(self):
        return self.call("GET", "/readyz", quiet=True) is not None

    def jobs(self):
        out, before = [], 0
        while True:
            page = self.call("GET", f"/api/v1/jobs?limit=1000&before={before}")
            out += page["jobs"]
            before = page["next"]
            if not before:
                return out

    def job(self, number):
        return self.call("GET", f"/api/v1/jobs/{number}")

    def submit(self, **job):
        return self.call("POST", "/api/v1/jobs", job)["job"]

    def state(self, number):
        return self.job(number)["state"]

    def entries(self):
        return self.call("GET", "/api/v1/status")["entries"]

    def gpus(self, site):
        """GPUs of a site that take work now."""
        sites = {s["site"]: s for s in self.call("GET", "/api/v1/sites")["sites"]}
        return sum(p["installed"] for p in sites[site]["pools"] if p["device"] == "gpu")


class Agent(Process):
    """`dure agent`, with the local driver, for a site of examples/lab/alliance.yaml."""

    def __init__(self, dure, folder, site, hub, name=None, **config):
        self.name = name or site
        super().__init__(folder / f"agent-{self.name}.err")
        self.dure, self.path = dure, folder / f"agent-{self.name}.yaml"
        self.path.write_text(json.dumps({"site": site, "hub": hub, "folder": str(folder / self.name),
                                         "observe_ms": 100, **local_driver(), **config}))

    def start(self):
        self.launch([self.dure, "agent", str(self.path)])


def local_driver(nodes=2):
    return {"driver": "local", "pretend_gpus": 4, "cpus": 64, "nodes": nodes}


def write_hub(folder, port, agents, config="hub.yaml", **more):
    """A hub over the three sites of examples/lab/alliance.yaml. JSON is YAML."""
    text = json.dumps({
        "listen": f"127.0.0.1:{port}", "scenario": str(ROOT / "examples/lab/alliance.yaml"),
        "store": f"sqlite:{folder}/hub.db", "default_data_class": "open", "requests_per_s": 0,
        "pools": [{"id": f"pool_{site}", "site": site, "owner": owner, "hardware": "lab_node"}
                  for site, owner in SITES.items()],
        "agents": agents, **more})
    (folder / config).write_text(text)


class Runs:
    """What jobs write down of themselves: which started, which ended, and how often. A job that is
    given a gate ends when that is opened."""

    def __init__(self, folder):
        self.folder = folder / "runs"
        self.folder.mkdir(mode=0o777)
        os.chmod(self.folder, 0o1777)

    def script(self, gate=None):
        waits = f"while [ ! -e {self.folder}/{gate} ]; do sleep 0.05; done\n" if gate else ""
        return (f'#!/bin/bash\necho start >>{self.folder}/$DURE_JOB\necho this is job $DURE_JOB\n{waits}'
                f'echo end >>{self.folder}/$DURE_JOB\n')

    def open(self, gate):
        (self.folder / gate).touch()

    def of(self, number):
        file = self.folder / str(number)
        return file.read_text().split() if file.exists() else []

    def started(self, number):
        return "start" in self.of(number)

    def ended(self, number):
        return "end" in self.of(number)

    def not_once(self, numbers):
        """Those that did not run exactly once, and what they wrote."""
        return {n: self.of(n) for n in numbers if self.of(n) != ["start", "end"]}
