#!/usr/bin/env python3
"""Plants each fault of *.txt of this folder in a copy of the tree and runs the tests against it (see ../mutants.sh).

A fault is a block of lines, blocks apart by an empty line:

    IP2: what the fault breaks, in a sentence
    lib/core/admission.cpp
    -text as it stands there, exactly once
    +what stands there instead

Several `-` lines are consecutive lines; only the first may begin in the middle of its line, only the last may end there.
A fault whose text is not found, or that does not compile, is an error: the table has to follow the code.
"""
import argparse
import os
import pathlib
import queue
import shutil
import subprocess
import sys
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


class CannotCompile(Exception):
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


class Tree:
    """A copy of the sources with a build folder of its own."""

    def __init__(self, work, number):
        self.source = work / f"tree-{number}"
        self.build = self.source / "build"  # where ccache sees the same paths for every tree

    def prepare(self):
        known = set()
        for top in ["CMakeLists.txt", "daemon", "etc", "lib", "sql", "systemd", "tests"]:
            start = ROOT / top
            files = [start] if start.is_file() else [path for path in start.rglob("*") if path.is_file()]
            for path in files:
                if "__pycache__" in path.parts:
                    continue
                copy = self.source / path.relative_to(ROOT)
                known.add(copy)
                content = path.read_bytes()
                if not copy.exists() or copy.read_bytes() != content:
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(content)
                    copy.chmod(path.stat().st_mode)
        for path in [path for path in self.source.rglob("*") if path.is_file()]:
            if path not in known and self.build not in path.parents:
                path.unlink()
        command = ["cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                   "-DCMAKE_CXX_FLAGS_DEBUG=-O1"]
        if shutil.which("ccache"):
            command += ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", "-DCMAKE_C_COMPILER_LAUNCHER=ccache"]
        if shutil.which("ld.gold"):
            command += ["-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=gold"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(result.stdout + result.stderr)

    def compile(self, targets, jobs):
        environment = dict(os.environ, CCACHE_BASEDIR=str(self.source), CCACHE_NOHASHDIR="1",
                           CCACHE_SLOPPINESS="pch_defines,time_macros")
        result = subprocess.run(["ninja", "-C", self.build, f"-j{jobs}"] + targets, capture_output=True, text=True,
                                env=environment)
        if result.returncode != 0:
            raise CannotCompile(result.stdout)

    def first_failure(self, kinds, jobs):
        """Which kind of test notices, and its words; None when all pass."""
        stories = sorted(str(path) for path in (self.source / "tests/scenarios").glob("*.txt"))
        words = {"scenario": stories, "simulator": ["~[planted]~[phones]~[storm]", "--abort"]}
        for kind, _, target in kinds:
            self.compile([target], jobs)
            command = [self.build / "tests" / target] + words.get(kind, ["--abort"])
            try:
                result = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_TEST,
                                        env=dict(os.environ, INNKEEPER_SIM_SEEDS="6"))
            except subprocess.TimeoutExpired:
                return kind, "did not end"
            if result.returncode != 0:
                return kind, result.stdout + result.stderr
        return None


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


def try_fault(tree, fault):
    path = tree.source / fault.path
    original = path.read_text()
    try:
        path.write_text(fault.planted_in(original))
        kinds = [kind for kind in KINDS if any(fault.path.startswith(folder) for folder in kind[1])]
        noticed = tree.first_failure(kinds, 1)
        return ("caught", f"{noticed[0]}: {witness(*noticed)}") if noticed else ("SURVIVED", "")
    except CannotCompile as error:
        return "error", f"does not compile:\n{error}"
    finally:
        path.write_text(original)


def work_through(tree, waiting, report):
    while True:
        try:
            fault = waiting.get_nowait()
        except queue.Empty:
            return
        begun = time.monotonic()
        report(fault, *try_fault(tree, fault), time.monotonic() - begun)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", default=str(ROOT / "build-mutants"), help="folder of the copies and their builds")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1), help="faults tried at a time")
    parser.add_argument("--only", default="", help="faults with this in their title or path")
    parser.add_argument("--one-each", action="store_true", help="one fault of each requirement")
    parser.add_argument("--list", action="store_true", help="check that every fault applies, build nothing")
    options = parser.parse_args()
    faults = read_faults(options.only)
    if options.one_each:
        faults = list({fault.requirement: fault for fault in reversed(faults)}.values())
    misfits = []
    for fault in faults:
        try:
            fault.planted_in((ROOT / fault.path).read_text())
        except (LookupError, FileNotFoundError) as error:
            misfits.append(f"{fault.title}: {error}")
    if options.list or misfits:
        print("\n".join(fault.title for fault in faults) if options.list else "", *misfits, sep="\n")
        return 1 if misfits else 0

    begun = time.monotonic()
    work = pathlib.Path(options.work).resolve()
    trees = [Tree(work, number) for number in range(min(options.jobs, len(faults)))]
    try:
        for tree in trees:
            tree.prepare()
            tree.compile([target for _, _, target in KINDS], os.cpu_count() or 1)
        noticed = trees[0].first_failure(KINDS, 1)
    except CannotCompile as error:
        print(error)
        return 2
    if noticed:
        print(f"without any fault a {noticed[0]} test fails:\n{noticed[1]}")
        return 2
    print(f"built in {time.monotonic() - begun:.0f} s", flush=True)

    waiting = queue.Queue()
    for fault in faults:
        waiting.put(fault)
    verdicts = {"caught": 0, "SURVIVED": 0, "error": 0}
    lock = threading.Lock()

    def report(fault, verdict, words, seconds):
        with lock:
            verdicts[verdict] += 1
            print(f"{verdict:8} {seconds:5.1f} s  {fault.title}" + (f"  <- {words}" if words else ""), flush=True)

    threads = [threading.Thread(target=work_through, args=(tree, waiting, report)) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{verdicts['caught']} of {len(faults)} faults caught, {verdicts['SURVIVED']} survived, "
          f"{verdicts['error']} not planted, in {time.monotonic() - begun:.0f} s")
    return 0 if verdicts["caught"] == len(faults) else 1


if __name__ == "__main__":
    sys.exit(main())
