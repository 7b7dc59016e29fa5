#include "auth/challenge.h"

#include "auth/digest_parameters.h"
#include "auth/hash.h"
#include "base/ascii.h"

namespace innkeeper::auth {
namespace {

constexpr std::string_view first_use = "00000001";

bool offers_auth(std::string_view qops) {
    while (!qops.empty()) {
        const auto comma = qops.find(',');
        const std::string_view one = base::trimmed(qops.substr(0, comma));
        if (base::same_ignoring_case(one, "auth")) return true;
        qops.remove_prefix(comma == std::string_view::npos ? qops.size() : comma + 1);
    }
    return false;
}

}  // namespace

std::optional<Challenge> read_challenge(std::string_view header) {
    DigestParameters parameters(header);
    Challenge challenge;
    bool usable = true;
    while (const auto parameter = parameters.next()) {
        const auto [name, value] = *parameter;
        if (base::same_ignoring_case(name, "realm")) challenge.realm = value;
        if (base::same_ignoring_case(name, "nonce")) challenge.nonce = value;
        if (base::same_ignoring_case(name, "opaque")) challenge.opaque = value;
        if (base::same_ignoring_case(name, "qop")) usable = usable && (challenge.qop_auth = offers_auth(value));
        if (base::same_ignoring_case(name, "algorithm")) {
            const bool sha256 = base::same_ignoring_case(value, "SHA-256");
            usable = usable && (sha256 || base::same_ignoring_case(value, "MD5"));
            challenge.algorithm = sha256 ? Algorithm::sha256 : Algorithm::md5;
        }
    }
    usable = usable && parameters.sound() && !challenge.realm.empty() && !challenge.nonce.empty();
    return usable ? std::optional(std::move(challenge)) : std::nullopt;
}

std::string answer(const Challenge& challenge, std::string_view username, std::string_view method, std::string_view uri,
                   std::string_view cnonce, const Ha1& ha1) {
    const bool md5 = challenge.algorithm == Algorithm::md5;
    if (md5 ? !ha1.md5.present() : !ha1.sha256.present()) return {};
    const Hex secret(md5 ? std::span<const std::uint8_t>(ha1.md5.reveal()) : ha1.sha256.reveal());
    const Hash what_octets(challenge.algorithm, {method, ":", uri});
    const Hex what(what_octets.octets());
    const Hash plain(challenge.algorithm, {secret.text(), ":", challenge.nonce, ":", what.text()});
    const Hash counted(challenge.algorithm,
                       {secret.text(), ":", challenge.nonce, ":", first_use, ":", cnonce, ":auth:", what.text()});
    const Hex response(challenge.qop_auth ? counted.octets() : plain.octets());
    std::string text = "Digest username=\"";
    text.append(username).append("\", realm=\"").append(challenge.realm).append("\", nonce=\"").append(challenge.nonce);
    text.append("\", uri=\"").append(uri).append("\", response=\"").append(response.text());
    text.append("\", algorithm=").append(to_text(challenge.algorithm));
    if (challenge.qop_auth)
        text.append(", qop=auth, nc=").append(first_use).append(", cnonce=\"").append(cnonce) += '"';
    if (!challenge.opaque.empty()) text.append(", opaque=\"").append(challenge.opaque) += '"';
    return text;
}

}  // namespace innkeeper::auth
