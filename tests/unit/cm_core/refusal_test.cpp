#include "tests/unit/cm_core/fixture.hpp"

// covers: static-token, clock-refused, tc-revoked, tc-possession, pop-refused, field-refused
// covers: procedure-refused, officer-refused, request-log
namespace rakit::cm::test {
namespace {

using x509::NameAttribute;

/// Attempt is an order that would be accepted; a row makes one thing wrong.
struct Attempt {
    Request request;
    Config& config;
    StoreTransaction& store;
    VirtualClock& clock;
    Signer& signer;
    std::optional<x509::Certificate> peer;
    bool drop_tc_from_bag = false;
    std::function<void(Bytes&)> bend_content;
    std::function<void(Bytes&)> bend_message;

    Line& line() { return request.lines[0]; }
    /// with_tc puts another TC on the line.
    void with_tc(const std::function<void(x509::CertificateTemplate&)>& change,
                 const std::string& issuer = "tc-issuer") {
        auto what = HostTest::tc_template(request.serial, line().card_key);
        change(what);
        line().tc = *HostTest::hierarchy().issue(issuer, what);
    }
    /// without_tc makes it an order of the procedure without TC controls.
    void without_tc() {
        request.procedure = "employee";
        line().tc.reset();
        line().replaces = Replaces{HostTest::old_certificate(line().card_key)};
    }
};

struct RefusalRow {
    const char* what;
    const char* code;
    int fail_info;
    std::function<void(Attempt&)> change;
};

void PrintTo(const RefusalRow& row, std::ostream* out) { *out << row.what; }

class OrderRefusal : public HostTest, public testing::WithParamInterface<RefusalRow> {};

TEST_P(OrderRefusal, IsToldLoggedAndIssuesNothing) {
    Answer answer;
    {
        auto open = store.begin();
        Config changed = config;
        Attempt attempt{tc_redo(), changed, **open, clock, olivia, std::nullopt, false, {}, {}};
        GetParam().change(attempt);
        ASSERT_TRUE((*open)->commit());
        open->reset();
        configure([&](Config& now) { now = changed; });
        std::vector<x509::Certificate> bag;
        for (const auto& line : attempt.request.lines)
            if (line.tc && !attempt.drop_tc_from_bag) bag.push_back(*line.tc);
        Bytes content = pki_data(attempt.request);
        if (attempt.bend_content) attempt.bend_content(content);
        Bytes message = sign(content, olivia, bag, *from_iso8601("2026-03-01T12:00:00Z"));
        if (attempt.bend_message) attempt.bend_message(message);
        const auto peer = attempt.peer.value_or(olivia.certificate);
        answer = send(message, &peer);
    }
    ASSERT_EQ(answer.http_status, 200);
    EXPECT_EQ(answer.status, 2);
    EXPECT_EQ(answer.code(), GetParam().code) << answer.info;
    EXPECT_EQ(answer.text, GetParam().code);
    EXPECT_EQ(answer.fail_info, GetParam().fail_info);
    // A message that could not be read as a whole is refused as a whole, even if the message names the line.
    const bool of_a_line = answer.info["error"].contains("line") && answer.code() != "request_malformed";
    EXPECT_EQ(answer.body_list, std::vector<unsigned>{of_a_line ? 100U : 0U});
    EXPECT_NE(answer.info["error"]["message"], "");
    EXPECT_NE(answer.info["error"]["remedy"], "");
    const auto& entry = store.content().log.back();
    EXPECT_EQ(entry.code, GetParam().code);
    EXPECT_FALSE(entry.success);
    EXPECT_EQ(entry.message, answer.info["error"]["message"]);
    EXPECT_TRUE(store.content().certificates.empty());
    EXPECT_TRUE(store.content().orders.empty());
}

void flip(Bytes& octets, ByteView around, std::size_t offset) {
    const auto at = std::search(octets.begin(), octets.end(), around.begin(), around.end());
    ASSERT_NE(at, octets.end());
    at[static_cast<std::ptrdiff_t>(offset)] ^= 1;
}

constexpr const char* kCmcRa = "1.3.6.1.5.5.7.3.28";

INSTANTIATE_TEST_SUITE_P(
    Message, OrderRefusal,
    testing::Values(
        RefusalRow{"PKIData cut", "request_malformed", 2,
                   [](Attempt& a) { a.bend_content = [](Bytes& c) { c.pop_back(); }; }},
        RefusalRow{"regInfo with an unknown key", "request_malformed", 2,
                   [](Attempt& a) { a.bend_content = [](Bytes& c) { flip(c, as_bytes("\"atr\""), 1); }; }},
        RefusalRow{"key twice", "request_malformed", 2,
                   [](Attempt& a) {
                       a.request.lines.push_back(a.line());
                       a.request.lines[1].card_key = HostTest::card_key("46");
                   }},
        RefusalRow{"public key twice", "request_malformed", 2,
                   [](Attempt& a) {
                       a.request.lines.push_back(a.line());
                       a.request.lines[1].key = "46";
                   }},
        RefusalRow{"TC not in the bag", "request_malformed", 2, [](Attempt& a) { a.drop_tc_from_bag = true; }},
        RefusalRow{"Redo of nothing", "request_malformed", 2,
                   [](Attempt& a) {
                       a.without_tc();
                       a.line().replaces.reset();
                   }},
        RefusalRow{"unknown control", "control_unknown", 2,
                   [](Attempt& a) { a.request.extra_controls = tagged_attribute(90, 99, *from_hex("0500")); }},
        RefusalRow{"unknown control, bad signature", "control_unknown", 2,
                   [](Attempt& a) {
                       a.request.extra_controls = tagged_attribute(90, 99, *from_hex("0500"));
                       a.bend_message = [](Bytes& m) { m.back() ^= 1; };
                   }},
        RefusalRow{"signature bent", "signature_invalid", 1,
                   [](Attempt& a) { a.bend_message = [](Bytes& m) { m.back() ^= 1; }; }},
        RefusalRow{"content bent", "signature_invalid", 1,
                   [](Attempt& a) { a.bend_message = [](Bytes& m) { flip(m, as_bytes("A key"), 4); }; }},
        RefusalRow{"signed too early", "clock_skew", 3, [](Attempt& a) { a.clock.sleep(std::chrono::seconds(301)); }},
        RefusalRow{"signed in the future", "clock_skew", 3,
                   [](Attempt& a) { a.clock.sleep(-std::chrono::seconds(301)); }}));

INSTANTIATE_TEST_SUITE_P(
    Officer, OrderRefusal,
    testing::Values(
        RefusalRow{"not registered", "officer_unknown", 7, [](Attempt& a) { a.signer = HostTest::officer("Nobody"); }},
        RefusalRow{"by another CA", "officer_unknown", 7,
                   [](Attempt& a) { a.signer = HostTest::officer("Olivia Officer", {kCmcRa}, "end-user-ca"); }},
        RefusalRow{"another certificate than registered", "officer_unknown", 7,
                   [](Attempt& a) { a.config.officers[0].certificate = std::string(64, 'A'); }},
        RefusalRow{"connection by nobody", "officer_unknown", 7,
                   [](Attempt& a) { a.peer = HostTest::officer("Nobody").certificate; }},
        RefusalRow{"closed", "officer_closed", 7, [](Attempt& a) { a.signer = HostTest::officer("Clara Closed"); }},
        RefusalRow{"connection by a closed one", "officer_closed", 7,
                   [](Attempt& a) { a.peer = HostTest::officer("Clara Closed").certificate; }},
        RefusalRow{"expired", "officer_certificate_expired", 7,
                   [](Attempt& a) {
                       a.signer = HostTest::officer("Olivia Officer", {kCmcRa}, "officer-ca", "2026-01-01T00:00:00Z");
                   }},
        RefusalRow{"revoked", "officer_certificate_revoked", 7,
                   [](Attempt& a) {
                       const auto& own = a.signer.certificate;
                       ASSERT_TRUE(a.store.put_revocation({own.issuer_der(), own.serial_hex(), 1, {}}));
                   }},
        RefusalRow{"no role", "officer_role_missing", 7,
                   [](Attempt& a) { a.signer = HostTest::officer("Rolf Roleless"); }},
        RefusalRow{"no role for the revocation", "officer_role_missing", 7,
                   [](Attempt& a) {
                       a.without_tc();
                       a.config.officers[0].roles = {Role::use_clients, Role::issue_certificate};
                   }},
        RefusalRow{"authentication officer signs", "officer_not_allowed_to_sign", 7,
                   [](Attempt& a) { a.config.officers[0].kind = OfficerKind::authentication; }},
        RefusalRow{"certificate without cmcRA", "officer_not_allowed_to_sign", 7,
                   [](Attempt& a) { a.signer = HostTest::officer("Olivia Officer", {"clientAuth"}); }}));

INSTANTIATE_TEST_SUITE_P(
    Procedure, OrderRefusal,
    testing::Values(
        RefusalRow{"unknown", "procedure_unknown", 2, [](Attempt& a) { a.request.procedure = "none"; }},
        RefusalRow{"closed", "procedure_closed", 2, [](Attempt& a) { a.request.procedure = "employee-closed"; }},
        RefusalRow{"profile", "storage_profile_mismatch", 2, [](Attempt& a) { a.request.profile = "tester"; }},
        RefusalRow{"usage", "no_certificate_procedure", 1023, [](Attempt& a) { a.line().usage = {"keyEncipherment"}; }},
        RefusalRow{"certificate procedure closed", "no_certificate_procedure", 1023,
                   [](Attempt& a) { a.config.certificate_procedures[0].active = false; }},
        RefusalRow{"two fit", "ambiguous_certificate_procedure", 1024,
                   [](Attempt& a) {
                       const auto copy = a.config.certificate_procedures[0];
                       a.config.certificate_procedures.push_back(copy);
                       a.config.certificate_procedures.back().name = "second";
                       a.config.token_procedures[0].certificate_procedures.push_back("second");
                   }},
        RefusalRow{"serial", "card_serial_out_of_range", 1030,
                   [](Attempt& a) {
                       a.config.token_procedures[0].serials = SerialRange{"0A1B2C3E", "FF000000"};
                   }},
        RefusalRow{"card of a static-token officer", "static_token_officer_card", 1031, [](Attempt& a) {
                       a.config.officers[3].entity_type = EntityType::static_token;
                       a.config.officers[3].card_serial = a.request.serial;
                   }}));

INSTANTIATE_TEST_SUITE_P(
    TransportCertificate, OrderRefusal,
    testing::Values(
        RefusalRow{"no controls", "tc_control_missing", 1040, [](Attempt& a) { a.request.procedure = "employee"; }},
        RefusalRow{"none", "tc_missing", 1041,
                   [](Attempt& a) {
                       a.without_tc();
                       a.request.procedure = "employee-tc";
                   }},
        RefusalRow{"Add", "tc_wrong_action", 1042, [](Attempt& a) { a.line().action = "add"; }},
        RefusalRow{"signature", "tc_bad_signature", 1043,
                   [](Attempt& a) {
                       Bytes der = a.line().tc->der();
                       der.back() ^= 1;
                       a.line().tc = *x509::Certificate::parse(der);
                   }},
        RefusalRow{"other issuer", "tc_untrusted", 1044, [](Attempt& a) { a.with_tc([](auto&) {}, "end-user-ca"); }},
        RefusalRow{
            "not yet valid", "tc_not_yet_valid", 1045,
            [](Attempt& a) { a.with_tc([](auto& tc) { tc.not_before = *from_iso8601("2026-03-01T12:00:01Z"); }); }},
        RefusalRow{
            "expired", "tc_expired", 1046,
            [](Attempt& a) { a.with_tc([](auto& tc) { tc.not_after = *from_iso8601("2026-03-01T11:59:59Z"); }); }},
        RefusalRow{
            "revoked", "tc_revoked", 1047,
            [](Attempt& a) {
                ASSERT_TRUE(a.store.put_revocation({a.line().tc->issuer_der(), a.line().tc->serial_hex(), 1, {}}));
            }},
        RefusalRow{"policy", "tc_wrong_policy", 1048,
                   [](Attempt& a) { a.with_tc([](auto& tc) { tc.policies = {"1.2.3"}; }); }},
        RefusalRow{"no extended key usage", "tc_wrong_policy", 1048,
                   [](Attempt& a) { a.config.token_procedures[0].tc_controls->extended_key_usage = "1.2.3"; }},
        RefusalRow{"no policy", "tc_wrong_policy", 1048,
                   [](Attempt& a) { a.with_tc([](auto& tc) { tc.policies.clear(); }); }},
        RefusalRow{"other key", "tc_key_mismatch", 1049,
                   [](Attempt& a) { a.with_tc([](auto& tc) { tc.spki = ossl::spki(HostTest::card_key("46")); }); }},
        RefusalRow{"other card", "tc_serial_out_of_range", 1050,
                   [](Attempt& a) {
                       a.with_tc([](auto& tc) {
                           tc.subject = {NameAttribute{"CN", "TC"}, NameAttribute{"serialNumber", "0A1B2C3E"}};
                       });
                   }},
        RefusalRow{"possession", "tc_no_possession", 1051,
                   [](Attempt& a) { a.line().signing_key = HostTest::card_key("46"); }},
        RefusalRow{"used", "tc_already_used", 1052,
                   [](Attempt& a) { ASSERT_TRUE(a.store.put_used_tc(a.line().tc->sha256(), Bytes{1})); }},
        RefusalRow{
            "expired before revoked, key and possession", "tc_expired", 1046, [](Attempt& a) {
                a.with_tc([](auto& tc) {
                    tc.not_after = *from_iso8601("2026-03-01T11:59:59Z");
                    tc.spki = ossl::spki(HostTest::card_key("46"));
                });
                a.line().signing_key = HostTest::card_key("46");
                ASSERT_TRUE(a.store.put_revocation({a.line().tc->issuer_der(), a.line().tc->serial_hex(), 1, {}}));
            }}));

INSTANTIATE_TEST_SUITE_P(
    KeysAndFields, OrderRefusal,
    testing::Values(
        RefusalRow{"possession", "pop_failed", 9,
                   [](Attempt& a) {
                       a.without_tc();
                       a.line().signing_key = HostTest::card_key("46");
                   }},
        RefusalRow{"reuse by Redo", "key_reuse_forbidden", 10,
                   [](Attempt& a) {
                       a.without_tc();
                       a.config.token_procedures[1].key_reuse = false;
                   }},
        RefusalRow{"field missing", "field_missing", 1060, [](Attempt& a) { a.request.fields.erase("commonName"); }},
        RefusalRow{"required e-mail missing", "field_missing", 1060,
                   [](Attempt& a) { a.config.token_procedures[0].fields.back().required = true; }},
        RefusalRow{"field unknown", "field_not_allowed", 1061, [](Attempt& a) { a.request.fields["shoeSize"] = "42"; }},
        RefusalRow{"field of another role", "field_not_allowed", 1061,
                   [](Attempt& a) {
                       a.config.officers[0].roles = {Role::use_clients, Role::issue_certificate};
                       for (auto& field : a.config.token_procedures[0].fields)
                           if (field.name == "organization") field.roles = {Role::recover_key};
                   }},
        RefusalRow{"subject with more", "field_not_allowed", 1061,
                   [](Attempt& a) {
                       a.request.subject =
                           x509::DistinguishedName{NameAttribute{"CN", "Anna Ek"}, NameAttribute{"DC", "example"}};
                   }},
        RefusalRow{"extension", "field_not_allowed", 1061,
                   [](Attempt& a) { a.request.template_extensions = *from_hex("30090603551D1304023000"); }},
        RefusalRow{"subject against fields", "field_invalid", 1062,
                   [](Attempt& a) {
                       a.request.subject = x509::DistinguishedName{NameAttribute{"CN", "Eve"}};
                   }},
        RefusalRow{"control characters", "field_invalid", 1062,
                   [](Attempt& a) { a.request.fields["commonName"] = "Anna\nEk"; }},
        RefusalRow{"country", "field_invalid", 1062, [](Attempt& a) { a.request.fields["country"] = "se"; }},
        RefusalRow{"e-mail", "field_invalid", 1062, [](Attempt& a) { a.request.fields["email"] = "anna@a@b"; }},
        RefusalRow{"e-mail that smuggles", "field_invalid", 1062,
                   [](Attempt& a) { a.request.fields["email"] = "a@b,DNS:example.com"; }},
        RefusalRow{"subjectAltName without a field", "field_invalid", 1062,
                   [](Attempt& a) {
                       a.request.template_extensions = *from_hex(
                           "300C0603551D110405300381"
                           "0141");
                   }},
        RefusalRow{"QC statement", "qc_not_allowed", 5,
                   [](Attempt& a) {
                       a.request.template_extensions =
                           *from_hex("301806082B06010505070103040C300A3008060604008E460101");
                   }},
        RefusalRow{"revocation of another's", "revoke_target_unknown", 4,
                   [](Attempt& a) {
                       a.without_tc();
                       a.line().replaces->certificate = HostTest::tc(a.request.serial, a.line().card_key);
                   }},
        RefusalRow{"revocation for another reason", "request_malformed", 2, [](Attempt& a) {
                       a.without_tc();
                       a.line().replaces->reason = 1;
                   }}));

using ReuseTest = HostTest;

TEST_F(ReuseTest, AKeyThatHasACertificateOfTheCmGetsNoOther) {
    auto first = tc_redo();
    first.procedure = "employee-tc-once";
    ASSERT_EQ(order(first).status, 5);
    auto second = tc_redo();
    second.procedure = "employee-tc-once";
    second.transaction = Bytes(16, 0x12);
    EXPECT_EQ(order(second).code(), "key_reuse_forbidden");
}

TEST_F(ReuseTest, AddBesideATransportCertificateIfTheProcedureAllows) {
    auto request = tc_redo();
    request.procedure = "employee-tc-add";
    request.lines[0].action = "add";
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    EXPECT_EQ(confirm(request, answer, true).status, 0);
    EXPECT_TRUE(store.content().used_tcs.empty());
}

}  // namespace
}  // namespace rakit::cm::test
