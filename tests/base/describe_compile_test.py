"""What base/describe.h promises does not compile does not compile, and its neighbour does.

usage: describe_compile_test.py COMPILER
"""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
COMPILER = sys.argv.pop(1)
PROGRAM = """
#include "base/describe.h"
namespace dure {
struct Toy {
  %s
  template <class S = Toy>
  static constexpr auto describe() { return Fields(%s); }
};
inline std::size_t walk() {
  std::size_t n = 0;
  each_field<Toy>([&](const auto& f) { n += f.name.size(); });
  return n;
}
}  // namespace dure
"""


class DoesNotCompile(unittest.TestCase):
    def compiles(self, members, fields):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "toy.cpp")
            file.write_text(PROGRAM % (members, fields), encoding="utf-8")
            return subprocess.run([COMPILER, "-std=c++20", "-fsyntax-only", f"-I{SRC}", file],
                                  capture_output=True, check=False).returncode == 0

    def test_a_quantity_names_its_unit(self):
        self.assertTrue(self.compiles("Watts p_mw;", 'Field("p_mw", &Toy::p_mw, "power", range(0, 5))'))
        self.assertFalse(self.compiles("Watts p;", 'Field("p", &Toy::p, "power", range(0, 5))'))
        self.assertFalse(self.compiles("Watts p_ms;", 'Field("p_ms", &Toy::p_ms, "power", range(0, 5))'))

    def test_a_real_number_names_its_unit_or_has_none(self):
        self.assertTrue(self.compiles("double a_deg;", 'Field("a_deg", &Toy::a_deg, "angle", range(0, 5))'))
        self.assertTrue(self.compiles("double a;", 'Field("a", &Toy::a, "share", range(0, 1), dimensionless)'))
        self.assertFalse(self.compiles("double a;", 'Field("a", &Toy::a, "share", range(0, 1))'))

    def test_a_number_has_limits(self):
        self.assertTrue(self.compiles("std::int64_t n;", 'Field("n", &Toy::n, "count", range(0, 5))'))
        self.assertFalse(self.compiles("std::int64_t n;", 'Field("n", &Toy::n, "count")'))
        self.assertFalse(self.compiles("std::int64_t n;", 'Field("n", &Toy::n, "count", range(5, 5))'))
        self.assertFalse(self.compiles("std::string s;", 'Field("s", &Toy::s, "text", range(0, 5))'))

    def test_every_member_is_described(self):
        one = 'Field("s", &Toy::s, "text")'
        self.assertTrue(self.compiles("std::string s;", one))
        self.assertFalse(self.compiles("std::string s, t;", one))
        self.assertFalse(self.compiles("std::string s;", f"{one}, {one}"))
        self.assertFalse(self.compiles("std::string s, t;", f"{one}, {one}"))

    def test_a_field_has_help(self):
        self.assertFalse(self.compiles("std::string s;", 'Field("s", &Toy::s, "")'))

    def test_other_types_do_not_slip_in(self):
        self.assertFalse(self.compiles("int n;", 'Field("n", &Toy::n, "count", range(0, 5))'))
        self.assertFalse(self.compiles("float n;", 'Field("n", &Toy::n, "count", range(0, 5), dimensionless)'))


unittest.main()
