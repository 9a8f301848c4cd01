"""Docs are tests: links to our own files lead somewhere, and marked commands run.

usage: docs_test.py --links
       docs_test.py --commands BIN     (BIN: the folder of the dure program, put first on PATH)

Every line "$ COMMAND" of a block that opens with ```console run is run by bash in the repository root, a
block at a time, and must exit with 0; where the block's next line is "# exit N", with N.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def documents():
    """The Markdown files that git knows or could add."""
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"],
                           cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def broken_links(document):
    """(line, target) of links and pictures to files of ours that are not there."""
    fenced = False
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        fenced ^= line.lstrip().startswith("```")
        for target in [] if fenced else re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", line):
            path = (target[0] or target[1]).split("#")[0]
            if path and "://" not in path and not path.startswith("mailto:") and not (document.parent / path).exists():
                yield number, path


def commands(document):
    """(line, command, expected exit status) of the blocks marked to run."""
    lines = document.read_text(encoding="utf-8").splitlines()
    running = False
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            running = line.split() == ["```console", "run"]
        elif running and line.startswith("$ "):
            status = re.fullmatch(r"# exit (\d+)", lines[number]) if number < len(lines) else None
            yield number, line[2:], int(status[1]) if status else 0


def main(arguments):
    passed, failed = 0, 0

    def count(good, place, what):
        nonlocal passed, failed
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f"{place}: {what}")

    if arguments == ["--links"]:
        for document in documents():
            broken = list(broken_links(document))
            for number, path in broken:
                print(f"{document.relative_to(ROOT)}:{number}: no file {path}")
            passed, failed = passed + (not broken), failed + bool(broken)
    elif len(arguments) == 2 and arguments[0] == "--commands":
        environment = os.environ | {"PATH": f"{Path(arguments[1]).resolve()}:{os.environ['PATH']}"}
        for document in documents():
            for number, command, status in commands(document):
                print(f"$ {command}", flush=True)
                done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment, timeout=300, check=False,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                count(done.returncode == status, f"{document.relative_to(ROOT)}:{number}",
                      f"exit {done.returncode}, not {status}:\n{done.stdout.decode(errors='replace')[-2000:]}")
    else:
        print(__doc__)
        return 2
    print(f"{arguments[0][2:]}: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
