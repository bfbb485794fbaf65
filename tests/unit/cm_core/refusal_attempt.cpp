#include "tests/unit/cm_core/qc_extension.hpp"
#include "tests/unit/cm_core/refusal_rows.hpp"

namespace rakit::cm::test {
void PrintTo(const RefusalRow& row, std::ostream* out) { *out << row.code << ": " << row.what; }

Attempt::Attempt(HostTest& fixture)
    : test(fixture),
      config(fixture.config),
      request(fixture.tc_redo()),
      tc(HostTest::tc_template(request.serial, line().card_key)) {}

TokenProcedure& Attempt::procedure() {
    for (auto& one : config.token_procedures)
        if (one.name == request.procedure) return one;
    ADD_FAILURE() << "no procedure " << request.procedure;
    return config.token_procedures.front();
}

CertificateProcedure& Attempt::certificate_procedure() {
    for (auto& one : config.certificate_procedures)
        if (one.name == procedure().certificate_procedures.front()) return one;
    ADD_FAILURE() << "no certificate procedure of " << request.procedure;
    return config.certificate_procedures.front();
}

void Attempt::without_tc() {
    request.procedure = "employee";
    line().tc.reset();
    if (line().action == "redo") line().replaces = Replaces{HostTest::old_certificate(line().card_key)};
}

Answer Attempt::send() {
    const auto& signer = test.olivia.certificate;
    if (!statements.empty()) append(request.template_extensions, qc_template_extension(statements));
    std::vector<x509::Certificate> bag;
    if (line().tc) {
        Bytes der = HostTest::hierarchy().issue(tc_issuer, tc)->der();
        if (bend_tc) der.back() ^= 1;
        for (auto& one : request.lines) one.tc = *x509::Certificate::parse(der);
        if (!drop_tc) bag.push_back(*line().tc);
    }
    auto open = std::move(test.store.begin()).value();
    if (revoke_tc && line().tc) {
        EXPECT_TRUE(open->put_revocation({line().tc->issuer_der(), line().tc->serial_hex(), 1, {}}));
    }
    if (use_tc && line().tc) {
        EXPECT_TRUE(open->put_used_tc(line().tc->sha256(), Bytes{1}));
    }
    if (revoke_signer) {
        EXPECT_TRUE(open->put_revocation({signer.issuer_der(), signer.serial_hex(), 1, {}}));
    }
    if (reuse_key) {
        CertificateRecord earlier;
        earlier.serial = "01";
        earlier.spki = ossl::spki(line().card_key);
        EXPECT_TRUE(open->put_certificate(earlier));
    }
    if (answered_before) {
        OrderRecord earlier;
        earlier.transaction_id = request.transaction;
        earlier.request_digest = Bytes(32, 1);
        EXPECT_TRUE(open->put_order(earlier));
    }
    EXPECT_TRUE(open->commit());
    open.reset();
    test.configure([&](Config& now) { now = config; });
    Bytes content = pki_data(request);
    if (bend_content) bend_content(content);
    Bytes message = sign(content, test.olivia, bag, *from_iso8601("2026-03-01T12:00:00Z"));
    if (bend_message) bend_message(message);
    return test.send(message, peer ? &*peer : &test.olivia.certificate);
}

}  // namespace rakit::cm::test
