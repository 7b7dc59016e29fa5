#include "bench/phones.h"

#include <charconv>
#include <numeric>

#include "auth/hash.h"

namespace innkeeper::bench {
namespace {

constexpr std::string_view branch_cookie = "z9hG4bK";
constexpr std::size_t branch_octets = branch_cookie.size() + 16;
constexpr unsigned first_number = 1000000;

void append_number(std::string& out, std::uint32_t number) {
    char digits[10];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_hex(std::string& out, std::uint32_t number) {
    for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[number >> shift & 15];
}

bool read_hex(std::string_view text, std::uint32_t& out) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
    return failed == std::errc{} && end == text.data() + text.size();
}

std::string md5(std::initializer_list<std::string_view> parts) {
    const auth::Hash hash(auth::Algorithm::md5, parts);
    return std::string(auth::Hex(hash.octets()).text());
}

// The value of `name="..."` in a header's line.
std::string_view quoted_value(std::string_view line, std::string_view name) {
    const auto start = line.find(name);
    if (start == std::string_view::npos) return {};
    const auto rest = line.substr(start + name.size());
    return rest.substr(0, rest.find('"'));
}

}  // namespace

Phones::Phones(unsigned count, std::string domain, std::string local)
    : domain_(std::move(domain)), local_(std::move(local)), ha2_(md5({"REGISTER:sip:", domain_})), phones_(count) {
    while (std::gcd(step_, count) != 1) ++step_;
}

unsigned Phones::next() {
    const unsigned phone = cursor_;
    cursor_ = (cursor_ + step_) % count();
    return phone;
}

void Phones::append_contact_uri(std::string& out, unsigned phone) const {
    out += "sip:";
    append_number(out, first_number + phone);
    out += "@10.";
    append_number(out, 100 + phone / 10000 % 100);
    out += '.';
    append_number(out, 100 + phone / 100 % 100);
    out += '.';
    append_number(out, 100 + phone % 100);
    out += ":5060";
}

void Phones::append_authorization(std::string& out, unsigned phone, std::uint32_t cnonce) {
    Phone& of = phones_[phone];
    std::string count;
    append_hex(count, ++of.nonce_count);
    std::string salt;
    append_hex(salt, cnonce);
    out += "Authorization: Digest username=\"";
    append_number(out, first_number + phone);
    out += "\", realm=\"" + domain_ + "\", nonce=\"" + of.nonce + "\", uri=\"sip:" + domain_ + "\", response=\"";
    out += md5({of.ha1, ":", of.nonce, ":", count, ":", salt, ":auth:", ha2_});
    out += "\", algorithm=MD5, cnonce=\"" + salt + "\", qop=auth, nc=" + count + "\r\n";
}

void Phones::write_register(std::string& out, unsigned phone, TransactionId id, bool authorised) {
    Phone& of = phones_[phone];
    const std::uint32_t number = first_number + phone;
    const auto address = [&](std::string_view header) {
        out.append(header).append("\"");
        append_number(out, number);
        out += "\" <sip:";
        append_number(out, number);
        out.append("@").append(domain_).append(">");
    };
    out.clear();
    out.append("REGISTER sip:").append(domain_).append(" SIP/2.0\r\nVia: SIP/2.0/UDP ").append(local_);
    out.append(";rport;branch=").append(branch_cookie);
    append_hex(out, id.slot);
    append_hex(out, id.generation);
    address("\r\nFrom: ");
    out += ";tag=";
    append_hex(out, number);
    address("\r\nTo: ");
    out += "\r\nCall-ID: 0_";
    append_number(out, 1200000000 + number);
    out += "@10.100.100.100\r\nCSeq: ";
    append_number(out, ++of.cseq);
    out += " REGISTER\r\nContact: <";
    append_contact_uri(out, phone);
    out += ">;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-0000";
    append_hex(out, number);
    out += ">\"\r\n";
    if (authorised) append_authorization(out, phone, id.generation);
    out +=
        "Allow: INVITE, INFO, PRACK, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REGISTER, SUBSCRIBE, REFER, PUBLISH, UPDATE, "
        "MESSAGE\r\nMax-Forwards: 70\r\nUser-Agent: Yealink SIP-T46S 66.86.0.15\r\nExpires: 3600\r\n"
        "Allow-Events: talk,hold,conference,refer,check-sync\r\nContent-Length: 0\r\n\r\n";
}

bool Phones::take_challenge(unsigned phone, std::string_view answer) {
    const auto start = answer.find("\nWWW-Authenticate: Digest ");
    if (start == std::string_view::npos) return false;
    const auto line = answer.substr(start, answer.find('\r', start) - start);
    const auto nonce = quoted_value(line, "nonce=\"");
    if (nonce.empty() || quoted_value(line, "realm=\"") != domain_) return false;
    Phone& of = phones_[phone];
    of.nonce = nonce;
    of.nonce_count = 0;
    if (of.ha1.empty()) {
        const std::string number = std::to_string(first_number + phone);
        of.ha1 = md5({number, ":", domain_, ":secret-", number});
    }
    return true;
}

bool Phones::is_registered(unsigned phone, std::string_view answer) const {
    std::string uri;
    append_contact_uri(uri, phone);
    return answer.find(uri) != std::string_view::npos;
}

bool read_transaction_id(std::string_view message, TransactionId& out) {
    const auto start = message.find(branch_cookie);
    if (start == std::string_view::npos || message.size() - start < branch_octets) return false;
    const auto digits = message.substr(start + branch_cookie.size());
    return read_hex(digits.substr(0, 8), out.slot) && read_hex(digits.substr(8, 8), out.generation);
}

}  // namespace innkeeper::bench
