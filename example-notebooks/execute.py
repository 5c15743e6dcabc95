#!/usr/bin/env python3
"""Run the example notebooks with real kernels, each in its own folder.

    python3 example-notebooks/execute.py             run all, write the outputs
    python3 example-notebooks/execute.py --check     run all, write nothing, show what differs
    python3 example-notebooks/execute.py runbooks/10-disk-full.ipynb
    python3 example-notebooks/execute.py --list      what would run, and what never does

It authors nothing: text, code, metadata and cell ids are those of the files.
Only outputs and execution counts are written. A procedure (`procedure: true` in
the front matter or the notebook's metadata, or the notebook tag
`skip-execution`) is never run.

Needs Python 3.11 or newer with venv, bash, and ruby for the Ruby notebook. The
kernels are installed at the pinned versions of requirements.txt into
`.kernels-venv/` beside this file, which git ignores.
"""

import argparse
import copy
import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".kernels-venv"
REQUIREMENTS = HERE / "requirements.txt"
RUBY_KERNEL = HERE / "kernels" / "ruby_kernel" / "ruby_kernel.py"
# What is not the notebooks' own: editors' copies, and the kernels.
SKIPPED_FOLDERS = {VENV.name, ".ipynb_checkpoints"}
# A cell that a notebook says may take long is not ours to wait for.
CELL_TIMEOUT_SECONDS = 120
# `<Styler object at 0x7f6b72ccb790>` is another one at each run.
ADDRESS_IN_MEMORY = re.compile(r" at 0x[0-9a-f]+(?=>)")


def enter_the_venv():
    """Make the virtual environment if it is missing or stale, and continue inside."""
    python = VENV / "bin" / "python"
    stamp = VENV / "requirements.sha256"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        print(f"making {VENV.name} (once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", "--requirement", REQUIREMENTS], check=True)
        subprocess.run([python, "-m", "bash_kernel.install", "--prefix", VENV],
                       check=True, stdout=subprocess.DEVNULL)
        stamp.write_text(digest)
    if Path(sys.prefix).resolve() != VENV:
        os.execv(python, [python, __file__, *sys.argv[1:]])


def install_the_ruby_kernel():
    """Written each time, for it names this copy of the repository."""
    folder = VENV / "share" / "jupyter" / "kernels" / "ruby"
    folder.mkdir(parents=True, exist_ok=True)
    spec = {
        "argv": [sys.executable, str(RUBY_KERNEL), "-f", "{connection_file}"],
        "display_name": "Ruby",
        "language": "ruby",
    }
    (folder / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n")


def steady_environment(home):
    """What the kernels see: nothing of the person or machine that runs them."""
    for name in list(os.environ):
        if name.startswith(("JUPYTER", "IPYTHON", "PYTHON", "LC_", "MPL", "RUBY", "LS_COLORS")):
            del os.environ[name]
    os.environ.update(
        HOME=home,
        IPYTHONDIR=f"{home}/.ipython",
        JUPYTER_PREFER_ENV_PATH="1",
        JUPYTER_PLATFORM_DIRS="1",
        PYDEVD_DISABLE_FILE_VALIDATION="1",
        PYTHONHASHSEED="0",
        MPLCONFIGDIR=str(VENV / "matplotlib"),
        LANG="C.UTF-8",
        LC_ALL="C.UTF-8",
        TZ="UTC",
        TERM="xterm-256color",
        COLUMNS="80",
        USER="oncall",
        PATH=f"{VENV / 'bin'}:/usr/local/bin:/usr/bin:/bin",
    )
    # Matplotlib's first words, about its font cache, belong in no notebook.
    subprocess.run([sys.executable, "-c", "import matplotlib.pyplot"], check=True,
                   stderr=subprocess.DEVNULL)


def is_procedure(notebook):
    metadata = notebook.metadata
    if metadata.get("procedure") is True or "skip-execution" in metadata.get("tags", []):
        return True
    first = notebook.cells[0].source if notebook.cells else ""
    front_matter = re.match(r"---\n(.*?)\n---", first, re.DOTALL)
    return bool(front_matter and re.search(r"^procedure:\s*true\s*$", front_matter[1], re.MULTILINE))


def execute(notebook, folder):
    from nbclient import NotebookClient

    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        record_timing=False,
        # No word about unencrypted sockets: they stay on this machine.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return tidy(notebook)


def tidy(notebook):
    """Take away what a second run would write differently."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
            for output in cell.outputs:
                text = output.get("data", {}).get("text/plain")
                if text:
                    output.data["text/plain"] = ADDRESS_IN_MEMORY.sub("", text)
    return notebook


def joined(outputs):
    """Neighbouring pieces of one stream as one: where a kernel flushes is chance."""
    result = []
    for output in outputs:
        before = result[-1] if result else None
        if (before and output.output_type == before.output_type == "stream"
                and output.name == before.name):
            before.text += output.text
        else:
            result.append(output)
    return result


def as_text(notebook):
    import nbformat

    return nbformat.writes(notebook, indent=1).rstrip("\n") + "\n"


def comparable(notebook):
    """The text that --check compares: the version of the language is no difference."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.get("language_info", {}).pop("version", None)
    return as_text(notebook).splitlines(keepends=True)


def notebooks(names):
    if names:
        return [path if (path := Path(name).resolve()).exists() else HERE / name for name in names]
    found = HERE.rglob("*.ipynb")
    return sorted(p for p in found if not SKIPPED_FOLDERS & set(p.relative_to(HERE).parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit with 1 if an output is not what a run gives")
    parser.add_argument("--list", action="store_true", help="say what would run")
    parser.add_argument("notebook", nargs="*", help="only these")
    options = parser.parse_args()

    enter_the_venv()
    import nbformat
    from nbclient.exceptions import CellExecutionError

    install_the_ruby_kernel()
    failed, differing = [], []
    with tempfile.TemporaryDirectory() as home:
        steady_environment(home)
        for path in notebooks(options.notebook):
            name = str(path.relative_to(HERE))
            notebook = nbformat.read(path, as_version=4)
            kernel = notebook.metadata.kernelspec.name
            if is_procedure(notebook):
                print(f"  never run  {name}")
                continue
            if kernel == "ruby" and not shutil.which("ruby"):
                print(f"  no ruby    {name}")
                continue
            if options.list:
                print(f"  {kernel:9}  {name}")
                continue
            stored = comparable(notebook)
            try:
                execute(notebook, path.parent)
                nbformat.validate(notebook)
            except (CellExecutionError, TimeoutError) as error:
                failed.append(name)
                print(f"  FAILED     {name}\n{error}")
                continue
            difference = list(difflib.unified_diff(
                stored, comparable(notebook), f"stored/{name}", f"run/{name}", n=1))
            if difference:
                differing.append(name)
            print(f"  {'differs' if difference else 'the same':9}  {name}")
            if options.check:
                sys.stdout.writelines(line if len(line) < 400 else line[:400] + "…\n"
                                      for line in difference)
            elif difference:
                path.write_text(as_text(notebook), encoding="utf-8")
    return 1 if failed or (options.check and differing) else 0


if __name__ == "__main__":
    sys.exit(main())
