#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/secret.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::scenarios {

/// KeyView is one key of a card as the judge reads it from the files, never as the RA tells it.
struct KeyView {
    std::string id;                               ///< PKCS#15 iD in hex
    Bytes spki;                                   ///< of the key itself, DER
    std::vector<x509::Certificate> certificates;  ///< in the directory's order
    std::string pin = {};                         ///< id of the PIN object that guards it, in hex; PKCS#15 only
    bool user_consent = false;                    ///< the directory says so
};

/// PinView is a PIN object of a PKCS#15 card.
struct PinView {
    std::uint8_t reference = 0;
    bool security_officer = false;  ///< its PIN is asked for as the OP PIN
};

/// CardView is a card's state as the judge reads it.
struct CardView {
    std::string profile;
    std::string serial;
    std::vector<KeyView> keys;
    std::vector<x509::Certificate> ca_certificates;
    std::map<std::string, std::string> files;  ///< path -> content as text; compared whole
    std::set<std::string> storage;             ///< of those, what an update may write: certificates and what lists them
    std::map<std::string, Bytes> credentials;  ///< PIN or management key -> SHA-256 of all but its tries left
    std::map<std::uint8_t, int> tries;         ///< PIN reference -> tries left
    std::map<std::string, PinView> pins;       ///< id in hex -> PIN object
    std::optional<std::string> last_update;    ///< TokenInfo's, as it stands there
    std::vector<std::string> damage;           ///< what doesn't parse or doesn't fit together

    const KeyView* key(const std::string& id) const;
};

/// CmCertificate is a certificate that the CM issued in this case.
struct CmCertificate {
    Bytes sha256;
    std::string state;  ///< "active", "pending", "revoked"
};

/// CmLogEntry is one line of the request log.
struct CmLogEntry {
    std::string category, code, officer, procedure, line;  ///< `code` is "ok" where it went well
};

/// CmView is what the CM's store holds of this case.
struct CmView {
    std::vector<CmCertificate> certificates;
    int orders = 0;
    int revoked_former = 0;  ///< certificates that were there before and are revoked now
    int used_tcs = 0;
    std::vector<CmLogEntry> log;
    int requests = 0;  ///< that reached it
};

/// Written is something that the run left: a file, a trace, a report.
struct Written {
    std::string what;
    Bytes content;
};

/// Observation is everything the judge goes by.
struct Observation {
    CardView before;
    CardView after;
    std::optional<CardView> between;                        ///< as the first half left it, before the resume
    std::optional<CardView> other_before, other_after;      ///< the card that was swapped in
    std::optional<CardView> officer_before, officer_after;  ///< the officer's own
    CmView cm;
    std::string result;                                      ///< "ok" or the code with which the RA ended
    std::optional<std::string> first_result, second_result;  ///< of the update, and of a resume that was disturbed
    std::optional<std::string> other_result;                 ///< of the other RA
    std::string detail;                                      ///< the RA's own words, for people only
    bool dialog_seen = true;                                 ///< prompts and notices could be seen
    std::vector<std::string> held_at;                        ///< prompts and requests during which it held the card
    int wrong_pins_sent = 0, wrong_pins_allowed = 0;         ///< to the card; allowed: as many as were typed
    bool left_open = false;                                  ///< a PIN was still verified when all was over
    std::vector<std::string> prompts;                        ///< ids in the order in which they were shown
    std::vector<std::string> notices;
    std::vector<x509::Certificate> files;  ///< handed to the officer
    std::vector<Written> written;
    std::vector<Pin> secrets;  ///< what must stand in nothing that was written
};

/// Mismatch is one thing that isn't as expected.
struct Mismatch {
    std::string what;
    std::string expected;
    std::string seen;
};

}  // namespace rakit::scenarios
