#!/usr/bin/env python3
"""Count the marks in repos that bindery does not know.

    python3 tools/count-marks.py FOLDER...          one line a folder, then what is unknown
    python3 tools/count-marks.py --own picsum --own foo FOLDER...    names that authors made up
    python3 tools/count-marks.py --bindery target/release/bindery FOLDER...

A mark is a key of the metadata of a notebook, a cell or an output, an option behind `#|`, a
directive, a role or a shortcode. bindery says what it does not know (rules `mark` and
`directive`); this script builds each folder and counts what is said. Tags of an author's own are
no marks. The exit code is 1 where something is unknown.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
SAID = re.compile(r"^(?:info|warning)\[(mark|directive)\]: (.*)$")
# Words for a slip of the hand in a mark that is known are no unknown marks.
UNKNOWN = re.compile(r"means nothing to bindery$|means nothing; passed over$|is unknown; ")


def unknown(bindery, folder, own):
    """What bindery does not know in one folder, with how often it says so."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [bindery, "build", folder, "--out", f"{scratch}/site", "--verbose"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 2:
        sys.exit(run.stderr)
    found = Counter()
    for line in run.stderr.splitlines():
        said = SAID.match(line)
        names = set(re.findall(r"`\{?([^`}]+)\}?`", said[2])) if said else set()
        if said and UNKNOWN.search(said[2]) and not names & own:
            found[said[2]] += 1
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+", metavar="FOLDER")
    arguments.add_argument("--bindery", default=str(REPO / "target/release/bindery"))
    arguments.add_argument("--own", action="append", default=[], metavar="NAME")
    said = arguments.parse_args()
    total = 0
    for folder in said.folders:
        found = unknown(said.bindery, folder, set(said.own))
        total += sum(found.values())
        print(f"{sum(found.values()):5} unknown  {folder}")
        for what, count in found.most_common():
            print(f"{count:11} {what}")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
