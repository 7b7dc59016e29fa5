#!/usr/bin/env python3
"""Plants each fault of *.txt of this folder and runs the tests against it (see ../mutants.sh).

A fault is a block of lines, blocks apart by an empty line:

    IP2: what the fault breaks, in a sentence
    lib/core/admission.cpp
    -text as it stands there, exactly once
    +what stands there instead

Several `-` lines are consecutive lines; only the first may begin in the middle of its line, only the last may end there.
A fault whose text is not found, or that does not compile, is an error: the table has to follow the code.

Nothing is built but the file with the fault, which is no header. It is linked in front of the libraries of a build that
is there already, so that the linker takes its functions and not theirs.
"""
import argparse
import json
import os
import pathlib
import queue
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# What notices, in this order: the folders whose faults it is asked about, and the target.
KINDS = [("auth", ["lib/auth"], "innkeeper_auth_tests"),
         ("calls", ["lib/calls"], "innkeeper_calls_tests"),
         ("core", ["lib/auth", "lib/calls", "lib/core"], "innkeeper_core_tests"),
         ("scenario", ["lib/auth", "lib/core"], "innkeeper_scenarios"),
         ("simulator", ["lib/auth", "lib/core"], "innkeeper_sim_tests")]
LONGEST_TEST = 400  # seconds, on a machine that has better things to do; a fault may make a test run for ever


class CannotBuild(Exception):
    pass


class Fault:
    def __init__(self, block, origin):
        lines = block.split("\n")
        self.title, self.path = lines[0], lines[1]
        self.old = "\n".join(line[1:] for line in lines[2:] if line.startswith("-"))
        self.new = "\n".join(line[1:] for line in lines[2:] if line.startswith("+"))
        if ": " not in self.title or not self.old or self.old == self.new:
            raise SystemExit(f"{origin}: not a fault:\n{block}")
        self.requirement = self.title.split(": ")[0]

    def planted_in(self, text):
        count = text.count(self.old)
        if count != 1:
            raise LookupError(f"its text stands {count} times in {self.path}")
        return text.replace(self.old, self.new)


def read_faults(word):
    faults = []
    for path in sorted(HERE.glob("*.txt")):
        for block in path.read_text().strip("\n").split("\n\n"):
            lines = "\n".join(line for line in block.split("\n") if not line.startswith("#"))
            if lines:
                faults.append(Fault(lines, path.name))
    return [fault for fault in faults if word in fault.title or word in fault.path]


def said_by(command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        raise CannotBuild(result.stdout + result.stderr)
    return result.stdout


class Build:
    """A build of this tree that passes its tests, with a source in each object."""

    def __init__(self, folder):
        self.folder = folder
        commands = folder / "compile_commands.json"
        if not commands.exists():
            raise SystemExit(f"{folder} is no build: tests/run.sh makes one, --build names another")
        self.compiling = {pathlib.Path(entry["file"]): shlex.split(entry["command"])
                          for entry in json.loads(commands.read_text())}
        said_by(["ninja", *(target for _, _, target in KINDS)], folder)
        self.linking = {target: self.link_command(target) for _, _, target in KINDS}

    def link_command(self, target):
        """Without what comes after it: the discovery of tests."""
        last = said_by(["ninja", "-t", "commands", target], self.folder).strip().split("\n")[-1]
        words = shlex.split(last)
        begin = words.index("&&") + 1
        return words[begin:words.index("&&", begin)]

    def compile(self, source, changed, out):
        """`source` as it stands in its changed copy."""
        if source not in self.compiling:
            raise CannotBuild(f"{self.folder} does not compile {source} by itself")
        words = [word for word in self.compiling[source] if word not in ("ccache", "-g")]
        words[words.index("-o") + 1] = str(out)
        words[words.index(str(source))] = str(changed)
        said_by([*words, "-O0", "-w"], self.folder)  # a fault may leave a name unused

    def link(self, target, fault, out):
        words = list(self.linking[target])
        words[words.index("-o") + 1] = str(out)
        fast = ["-fuse-ld=gold"] if shutil.which("ld.gold") else []
        said_by([words[0], str(fault), *words[1:], *fast], self.folder)


def witness(kind, words):
    """One line that names the test which noticed."""
    lines = words.split("\n")
    for number, line in enumerate(lines):
        if kind == "scenario" and ".txt:" in line:
            return line.split("/")[-1].split(":")[0]
        if kind == "simulator" and line.startswith("broken: "):
            return line
        if line.startswith("---") and number + 2 < len(lines) and lines[number + 2].startswith("---"):
            return lines[number + 1]
    return words.strip().split("\n")[-1]


def first_failure(build, fault, planted, work):
    """Which kind of test notices, and its words; None when all pass."""
    stories = sorted(str(path) for path in (ROOT / "tests/scenarios").glob("*.txt"))
    words = {"scenario": stories, "simulator": ["~[planted]~[phones]~[storm]", "--abort"]}
    for kind, folders, target in KINDS:
        if not any(fault.path.startswith(folder) for folder in folders):
            continue
        build.link(target, planted, work / target)
        try:
            result = subprocess.run([work / target] + words.get(kind, ["--abort"]), capture_output=True, text=True,
                                    timeout=LONGEST_TEST, env=dict(os.environ, INNKEEPER_SIM_SEEDS="6"))
        except subprocess.TimeoutExpired:
            return kind, "did not end"
        if result.returncode != 0:
            return kind, result.stdout + result.stderr
    return None


def try_fault(build, fault):
    with tempfile.TemporaryDirectory(prefix="innkeeper-fault-") as folder:
        work = pathlib.Path(folder)
        source, changed, planted = ROOT / fault.path, work / "fault.cpp", work / "fault.o"
        changed.write_text(fault.planted_in(source.read_text()))
        try:
            build.compile(source, changed, planted)
            noticed = first_failure(build, fault, planted, work)
        except CannotBuild as error:
            return "error", f"does not compile:\n{error}"
    return ("caught", f"{noticed[0]}: {witness(*noticed)}") if noticed else ("SURVIVED", "")


def work_through(build, waiting, report):
    while True:
        try:
            fault = waiting.get_nowait()
        except queue.Empty:
            return
        begun = time.monotonic()
        report(fault, *try_fault(build, fault), time.monotonic() - begun)


def misfits_of(faults):
    for fault in faults:
        try:
            fault.planted_in((ROOT / fault.path).read_text())
        except (LookupError, FileNotFoundError) as error:
            yield f"{fault.title}: {error}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(ROOT / "build"), help="folder of a build that passes its tests")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="faults tried at a time")
    parser.add_argument("--only", default="", help="faults with this in their title or path")
    parser.add_argument("--one-each", action="store_true", help="one fault of each requirement")
    parser.add_argument("--list", action="store_true", help="check that every fault applies, build nothing")
    options = parser.parse_args()
    faults = read_faults(options.only)
    if options.one_each:
        faults = list({fault.requirement: fault for fault in reversed(faults)}.values())
    misfits = list(misfits_of(faults))
    if options.list or misfits:
        print("\n".join(fault.title for fault in faults) if options.list else "", *misfits, sep="\n")
        return 1 if misfits else 0

    begun = time.monotonic()
    build = Build(pathlib.Path(options.build).resolve())
    waiting = queue.Queue()
    for fault in faults:
        waiting.put(fault)
    verdicts = {"caught": 0, "SURVIVED": 0, "error": 0}
    lock = threading.Lock()

    def report(fault, verdict, words, seconds):
        with lock:
            verdicts[verdict] += 1
            print(f"{verdict:8} {seconds:5.1f} s  {fault.title}" + (f"  <- {words}" if words else ""), flush=True)

    threads = [threading.Thread(target=work_through, args=(build, waiting, report)) for _ in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{verdicts['caught']} of {len(faults)} faults caught, {verdicts['SURVIVED']} survived, "
          f"{verdicts['error']} not planted, in {time.monotonic() - begun:.0f} s")
    return 0 if verdicts["caught"] == len(faults) else 1


if __name__ == "__main__":
    sys.exit(main())
