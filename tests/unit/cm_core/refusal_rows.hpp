#pragma once

#include "mock_cm/core/qc_statements.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {

/// Attempt is an order that would be accepted - Redo of a TC - in the making; a change makes one thing wrong. Changes
/// of different rows can be made to one attempt, those of the later code first.
struct Attempt {
    explicit Attempt(HostTest& test);

    HostTest& test;
    Config config;
    Request request;
    std::optional<x509::Certificate> peer;  ///< who connects; nothing: who signs
    x509::CertificateTemplate tc;           ///< of the line, unless it has none
    std::string tc_issuer = "tc-issuer";
    bool bend_tc = false, drop_tc = false;
    bool revoke_tc = false, use_tc = false, revoke_signer = false, reuse_key = false, answered_before = false;
    std::vector<QcStatement> statements;
    std::function<void(Bytes&)> bend_content, bend_message;

    Line& line() { return request.lines.front(); }
    Officer& officer() { return config.officers.front(); }
    TokenProcedure& procedure();
    CertificateProcedure& certificate_procedure();
    /// without_tc makes it an order of the procedure without TC controls.
    void without_tc();
    /// send makes the host, the state of its store and the message, and sends it.
    Answer send();
};

/// RefusalRow is one way to be refused.
struct RefusalRow {
    const char* what;
    const char* code;
    int fail_info;
    std::function<void(Attempt&)> change;
};

void PrintTo(const RefusalRow& row, std::ostream* out);

/// refusal_rows lists what the canonical dialect refuses, by the precedence of docs/errors.md; the first row of a code
/// can be combined with those of other codes.
std::vector<RefusalRow> refusal_rows();

}  // namespace rakit::cm::test
