"""What people and programs send that they should not: each is refused with the right status and a code that stays, and
changes nothing; clients that are slow or send too much harm nobody else."""
import json
import select
import socket
import time

from whole import Whole, main, wait
from hub_process import local_driver, write_hub

MB = 1 << 20
NAMES = ["실험 3호", "🚀🧪 emoji", "שלום עולם right to left", "ab\u0301c combining", "e\u0301 is not \u00e9",
         "一二三 \"quotes\" \\ and <b>", "a\u200db joiner"]


class BadInput(Whole):
    def setUp(self):
        super().setUp()
        self.h = self.hub()
        write_hub(self.folder, self.h.port,
                  [{"site": "s1", "folder": str(self.folder / "s1"), "observe_ms": 100, **local_driver()}])
        self.h.start()
        wait(lambda: self.h.gpus("s1") == 8, 20, "the site has 8 GPUs", 0.05)

    def job(self, **more):
        return {"member": "samsung", "gpus": 1, "script": self.runs.script(), **more}

    def unchanged(self, *cases):
        """(status, code, method, path, body[, headers]): refused so, and the record is as it was."""
        before = self.h.call("GET", "/api/v1/status?digest=1")
        for status, code, *call in cases:
            with self.subTest(call=repr(call)[:200]):
                self.refused(self.h.ask(*call), status, code)
        after = self.h.call("GET", "/api/v1/status?digest=1")
        self.assertEqual([after[k] for k in ("entries", "world_sha256", "jobs")],
                         [before[k] for k in ("entries", "world_sha256", "jobs")])

    def test_bodies_that_are_no_job(self):
        post = lambda status, code, body: (status, code, "POST", "/api/v1/jobs", body)
        deep = b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        self.unchanged(
            *[post(400, "invalid_json", body) for body in
              (b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"gpus":1e999}', b'{"gpus":"1"}', b'{"gpus":1.5}',
               b'{"gpus":-1}', b'{"gpus":99999999999999999999}', b'{"array":0}', b'{"a":1,"a":2}', deep,
               b'{"name":"\xed\xa0\x80"}', b'{"gpus":1}{"gpus":1}')],
            post(400, "invalid_json", self.job(gpu=1)), post(400, "invalid_json", self.job(tier="first")),
            post(400, "invalid_json", self.job(script="#!/bin/sh\n\0")),
            post(400, "invalid_json", self.job(script="", command=["a\0b"])),
            post(400, "invalid_json", self.job(environment=["A=\0"])),
            post(400, "invalid_json", self.job(name="a\0b")), post(400, "invalid_json", self.job(name="a\x1bb")),
            post(422, "invalid_job", self.job(folder="/data/../etc")), post(422, "invalid_job", self.job(folder="..")),
            post(422, "invalid_job", self.job(script="echo no first line")),
            post(422, "invalid_job", self.job(command=["true"])), post(422, "invalid_job", self.job(script="")),
            post(422, "invalid_job", self.job(environment=["DURE_JOB=7"])),
            post(422, "invalid_job", self.job(least_gpus=2)), post(422, "invalid_job", self.job(member="")),
            post(422, "unknown_member", self.job(member="samsun")),
            post(422, "unknown_site", self.job(sites=["s9"])), post(422, "unknown_hardware", self.job(hardware=["h"])),
            post(422, "unknown_data_class", self.job(data_class="secret")),
            post(422, "unknown_project", self.job(project="p")), post(422, "unknown_job", self.job(after=[99])),
            post(422, "too_large", self.job(gpus=1_000_000)), post(422, "too_large", self.job(gpus=9)),
            post(422, "too_large", self.job(memory_gb=90_000, sites=["s1"])),
            post(422, "wrong_hardware", self.job(gpus=0, cpus=4)),
            (415, "not_json", "POST", "/api/v1/jobs", self.job(), {"Content-Type": "text/plain"}),
            (400, "invalid_idempotency_key", "POST", "/api/v1/jobs", self.job(), {"Idempotency-Key": "k" * 201}))

    def test_paths_queries_and_callers(self):
        bearer = lambda token: {"Authorization": token}
        self.unchanged(
            (404, "no_such_path", "GET", "/api/v1/job", None), (400, "bad_target", "GET", "/%2e%2e/etc", None),
            (400, "bad_target", "GET", "/api/v1/jobs/%00", None),
            (405, "method_not_allowed", "PUT", "/api/v1/jobs", b"{}"), (400, "bad_target", "GET", "/api/v1/%zz", None),
            *[(404, "unknown_job", "GET", f"/api/v1/jobs/{n}{more}", None)
              for n in ("0", "-1", "1e3", "99", "9" * 40, "x", "%20") for more in ("", "/spec", "/explain", "/log")],
            *[(400, "invalid_query", "GET", f"/api/v1/jobs?{q}", None)
              for q in ("limit=0", "limit=1001", "limit=x", "before=-1", "limit=", "state=ended", "state=")],
            *[(400, "unknown_parameter", "GET", f"/api/v1/jobs{q}", None) for q in ("?foo=1", "?limit=5&stat=done", "/1?x")],
            (400, "invalid_query", "GET", "/api/v1/events?after=x", None),
            *[(401, "bad_token", "GET", "/api/v1/jobs", None, bearer(t))
              for t in ("Bearer wrong", "Bearer ", "Basic YTpi", "Bearer " + "x" * 5_000)],
            (403, "foreign_origin", "POST", "/api/v1/jobs", self.job(), {"Origin": "http://example.org"}),
            (403, "role_too_low", "POST", "/api/v1/agents/s1/sync", {"site": "s1", "agent": "x"}),
            (404, "unknown_site", "POST", "/api/v1/sites/s9/nodes/n/drain", {}),
            (404, "unknown_node", "POST", "/api/v1/sites/s1/nodes/n%20%EC%8B%A4/drain", {}))

    def test_what_cannot_come_after_what_was(self):
        done = self.h.submit(**self.job())
        wait(lambda: self.h.state(done) == "done", 20, "the job is done", 0.05)
        cancelled = self.h.submit(**self.job(gpus=8, script=self.runs.script("never")))
        wait(lambda: self.runs.started(cancelled), 20, "the other job runs", 0.05)
        self.assertEqual(self.h.ask("DELETE", f"/api/v1/jobs/{cancelled}")[0], 202)
        wait(lambda: self.h.state(cancelled) == "cancelled", 20, "the other job is cancelled", 0.05)
        node = self.h.call("GET", "/api/v1/sites/s1/nodes")["nodes"][0]["node"]
        key = {"Idempotency-Key": "once"}
        first = self.h.call("POST", "/api/v1/jobs", self.job(), headers=key)["job"]
        wait(lambda: self.h.state(first) == "done", 20, "the job with a key is done", 0.05)
        self.unchanged(
            (409, "already_over", "DELETE", f"/api/v1/jobs/{done}", None),
            (409, "already_over", "DELETE", f"/api/v1/jobs/{cancelled}", None),
            (404, "unknown_job", "DELETE", "/api/v1/jobs/99", None),
            (409, "idempotency_key_reused", "POST", "/api/v1/jobs", self.job(name="another"), key))
        # What is so already is no error: it can be said again after a lost answer. Nothing is recorded of it.
        before = self.h.entries()
        self.assertEqual(self.h.ask("POST", f"/api/v1/sites/s1/nodes/{node}/resume", {})[0], 202)
        again = self.h.ask("POST", "/api/v1/jobs", self.job(), key)
        self.assertEqual((again[0], again[1]["job"], again[1]["repeated"]), (200, first, True))
        self.assertEqual(self.h.entries(), before)

    def test_names_are_shown_as_they_were(self):
        jobs = {self.h.submit(**self.job(name=name)): name for name in NAMES}
        wait(lambda: all(self.h.state(n) == "done" for n in jobs), 20, "the jobs are done", 0.1)
        self.assertEqual({n: self.h.job(n)["name"] for n in jobs}, jobs)
        self.h.kill()
        self.h.start()
        self.assertEqual({j["job"]: j["name"] for j in self.h.jobs()}, jobs)

    # ---- what is too much, or too slow: by hand over sockets

    def open(self, *parts):
        s = socket.create_connection(("127.0.0.1", self.h.port))
        s.settimeout(20)
        for part in parts:
            s.sendall(part)
        return s

    HEAD = b"POST /api/v1/jobs HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"

    def pour(self, head, piece, most):
        """Sends pieces until there is an answer; it and how much was sent by then."""
        sent, s = 0, self.open(head)
        s.setblocking(False)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            readable, writable, _ = select.select([s], [s] if sent < most else [], [], 1)
            if readable:
                s.setblocking(True)
                answer = s.recv(4096)
                s.close()
                return answer, sent
            if writable:
                sent += s.send(piece[sent % len(piece):])
        self.fail(f"no answer after {sent} bytes")

    def test_a_body_that_is_too_large_is_not_read(self):
        before, rss = self.h.entries(), self.rss()
        for name, head, piece in (
                ("told", self.HEAD + b"Content-Length: 104857600\r\n\r\n", b" " * MB),
                ("chunked", self.HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n")):
            with self.subTest(name):
                answer, sent = self.pour(head, piece, 100 * MB)
                self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:200])
                self.assertIn(b'"body_too_large"', answer)
                self.assertLess(sent, 20 * MB)  # 4 MB, and what the kernel holds of it
        self.assertEqual(self.h.entries(), before)
        self.assertLess(self.rss() - rss, 32 * MB)
        answer, _ = self.pour(self.HEAD + b"X: " + b"x" * 20_000, b"x", 0)
        self.assertTrue(answer.startswith(b"HTTP/1.1 431 "), answer[:200])

    def rss(self):
        with open(f"/proc/{self.h.process.pid}/statm") as f:
            return int(f.read().split()[1]) * 4096

    def test_slow_clients_are_cut_and_hold_up_nobody(self):
        before = self.h.entries()
        began = time.monotonic()
        body = json.dumps(self.job()).encode()
        full = self.HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
        slow = {}
        for i in range(200):  # a byte at a time: in the head; in the body; nothing at all after the head
            slow[self.open(self.HEAD[:40])] = b"X-A: b\r\n"
            slow[self.open(full, body[:5])] = body[5:]
            slow[self.open(full)] = b""
        answers = {}
        while len(answers) < len(slow) and time.monotonic() - began < 20:
            ready, _, _ = select.select([s for s in slow if s not in answers], [], [], 0)
            for s in ready:
                answers[s] = (s.recv(4096), time.monotonic() - began)
            for s, more in slow.items():
                if s not in answers and more:
                    at = int((time.monotonic() - began) * 5)
                    try:
                        s.send(more[at % len(more):][:1] if more.startswith(b"X") else more[at % 20:][:1])
                    except OSError:
                        answers[s] = (b"", time.monotonic() - began)
            self.assertEqual(self.h.ask("GET", "/api/v1/status", timeout=5)[0], 200)
            select.select([], [], [], 0.2)
        self.assertEqual(len(answers), len(slow), "all are cut in time")
        told = [a for a, _ in answers.values() if a]
        self.assertGreater(len(told), len(slow) / 2)
        for answer in told:
            self.assertRegex(answer, rb"^HTTP/1.1 (408|400) ")
        self.assertGreater(sum(a.startswith(b"HTTP/1.1 408 ") for a in told), len(slow) / 2)
        self.assertEqual(self.h.entries(), before)
        for s in slow:
            s.close()


if __name__ == "__main__":
    main()
