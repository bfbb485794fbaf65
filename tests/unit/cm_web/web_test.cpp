#include <gtest/gtest.h>

#include "mock_cm/web/media_type.hpp"
#include "mock_cm/web/multipart.hpp"
#include "mock_cm/web/target.hpp"

namespace rakit::cm {
namespace {

using Texts = std::map<std::string, std::string>;

struct TargetRow {
    const char* text;
    const char* path;  ///< null: refused
    Texts query;
};

TEST(TargetTest, Rows) {
    for (const auto& [text, path, query] : {
             TargetRow{"/", "/", {}},
             TargetRow{"/a/b", "/a/b", {}},
             TargetRow{"/a%20b%2Fc", "/a b/c", {}},
             TargetRow{"/a+b", "/a+b", {}},
             TargetRow{"/a?", "/a", {}},
             TargetRow{"/a?x=1", "/a", {{"x", "1"}}},
             TargetRow{"/a?x=1&y=", "/a", {{"x", "1"}, {"y", ""}}},
             TargetRow{"/a?x", "/a", {{"x", ""}}},
             TargetRow{"/a?x=1+2%2b3", "/a", {{"x", "1 2+3"}}},
             TargetRow{"/a?x=1=2", "/a", {{"x", "1=2"}}},
             TargetRow{"/a?x=%C3%85", "/a", {{"x", "\xC3\x85"}}},
             TargetRow{"/a?%78=1", "/a", {{"x", "1"}}},
             TargetRow{"/a?x=1&", "/a", {{"x", "1"}}},
             TargetRow{"", nullptr, {}},
             TargetRow{"*", nullptr, {}},
             TargetRow{"a", nullptr, {}},
             TargetRow{"http://a/", nullptr, {}},
             TargetRow{"/%", nullptr, {}},
             TargetRow{"/%4", nullptr, {}},
             TargetRow{"/%4G", nullptr, {}},
             TargetRow{"/%00", nullptr, {}},
             TargetRow{"/a?x=%", nullptr, {}},
             TargetRow{"/a?x=%00", nullptr, {}},
             TargetRow{"/a?x=1&x=2", nullptr, {}},
             TargetRow{"/a?=1", nullptr, {}},
             TargetRow{"/a?&x=1", nullptr, {}},
         }) {
        const auto target = parse_target(text);
        ASSERT_EQ(target.has_value(), path != nullptr) << text;
        if (!target) {
            EXPECT_EQ(target.error().code, ErrorCode::request_malformed) << text;
            EXPECT_FALSE(target.error().remedy.empty()) << text;
            continue;
        }
        EXPECT_EQ(target->path, path) << text;
        EXPECT_EQ(target->query, query) << text;
    }
    EXPECT_EQ(path_of("/a%20b?c"), "/a%20b");
}

struct MediaRow {
    const char* text;
    const char* type;  ///< null: none
    Texts parameters;
};

TEST(MediaTypeTest, Rows) {
    for (const auto& [text, type, parameters] : {
             MediaRow{"text/plain", "text/plain", {}},
             MediaRow{" Text/PLAIN ;", "text/plain", {}},
             MediaRow{"a/b; Charset=UTF-8", "a/b", {{"charset", "UTF-8"}}},
             MediaRow{"a/b;x=\"1;2\"; y=3", "a/b", {{"x", "1;2"}, {"y", "3"}}},
             MediaRow{"a/b;x=\"a\\\"b\"", "a/b", {{"x", "a\"b"}}},
             MediaRow{"form-data; name=\"\"", "form-data", {{"name", ""}}},
             MediaRow{"", nullptr, {}},
             MediaRow{";a=b", nullptr, {}},
             MediaRow{"a b/c", nullptr, {}},
             MediaRow{"a/b; x", nullptr, {}},
             MediaRow{"a/b; =1", nullptr, {}},
             MediaRow{"a/b; x=1; x=2", nullptr, {}},
             MediaRow{"a/b; x=\"1", nullptr, {}},
         }) {
        const auto media = parse_media_type(text);
        ASSERT_EQ(media.has_value(), type != nullptr) << text;
        if (!media) continue;
        EXPECT_EQ(media->type, type) << text;
        EXPECT_EQ(media->parameters, parameters) << text;
    }
}

TEST(AcceptTest, TakesTheFirstThatIsOfferedAndAllowed) {
    struct Row {
        const char* accept;
        const char* taken;  ///< null: none
    };
    const std::vector<std::string> offered{"application/pkix-cert", "text/plain"};
    for (const auto& [accept, taken] : {
             Row{"", "application/pkix-cert"},
             Row{"  ", "application/pkix-cert"},
             Row{"*/*", "application/pkix-cert"},
             Row{"text/*", "text/plain"},
             Row{"text/plain", "text/plain"},
             Row{"TEXT/Plain;charset=x", "text/plain"},
             Row{"text/html, text/plain", "text/plain"},
             Row{"text/plain;q=0, */*;q=0.1", "application/pkix-cert"},
             Row{"text/html", nullptr},
             Row{"text/plain;q=0", nullptr},
             Row{"text/plain;q=0.0", nullptr},
             Row{"texts/*", nullptr},
             Row{";;;", nullptr},
         }) {
        const auto form = accepted(accept, offered);
        ASSERT_EQ(form.has_value(), taken != nullptr) << accept;
        EXPECT_EQ(form.value_or(""), taken == nullptr ? "" : taken) << accept;
    }
}

constexpr const char* kType = "multipart/form-data; boundary=b";

std::string part(const std::string& head, const std::string& content) {
    return "--b\r\n" + head + "\r\n\r\n" + content + "\r\n";
}
std::string field(const std::string& name, const std::string& content) {
    return part("Content-Disposition: form-data; name=\"" + name + "\"", content);
}
const std::string kEnd = "--b--\r\n";

TEST(FormTest, EachPartWithItsTypeAndOctets) {
    const auto form = parse_form(
        "Multipart/Form-Data; boundary=\"b\"",
        as_bytes(
            field("one", "1") +
            part("content-type: Application/PKCS10; x=y\r\nCONTENT-DISPOSITION: form-data; name=two; filename=f\r\n"
                 "Content-Transfer-Encoding: binary",
                 std::string("\r\n--\0b", 6)) +
            field("empty", "") + "--b--"));
    ASSERT_TRUE(form) << form.error().detail;
    ASSERT_EQ(form->size(), 3U);
    EXPECT_EQ(form->at("one").type, "text/plain");
    EXPECT_EQ(as_text(form->at("one").content), "1");
    EXPECT_EQ(form->at("two").type, "application/pkcs10");
    EXPECT_EQ(as_text(form->at("two").content), std::string_view("\r\n--\0b", 6));
    EXPECT_TRUE(form->at("empty").content.empty());
    EXPECT_EQ(parse_form(kType, as_bytes("--b--")).value().size(), 0U);
}

TEST(FormTest, SixteenPartsAndNoMore) {
    std::string body;
    for (int i = 0; i < 16; ++i) body += field(std::to_string(i), "x");
    EXPECT_TRUE(parse_form(kType, as_bytes(body + kEnd)));
    EXPECT_FALSE(parse_form(kType, as_bytes(body + field("more", "x") + kEnd)));
}

struct FormRow {
    std::string type;
    std::string body;
    const char* said;
};

TEST(FormTest, RefusedRows) {
    const std::string one = field("one", "1");
    const std::string head = "Content-Disposition: form-data; name=one";
    for (const auto& [type, body, said] : {
             FormRow{"text/plain", one + kEnd, "content type is not"},
             FormRow{"", one + kEnd, "content type is not"},
             FormRow{"multipart/form-data", one + kEnd, "no boundary"},
             FormRow{"multipart/form-data; boundary=", one + kEnd, "no boundary"},
             FormRow{"multipart/form-data; boundary=\"b \"", one + kEnd, "no boundary"},
             FormRow{"multipart/form-data; boundary=" + std::string(71, 'b'), one + kEnd, "no boundary"},
             FormRow{"multipart/form-data; boundary=\"b\nc\"", one + kEnd, "no boundary"},
             FormRow{kType, "", "doesn't begin"},
             FormRow{kType, "\r\n" + one + kEnd, "doesn't begin"},
             FormRow{kType, "--c\r\n", "doesn't begin"},
             FormRow{kType, "--bc\r\n" + one, "something else than a line end"},
             FormRow{kType, "--b\n" + head + "\n\n1\n--b--\n", "something else than a line end"},
             FormRow{kType, one, "has no end"},
             FormRow{kType, one + kEnd + "x", "behind its end"},
             FormRow{kType, "--b\r\n" + head + "\r\n\r\n1", "has no end"},
             FormRow{kType, "--b\r\n" + head, "head has no end"},
             FormRow{kType, part(head + std::string(4096, 'x'), "1") + kEnd, "head has no end"},
             FormRow{kType, one + one + kEnd, "comes twice"},
             FormRow{kType, part("X: y", "1") + kEnd, "no disposition"},
             FormRow{kType, part("nonsense", "1") + kEnd, "no field"},
             FormRow{kType, part(": x", "1") + kEnd, "no field"},
             FormRow{kType, part("Content-Disposition: form-data", "1") + kEnd, "not form-data with a name"},
             FormRow{kType, part("Content-Disposition: form-data; name=\"\"", "1") + kEnd, "not form-data with a name"},
             FormRow{kType, part("Content-Disposition: attachment; name=one", "1") + kEnd, "not form-data with a name"},
             FormRow{kType, part(head + "\r\n" + head, "1") + kEnd, "two dispositions"},
             FormRow{kType, part(head + "\r\nContent-Transfer-Encoding: base64", "1") + kEnd, "transfer encoding"},
             FormRow{kType, part(head + "\r\nContent-Type: ;", "1") + kEnd, "can't be read"},
         }) {
        const auto form = parse_form(type, as_bytes(body));
        ASSERT_FALSE(form) << type << " " << body.substr(0, 80);
        EXPECT_EQ(form.error().code, ErrorCode::request_malformed);
        EXPECT_FALSE(form.error().remedy.empty());
        EXPECT_NE(form.error().detail.find(said), std::string::npos) << form.error().detail << " for " << said;
    }
}

}  // namespace
}  // namespace rakit::cm
