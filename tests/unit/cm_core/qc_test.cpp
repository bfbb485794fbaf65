#include "mock_cm/core/qc_statements.hpp"

#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

using nlohmann::json;

QcStatement statement(const char* text) { return *make_qc_statement(json::parse(text)); }

/// extension wraps statements as modCertTemplate carries them.
Bytes extension(const std::vector<QcStatement>& statements) {
    return iso7816::TlvWriter()
        .nest(0x30,
              [&](iso7816::TlvWriter& out) {
                  out.put(0x06, *from_hex("2B06010505070103"));
                  out.put(0x04, qc_extension(statements));
              })
        .bytes();
}

TEST(QcCodec, GoldenVectorOfTheLegislation) {
    const auto one = statement(R"({"type": "QcCClegislation", "countries": ["UK", "FR"]})");
    EXPECT_NE(to_hex(one.der).find("30081302554B13024652"), std::string::npos) << to_hex(one.der);
}

TEST(QcCodec, EachTypeIsWhatTheStandardSays) {
    const std::vector<std::pair<const char*, const char*>> rows{
        {R"({"type":"QcCompliance"})", "3008060604008E460101"},
        {R"({"type":"QcLimitValue","currency":"EUR","amount":500,"exponent":3})",
         "3016060604008E460102300C1303455552020201F4020103"},
        {R"({"type":"QcLimitValue","currency":"978","amount":1,"exponent":-2})",
         "3014060604008E460102300A020203D20201010201FE"},
        {R"({"type":"QcRetentionPeriod","years":10})", "300B060604008E46010302010A"},
        {R"({"type":"QcSSCD"})", "3008060604008E460104"},
        {R"({"type":"QcPDS","locations":[{"url":"https://a","language":"en"}]})",
         "301B060604008E4601053011300F160968747470733A2F2F611302656E"},
        {R"({"type":"QcType","types":["esign"]})", "3013060604008E4601063009060704008E46010601"},
        {R"({"type":"QcCClegislation","countries":["UK"]})", "300E060604008E46010730041302554B"}};
    for (const auto& [text, der] : rows) {
        const auto one = statement(text);
        EXPECT_EQ(to_hex(one.der), der) << text;
        EXPECT_EQ(json::parse(qc_json(one).dump()), json::parse(text)) << text;
        EXPECT_TRUE(check_qc_contents(one));
        EXPECT_EQ(*read_qc_statements(qc_extension({one})), std::vector<QcStatement>{one});
    }
}

TEST(QcCodec, WhatTheStandardForbidsIsInvalid) {
    for (const auto* text :
         {R"({"type":"QcPDS","locations":[{"url":"http://a","language":"en"}]})",
          R"({"type":"QcPDS","locations":[{"url":"https://a","language":"EN"}]})",
          R"({"type":"QcPDS","locations":[{"url":"https://a","language":"de"}]})", R"({"type":"QcPDS","locations":[]})",
          R"({"type":"QcLimitValue","currency":"eur","amount":1,"exponent":1})",
          R"({"type":"QcLimitValue","currency":"0","amount":1,"exponent":1})",
          R"({"type":"QcLimitValue","currency":"EUR","amount":-1,"exponent":1})",
          R"({"type":"QcLimitValue","currency":"EUR"})", R"({"type":"QcRetentionPeriod","years":-1})",
          R"({"type":"QcType","types":[]})", R"({"type":"QcCClegislation","countries":["uk"]})",
          R"({"type":"QcCClegislation","countries":[]})", R"({"type":"QcOther"})"}) {
        const auto made = make_qc_statement(json::parse(text));
        ASSERT_FALSE(made) << text;
        EXPECT_EQ(made.error().code, ErrorCode::qc_invalid);
    }
}

class QcOrder : public HostTest {
protected:
    Request qualified() {
        auto request = redo();
        request.procedure = "employee-qualified";
        request.lines[0].usage = {"nonRepudiation"};
        return request;
    }
    std::string code_with(const std::vector<QcStatement>& statements) {
        auto request = qualified();
        request.template_extensions = extension(statements);
        return order(request).code();
    }
    Answer issued(Request request) {
        auto answer = order(request);
        EXPECT_EQ(answer.status, 5) << answer.info;
        return answer;
    }
    static std::vector<QcStatement> statements_of(const x509::Certificate& certificate) {
        const int at = X509_get_ext_by_NID(certificate.handle(), NID_qcStatements, -1);
        if (at < 0) return {};
        X509_EXTENSION* one = X509_get_ext(certificate.handle(), at);
        EXPECT_EQ(X509_EXTENSION_get_critical(one), 0);
        const auto* value = X509_EXTENSION_get_data(one);
        return *read_qc_statements(ByteView(value->data, static_cast<std::size_t>(value->length)));
    }
};

constexpr const char* kLimit = R"({"type":"QcLimitValue","currency":"EUR","amount":500,"exponent":3})";

TEST_F(QcOrder, TheCertificateHoldsTheFixedAndTheOfficersStatements) {
    auto request = qualified();
    request.template_extensions = extension({statement(kLimit), statement(R"({"type":"QcSSCD"})")});
    const auto answer = issued(request);
    const auto held = statements_of(*answer.certificate_for(card_key("45")));
    ASSERT_EQ(held.size(), 5U);
    EXPECT_EQ(held[0].type, QcType::compliance);
    EXPECT_EQ(held[4], statement(kLimit));
    for (const auto& one : held) EXPECT_TRUE(check_qc_contents(one));
}

TEST_F(QcOrder, WithoutTheOfficersTheFixedStand) {
    EXPECT_EQ(statements_of(*issued(qualified()).certificate_for(card_key("45"))).size(), 4U);
}

TEST_F(QcOrder, WhatIsFixedOrNotAllowedIsRefused) {
    EXPECT_EQ(code_with({statement(R"({"type":"QcType","types":["eseal"]})")}), "qc_not_allowed");
    const auto unknown = QcStatement{QcType::type, *from_hex("300406022A03")};
    EXPECT_EQ(code_with({unknown}), "qc_not_allowed");
    host->change([](Config& changed) {
        for (auto& one : changed.certificate_procedures) one.qc_allowed.clear();
    });
    EXPECT_EQ(code_with({statement(kLimit)}), "qc_not_allowed");
}

TEST_F(QcOrder, WithoutTheQcFieldNothingMayBeAdded) {
    host->change([](Config& changed) {
        for (auto& one : changed.token_procedures)
            if (one.name == "employee-qualified") one.fields.pop_back();
    });
    EXPECT_EQ(code_with({statement(kLimit)}), "qc_not_allowed");
}

TEST_F(QcOrder, ARequiredTypeMustBeThereInTheEnd) {
    host->change([](Config& changed) {
        for (auto& format : changed.formats) format.qc_required.push_back(QcType::cc_legislation);
    });
    auto request = qualified();
    const auto refused = order(request);
    EXPECT_EQ(refused.code(), "qc_missing");
    EXPECT_EQ(refused.fail_info, 5);
    EXPECT_EQ(code_with({statement(R"({"type":"QcCClegislation","countries":["UK"]})")}), "");
}

TEST_F(QcOrder, InvalidContentsComeLast) {
    // QcLimitValue with the amount -1
    const QcStatement bad{QcType::limit_value, *from_hex("3015060604008E460102300B13034555520201FF020103")};
    EXPECT_EQ(code_with({bad}), "qc_invalid");
    EXPECT_EQ(code_with({statement(kLimit), statement(kLimit)}), "qc_invalid");
    host->change([](Config& changed) {
        for (auto& format : changed.formats) format.qc_required.push_back(QcType::cc_legislation);
    });
    EXPECT_EQ(code_with({bad}), "qc_missing");
}

TEST_F(QcOrder, TheProcedureTellsItsPolicy) {
    const auto body = json::parse(host->handle({"GET", "/ra/procedures", {}, {}, olivia.certificate.der()}).body);
    for (const auto& one : body["procedures"])
        if (one["name"] == "employee-qualified") {
            EXPECT_EQ(one["qc"]["fixed"].size(), 4U);
            EXPECT_EQ(one["qc"]["allowed"], json::parse(R"(["QcCClegislation","QcLimitValue","QcRetentionPeriod"])"));
            EXPECT_EQ(one["qc"]["required"], json::parse(R"(["QcCompliance","QcPDS","QcType"])"));
            EXPECT_EQ(one["fields"].back()["name"], "qcStatements");
            EXPECT_EQ(one["fields"][1]["maxLength"], 40);
            EXPECT_EQ(one["fields"][3]["pattern"], "[A-Z0-9:-]{3,40}");
        } else {
            EXPECT_FALSE(one.contains("qc"));
        }
}

}  // namespace
}  // namespace rakit::cm::test
