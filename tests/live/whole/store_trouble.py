"""A store that cannot be written: its disk is full, or it turns read-only. New work is refused and /readyz says why; what
runs goes on and reads are answered; once there is room the hub goes on by itself, and knows what ended meanwhile.

The full disk is a tmpfs in a mount namespace of the test's own (unshare, as root). Where that is not allowed, the hub
may write files of a limited size instead (RLIMIT_FSIZE), and the test says so."""
import os
import resource
import signal
import subprocess
import sys

from whole import Whole, main, wait
from hub_process import local_driver, write_hub
from postgres_process import Postgres

MAY_MOUNT = os.environ.get("DURE_OWN_MOUNTS") == "1"
TMPFS_MB = 6


def own_mounts():
    """This program once more, in a mount namespace of its own, where that is possible."""
    if MAY_MOUNT or os.environ.get("DURE_OWN_MOUNTS") == "0":
        return
    unshare = ["unshare", "--mount", "--propagation", "private"]
    can = subprocess.run([*unshare, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0
    os.environ["DURE_OWN_MOUNTS"] = "1" if can else "0"
    if can:
        os.execvp("unshare", [*unshare, sys.executable, *sys.argv])
    print("no mounts here: a limit on the size of the hub's files stands for a full disk", flush=True)


class StoreTrouble(Whole):
    def setUp(self):
        super().setUp()
        self.h = self.hub()

    def start(self, **more):
        write_hub(self.folder, self.h.port,
                  [{"site": "s1", "folder": str(self.folder / "s1"), "observe_ms": 100, **local_driver()}], **more)
        self.h.start(restore_signals=False)  # Python ignores SIGXFSZ, and so do its children then
        wait(lambda: self.h.gpus("s1") == 8, 20, "the site has 8 GPUs", 0.05)

    def submit(self, gate=None):
        return self.h.ask("POST", "/api/v1/jobs", {"member": "samsung", "gpus": 1, "script": self.runs.script(gate)})

    def goes_on(self, spoil, mend, why):
        """The story of this file. spoil(): the store cannot be written from soon on."""
        running = self.submit("now")[1]["job"]
        wait(lambda: self.runs.started(running) and self.h.state(running) == "running", 20, "a job runs", 0.05)
        spoil()
        accepted = []

        def refused():
            answer = self.submit()
            if answer[0] == 201:
                accepted.append(answer[1]["job"])
                return None
            return answer

        self.refused(wait(refused, 20, "a submit is refused", 0), 503, "store_unavailable")
        status, ready = wait(lambda: (lambda a: a if a[0] == 503 else None)(self.h.ask("GET", "/readyz")), 10,
                             "/readyz says 503", 0.05)
        self.assertEqual(ready["state"], "degraded")
        self.assertIn(why, ready["detail"])
        self.assertEqual({j["job"] for j in self.h.jobs()}, {running, *accepted})  # none that was refused
        self.refused(self.submit(), 503, "store_unavailable")
        self.refused(self.h.ask("DELETE", f"/api/v1/jobs/{running}"), 503, "store_unavailable")
        # What runs goes on, and what is known can be read.
        self.runs.open("now")
        wait(lambda: self.runs.ended(running), 10, "the job that runs ends", 0.05)
        self.assertEqual(self.h.state(running), "running")  # it ended, but that could not be stored yet
        self.assertEqual(self.h.ask("GET", "/metrics")[0], 200)
        self.assertEqual(self.h.ask("GET", "/healthz")[0], 200)
        mend()
        wait(self.h.ready, 20, "the hub goes on by itself", 0.05)
        wait(lambda: self.h.state(running) == "done", 20, "the end of the job that ran is known", 0.05)
        last = self.submit()
        self.assertEqual(last[0], 201)
        jobs = [running, *accepted, last[1]["job"]]
        wait(lambda: {self.h.state(n) for n in jobs} == {"done"}, 20, "all that was accepted is done", 0.1)
        self.assertEqual(self.runs.not_once(jobs), {})
        self.assertEqual({j["job"] for j in self.h.jobs()}, set(jobs))

    def test_the_disk_is_full(self):
        disk = self.folder / "disk"
        disk.mkdir()
        if MAY_MOUNT:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "none", disk], check=True)
            self.addCleanup(subprocess.run, ["umount", "-l", disk])
            filler = disk / "filler"

            def spoil():
                with open(filler, "wb", buffering=0) as f:
                    try:
                        while True:
                            f.write(b"\0" * 4096)
                    except OSError:
                        pass

            mend, why = filler.unlink, "store_full"
        else:
            size = lambda n: resource.prlimit(self.h.process.pid, resource.RLIMIT_FSIZE, (n, resource.RLIM_INFINITY))
            spoil, mend, why = lambda: size(4096), lambda: size(resource.RLIM_INFINITY), "store"
        self.start(store=f"sqlite:{disk}/hub.db")
        self.goes_on(spoil, mend, why)

    def test_a_server_turns_read_only(self):
        postgres = Postgres()
        self.addCleanup(postgres.stop)
        self.addCleanup(self.end_processes)  # before it goes
        self.start(store=postgres.url())

        def sql(text):
            for one in text:
                subprocess.run(["psql", "-q", "-h", postgres.folder, "-U", "dure", "-c", one, "postgres"], check=True,
                               stdout=subprocess.DEVNULL)

        self.goes_on(
            lambda: sql(["ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"]),
            lambda: sql(["ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"]),
            "store_readonly")

    def test_a_file_turns_read_only(self):
        """As on a disk that turned read-only under a hub (errors=remount-ro): the files are open, and no byte may be
        changed. Immutable files (chattr +i) are that, where the file system knows them."""
        store = self.folder / "store"
        store.mkdir()
        self.start(store=f"sqlite:{store}/hub.db")

        def files(flag):
            return subprocess.run(["chattr", flag, *sorted(map(str, store.glob("hub.db*")))], capture_output=True)

        self.addCleanup(files, "-i")
        if files("+i").returncode != 0:
            print("no immutable files here: only a server's store turns read-only", flush=True)
            return
        files("-i")
        self.goes_on(lambda: files("+i"), lambda: files("-i"), "store_readonly")

    def test_a_file_that_may_only_be_read_is_no_store(self):
        self.start()
        self.assertEqual(self.h.stop(), 0)
        if MAY_MOUNT:
            subprocess.run(["mount", "--bind", self.folder, self.folder], check=True)
            self.addCleanup(subprocess.run, ["umount", "-l", self.folder])
            subprocess.run(["mount", "-o", "remount,bind,ro", self.folder], check=True)
        elif os.geteuid() != 0:
            (self.folder / "hub.db").chmod(0o400)
        else:
            return  # root writes wherever it likes
        ran = subprocess.run([self.h.dure, "serve", str(self.folder / "hub.yaml")], capture_output=True, text=True,
                             timeout=20)
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("store_readonly", ran.stderr)


if __name__ == "__main__":
    own_mounts()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    main()
