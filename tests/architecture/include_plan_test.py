"""The #include lines of every room, held to the plan in CMakeLists.txt.

A room includes itself and the rooms it USES. A library stays in the .cpp files of the rooms that are
built WITH it; the command line alone, which nobody includes, may show one in a header. A .cpp that
has a header includes it first, which proves that the header stands alone.
"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARIES = {  # how a library's headers begin -> its name in WITH
    "boost/": "boost", "nlohmann/": "json", "fmt/": "fmt", "CLI/": "cli11", "xxhash.h": "xxhash",
}
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def read_plan(cmake):
    """{room: (rooms it uses, libraries it works with)}, of the room(...) lines."""
    plan = {}
    for words in re.findall(r"^room\(([^)]*)\)", cmake, re.MULTILINE):
        name, *words = words.split()
        lists, current = {"USES": [], "WITH": []}, None
        for word in words:
            if word in lists:
                current = lists[word]
            else:
                current.append(word)
        plan[name] = (lists["USES"], lists["WITH"])
    return plan


def breaches(path, text, plan, has_header):
    """What is wrong with the includes of one file, a line each."""
    room = path.parts[0]
    uses, libraries = plan[room]
    found = []
    includes = [(number, *match.groups()) for number, line in enumerate(text.splitlines(), 1)
                if (match := INCLUDE.match(line))]
    for number, quote, header in includes:
        def breach(what):
            found.append(f"{path}:{number}: {header}: {what}")
        if quote == '"':
            other = header.split("/")[0]
            if other not in plan:
                breach("is not the path of a room's file, seen from the root of the repository")
            elif other != room and other not in uses:
                breach(f"{room} does not use {other}: CMakeLists.txt says room({room} "
                       f"{'USES ' + ' '.join(uses) if uses else ''})".replace(" )", ")"))
            continue
        library = next((l for start, l in LIBRARIES.items() if header.startswith(start)), None)
        if library is None:
            if "/" in header and not header.startswith("sys/"):
                breach("is of a library that LIBRARIES in this test does not know")
        elif library not in libraries:
            breach(f"{room} is not built WITH {library}, see CMakeLists.txt")
        elif path.suffix != ".cpp" and room != "cli":
            breach(f"{library} stays in the .cpp files of {room}")
    own = path.with_suffix(".h").as_posix()
    if path.suffix == ".cpp" and has_header and (not includes or includes[0][2] != own):
        found.append(f'{path}:1: includes its own header first: #include "{own}"')
    return found


class IncludePlan(unittest.TestCase):
    def test_every_room_keeps_to_the_plan(self):
        plan = read_plan((ROOT / "CMakeLists.txt").read_text())
        self.assertIn("engine", plan)
        found = []
        for room in plan:
            for file in sorted((ROOT / room).rglob("*")):
                if file.suffix in (".h", ".cpp", ".def"):
                    found += breaches(file.relative_to(ROOT), file.read_text(), plan,
                                      file.with_suffix(".h").exists())
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_the_plan_has_no_circle(self):
        plan = read_plan((ROOT / "CMakeLists.txt").read_text())
        above = set(plan)
        for room, (uses, _) in plan.items():  # CMake, too, wants a room before those that use it
            above.discard(room)
            self.assertFalse(above & set(uses), f"{room} uses a room that stands below it in the plan")

    def test_a_breach_is_seen(self):
        plan = read_plan("room(engine)\nroom(detector USES engine WITH boost)\nroom(cli USES engine)")
        for path, text, what in [
                ("engine/a.h", '#include "detector/b.h"', "engine does not use detector"),
                ("engine/a.cpp", "#include <fmt/format.h>", "engine is not built WITH fmt"),
                ("engine/a.cpp", "#include <re2/re2.h>", "does not know"),
                ("engine/a.cpp", '#include "b.h"', "seen from the root"),
                ("engine/a.cpp", '#include <map>\n#include "engine/a.h"', "its own header first"),
                ("detector/b.h", "#include <boost/graph/graph_traits.hpp>", "stays in the .cpp"),
                ("cli/c.cpp", '#include "detector/b.h"', "room(cli USES engine)"),
        ]:
            with self.subTest(path=path, text=text):
                found = breaches(pathlib.Path(path), text, plan, has_header=True)
                self.assertTrue(any(what in line for line in found), found)
        good = '#include "detector/b.h"\n#include <boost/graph/graph_traits.hpp>\n#include <map>\n'
        self.assertEqual(breaches(pathlib.Path("detector/b.cpp"), good, plan, has_header=True), [])


if __name__ == "__main__":
    unittest.main()
