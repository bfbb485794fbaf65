#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace rakit::scenarios {

/// CardSetup is the card that a case begins with.
struct CardSetup {
    std::string image = "pkcs15-tc";                  ///< built-in name, or a file beside the scenario
    std::optional<std::string> serial;                ///< upper-case hex
    std::map<std::string, std::string> certificates;  ///< key id -> how its first certificate is wrong
    std::map<std::uint8_t, int> tries;                ///< PIN reference -> tries left
    std::map<std::uint8_t, std::uint8_t> same_pins;   ///< PIN reference -> the PIN whose value it has too
    nlohmann::json faults = nlohmann::json::array();  ///< as the card's image takes them
};

/// OfficerSetup is who signs; what isn't said is as in the CM's default configuration.
struct OfficerSetup {
    std::string name = "Olivia Officer";                ///< common name of the certificate
    bool card = false;                                  ///< a card in a second reader, through PKCS#11; else a PKCS#12
    nlohmann::json members = nlohmann::json::object();  ///< laid over the configuration's officer of that name
    std::string certificate = "valid";                  ///< "expired", "not-yet-valid", "revoked"
};

/// CmSetup is how the CM differs from its default configuration.
struct CmSetup {
    std::map<std::string, nlohmann::json> procedures;  ///< name -> members laid over it
    nlohmann::json config = nlohmann::json::object();  ///< laid over the whole; see lay_over()
    nlohmann::json deviations = nlohmann::json::object();
    std::vector<int> deviations_at;     ///< requests, from 1, during which they count; none: all
    std::string op_pins = "none";       ///< what the database holds of the card: "none", "held", "wrong"
    std::vector<std::string> used_tcs;  ///< key ids whose TC counts as exchanged already
    std::vector<std::string> revoked;   ///< key ids whose first certificate the database has as revoked
    std::vector<std::string> on_crl;    ///< key ids whose TC stands on a CRL of its issuer
    std::chrono::seconds clock_ahead{0};
    std::optional<bool> approves;  ///< what is decided of waiting orders before the officer resumes
};

/// KeyAction is the officer's choice on one line.
struct KeyAction {
    std::string key;
    std::string action;  ///< "blank", "issue", "redo", "add"
    std::optional<int>
        certificate;  ///< which of the key's certificates Redo replaces, from 1 as the contents list them
};

/// CardSwap is another card that takes the first one's place. A moment is a prompt's id, `request:N` (before the CM
/// sees its Nth request) or `answer:N` (before the RA sees the answer to it).
struct CardSwap {
    std::string at;
    CardSetup card;
};

/// OtherRa is a second RA, with hands of its own, which does the same job at a moment.
struct OtherRa {
    std::string at;
    bool same_journal = false;
};

/// Unplugging is what is pulled, and at which moment.
struct Unplugging {
    std::string at;
    std::string what;   ///< "card", "officer-card", "reader"
    bool back = false;  ///< put in again at once
};

/// Doing is what the officer does.
struct Doing {
    std::vector<KeyAction> actions;
    std::string procedure;
    std::map<std::string, std::string> fields;
    std::vector<std::string> show_fields;
    bool auto_add_fields = false;
    bool replace_ca = false;
    nlohmann::json qc = nlohmann::json::array();  ///< statements that the officer adds, as wire.md has them
    std::optional<CardSwap> swap_card;
    std::optional<Unplugging> unplug;
    std::optional<OtherRa> other_ra;
    std::string dialect = "cmc";  ///< that the RA is to speak with the CM
    /// prompt id -> what is typed, asking by asking: "right", "wrong", "cancel" or digits. One answer serves every
    /// asking; after several, the officer cancels.
    std::map<std::string, std::vector<std::string>> type;
    bool resume = false;                                     ///< after the update
    nlohmann::json resume_faults = nlohmann::json::array();  ///< strike in the resume, after which there is another
    bool abandon = false;                                    ///< instead of resuming, the officer gives the order up
    bool persist = false;  ///< resumes, or begins again where nothing is open, until it's done
    bool reload = false;   ///< after the update: it is done again with the card that is in the reader then
};

/// ContentAfter is what each new certificate must hold; what isn't said isn't judged.
struct ContentAfter {
    std::map<std::string, std::optional<std::string>> subject;  ///< field -> value; nothing: it isn't there
    std::optional<std::vector<std::string>> qc;                 ///< OIDs of the QC statements
};

/// KeyAfter is what one key must look like in the end; what isn't said isn't judged.
struct KeyAfter {
    std::optional<int> certificates;
    std::optional<int> fresh;              ///< issued in this case; "new" in the file
    std::optional<std::vector<int>> kept;  ///< positions of former certificates that are there, all others being gone
    std::optional<std::string> tc;         ///< "kept", "gone", "none"
    ContentAfter content;
};

/// CardAfter is what a card must look like in the end.
struct CardAfter {
    bool unchanged = false;                    ///< every file byte-identical
    std::map<std::string, KeyAfter> keys;      ///< keys that aren't named must be as they were
    std::optional<KeyAfter> ca;                ///< the issuer certificates on it, which otherwise must be as they were
    std::optional<std::string> last_update{};  ///< TokenInfo's: "renewed", "same"
};

/// HandedOut is a certificate that the officer got as a file.
struct HandedOut {
    std::string key;
    ContentAfter content;
};

/// CmAfter is what the CM's store must hold in the end, counted in this case.
struct CmAfter {
    std::optional<int> active, revoked, pending, orders, used_tcs;
    std::vector<std::string> log;
    std::optional<int> requests = {};
};

/// Expectation is what is judged.
struct Expectation {
    std::string result;  ///< "ok" or an error code; of resume, if the officer resumes
    std::optional<std::string> first_result;
    std::optional<std::string> second_result;  ///< of the resume that was disturbed
    std::optional<std::string> other_result;   ///< of the other RA
    CardAfter card;
    CardAfter other_card{true, {}, {}, {}};  ///< the one that was swapped in
    CmAfter cm;
    std::optional<std::vector<std::string>> prompts;
    std::vector<std::string> not_prompted;
    std::map<std::uint8_t, int> tries;
    std::optional<int> files;
    std::optional<std::vector<HandedOut>> handed_out;
    std::vector<std::map<std::string, std::string>> log;  ///< member -> value of an entry that the request log holds
    std::vector<std::string> notices;
    std::vector<std::string> not_told;
    nlohmann::json printer = nlohmann::json::object();  ///< where printer and card are in the end; PrinterCase::judge
};

/// Case is one row of a scenario, or the scenario itself if it has no matrix.
struct Case {
    std::string id;    ///< "tc/redo" or "tc/redo:rsa"
    std::string file;  ///< as it was found
    int position = 0;  ///< among all that were chosen, before they were shared out
    std::string title;
    std::string source;
    std::vector<std::string> covers;  ///< requirement ids of docs/coverage/requirements.yaml
    std::vector<std::string> tags;
    std::uint64_t seed = 1;
    std::optional<int> time_limit_s;
    CardSetup card;
    OfficerSetup officer;
    CmSetup cm;
    std::optional<nlohmann::json> printer;  ///< of `device: printer`: what it is like; PrinterCase::make
    Doing doing;
    Expectation expect;
};

/// parse_case takes a row's value, already checked against the schema, apart.
Case parse_case(const nlohmann::json& value);

}  // namespace rakit::scenarios
