// The phones that the load generator plays: what each remembers between its REGISTERs, and their texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace innkeeper::bench {

struct Phone {
    std::uint32_t cseq = 0;
    std::uint32_t nonce_count = 0;
    std::string nonce;  // of the last challenge; empty: none yet
    std::string ha1;    // hex
};

// Which transaction a datagram belongs to; both ways it stands in the branch of the Via.
struct TransactionId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
};

// Users 1000000, 1000001 and so on of one domain; the password of each is "secret-" and the number.
class Phones {
public:
    Phones(unsigned count, std::string domain, std::string local);  // `local` is ADDR:PORT of the generator's socket

    unsigned count() const { return static_cast<unsigned>(phones_.size()); }
    // The next one of an order that visits all before any comes again, and neighbours far apart.
    unsigned next();
    bool challenged(unsigned phone) const { return !phones_[phone].nonce.empty(); }

    // A REGISTER of about 680 octets as a desk phone sends it, with a higher CSeq than before; `authorised`: answers
    // the phone's last challenge, with the nonce count that comes next.
    void write_register(std::string& out, unsigned phone, TransactionId id, bool authorised);
    // Takes the first WWW-Authenticate of an answer; false: there is none that a phone could use.
    bool take_challenge(unsigned phone, std::string_view answer);
    // The phone's own Contact stands in a 200.
    bool is_registered(unsigned phone, std::string_view answer) const;

private:
    void append_contact_uri(std::string& out, unsigned phone) const;
    void append_authorization(std::string& out, unsigned phone, std::uint32_t cnonce);

    std::string domain_;
    std::string local_;
    std::string ha2_;
    std::vector<Phone> phones_;
    unsigned step_ = 61803;
    unsigned cursor_ = 0;
};

// Null when the text has no branch of ours.
bool read_transaction_id(std::string_view message, TransactionId& out);

}  // namespace innkeeper::bench
