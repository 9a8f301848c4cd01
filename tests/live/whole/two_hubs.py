"""Two hubs on one PostgreSQL store: one leads, the other says so and waits; when the leader is killed the other leads, and
every job runs exactly once. The agent knows one address: a forwarder that asks /readyz who leads, as a load balancer
does."""
import json
import select
import socket
import subprocess
import threading

from whole import Whole, main, wait
import whole
from hub_process import free_port, write_hub
from postgres_process import Postgres


TOKEN_SHA256 = "e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8"  # of "t"


class Forwarder:
    """Takes connections and hands each to the hub that is ready; what goes through one goes on until it is cut."""

    def __init__(self, hubs):
        self.hubs, self.ends = hubs, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.take, daemon=True)]
        self.threads[0].start()

    def take(self):
        while not self.ends:
            if not select.select([self.listener], [], [], 0.2)[0]:
                continue
            client, _ = self.listener.accept()
            thread = threading.Thread(target=self.carry, args=(client,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def carry(self, client):
        with client:
            leader = next((h for h in self.hubs if h.runs() and h.ready()), None)
            if leader is None:
                return
            with socket.create_connection(("127.0.0.1", leader.port)) as hub:
                while not self.ends:
                    for side in select.select([client, hub], [], [], 0.2)[0]:
                        try:
                            data = side.recv(65_536)
                            (hub if side is client else client).sendall(data)
                        except OSError:
                            data = b""
                        if not data:
                            return

    def stop(self):
        self.ends = True
        for thread in self.threads:
            thread.join()
        self.listener.close()


class TwoHubs(Whole):
    def setUp(self):
        super().setUp()
        self.postgres = Postgres()
        self.addCleanup(self.postgres.stop)
        self.addCleanup(self.end_processes)  # before it goes
        self.hubs = []
        for name in ("a", "b"):
            hub = self.hub(config=f"{name}.yaml")
            write_hub(self.folder, hub.port, [{"site": "s1", "token_sha256": TOKEN_SHA256}], config=hub.config,
                      store=self.postgres.url())
            self.hubs.append(hub)
        self.forwarder = Forwarder(self.hubs)
        self.addCleanup(self.forwarder.stop)
        (self.folder / "token").write_text("t\n")
        self.agent = self.agent("s1", f"http://127.0.0.1:{self.forwarder.port}",
                                token_file=str(self.folder / "token"))

    def submit(self, hub, gate=None):
        return hub.submit(member="samsung", gpus=1, script=self.runs.script(gate))

    def test_one_leads_and_the_other_takes_over(self):
        a, b = self.hubs
        a.start()
        b.start(leads=False)
        self.agent.start()
        wait(lambda: a.gpus("s1") == 8, 20, "the site has 8 GPUs", 0.05)
        status, answer = b.ask("GET", "/readyz")
        self.assertEqual((status, answer["state"]), (503, "following"))
        for call in (("POST", "/api/v1/jobs", {"member": "samsung", "gpus": 1, "script": "#!/bin/sh\n"}),
                     ("DELETE", "/api/v1/jobs/1", None), ("POST", "/api/v1/sites/s1/nodes/n/drain", {})):
            self.refused(b.ask(*call), 503, "not_leading")
        self.assertEqual(b.ask("GET", "/api/v1/jobs")[0], 200)  # reads are answered

        jobs = [self.submit(a) for _ in range(5)] + [self.submit(a, "later") for _ in range(2)]
        wait(lambda: all(self.runs.ended(n) for n in jobs[:5]) and all(self.runs.started(n) for n in jobs[5:]), 20,
             "five jobs have run, two run", 0.05)
        epoch = a.call("GET", "/api/v1/status")["epoch"]
        a.kill()
        self.runs.open("later")  # these end while nobody leads
        wait(b.ready, 25, "the other leads once the lease is over", 0.05)
        self.assertEqual(b.call("GET", "/api/v1/status")["epoch"], epoch + 1)
        a.start(leads=False)
        jobs += [self.submit(b) for _ in range(3)]
        self.refused(a.ask("POST", "/api/v1/jobs", {"member": "samsung", "script": "#!/bin/sh\n"}), 503, "not_leading")
        wait(lambda: {b.state(n) for n in jobs} == {"done"}, 25, "all are done", 0.1)
        self.assertEqual(self.runs.not_once(jobs), {})
        self.assertEqual({b.job(n)["attempts"] for n in jobs}, {1})

        # The record alone makes the leader's world. It goes on while the hub leads: once the two agree, they do.
        def agrees():
            digest = lambda: b.call("GET", "/api/v1/status?digest=1")["world_sha256"]
            replay = subprocess.run([whole.DURE, "replay", self.postgres.url(), "--json"], capture_output=True, text=True)
            self.assertEqual(replay.returncode, 0, replay.stderr)
            return json.loads(replay.stdout)["world_sha256"] == digest()
        wait(agrees, 10, "dure replay reaches the leader's world", 0.1)


if __name__ == "__main__":
    main()
