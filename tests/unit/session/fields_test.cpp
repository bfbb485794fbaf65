#include <gtest/gtest.h>

#include "common/x509/builder.hpp"
#include "reference/session/fields.hpp"
#include "reference/session/lines.hpp"
#include "tests/unit/session/samples.hpp"

// covers: fields-order, fields-visible-set, fields-dropped-said, fields-auto-add
// covers: fields-subject, fields-checked, qc-rules, qc-fixed, qc-required
namespace rakit::reference::core {
namespace {

using Values = std::map<std::string, std::string>;

/// A card whose key 45 holds a real certificate of Anna's, with an e-mail address; C=SE, CN=Anna Ek.
Contents plain_card() {
    auto card = samples::card();
    x509::CertificateTemplate what;
    what.serial = {7};
    what.subject = {{"C", "SE"}, {"CN", "Anna Ek"}};
    what.subject_alternative_names = {"email:anna@example.org"};
    what.spki = card.keys[0].spki;
    what.not_before = *from_iso8601("2024-01-01T00:00:00Z");
    what.not_after = *from_iso8601("2034-01-01T00:00:00Z");
    card.keys[0].certificates = {{*x509::issue(what, std::nullopt, samples::key_pair("ca")), "a", "1", false}};
    return card;
}

const std::vector<Field> kView{{"commonName", "Name", true, true},
                               {"title", "Title", false, true},
                               {"country", "Country", false, false},
                               {"qcStatements", "QC", false, true}};

Procedure procedure() { return {"p", "P", {}, false, kView, {}, {}}; }

Result<InputForm> form_of(const UpdateRequest& request,
                          const std::optional<std::vector<std::string>>& remembered = std::nullopt) {
    const auto card = plain_card();
    return make_form(procedure(), request, remembered, card, *plan_lines(card, {{"45", Action::redo, {}}}));
}

TEST(Fields, JoinCardInputAndVisibility) {
    auto form = *form_of({});
    EXPECT_EQ(form.card, (Values{{"commonName", "Anna Ek"}, {"country", "SE"}, {"email", "anna@example.org"}}));
    EXPECT_EQ(form.values, (Values{{"commonName", "Anna Ek"}}));
    EXPECT_EQ(dropped_fields(form), (std::vector<std::string>{"country", "email"}));
    EXPECT_EQ(visible_names(form), (std::vector<std::string>{"commonName", "title", "qcStatements"}));
    EXPECT_TRUE(wants_asking(form, {})) << "nothing was typed, and the title is open";

    UpdateRequest request;
    request.fields = {{"commonName", "Bo Al"}};
    request.show_fields = {"country"};
    form = *form_of(request);
    EXPECT_EQ(form.values, (Values{{"commonName", "Bo Al"}, {"country", "SE"}}));
    EXPECT_EQ(dropped_fields(form), (std::vector<std::string>{"email"}));
    EXPECT_FALSE(wants_asking(form, request)) << "the officer said what there is to say";

    request.fields["country"] = "";
    EXPECT_EQ(form_of(request)->values, (Values{{"commonName", "Bo Al"}})) << "typed empty takes it out";
    request = {};
    request.auto_add_fields = true;
    EXPECT_EQ(visible_names(*form_of(request)).size(), 4U);
}

TEST(Fields, TheOfficersChoiceComesBeforeTheInputViews) {
    UpdateRequest request;
    EXPECT_EQ(visible_names(*form_of(request, std::vector<std::string>{"country", "gone"})),
              (std::vector<std::string>{"commonName", "country"}))
        << "in the view's order, and a required field stays";
    request.hide_fields = {"country", "commonName"};
    EXPECT_EQ(visible_names(*form_of(request, std::vector<std::string>{"country"})),
              (std::vector<std::string>{"commonName"}));
}

TEST(Fields, WhatTheViewHasNotIsRefused) {
    UpdateRequest typed, hidden, shown;
    typed.fields = {{"email", "a@b"}};
    hidden.fields = {{"country", "SE"}};
    shown.show_fields = {"nickname"};
    for (const auto& request : {typed, hidden, shown}) {
        const auto form = form_of(request);
        ASSERT_FALSE(form);
        EXPECT_EQ(form.error().code, ErrorCode::field_not_allowed);
        EXPECT_FALSE(form.error().remedy.empty());
    }
}

TEST(Fields, ATransportCertificateNamesTheCardAndNotItsOwner) {
    const auto card = samples::card();
    const auto lines = *plan_lines(card, {{"45", Action::redo, {}}});
    const auto form = *make_form(samples::procedure(), {}, std::nullopt, card, lines);
    EXPECT_EQ(form.card, (Values{{"country", "SE"}}));
    EXPECT_TRUE(form.values.empty());
    EXPECT_TRUE(wants_asking(form, {}));
    EXPECT_EQ(check_form(form).error().code, ErrorCode::field_missing);
}

TEST(Fields, TheDialogsAnswerIsTakenIn) {
    auto form = *form_of({});
    ASSERT_TRUE(apply(form, {{{"title", "Dr"}}, std::vector<std::string>{"title", "country"}, {}}));
    EXPECT_EQ(form.values, (Values{{"commonName", "Anna Ek"}, {"country", "SE"}, {"title", "Dr"}}));
    ASSERT_TRUE(apply(form, {{}, std::vector<std::string>{"country"}, {}}));
    EXPECT_EQ(form.values, (Values{{"commonName", "Anna Ek"}, {"country", "SE"}})) << "hidden again: not in the order";
    EXPECT_EQ(apply(form, {{}, std::vector<std::string>{"nickname"}, {}}).error().code, ErrorCode::field_not_allowed);
    EXPECT_EQ(apply(form, {{{"title", "Dr"}}, {}, {}}).error().code, ErrorCode::field_not_allowed);
}

struct ValueRow {
    Field field;
    std::string value;
    bool good;
};

TEST(Fields, ValuesAreJudgedBeforeAnythingIsSent) {
    const Field name{"commonName", "Name"}, country{"country", "Country"}, email{"email", "E-mail"},
        number{"serialNumber", "Number"};
    const Field shorter{"commonName", "Name", false, true, 3, {}};
    const Field formed{"title", "Title", false, true, {}, "[A-Z].\\d+"};
    const Field broken{"title", "Title", false, true, {}, "[A-Z"};
    const std::string ring = "\xc3\xa5";
    std::string long_name;
    for (int i = 0; i < 64; ++i) long_name += ring;
    for (const auto& row : std::vector<ValueRow>{{name, "", true},
                                                 {name, long_name, true},
                                                 {name, long_name + "x", false},
                                                 {name, "a\nb", false},
                                                 {name, "\xff", false},
                                                 {shorter, ring + ring + ring, true},
                                                 {shorter, "abcd", false},
                                                 {country, "SE", true},
                                                 {country, "se", false},
                                                 {country, "SWE", false},
                                                 {email, "a@example.org", true},
                                                 {email, "a@", false},
                                                 {email, "a b@c", false},
                                                 {email, ring + "@c", false},
                                                 {number, "AB-12", true},
                                                 {number, "AB_12", false},
                                                 {formed, "A" + ring + "12", true},
                                                 {formed, "xA" + ring + "12", false},
                                                 {formed, "A" + ring, false}}) {
        const auto checked = check_value(row.field, row.value);
        EXPECT_EQ(checked.has_value(), row.good) << row.field.name << " '" << row.value << "'";
        if (checked) continue;
        EXPECT_EQ(checked.error().code, ErrorCode::field_invalid);
        EXPECT_EQ(checked.error().where, "field " + row.field.name);
        EXPECT_FALSE(checked.error().remedy.empty());
    }
    EXPECT_EQ(check_value(broken, "A1").error().code, ErrorCode::cm_answer_invalid);
    EXPECT_EQ(check_value(formed, std::string(2000, 'A')).error().code, ErrorCode::field_invalid);
}

struct QcRow {
    const char* what;
    bool qualified;
    bool field;
    std::vector<QcStatement> added;
    std::optional<ErrorCode> code;
};

TEST(Fields, StatementsAreJudgedByThePolicy) {
    for (const auto& row : std::vector<QcRow>{
             {"what is required", true, true, {QcLimitValue{"EUR", 1, 0}}, {}},
             {"nothing", true, true, {}, ErrorCode::qc_missing},
             {"not allowed", true, true, {QcLimitValue{"EUR", 1, 0}, QcRetentionPeriod{1}}, ErrorCode::qc_not_allowed},
             {"overrides", true, true, {QcLimitValue{"EUR", 1, 0}, QcType{{"esign"}}}, ErrorCode::qc_not_allowed},
             {"invalid", true, true, {QcLimitValue{"EURO", 1, 0}}, ErrorCode::qc_invalid},
             {"no QC field", true, false, {QcLimitValue{"EUR", 1, 0}}, ErrorCode::qc_not_allowed},
             {"no qualified certificates", false, true, {QcCompliance{}}, ErrorCode::qc_not_allowed},
             {"none, and not qualified", false, true, {}, {}}}) {
        auto form = samples::form({{"commonName", "Anna Ek"}});
        if (row.field) form.fields.push_back({"qcStatements", "QC", false, true});
        if (row.qualified) form.qc = QcPolicy{{QcType{{"eseal"}}}, {"QcLimitValue", "QcType"}, {"QcLimitValue"}};
        form.statements = row.added;
        const auto checked = check_form(form);
        EXPECT_EQ(checked.has_value(), !row.code) << row.what;
        if (!checked && row.code) {
            EXPECT_EQ(checked.error().code, *row.code) << row.what << ": " << to_string(checked.error());
        }
    }
}

}  // namespace
}  // namespace rakit::reference::core
