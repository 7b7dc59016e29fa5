#include <catch2/catch.hpp>

#include "core/limits.h"
#include "sip/desk.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::support;

namespace {

std::string with(std::string more) {
    RegisterText request;
    request.more = std::move(more);
    return request.text();
}

}  // namespace

TEST_CASE("a REGISTER reaches the core with everything it says", "[sip][registrar]") {
    Desk desk;
    RegisterText request;
    request.to = "\"Anna \\\"A\\\" B\" <sip:1001@ECO.test;user=phone>";
    request.cseq = "4711 REGISTER";
    request.more =
        "Contact: <sip:1001@192.0.2.7:5062;ob>;q=0.5;expires=60;+sip.instance=\"<urn:uuid:0-1>\";reg-id=2,\n"
        " \"Second\" <sips:1001@192.0.2.8>\n"
        "Path: <sip:edge1.test;lr>, <sip:edge2.test;lr;ob>\n"
        "Supported: path, Outbound\nExpires: 1800\n";
    CHECK(status_of(desk.ask(request.text())) == 200);
    REQUIRE(desk.seen);
    CHECK(desk.seen->to_user == "1001");
    CHECK(desk.seen->to_domain == "ECO.test");
    CHECK_FALSE(desk.seen->to_domain_is_address);
    CHECK(desk.seen->call_id == "call-1@127.0.0.1");
    CHECK(desk.seen->cseq == 4711);
    CHECK(desk.seen->user_agent == "Yealink SIP-T46S");
    CHECK(desk.seen->expires == 1800u);
    CHECK(desk.seen->supports_path);
    CHECK(desk.seen->supports_outbound);
    CHECK(desk.seen->path == "<sip:edge1.test;lr>, <sip:edge2.test;lr;ob>");
    REQUIRE(desk.seen->contacts.size() == 2);
    CHECK(desk.seen->contacts[0].uri == "sip:1001@192.0.2.7:5062;ob");
    CHECK(desk.seen->contacts[0].instance == "<urn:uuid:0-1>");
    CHECK(desk.seen->contacts[0].reg_id == 2);
    CHECK(desk.seen->contacts[0].q == 500);
    CHECK(desk.seen->contacts[0].expires == 60u);
    CHECK(desk.seen->contacts[1].uri == "sips:1001@192.0.2.8");
    CHECK(desk.seen->contacts[1].q == 1000);
    CHECK_FALSE(desk.seen->contacts[1].expires);
}

TEST_CASE("a phone behind NAT is known by its Via", "[sip][registrar]") {
    Desk desk;
    RegisterText request;
    request.via = "SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK-1";
    desk.ask(request.text());
    CHECK_FALSE(desk.seen->behind_nat);
    request.via = "SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK-1";
    desk.ask(request.text());
    CHECK(desk.seen->behind_nat);
    request.via = "SIP/2.0/UDP phone.eco.test;branch=z9hG4bK-1";
    desk.ask(request.text());
    CHECK(desk.seen->behind_nat);
}

TEST_CASE("a phone that was given an address for a domain is told from others", "[sip][registrar]") {
    Desk desk;
    RegisterText request;
    for (const std::string domain : {"192.0.2.1", "[2001:db8::1]"}) {
        request.to = "<sip:1001@" + domain + ":5060>";
        desk.ask(request.text());
        REQUIRE(desk.seen);
        CHECK(desk.seen->to_domain_is_address);
        CHECK(desk.seen->to_domain == domain);
    }
}

TEST_CASE("a fetch, a removal of all and a removal of one are told apart", "[sip][registrar]") {
    Desk desk;
    CHECK(status_of(desk.ask(with(""))) == 200);
    CHECK(desk.seen->contacts.empty());
    CHECK_FALSE(desk.seen->star);
    CHECK(status_of(desk.ask(with("Contact: *\nExpires: 0\n"))) == 200);
    CHECK(desk.seen->star);
    desk.grant_contacts = false;
    CHECK(status_of(desk.ask(with("Contact: <sip:1001@192.0.2.7>;expires=0\n"))) == 200);
    CHECK(desk.seen->contacts[0].expires == 0u);
}

TEST_CASE("only what nobody here knows is unsupported", "[sip][registrar]") {
    Desk desk;
    desk.ask(with("Require: path, outbound\n"));
    CHECK(desk.seen->unsupported.empty());
    CHECK(desk.seen->supports_path);
    desk.ask(with("Require: gruu, path\nRequire: sec-agree\n"));
    CHECK(desk.seen->unsupported == "gruu, sec-agree");
}

TEST_CASE("credentials that this server could have asked for reach the core unquoted", "[sip][RFC7616][RFC8760]") {
    Desk desk;
    desk.ask(with(
        "Authorization: Digest username=\"a\\\"b\", realm=\"eco.test\", nonce=\"n1\", uri=\"sip:eco.test\",\n"
        " response=\"0123\", algorithm=MD5, cnonce=\"c\", qop=auth, nc=0000000A\n"
        "Authorization: digest username=\"x\",realm=\"r\",nonce=\"n2\",uri=\"u\",response=\"z\",algorithm=sha-256\n"
        "Authorization: Digest username=\"y\",realm=\"r\",nonce=\"n3\",algorithm=MD5-sess\n"
        "Authorization: Digest username=\"y\",realm=\"r\",nonce=\"n4\",qop=auth-int,nc=00000001\n"
        "Authorization: Digest username=\"y\",realm=\"r\",nonce=\"n5\",qop=auth,nc=1\n"
        "Authorization: NoOneKnowsThisScheme opaque-data=here\n"));
    REQUIRE(desk.seen);
    REQUIRE(desk.seen->credentials.size() == 2);
    const auto& first = desk.seen->credentials[0];
    CHECK(first.username == "a\"b");
    CHECK(first.realm == "eco.test");
    CHECK(first.nonce == "n1");
    CHECK(first.uri == "sip:eco.test");
    CHECK(first.response == "0123");
    CHECK(first.cnonce == "c");
    CHECK(first.qop_auth);
    CHECK(first.nonce_count == 10);
    CHECK(first.nonce_count_text == "0000000A");
    CHECK(first.algorithm == auth::Algorithm::md5);
    const auto& second = desk.seen->credentials[1];
    CHECK(second.algorithm == auth::Algorithm::sha256);
    CHECK_FALSE(second.qop_auth);
}

TEST_CASE("what is not well-formed gets 400 and never reaches the core", "[sip][R12]") {
    const std::string many(300, 'x');
    std::string contacts = "Contact: <sip:0@192.0.2.7>";
    for (int i = 1; i <= 21; ++i) contacts += ", <sip:" + std::to_string(i) + "@192.0.2.7>";
    const std::string bad[] = {
        with("Contact: *\n"),
        with("Contact: *\nExpires: 60\n"),
        with("Contact: *, <sip:1@192.0.2.7>\nExpires: 0\n"),
        with("Contact: *, *\nExpires: 0\n"),
        with("Contact: <name:John_Smith>\n"),
        with("Contact: <sip:>\n"),
        with("Contact: <sip:1@192.0.2.7>;q=1.5\n"),
        with("Contact: <sip:1@192.0.2.7>;q=0.1234\n"),
        with("Contact: <sip:1@192.0.2.7>;q=x\n"),
        with("Contact: <sip:1@192.0.2.7>;expires=soon\n"),
        with("Contact: <sip:1@192.0.2.7>;expires=-1\n"),
        with("Contact: <sip:1@192.0.2.7>;expires=4294967296\n"),
        with("Contact: <sip:1@192.0.2.7>;reg-id=0\n"),
        with("Contact: <sip:1@192.0.2.7>;+sip.instance=unquoted\n"),
        with("Contact: <sip:1@192.0.2.7>;+sip.instance=\"<" + many + ">\"\n"),
        with("Contact: <sip:1@192.0.2.7;x=" + many + many + ">\n"),
        with(contacts + "\n"),
        with("Path: <sip:" + many + many + ">\n"),
        with("Path: <tel:1234>\n"),
        with("Expires: soon\n"),
        with("Expires: 99999999999999999999\n"),
        with("Expires: 60\nExpires: 61\n"),
        with("Call-ID: another@call\n"),
        with("X: a" + std::string(1, '\0') + "b\n"),
    };
    for (const auto& text : bad) {
        INFO(text);
        Desk desk;
        CHECK(status_of(desk.ask(text)) == 400);
        CHECK_FALSE(desk.seen);
        CHECK(desk.server.counters().of(base::Transport::udp).malformed == 1);
    }
    RegisterText request;
    request.cseq = "2147483648 REGISTER";
    CHECK(status_of(Desk().ask(request.text())) == 400);
    request = {};
    request.cseq = "1 OPTIONS";
    CHECK(status_of(Desk().ask(request.text())) == 400);
    request = {};
    request.to = "<tel:+4912345>";
    CHECK(status_of(Desk().ask(request.text())) == 400);
    request = {};
    request.call_id = many;
    CHECK(status_of(Desk().ask(request.text())) == 400);
    request = {};
    request.content_length = "10";
    CHECK(status_of(Desk().ask(request.text())) == 400);
}

TEST_CASE("a long User-Agent is cut, not refused", "[sip]") {
    Desk desk;
    RegisterText request;
    auto text = request.text();
    text.replace(text.find("Yealink"), 7, std::string(500, 'Y'));
    CHECK(status_of(desk.ask(text)) == 200);
    CHECK(desk.seen->user_agent.size() == core::Limits::user_agent_octets);
}
