"""What the tests of this folder share: arguments, a folder, processes that end with their test.

usage of each: NAME.py --dure DURE [unittest's own arguments]
"""
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from hub_process import Agent, Hub, Runs, free_port, wait  # noqa: E402, F401

DURE = None


class Whole(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dw", dir="/tmp"))
        os.chmod(self.folder, 0o755)
        self.processes = []
        self.addCleanup(self.clean)
        self.runs = Runs(self.folder)

    def end_processes(self):
        for process in reversed(self.processes):
            if process.runs():
                process.kill()

    def clean(self):
        self.end_processes()
        if self.failed():
            for process in self.processes:
                print(f"---- {process.log.name}\n{process.said()[-3000:]}", file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)

    def failed(self):
        outcome = getattr(self, "_outcome", None)
        result = getattr(outcome, "result", None)
        return result is not None and any(test is self for test, _ in result.failures + result.errors)

    def hub(self, port=None, **more):
        hub = Hub(DURE, self.folder, port or free_port(), **more)
        self.processes.append(hub)
        return hub

    def agent(self, site, hub, **config):
        agent = Agent(DURE, self.folder, site, hub, **config)
        self.processes.append(agent)
        return agent

    def refused(self, answer, status, code):
        """It was refused with that status and code, as a problem that says where and what."""
        self.assertEqual((answer[0], answer[1].get("code") if isinstance(answer[1], dict) else answer[1]),
                         (status, code))


def main():
    global DURE
    at = sys.argv.index("--dure") if "--dure" in sys.argv else 0
    if not at:
        raise SystemExit("--dure DURE: the program to test")
    sys.modules["whole"].DURE = sys.argv[at + 1]
    del sys.argv[at:at + 2]

    class Runner(unittest.TextTestRunner):
        def run(self, suite):
            result = super().run(suite)
            bad = len({test.id().split(" ")[0] for test, _ in result.failures + result.errors + result.skipped})
            print(f"{result.testsRun - bad} passed, {bad} failed")
            if result.skipped:  # nothing here is skipped: a test that did not run has not passed
                sys.exit(1)
            return result

    unittest.main(module="__main__", testRunner=Runner, verbosity=2)
