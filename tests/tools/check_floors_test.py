"""tools/check_floors on planted breaches: each is found, on its line, and nothing else is."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_floors"


def check(files):
    """(exit status, printed lines but the last) for a tree of these files below src/."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root, "src", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, TOOL, "--root", root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()[:-1]


class CheckFloors(unittest.TestCase):
    def breach(self, files, *expected):
        """Exactly one breach, whose line holds every expected text."""
        status, lines = check(files)
        self.assertEqual((status, len(lines)), (1, 1), lines)
        for text in expected:
            self.assertIn(text, lines[0])

    def fine(self, files):
        self.assertEqual(check(files), (0, []))

    def test_a_house_in_order(self):
        self.fine({
            "base/a.h": "#pragma once\n#include <vector>\n",
            "world/b.h": '#pragma once\n#include "base/a.h"\n',
            "io/gzip.cpp": '#include <zlib.h>\n#include "world/b.h"\n',
            "app/main.cpp": '#include <CLI/CLI.hpp>\n#include <iostream>\n#include "io/c.h"\nint x = system_time(0);\n',
            "io/c.h": "#pragma once\n",
        })

    def test_a_floor_may_not_look_up(self):
        self.breach({"base/a.h": "#pragma once\n", "world/b.h": "#pragma once\n",
                     "base/c.cpp": '#include "base/a.h"\n\n#include "world/b.h"\n'},
                    "src/base/c.cpp:3:", "base includes world", "src/world")

    def test_a_type_is_defined_once(self):
        one = "#pragma once\nnamespace dure {\nstruct Loaded {\n  int a = 0;\n};\n}  // namespace dure\n"
        self.breach({"base/a.h": one, "io/b.h": "\n" + one}, "src/io/b.h:4:", "dure::Loaded", "src/base/a.h:3")
        self.breach({"base/a.h": one, "io/b.cpp": one.replace("#pragma once\n", "")}, "src/io/b.cpp:2:", "another name")
        self.fine({"base/a.h": one,
                   "base/b.h": "#pragma once\nnamespace dure {\nstruct Loaded;\n}  // namespace dure\n",
                   "io/c.h": "#pragma once\nnamespace dure::io {\nclass Loaded {};\n}  // namespace dure::io\n",
                   "io/d.cpp": "namespace dure {\nnamespace {\nstruct Loaded {};\n}  // namespace\n}  // namespace dure\n",
                   "io/e.cpp": "namespace dure {\nstruct Loaded::Inner {};\n}  // namespace dure\n"})

    def test_neighbours_do_not_meet(self):
        self.breach({"plan/p.h": "#pragma once\n", "sim/s.cpp": '#include "plan/p.h"\n'},
                    "src/sim/s.cpp:1:", "sim includes plan", "src/app")

    def test_a_library_comes_in_by_its_door(self):
        for header, file, door in [("openssl/evp.h", "world/a.cpp", "src/base/hash.cpp"),
                                   ("zlib.h", "io/swf.cpp", "src/io/gzip*.cpp"),
                                   ("yaml-cpp/yaml.h", "app/a.cpp", "src/io/yaml*.cpp"),
                                   ("nlohmann/json.hpp", "sim/a.cpp", "src/io/json*.cpp"),
                                   ("CLI/CLI.hpp", "io/a.cpp", "src/app/*"),
                                   ("fmt/core.h", "world/a.cpp", "src/io/*.cpp")]:
            with self.subTest(header):
                self.breach({file: f"#include <{header}>\n"}, f"src/{file}:1:", header, door)

    def test_an_unknown_library_has_no_door(self):
        self.breach({"io/a.cpp": "#include <poco/regex.h>\n"}, "src/io/a.cpp:1:", "has no door", "DOORS")

    def test_names_with_a_replacement(self):
        for code, replacement in [("std::normal_distribution<> d;", "base/stream.h"),
                                  ("std::random_device d;", "base/stream.h"),
                                  ("int x = rand();", "base/stream.h"),
                                  ("auto t = std::time(nullptr);", "plant"),
                                  ("auto t = time(0);", "plant"),
                                  ("auto t = std::chrono::system_clock::now();", "plant"),
                                  ('std::system("ls");', "plant"),
                                  ("double x = std::atof(s);", "from_chars"),
                                  ("int x = atoi(s);", "from_chars"),
                                  ("int x = std::stoi(s);", "from_chars"),
                                  ("std::cout << 1;", "src/app"),
                                  ("assert(x);", "CHECK")]:
            with self.subTest(code):
                self.breach({"sched/a.cpp": "\n" + code + "\n"}, "src/sched/a.cpp:2:", replacement)

    def test_headers_with_a_replacement(self):
        for header, replacement in [("iostream", "Result"), ("random", "Stream"), ("cassert", "CHECK"), ("chrono", "Millis")]:
            with self.subTest(header):
                self.breach({"world/a.cpp": f"#include <{header}>\n"}, "src/world/a.cpp:1:", replacement)

    def test_words_that_only_look_alike(self):
        self.fine({"sched/a.cpp": """\
// std::random_device, rand(), #include "plan/p.h"
/* std::cout
   atoi(x) */
const char* text = "rand() \\" time(0)";
const char* raw = R"x(#include <zlib.h> " std::cerr)x";
const int n = 1'000'000; const char quote = '"'; const int m = 2'000;
static_assert(n > m);
int y = job.time(0) + plan::system(1) + queue->rand() + wait_time(0) + operand(1);
"""})

    def test_a_breach_after_tricky_tokens_is_still_seen(self):
        self.breach({"sched/a.cpp": "const int n = 1'000; const char q = '\"';\nint x = rand();\n"}, "src/sched/a.cpp:2:")

    def test_house_rules(self):
        self.breach({"base/a.h": "struct A {};\n"}, "src/base/a.h:1:", "#pragma once")
        self.breach({"attic/a.cpp": "\n"}, "src/attic/a.cpp:1:", "no floor")
        self.breach({"base/a.cpp": '#include "gone.h"\n'}, "src/base/a.cpp:1:", "names no floor")
        self.breach({"base/a.cpp": '#include "base/gone.h"\n'}, "src/base/a.cpp:1:", "is not there")


if __name__ == "__main__":
    unittest.main()
