#!/usr/bin/env python3
"""Every rule is fed what it must find and what it must let pass."""

import unittest

import rules

HEAD = "// The idea.\n#pragma once\n"


class Rules(unittest.TestCase):
    def bites(self, rule, path, text, words=""):
        found = list(rule({path: text}))
        self.assertTrue(found, f"{rule.__name__} let pass: {path}: {text}")
        self.assertIn(words, found[0])

    def passes(self, rule, path, text):
        self.assertEqual(list(rule({path: text})), [])

    def test_includes_go_one_way(self):
        self.bites(rules.layers, "lib/base/x.h", '#include "core/binding.h"\n', "lib/base/x.h:1: base must not include core")
        self.bites(rules.layers, "lib/core/x.cpp", '#include "peer/codec.h"\n')
        self.bites(rules.layers, "lib/core/x.cpp", '  #  include <host/clock.h>\n')
        self.bites(rules.layers, "lib/backup/x.cpp", '#include "core/row.h"\n')
        self.bites(rules.layers, "lib/host/x.cpp", '#include "daemon/options.h"\n')
        self.bites(rules.layers, "lib/helpers/x.cpp", '#include "base/aor.h"\n', "no place")
        self.passes(rules.layers, "lib/core/x.cpp", '#include "base/aor.h"\n#include "core/row.h"\n#include <vector>\n')
        self.passes(rules.layers, "daemon/x.cpp", '#include "sip/phone_edge.h"\n#include "store/store.h"\n')
        self.passes(rules.layers, "tests/core/x.cpp", '#include "peer/codec.h"\n')
        self.passes(rules.layers, "lib/base/x.cpp", '// #include "core/row.h"\n/* \n#include "core/row.h"\n*/\n')

    def test_edges_do_not_include_each_other(self):
        names = set(rules.EDGES) - {"host"}
        for edge in names:
            for other in names - {edge}:
                self.bites(rules.layers, f"lib/{edge}/x.cpp", f'#include "{other}/x.h"\n')
            if edge != "metrics":
                self.passes(rules.layers, f"lib/{edge}/x.cpp", '#include "host/loop.h"\n')

    def test_links_go_one_way(self):
        self.bites(rules.links, "lib/CMakeLists.txt", "\ninnkeeper_library(core base host EXTERNAL X)\n", "lib/CMakeLists.txt:2: core")
        self.bites(rules.links, "lib/CMakeLists.txt", "innkeeper_library(base core)\n")
        self.bites(rules.links, "lib/CMakeLists.txt", "innkeeper_library(other base)\n")
        self.passes(rules.links, "lib/CMakeLists.txt", "innkeeper_library(sip core host EXTERNAL PkgConfig::SOFIA)\n")

    def test_the_pure_side_touches_nothing(self):
        for library in rules.PURE:
            for header in ["thread", "mutex", "random", "iostream", "sys/socket.h", "unistd.h", "atomic", "fstream"]:
                self.bites(rules.purity, f"lib/{library}/x.h", f"#include <{header}>\n", "is pure")
            for use in ['auto x = std::getenv("HOME");', "std::printf(text);", "auto t = std::chrono::steady_clock::now();"]:
                self.bites(rules.purity, f"lib/{library}/x.cpp", use + "\n", "must not use")
        self.bites(rules.purity, "lib/base/aor.cpp", "#include <arpa/inet.h>\n")
        self.passes(rules.purity, "lib/base/address.cpp", "#include <arpa/inet.h>\n")
        self.passes(rules.purity, "lib/core/x.cpp", "// getenv would be wrong\nauto name = \"random getenv\";\nint operand = 1;\n")
        self.passes(rules.purity, "lib/host/x.cpp", "#include <thread>\n#include <sys/socket.h>\n")

    def test_a_third_party_header_belongs_to_its_library(self):
        owners = {"sofia-sip/nta.h": "sip", "pqxx/pqxx": "store", "prometheus/registry.h": "metrics", "httplib.h": "web",
                  "openssl/evp.h": "auth", "boost/program_options.hpp": "daemon", "nlohmann/json.hpp": "control",
                  "systemd/sd-daemon.h": "host", "google/protobuf/message.h": "peer"}
        for header, owner in owners.items():
            for library in [*rules.LAYERS, "daemon"]:
                path = "daemon/x.cpp" if library == "daemon" else f"lib/{library}/x.cpp"
                prefix = next(prefix for prefix in rules.THIRD_PARTY if header.startswith(prefix))
                if library in rules.THIRD_PARTY[prefix]:
                    self.passes(rules.third_party, path, f"#include <{header}>\n")
                else:
                    self.bites(rules.third_party, path, f"#include <{header}>\n", "only, not for")
            self.assertIn(owner, rules.THIRD_PARTY[next(p for p in rules.THIRD_PARTY if header.startswith(p))])

    def test_only_the_host_reads_clocks(self):
        self.bites(rules.clocks, "lib/store/x.cpp", "auto t = std::chrono::system_clock::now();\n")
        self.bites(rules.clocks, "daemon/x.cpp", "clock_gettime(CLOCK_BOOTTIME, &t);\n")
        self.passes(rules.clocks, "lib/host/clock.cpp", "clock_gettime(CLOCK_BOOTTIME, &t);\n")
        self.passes(rules.clocks, "lib/store/x.cpp", "using Wall = std::chrono::system_clock::time_point;\n")

    def test_secrets_are_revealed_in_few_places(self):
        self.bites(rules.secrets, "lib/core/x.cpp", "use(ha1.md5.reveal());\n")
        self.bites(rules.secrets, "daemon/x.cpp", "log(key.reveal ());\n")
        self.passes(rules.secrets, "lib/auth/x.cpp", "use(key.reveal());\n")
        self.passes(rules.secrets, "tests/auth/x.cpp", "use(key.reveal());\n")

    def test_files_are_short(self):
        self.bites(rules.sizes, "lib/core/x.cpp", "\n" * (rules.LONGEST_FILE + 1))
        self.passes(rules.sizes, "lib/core/x.cpp", "\n" * rules.LONGEST_FILE)
        self.passes(rules.sizes, "README.md", "\n" * 1000)

    def test_nothing_is_left_for_later(self):
        for word in ["TO" + "DO", "FIX" + "ME"]:
            self.bites(rules.unfinished, "lib/core/x.cpp", f"// {word}: later\n")
            self.bites(rules.unfinished, "README.md", f"{word}\n")
        self.passes(rules.unfinished, "lib/core/x.cpp", "// to do so is fine\n")

    def test_headers_begin_with_the_idea(self):
        body = "namespace innkeeper::core {\n}\n"
        self.bites(rules.headers, "lib/core/x.h", "#pragma once\n" + body)
        self.bites(rules.headers, "lib/core/x.h", "// The idea.\n" + body)
        self.bites(rules.headers, "lib/core/x.h", HEAD + "namespace innkeeper::peer {\n}\n")
        self.passes(rules.headers, "lib/core/x.h", HEAD + body)

    def test_the_top_level_is_fixed(self):
        self.bites(rules.top_level, "notes.txt", "")
        self.bites(rules.top_level, "src/x.cpp", "")
        self.passes(rules.top_level, ".gitignore", "")
        self.passes(rules.top_level, "etc/innkeeper.conf", "")

    def test_every_rule_is_applied(self):
        bad = {"lib/base/x.h": "#include <thread>\n#include <pqxx/pqxx>\n" + '#include "core/row.h"\n', "junk": ""}
        self.assertGreaterEqual(len(rules.problems(bad)), 5)


if __name__ == "__main__":
    unittest.main()
