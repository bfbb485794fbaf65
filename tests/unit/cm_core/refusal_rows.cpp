#include "tests/unit/cm_core/refusal_rows.hpp"

// ci/refusals.py reads the rows for docs/coverage/refusals.md: `{"what", "code", number,`.
namespace rakit::cm::test {
namespace {

using x509::NameAttribute;

constexpr const char* kCmcRa = "1.3.6.1.5.5.7.3.28";

void flip(Bytes& octets, ByteView around, std::size_t offset) {
    const auto at = std::search(octets.begin(), octets.end(), around.begin(), around.end());
    ASSERT_NE(at, octets.end());
    at[static_cast<std::ptrdiff_t>(offset)] ^= 1;
}

Bytes unknown_control() { return tagged_attribute(90, 99, *from_hex("0500")); }

/// revoke_somebody_elses asks for the revocation of a certificate that no line replaces.
Bytes revoke_somebody_elses(const Attempt& attempt) {
    const auto other = HostTest::tc(attempt.request.serial, HostTest::card_key("46"));
    return tagged_attribute(91, 17,
                            iso7816::TlvWriter()
                                .nest(0x30,
                                      [&](iso7816::TlvWriter& revoke) {
                                          revoke.raw(other.issuer_der()).raw(other.serial_der());
                                          revoke.put(0x0A, Bytes{4});
                                      })
                                .bytes());
}

std::vector<RefusalRow> message_rows() {
    return {
        {"PKIData cut", "request_malformed", 2, [](Attempt& a) { a.bend_content = [](Bytes& c) { c.pop_back(); }; }},
        {"regInfo with an unknown key", "request_malformed", 2,
         [](Attempt& a) { a.bend_content = [](Bytes& c) { flip(c, as_bytes("\"atr\""), 1); }; }},
        {"key twice", "request_malformed", 2,
         [](Attempt& a) {
             a.request.lines.push_back(a.line());
             a.request.lines[1].card_key = HostTest::card_key("46");
         }},
        {"public key twice", "request_malformed", 2,
         [](Attempt& a) {
             a.request.lines.push_back(a.line());
             a.request.lines[1].key = "46";
         }},
        {"TC not in the bag", "request_malformed", 2, [](Attempt& a) { a.drop_tc = true; }},
        {"Redo of nothing", "request_malformed", 2,
         [](Attempt& a) {
             a.without_tc();
             a.line().replaces.reset();
         }},
        {"unknown control", "control_unknown", 2,
         [](Attempt& a) { append(a.request.extra_controls, unknown_control()); }},
        {"signature bent", "signature_invalid", 1,
         [](Attempt& a) { a.bend_message = [](Bytes& m) { m.back() ^= 1; }; }},
        {"content bent", "signature_invalid", 1,
         [](Attempt& a) { a.bend_message = [](Bytes& m) { flip(m, as_bytes("A key"), 4); }; }},
        {"signed too early", "clock_skew", 3, [](Attempt& a) { a.test.clock.sleep(std::chrono::seconds(301)); }},
        {"signed in the future", "clock_skew", 3, [](Attempt& a) { a.test.clock.sleep(-std::chrono::seconds(301)); }},
        {"a transaction that was answered", "replay_conflict", 1001, [](Attempt& a) { a.answered_before = true; }}};
}

std::vector<RefusalRow> officer_rows() {
    return {
        {"not registered", "officer_unknown", 7, [](Attempt& a) { a.test.olivia = HostTest::officer("Nobody"); }},
        {"by another CA", "officer_unknown", 7,
         [](Attempt& a) { a.test.olivia = HostTest::officer("Olivia Officer", {kCmcRa}, "end-user-ca"); }},
        {"another certificate than registered", "officer_unknown", 7,
         [](Attempt& a) { a.officer().certificate = std::string(64, 'A'); }},
        {"connection by nobody", "officer_unknown", 7,
         [](Attempt& a) { a.peer = HostTest::officer("Nobody").certificate; }},
        {"closed", "officer_closed", 7, [](Attempt& a) { a.officer().active = false; }},
        {"connection by a closed one", "officer_closed", 7,
         [](Attempt& a) { a.peer = HostTest::officer("Clara Closed").certificate; }},
        {"expired", "officer_certificate_expired", 7,
         [](Attempt& a) {
             a.test.olivia = HostTest::officer("Olivia Officer", {kCmcRa}, "officer-ca", "2026-01-01T00:00:00Z");
         }},
        {"revoked", "officer_certificate_revoked", 7, [](Attempt& a) { a.revoke_signer = true; }},
        {"no role", "officer_role_missing", 7, [](Attempt& a) { a.officer().roles.clear(); }},
        {"Use Clients alone", "officer_role_missing", 7, [](Attempt& a) { a.officer().roles = {Role::use_clients}; }},
        {"no role for the revocation", "officer_role_missing", 7,
         [](Attempt& a) {
             a.without_tc();
             a.officer().roles = {Role::use_clients, Role::issue_certificate};
         }},
        {"authentication officer signs", "officer_not_allowed_to_sign", 7,
         [](Attempt& a) { a.officer().kind = OfficerKind::authentication; }},
        {"certificate without cmcRA", "officer_not_allowed_to_sign", 7,
         [](Attempt& a) { a.test.olivia = HostTest::officer("Olivia Officer", {"clientAuth"}); }},
        {"CA that no rule allows", "issuer_constraint", 1016,
         [](Attempt& a) {
             a.officer().issuer_constraints = {{{"O", "Org2"}}, {{"C", "DE"}, {"O", "Org1"}}};
         }},
        {"domain of others", "domain_not_visible", 1017, [](Attempt& a) {
             a.procedure().domain = "headquarters";
             a.officer().domains = {"branch"};
         }}};
}

std::vector<RefusalRow> procedure_rows() {
    return {{"unknown", "procedure_unknown", 2, [](Attempt& a) { a.request.procedure = "none"; }},
            {"closed", "procedure_closed", 2, [](Attempt& a) { a.procedure().active = false; }},
            {"profile", "storage_profile_mismatch", 2, [](Attempt& a) { a.request.profile = "tester"; }},
            {"usage", "no_certificate_procedure", 1023, [](Attempt& a) { a.line().usage = {"keyEncipherment"}; }},
            {"certificate procedure closed", "no_certificate_procedure", 1023,
             [](Attempt& a) { a.certificate_procedure().active = false; }},
            {"two fit", "ambiguous_certificate_procedure", 1024,
             [](Attempt& a) {
                 auto copy = a.certificate_procedure();
                 copy.name = "second";
                 a.procedure().certificate_procedures.push_back("second");
                 a.config.certificate_procedures.push_back(copy);
             }},
            {"serial", "card_serial_out_of_range", 1030,
             [](Attempt& a) {
                 a.procedure().serials = SerialRange{"0A1B2C3E", "FF000000"};
             }},
            {"card of a static-token officer", "static_token_officer_card", 1031,
             [](Attempt& a) {
                 a.config.officers[3].entity_type = EntityType::static_token;
                 a.config.officers[3].card_serial = a.request.serial;
             }},
            {"not in the register", "card_unknown", 1032, [](Attempt& a) { a.procedure().known_cards_only = true; }}};
}

std::vector<RefusalRow> tc_rows() {
    return {
        {"no controls", "tc_control_missing", 1040, [](Attempt& a) { a.procedure().tc_controls.reset(); }},
        {"none", "tc_missing", 1041,
         [](Attempt& a) {
             a.without_tc();
             a.request.procedure = "employee-tc";
         }},
        {"Add", "tc_wrong_action", 1042, [](Attempt& a) { a.line().action = "add"; }},
        {"signature", "tc_bad_signature", 1043, [](Attempt& a) { a.bend_tc = true; }},
        {"other issuer", "tc_untrusted", 1044, [](Attempt& a) { a.tc_issuer = "end-user-ca"; }},
        {"not yet valid", "tc_not_yet_valid", 1045,
         [](Attempt& a) { a.tc.not_before = *from_iso8601("2026-03-01T12:00:01Z"); }},
        {"expired", "tc_expired", 1046, [](Attempt& a) { a.tc.not_after = *from_iso8601("2026-03-01T11:59:59Z"); }},
        {"revoked", "tc_revoked", 1047, [](Attempt& a) { a.revoke_tc = true; }},
        {"policy", "tc_wrong_policy", 1048, [](Attempt& a) { a.tc.policies = {"1.2.3"}; }},
        {"no extended key usage", "tc_wrong_policy", 1048,
         [](Attempt& a) { a.procedure().tc_controls->extended_key_usage = "1.2.3"; }},
        {"no policy", "tc_wrong_policy", 1048, [](Attempt& a) { a.tc.policies.clear(); }},
        {"other key", "tc_key_mismatch", 1049, [](Attempt& a) { a.tc.spki = ossl::spki(HostTest::card_key("46")); }},
        {"other card", "tc_serial_out_of_range", 1050,
         [](Attempt& a) {
             a.tc.subject = {NameAttribute{"CN", "TC"}, NameAttribute{"serialNumber", "0A1B2C3E"}};
         }},
        {"possession", "tc_no_possession", 1051, [](Attempt& a) { a.line().signing_key = HostTest::card_key("46"); }},
        {"used", "tc_already_used", 1052, [](Attempt& a) { a.use_tc = true; }}};
}

std::vector<RefusalRow> key_and_field_rows() {
    return {
        {"possession", "pop_failed", 9,
         [](Attempt& a) {
             a.without_tc();
             a.line().signing_key = HostTest::card_key("46");
         }},
        {"a key that has one", "key_reuse_forbidden", 10,
         [](Attempt& a) {
             a.procedure().key_reuse = false;
             a.reuse_key = true;
         }},
        {"reuse by Redo", "key_reuse_forbidden", 10,
         [](Attempt& a) {
             a.without_tc();
             a.procedure().key_reuse = false;
         }},
        {"field missing", "field_missing", 1060, [](Attempt& a) { a.request.fields.erase("commonName"); }},
        {"required e-mail missing", "field_missing", 1060,
         [](Attempt& a) { a.procedure().fields.back().required = true; }},
        {"field unknown", "field_not_allowed", 1061, [](Attempt& a) { a.request.fields["shoeSize"] = "42"; }},
        {"field of another role", "field_not_allowed", 1061,
         [](Attempt& a) {
             a.officer().roles = {Role::use_clients, Role::issue_certificate};
             for (auto& field : a.procedure().fields)
                 if (field.name == "organization") field.roles = {Role::recover_key};
         }},
        {"subject with more", "field_not_allowed", 1061,
         [](Attempt& a) {
             a.request.subject =
                 x509::DistinguishedName{NameAttribute{"CN", "Anna Ek"}, NameAttribute{"DC", "example"}};
         }},
        {"extension", "field_not_allowed", 1061,
         [](Attempt& a) { a.request.template_extensions = *from_hex("30090603551D1304023000"); }},
        {"country", "field_invalid", 1062, [](Attempt& a) { a.request.fields["country"] = "se"; }},
        {"subject against fields", "field_invalid", 1062,
         [](Attempt& a) {
             a.request.subject = x509::DistinguishedName{NameAttribute{"CN", "Eve"}};
         }},
        {"control characters", "field_invalid", 1062, [](Attempt& a) { a.request.fields["commonName"] = "Anna\nEk"; }},
        {"e-mail", "field_invalid", 1062, [](Attempt& a) { a.request.fields["email"] = "anna@a@b"; }},
        {"e-mail that smuggles", "field_invalid", 1062,
         [](Attempt& a) { a.request.fields["email"] = "a@b,DNS:example.com"; }},
        {"subjectAltName without a field", "field_invalid", 1062,
         [](Attempt& a) { a.request.template_extensions = *from_hex("300C0603551D1104053003810141"); }}};
}

std::vector<RefusalRow> qc_and_revocation_rows() {
    return {
        {"QC statement that no procedure allows", "qc_not_allowed", 5,
         [](Attempt& a) {
             a.statements.push_back({QcType::compliance, *from_hex("3008060604008E460101")});
         }},
        {"QC statement that the format requires", "qc_missing", 5,
         [](Attempt& a) {
             Format format;
             format.name = "with a retention period";
             format.qc_required = {QcType::retention_period};
             a.config.formats.push_back(format);
             a.certificate_procedure().format = format.name;
         }},
        {"QC limit value below nothing", "qc_invalid", 5,
         [](Attempt& a) {
             a.certificate_procedure().qc_allowed = {QcType::limit_value};
             Field field;
             field.name = kQcField;
             a.procedure().fields.push_back(field);
             a.statements.push_back({QcType::limit_value, *from_hex("3015060604008E460102300B13034555520201FF020103")});
         }},
        {"revocation of another's", "revoke_target_unknown", 4,
         [](Attempt& a) { append(a.request.extra_controls, revoke_somebody_elses(a)); }},
        {"revocation of a replaced one that isn't ours", "revoke_target_unknown", 4,
         [](Attempt& a) {
             a.without_tc();
             a.line().replaces->certificate = HostTest::tc(a.request.serial, a.line().card_key);
         }},
        {"revocation for another reason", "request_malformed", 2, [](Attempt& a) {
             a.without_tc();
             a.line().replaces->reason = 1;
         }}};
}

}  // namespace

std::vector<RefusalRow> refusal_rows() {
    std::vector<RefusalRow> all;
    for (auto rows :
         {message_rows(), officer_rows(), procedure_rows(), tc_rows(), key_and_field_rows(), qc_and_revocation_rows()})
        all.insert(all.end(), rows.begin(), rows.end());
    all.push_back({"maintenance", "cm_maintenance", 12, [](Attempt& a) { a.config.deviations.maintenance = true; }});
    return all;
}

}  // namespace rakit::cm::test
