#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "scenarios/iut/typist.hpp"

namespace rakit::scenarios {

/// JobAction is the officer's choice on one line of the contents.
struct JobAction {
    std::string key;
    std::string action;
    std::optional<std::string> certificate;  ///< serial number in hex of the one that Redo replaces
};

/// Job is what an RA under test is to do; nothing in it is secret (docs/formats/iut.md).
struct Job {
    bool resume = false;  ///< else an update
    std::string reader;   ///< PC/SC name
    std::string cm_url;
    std::filesystem::path cm_ca;  ///< PEM, the CA of the CM's TLS certificate and of its answers
    std::string officer;          ///< a PKCS#12 file, or `pkcs11:...` (RFC 7512) of a card in officer_reader
    std::string officer_tls;      ///< who opens the TLS connection; empty: `officer` does
    std::string officer_reader;   ///< PC/SC name; empty with a PKCS#12
    std::string procedure;
    std::vector<JobAction> actions;
    std::map<std::string, std::string> fields;
    std::vector<std::string> show_fields;
    bool auto_add_fields = false;
    bool replace_ca = false;
    std::string qc = "[]";                 ///< JSON: statements that the officer adds, as wire.md has them
    std::filesystem::path journal_folder;  ///< where the RA keeps what resume needs
    std::filesystem::path out_folder;      ///< where certificates of Issue are handed out, one DER or PEM file each
    std::filesystem::path prompt_socket;   ///< where an RA that is a program asks its prompts
};

/// IutResult is the RA's own word; only its result is compared, all else is judged from outside.
struct IutResult {
    std::string result;  ///< "ok" or an error code
    std::string detail;  ///< for people
    std::vector<std::string> notices;
};

/// Iut is an RA under test.
class Iut {
public:
    virtual ~Iut() = default;
    /// run does the job. An Error means that the RA could not be had or didn't keep to the protocol.
    virtual Result<IutResult> run(const Job& job, Typist& typist) = 0;
};

/// to_json gives the job as docs/formats/iut.md has it.
std::string to_json(const Job& job);

/// parse_result reads an RA's last line. Failure: document_invalid with each finding.
Result<IutResult> parse_result(std::string_view text);

}  // namespace rakit::scenarios
