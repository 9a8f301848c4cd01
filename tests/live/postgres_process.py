"""A PostgreSQL server of a test's own: its folder, a unix socket, no port. As postgres_server_helper.cpp makes it."""
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from hub_process import wait

BIN = Path("/usr/lib/postgresql/15/bin")


class Postgres:
    def __init__(self):
        if not (BIN / "initdb").exists():
            raise SystemExit(f"PostgreSQL 15 is not in {BIN}: apt-get install postgresql-15")
        self.folder = Path(tempfile.mkdtemp(prefix="dp", dir="/tmp"))
        self.log = open(self.folder / "log", "a")
        self.user = {}
        if os.geteuid() == 0:  # it refuses to run as root
            names = {u.pw_name for u in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.run("initdb", "-U", "dure", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
        # A test kills processes, not machines, and what they wrote survives that: no fsync.
        self.process = subprocess.Popen(
            [BIN / "postgres", "-D", self.folder / "data", "-c", "listen_addresses=", "-c",
             f"unix_socket_directories={self.folder}", "-c", "shared_buffers=32MB", "-c", "fsync=off"],
            stdout=self.log, stderr=self.log, cwd="/", **self.user)
        wait(lambda: subprocess.run([BIN / "pg_isready", "-q", "-h", self.folder]).returncode == 0, 30,
             "PostgreSQL takes connections", 0.05)

    def run(self, program, *words):
        subprocess.run([BIN / program, "-D", self.folder / "data", *words], check=True, stdout=self.log,
                       stderr=self.log, cwd="/", **self.user)

    def url(self):
        return f"postgresql://dure@{quote(str(self.folder), safe='')}/postgres"

    def stop(self):
        self.process.send_signal(2)  # fast
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
