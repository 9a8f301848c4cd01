"""The K-AI hub's installs.yaml is what make_installs.py writes, and the generator's totals are the facts'.

Standard library only. The deeper checks (law, power, demand) are scenarios/k-ai-hub/check_hub.py, which needs PyYAML.
"""
import importlib.util
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # leave no __pycache__ in scenarios/
HUB = Path(__file__).resolve().parents[2] / "scenarios" / "k-ai-hub"


def generator():
    spec = importlib.util.spec_from_file_location("make_installs", HUB / "make_installs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class KAiHub(unittest.TestCase):
    make = generator()

    def test_installs_are_as_generated(self):
        self.assertEqual((HUB / "installs.yaml").read_text(encoding="utf-8"), self.make.text())
        late = (HUB / "options" / "installs_all_by_2027.yaml").read_text(encoding="utf-8")
        self.assertEqual(late, self.make.text("2027-12"))

    def test_totals(self):
        self.assertEqual(sum(map(sum, self.make.DELIVERIES.values())), 300_000)
        by_quarter = [sum(c) for c in zip(*self.make.DELIVERIES.values())]
        self.assertEqual(by_quarter[:4], [5480, 8656, 13796, 8000])  # facts: supply.deliveries.alliance_by_quarter
        self.assertEqual(by_quarter[-3:], [13000, 0, 0])
        self.assertEqual(sum(n for _, _, n in self.make.LEGACY) + self.make.HAEIN[3], 65_000)

    def test_rows_of_the_file(self):
        standing = 0  # in 2030-10
        for line in (HUB / "installs.yaml").read_text(encoding="utf-8").splitlines():
            row = re.match(r"  - \{month: (\S+), .*gpus: (\d+)(?:, retire_month: (\S+))?, status", line)
            if row and row[1] <= "2030-10" and (row[3] or "9999") > "2030-10":
                standing += int(row[2])
        self.assertEqual(standing, 320_200)


if __name__ == "__main__":
    unittest.main()
