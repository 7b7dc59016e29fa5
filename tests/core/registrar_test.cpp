#include "core/registrar.h"

#include "core/limits.h"
#include "registrar_support.h"

using namespace innkeeper;
using namespace innkeeper::core;

TEST_CASE("a REGISTER makes a binding of what it says", "[registrar]") {
    Registrar registrar;
    OwnedRegister request = with(7, {{"sip:alice@192.0.2.1:5062", "<urn:uuid:1>", 2, 500, 120}});
    request.path = "<sip:edge.example.test;lr>";
    request.source.transport = base::Transport::tcp;
    request.source.connection = 9;
    registrar.apply(request);
    REQUIRE(registrar.bindings.size() == 1);
    const Binding& binding = registrar.bindings.front();
    CHECK(binding.contact == "sip:alice@192.0.2.1:5062");
    CHECK(binding.call_id == "alice-call");
    CHECK(binding.cseq == 7);
    CHECK(binding.instance == "<urn:uuid:1>");
    CHECK(binding.reg_id == 2);
    CHECK(binding.q == 500);
    CHECK(binding.path == "<sip:edge.example.test;lr>");
    CHECK(binding.user_agent == "Yealink SIP-T46S");
    CHECK(binding.flow == request.source);
    CHECK(binding.terminal == backup::TerminalKind::desk);
    CHECK(binding.registered == start);
    CHECK(binding.expires == start + 120s);
}

TEST_CASE("several Contacts of one request are bound in their order", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1"), at("sip:a@h2", 600), at("sip:a@h3")}));
    CHECK(registrar.contacts() == Uris{"sip:a@h1", "sip:a@h2", "sip:a@h3"});
    CHECK(registrar.bindings[1].expires == start + 600s);
}

TEST_CASE("expiry is that of the Contact, else of the header, else the default, and never above the most",
          "[registrar]") {
    struct Row {
        std::optional<std::uint32_t> contact, header;
        std::chrono::seconds granted;
    };
    const Row row = GENERATE(Row{120, 600, 120s}, Row{{}, 600, 600s}, Row{{}, {}, 300s}, Row{7200, {}, 3600s},
                             Row{{}, 4294967295u, 3600s}, Row{60, {}, 60s}, Row{3600, 60, 3600s});
    CAPTURE(row.contact.value_or(0), row.header.value_or(0));
    Registrar registrar;
    OwnedRegister request = with(1, {at("sip:a@h", row.contact)});
    request.expires = row.header;
    registrar.apply(request);
    CHECK(registrar.bindings.front().expires == start + row.granted);
}

TEST_CASE("an expiry between zero and the least is too brief", "[registrar]") {
    const std::uint32_t asked = GENERATE(1u, 30u, 59u);
    Registrar registrar;
    CHECK(registrar.refusal(with(1, {at("sip:a@h", asked)})) == Refusal::interval_too_brief);
    OwnedRegister by_header = with(1, {at("sip:a@h")});
    by_header.expires = asked;
    CHECK(registrar.refusal(by_header) == Refusal::interval_too_brief);
}

TEST_CASE("an hour is never too brief, whatever the least", "[registrar]") {
    const Registrar registrar;
    const GrantBounds long_ones{7200s, 86400s, 7200s};
    CHECK(std::holds_alternative<RegistrationPlan>(registrar.plan(with(1, {at("sip:a@h", 3600)}), long_ones)));
    CHECK(std::get<Refusal>(registrar.plan(with(1, {at("sip:a@h", 3599)}), long_ones)) == Refusal::interval_too_brief);
}

TEST_CASE("one Contact that is too brief spoils the whole request", "[registrar]") {
    const Registrar registrar;
    CHECK(registrar.refusal(with(1, {at("sip:a@h1", 600), at("sip:a@h2", 5)})) == Refusal::interval_too_brief);
}

TEST_CASE("a Contact with expiry zero is removed, the others stay", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1"), at("sip:a@h2"), at("sip:a@h3")}));
    const RegistrationPlan plan = registrar.apply(with(2, {at("sip:a@h2", 0)}));
    CHECK(plan.removes_only);
    CHECK(registrar.contacts() == Uris{"sip:a@h1", "sip:a@h3"});
}

TEST_CASE("several Contacts can be removed and added by one request", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1"), at("sip:a@h2"), at("sip:a@h3")}));
    const RegistrationPlan plan = registrar.apply(with(2, {at("sip:a@h1", 0), at("sip:a@h4"), at("sip:a@h3", 0)}));
    CHECK_FALSE(plan.removes_only);
    CHECK(registrar.contacts() == Uris{"sip:a@h2", "sip:a@h4"});
}

TEST_CASE("removing what is not bound changes nothing", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1")}));
    const RegistrationPlan plan = registrar.planned(with(2, {at("sip:a@h9", 0)}));
    CHECK(plan.changes.empty());
    CHECK(plan.removes_only);
}

TEST_CASE("a request without Contact fetches", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1")}));
    const RegistrationPlan plan = registrar.planned(with(2, {}));
    CHECK(plan.changes.empty());
    CHECK(plan.removes_only);
}

TEST_CASE("Contact: * with Expires: 0 removes all", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1"), at("sip:a@h2")}));
    OwnedRegister star = with(2, {});
    star.star = true;
    star.expires = 0;
    const RegistrationPlan plan = registrar.apply(star);
    CHECK(plan.removes_only);
    CHECK(registrar.bindings.empty());
}

TEST_CASE("Contact: * with anything else is malformed", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1")}));
    OwnedRegister star = with(2, {});
    star.star = true;
    SECTION("no Expires header") {}
    SECTION("another Expires") {
        star.expires = 3600;
    }
    SECTION("another Contact beside it") {
        star.expires = 0;
        star.contacts = {at("sip:a@h2")};
    }
    CHECK(registrar.refusal(star) == Refusal::malformed);
}

TEST_CASE("Contact: * obeys the order of one Call-ID", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(5, {at("sip:a@h1")}));
    OwnedRegister star = with(5, {});
    star.star = true;
    star.expires = 0;
    CHECK(registrar.refusal(star) == Refusal::stale_sequence);
    star.cseq = 4;
    CHECK(registrar.refusal(star) == Refusal::stale_sequence);
    star.call_id = "another call";
    CHECK(registrar.planned(star).changes.size() == 1);
}

TEST_CASE("an older CSeq of the same Call-ID is refused, of another Call-ID it counts", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(5, {at("sip:a@h1")}));
    OwnedRegister older = with(4, {at("sip:a@h1", 0)});
    CHECK(registrar.refusal(older) == Refusal::stale_sequence);
    older.call_id = "after a reboot";
    registrar.apply(older);
    CHECK(registrar.bindings.empty());
}

TEST_CASE("one stale Contact spoils the whole request", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(5, {at("sip:a@h1")}));
    CHECK(registrar.refusal(with(4, {at("sip:a@h2"), at("sip:a@h1")})) == Refusal::stale_sequence);
}

TEST_CASE("a retransmission changes nothing and is answered alike", "[registrar]") {
    Registrar registrar;
    OwnedRegister request = with(5, {outbound("sip:a@h1", 1)});
    request.supports_outbound = true;
    const RegistrationPlan first = registrar.apply(request);
    CHECK_FALSE(first.retransmitted);
    registrar.now += 500ms;
    const RegistrationPlan again = registrar.planned(request);
    CHECK(again.retransmitted);
    CHECK(again.changes.empty());
    CHECK(again.outbound == first.outbound);
}

TEST_CASE("a refresh keeps the binding, with a new CSeq and expiry", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1")}));
    registrar.now += 150s;
    const RegistrationPlan plan = registrar.apply(with(2, {at("sip:a@h1")}));
    REQUIRE(plan.changes.size() == 1);
    CHECK(std::holds_alternative<KeepBinding>(plan.changes.front()));
    CHECK(registrar.bindings.front().cseq == 2);
    CHECK(registrar.bindings.front().registered == start + 150s);
    CHECK(registrar.bindings.front().expires == start + 450s);
}

TEST_CASE("a refresh that says anything new replaces the binding", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {at("sip:a@h1;line=1")}));
    OwnedRegister request = with(2, {at("sip:a@h1;line=1")});
    auto terminal = backup::TerminalKind::desk;
    SECTION("q") {
        request.contacts[0].q = 100;
    }
    SECTION("another spelling of the same Contact") {
        request.contacts[0].uri = "sip:a@H1;line=1";
    }
    SECTION("Path") {
        request.path = "<sip:p>";
    }
    SECTION("flow") {
        request.source.remote.port = 1024;
    }
    SECTION("Call-ID") {
        request.call_id = "after a reboot";
    }
    SECTION("instance") {
        request.contacts[0].instance = "<urn:uuid:1>";
    }
    SECTION("User-Agent") {
        request.user_agent = "Yealink SIP-T48S";
    }
    SECTION("the kind of terminal, as its user's record says") {
        terminal = backup::TerminalKind::dect;
    }
    auto plan =
        std::get<RegistrationPlan>(plan_registration(start, request.shown(), registrar.bindings, bounds, terminal));
    REQUIRE(plan.changes.size() == 1);
    CHECK(std::holds_alternative<ReplaceBinding>(plan.changes.front()));
    apply_plan(start, plan, registrar.bindings);
    REQUIRE(registrar.bindings.size() == 1);
    CHECK(registrar.bindings.front().contact == request.contacts[0].uri);
    CHECK(registrar.bindings.front().terminal == terminal);
}

TEST_CASE("a Contact named twice in one request counts once, as first named", "[registrar][R15]") {
    Registrar registrar;
    SECTION("new") {
        registrar.apply(with(1, {at("sip:a@h1", 600), at("sip:a@H1", 900)}));
        CHECK(registrar.contacts() == Uris{"sip:a@h1"});
    }
    SECTION("bound before") {
        registrar.apply(with(1, {at("sip:a@h1")}));
        const RegistrationPlan plan = registrar.apply(with(2, {at("sip:a@h1", 600), at("sip:a@h1;x=1", 0)}));
        CHECK(plan.changes.size() == 1);
        CHECK(registrar.contacts() == Uris{"sip:a@h1"});
    }
    SECTION("removed twice, to make room for more than allowed") {
        OwnedRegister full = with(1, {});
        for (std::size_t i = 0; i < Limits::bindings_per_aor; ++i)
            full.contacts.push_back(at("sip:a@h" + std::to_string(i)));
        registrar.apply(full);
        CHECK(registrar.refusal(with(2, {at("sip:a@h0", 0), at("sip:a@h0", 0), at("sip:a@n1"), at("sip:a@n2")})) ==
              Refusal::too_many_bindings);
    }
}

TEST_CASE("an AOR has at most ten bindings, and beyond them all or nothing", "[registrar][R15]") {
    Registrar registrar;
    OwnedRegister full = with(1, {});
    for (std::size_t i = 0; i < Limits::bindings_per_aor; ++i)
        full.contacts.push_back(at("sip:a@h" + std::to_string(i)));
    OwnedRegister more = full;
    more.contacts.push_back(at("sip:a@one-more"));
    CHECK(registrar.refusal(more) == Refusal::too_many_bindings);
    registrar.apply(full);
    CHECK(registrar.bindings.size() == 10);
    CHECK(registrar.refusal(with(2, {at("sip:a@one-more")})) == Refusal::too_many_bindings);
    registrar.apply(with(3, {at("sip:a@h0", 0), at("sip:a@one-more")}));
    CHECK(registrar.bindings.size() == 10);
    registrar.apply(with(4, {at("sip:a@h5")}));
    CHECK(registrar.bindings.size() == 10);
}

TEST_CASE("what is longer than its limit is malformed", "[registrar][R15]") {
    const Registrar registrar;
    OwnedRegister request = with(1, {at("sip:a@h1")});
    const auto fill = [](std::size_t size) { return std::string(size, 'x'); };
    SECTION("Contact") {
        request.contacts[0].uri = fill(Limits::contact_octets);
        CHECK_FALSE(registrar.planned(request).changes.empty());
        request.contacts[0].uri += 'x';
    }
    SECTION("no Contact URI") {
        request.contacts[0].uri.clear();
    }
    SECTION("Call-ID") {
        request.call_id = fill(Limits::call_id_octets);
        CHECK_FALSE(registrar.planned(request).changes.empty());
        request.call_id += 'x';
    }
    SECTION("no Call-ID") {
        request.call_id.clear();
    }
    SECTION("instance") {
        request.contacts[0].instance = fill(Limits::instance_octets);
        CHECK_FALSE(registrar.planned(request).changes.empty());
        request.contacts[0].instance += 'x';
    }
    SECTION("Path") {
        request.path = fill(Limits::path_octets);
        CHECK_FALSE(registrar.planned(request).changes.empty());
        request.path += 'x';
    }
    SECTION("q") {
        request.contacts[0].q = 1001;
    }
    CHECK(registrar.refusal(request) == Refusal::malformed);
}

TEST_CASE("a long User-Agent is cut, and a refresh with it is still a refresh", "[registrar]") {
    Registrar registrar;
    OwnedRegister request = with(1, {at("sip:a@h1")});
    request.user_agent = std::string(500, 'u');
    registrar.apply(request);
    CHECK(registrar.bindings.front().user_agent.size() == Limits::user_agent_octets);
    request.cseq = 2;
    CHECK(std::holds_alternative<KeepBinding>(registrar.planned(request).changes.front()));
}

TEST_CASE("terminals are counted by instance, or by Contact where there is none", "[registrar][R10]") {
    Registrar registrar;
    CHECK(terminals_after(registrar.planned(with(1, {outbound("sip:a@h1", 1), outbound("sip:a@h2", 2)})), {}) == 1);
    registrar.apply(with(1, {outbound("sip:a@h1", 1), at("sip:a@h2"), at("sip:a@h3")}));
    CHECK(terminals_after({}, registrar.bindings) == 3);
    CHECK(terminals_after(registrar.planned(with(2, {at("sip:a@h2", 0)})), registrar.bindings) == 2);
    CHECK(terminals_after(registrar.planned(with(2, {at("sip:a@h4")})), registrar.bindings) == 4);
    CHECK(terminals_after(registrar.planned(with(2, {outbound("sip:a@h5", 1)})), registrar.bindings) == 3);
    CHECK(terminals_after(registrar.planned(with(2, {at("sip:a@h2")})), registrar.bindings) == 3);
}
