"""The rules of the house that no compiler checks. A tree is a dict from path to text; every rule takes one and yields
problems as "path:line: what is wrong"."""

import re

# What each library may include and link. The pure side comes first; it decides and touches nothing.
PURE = {
    "base": set(),
    "auth": {"base"},
    "backup": {"base", "auth"},
    "calls": {"base"},
    "provisioning": {"base", "auth", "backup"},
    "core": {"base", "auth", "backup", "calls", "provisioning"},
    "peer": {"base", "auth", "backup", "calls", "provisioning", "core"},
}
# Edges do not know each other; all may use host.
EDGES = {
    "host": {"base"},
    "sip": {"base", "auth", "backup", "calls", "core", "host"},
    "link": {"base", "auth", "backup", "calls", "core", "peer", "host"},
    "store": {"base", "auth", "backup", "calls", "core", "host"},
    "metrics": {"base", "auth", "backup", "calls", "core"},
    "web": {"base", "host"},
    "control": {"base", "auth", "backup", "calls", "core", "host"},
}
LAYERS = PURE | EDGES

# Who may include a third-party header, by how its name begins.
THIRD_PARTY = {
    "sofia-sip/": {"host", "sip"},
    "pqxx/": {"store"},
    "libpq": {"store"},
    "prometheus/": {"metrics"},
    "httplib": {"web"},
    "openssl/": {"auth", "link", "sip"},
    "boost/": {"daemon"},
    "nlohmann/": {"control", "core", "web"},
    "google/protobuf/": {"peer"},
    "systemd/": {"host"},
}

IMPURE_HEADERS = re.compile(
    r"(sys|net|netinet|arpa|linux)/|(unistd|fcntl|poll|pthread|signal|syslog|time|csignal|ctime|thread|mutex|shared_mutex|"
    r"condition_variable|future|atomic|semaphore|random|iostream|fstream|filesystem|cstdio|stdio)(\.h)?$"
)
# Exceptions, each with its reason.
PURE_ALLOWED = {
    ("lib/base/address.cpp", "arpa/inet.h"): "inet_pton and inet_ntop convert text, no socket",
    ("lib/base/assert.h", "cstdio"): "the last words of a process that aborts",
}
IMPURE_NAMES = re.compile(r"\b(getenv|setenv|clock_gettime|gettimeofday|rand|srand|arc4random|fopen|printf|system_clock|steady_clock)\b")
CLOCK_READERS = re.compile(r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\bclock_gettime\b|\bgettimeofday\b")

REVEALERS = {"auth", "peer", "store"}
REVEALING_FILES = {"lib/base/secret.h", "lib/backup/record_image.cpp"}
TOP_LEVEL = {"CMakeLists.txt", "README.md", "LICENSE", "daemon", "lib", "sql", "systemd", "tests", "etc"}
LONGEST_FILE = 400
CODE = (".cpp", ".h", ".py", ".sh", ".sql", ".proto", ".txt", ".cmake")
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def library_of(path):
    """'core' for lib/core/x.h, 'daemon' for daemon/x.h, None for what the layers do not bind."""
    parts = path.split("/")
    if parts[0] == "lib" and len(parts) > 2:
        return parts[1]
    return "daemon" if parts[0] == "daemon" and len(parts) > 1 else None


def is_cpp(path):
    return path.endswith((".cpp", ".h", ".h.in", ".cpp.in"))


def code_lines(text):
    """Lines without comments and without what stands in quotes."""
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)
    for number, line in enumerate(text.split("\n"), 1):
        if not INCLUDE.match(line):
            line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        yield number, re.sub(r"//.*", "", line)


def included(tree):
    for path, text in tree.items():
        library = library_of(path)
        if library and is_cpp(path):
            for number, line in code_lines(text):
                match = INCLUDE.match(line)
                if match:
                    yield path, number, library, match.group(1)


def layers(tree):
    for path, number, library, header in included(tree):
        if library not in LAYERS and library != "daemon":
            yield f"{path}:{number}: lib/{library} has no place in the layers (tests/lint/rules.py)"
            continue
        other = header.split("/")[0]
        if library != "daemon" and other != library and other in LAYERS and other not in LAYERS[library]:
            yield f"{path}:{number}: {library} must not include {other} ({header})"
        if header.startswith("daemon/") and library != "daemon":
            yield f"{path}:{number}: {library} must not include daemon ({header})"


def links(tree):
    for number, line in enumerate(tree.get("lib/CMakeLists.txt", "").split("\n"), 1):
        match = re.match(r"innkeeper_library\(([^)]*)\)", line)
        if not match:
            continue
        name, *dependencies = match.group(1).split(" EXTERNAL")[0].split()
        for dependency in dependencies:
            if dependency not in LAYERS.get(name, set()):
                yield f"lib/CMakeLists.txt:{number}: {name} must not link {dependency}"


def purity(tree):
    for path, number, library, header in included(tree):
        if library in PURE and IMPURE_HEADERS.match(header) and (path, header) not in PURE_ALLOWED:
            yield f"{path}:{number}: {library} is pure and must not include {header}"
    for path, text in tree.items():
        if is_cpp(path) and library_of(path) in PURE and path != "lib/base/assert.h":
            for number, line in code_lines(text):
                match = IMPURE_NAMES.search(line)
                if match:
                    yield f"{path}:{number}: {library_of(path)} is pure and must not use {match.group()}"


def third_party(tree):
    for path, number, library, header in included(tree):
        for prefix, libraries in THIRD_PARTY.items():
            if header.startswith(prefix) and library not in libraries:
                yield f"{path}:{number}: {header} is for {', '.join(sorted(libraries))} only, not for {library}"


def clocks(tree):
    for path, text in tree.items():
        if is_cpp(path) and library_of(path) and not path.startswith("lib/host/clock."):
            for number, line in code_lines(text):
                if CLOCK_READERS.search(line):
                    yield f"{path}:{number}: the clock is read in lib/host/clock only"


def secrets(tree):
    for path, text in tree.items():
        if is_cpp(path) and library_of(path) not in REVEALERS | {None} and path not in REVEALING_FILES:
            for number, line in code_lines(text):
                if re.search(r"\breveal\s*\(", line):
                    yield f"{path}:{number}: reveal() is for lib/auth, lib/peer and lib/store only"


def sizes(tree):
    for path, text in tree.items():
        lines = text.count("\n")
        if path.endswith(CODE) and lines > LONGEST_FILE:
            yield f"{path}:{lines}: {lines} lines; no file has more than {LONGEST_FILE}"


def unfinished(tree):
    for path, text in tree.items():
        for number, line in enumerate(text.split("\n"), 1):
            match = UNFINISHED.search(line)
            if match:
                yield f"{path}:{number}: {match.group()} marks what is not finished"


def headers(tree):
    for path, text in tree.items():
        library = library_of(path)
        if not library or not path.endswith(".h"):
            continue
        if not text.startswith("//"):
            yield f"{path}:1: a header begins with the idea, in a comment"
        if "#pragma once" not in text:
            yield f"{path}:1: a header has #pragma once"
        if "namespace " in text and not re.search(rf"^namespace innkeeper::{library}\b", text, re.M):
            yield f"{path}:1: what stands in {library} is in namespace innkeeper::{library}"


def top_level(tree):
    for name in sorted({path.split("/")[0] for path in tree}):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{name}:1: the top level is fixed; this belongs into one of its folders"


RULES = [layers, links, purity, third_party, clocks, secrets, sizes, unfinished, headers, top_level]


def problems(tree):
    return [problem for rule in RULES for problem in rule(tree)]
