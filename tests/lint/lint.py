#!/usr/bin/env python3
"""Holds the tree to the rules of the house: lint.py ROOT. Exit code 1 and one line per problem."""

import pathlib
import subprocess
import sys

import rules


def paths(root):
    """What is or may be committed; without git everything outside build folders."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, check=False)
    if listed.returncode == 0:
        return [root / name for name in listed.stdout.decode().split("\0") if name]
    found = (path for path in root.rglob("*") if path.is_file())
    return [path for path in found if not path.relative_to(root).parts[0].startswith(("build", "."))]


def tree(root):
    texts = {}
    for path in paths(root):
        if path.is_file():
            texts[path.relative_to(root).as_posix()] = path.read_bytes().decode("utf-8", "replace")
    return texts


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    texts = tree(root)
    if "CMakeLists.txt" not in texts:
        sys.exit(f"{root} is not the root of the tree")
    found = rules.problems(texts)
    print("\n".join(found) or f"{len(texts)} files keep the rules")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
