"""Agents beside their sites, over HTTPS: one known by its certificate, one by its token; who is not let in; and that
every job runs exactly once while the hub, an agent and the line between them fall."""
import hashlib
import signal
import unittest

from certificates import Authority
from whole import Whole, main, wait
from hub_process import write_hub

TOKEN = "the token of s2's agent"


class AgentsElsewhere(Whole):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder, "alliance")
        server = self.authority.sign("hub", "hub")
        self.s1 = self.authority.sign("agent:s1", "s1")
        (self.folder / "token").write_text(TOKEN + "\n")
        self.main_hub = self.hub(tls=self.authority.context())
        write_hub(self.folder, self.main_hub.port, [
            {"site": "s1"}, {"site": "s2", "token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}, {"site": "s3"}],
            client_ca_file=str(self.authority.certificate), **server)
        self.main_hub.start()

    def elsewhere(self, site, **config):
        agent = self.agent(site, self.main_hub.url(), ca_file=str(self.authority.certificate), **config)
        agent.start()
        return agent

    def both(self):
        agents = self.elsewhere("s1", **self.s1), self.elsewhere("s2", token_file=str(self.folder / "token"))
        wait(lambda: self.main_hub.gpus("s1") == 8 and self.main_hub.gpus("s2") == 8, 20, "both sites with 8 GPUs")
        return agents

    def submit(self, site, gate=None):
        return self.main_hub.submit(member={"s1": "samsung", "s2": "sk"}[site], gpus=1, sites=[site],
                                    script=self.runs.script(gate))

    def done(self, numbers):
        wait(lambda: all(self.main_hub.state(n) == "done" for n in numbers), 25, f"jobs {numbers} are done", 0.1)
        self.assertEqual(self.runs.not_once(numbers), {})
        self.assertEqual({n: self.main_hub.job(n)["attempts"] for n in numbers}, {n: 1 for n in numbers})

    def test_jobs_run_at_the_agents_sites_and_their_logs_come_back(self):
        self.both()
        jobs = {site: self.submit(site) for site in ("s1", "s2")}
        self.done(jobs.values())
        for site, number in jobs.items():
            self.assertEqual(self.main_hub.job(number)["site"], site)
            self.assertEqual(self.main_hub.call("GET", f"/api/v1/jobs/{number}/log"), f"this is job {number}\n")

    def test_who_is_not_whom_it_says_is_refused(self):
        hub, s1 = self.main_hub, self.authority.context(**self.s1)
        body = {"site": "s1", "agent": "x"}

        def sync(site, tls=None, headers=None):
            own, hub.tls = hub.tls, tls or hub.tls
            try:
                return hub.ask("POST", f"/api/v1/agents/{site}/sync", {**body, "site": site}, headers)
            finally:
                hub.tls = own

        before = hub.entries()
        self.assertEqual(sync("s1", s1)[0], 200)
        self.refused(sync("s2", s1), 403, "role_too_low")  # a good certificate, of another site
        self.refused(sync("s1", self.authority.context(**self.authority.sign("hub", "nobody"))), 403, "role_too_low")
        self.refused(sync("s2", headers={"Authorization": "Bearer wrong"}), 401, "bad_token")
        self.refused(sync("s1", headers={"Authorization": f"Bearer {TOKEN}"}), 403, "role_too_low")
        self.refused(hub.ask("GET", "/api/v1/jobs", headers={"Authorization": f"Bearer {TOKEN}"}), 403, "role_too_low")
        stranger = Authority(self.folder, "stranger")
        foreign = self.authority.context(**stranger.sign("agent:s1", "foreign"))
        with self.assertRaises(OSError):  # the handshake already
            sync("s1", foreign)
        (self.folder / "wrong").write_text("wrong\n")
        agents = [self.elsewhere("s2", name="s2-wrong", token_file=str(self.folder / "wrong")),
                  self.elsewhere("s1", name="s1-foreign", certificate_file=str(self.folder / "foreign.pem"),
                                 key_file=str(self.folder / "foreign.key")),
                  self.agent("s2", hub.url(), name="s2-trusting", ca_file=str(stranger.certificate),
                             token_file=str(self.folder / "token"))]  # it does not believe the hub's certificate
        agents[2].start()
        wait(lambda: "bad_token" in agents[0].said(), 15, "the agent says that its token is wrong")
        wait(lambda: "unknown ca" in agents[1].said(), 15, "the agent says that it is not let in")
        wait(lambda: "certificate" in agents[2].said(), 15, "the agent says that the hub is not to be believed")
        self.assertEqual(agents[0].said().count("bad_token"), 1)  # once, however often it asks
        self.assertEqual([hub.gpus(s) for s in ("s1", "s2", "s3")], [0, 0, 0])
        self.assertEqual(hub.entries(), before)

    def test_every_job_runs_once_whatever_falls(self):
        hub = self.main_hub
        s1, s2 = self.both()
        jobs = []

        def begin(gate):
            batch = [self.submit(site, gate) for site in ("s1", "s2")]
            wait(lambda: all(self.runs.started(n) and hub.state(n) == "running" for n in batch), 20,
                 f"jobs of gate {gate} run", 0.05)
            jobs.extend(batch)
            return batch

        # The hub is killed while they run; one ends meanwhile, one after it is back.
        first, second = begin("hub"), begin("hub-back")
        hub.kill()
        self.runs.open("hub")
        wait(lambda: all(self.runs.ended(n) for n in first), 10, "jobs end without a hub", 0.05)
        hub.start()
        self.runs.open("hub-back")
        self.done(first + second)

        # Agents are killed while they run; one ends meanwhile, one after they are back.
        first, second = begin("agent"), begin("agent-back")
        s1.kill(), s2.kill()
        self.runs.open("agent")
        wait(lambda: all(self.runs.ended(n) for n in first), 10, "jobs end without an agent", 0.05)
        unseen = self.submit("s1")
        self.assertEqual({hub.state(n) for n in first + second}, {"running"})  # nothing is concluded
        s1.start(), s2.start()
        self.runs.open("agent-back")
        self.done(first + second + [unseen])

        # The line is cut: the hub is there and says nothing.
        cut = begin("partition")
        hub.signal(signal.SIGSTOP)
        self.runs.open("partition")
        wait(lambda: all(self.runs.ended(n) for n in cut), 10, "jobs end behind the partition", 0.05)
        hub.signal(signal.SIGCONT)
        self.done(jobs + [unseen])


if __name__ == "__main__":
    main()
