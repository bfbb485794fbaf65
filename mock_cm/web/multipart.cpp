#include "mock_cm/web/multipart.hpp"

#include "common/base/lower_case.hpp"
#include "mock_cm/web/media_type.hpp"

namespace rakit::cm {
namespace {

constexpr std::size_t kMostParts = 16;
constexpr std::size_t kLongestHead = 4096;
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046 section 5.1.1
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kBoundaryCharacters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ";

Unexpected malformed(const std::string& detail) {
    return fail(ErrorCode::request_malformed, "the form: " + detail, {},
                "Send multipart/form-data as RFC 7578 has it, each field once.");
}

bool take(std::string_view& rest, std::string_view prefix) {
    if (rest.substr(0, prefix.size()) != prefix) return false;
    rest.remove_prefix(prefix.size());
    return true;
}

/// Head is what stands before a part's content.
struct Head {
    std::string name;
    std::string type = "text/plain";
};

Result<void> read_field(std::string_view line, Head& head) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return malformed("a part has a line that is no field");
    const auto field = lower_case(line.substr(0, colon));
    const auto value = parse_media_type(line.substr(colon + 1));
    if (!value) return malformed("a part's " + field + " can't be read");
    if (field == "content-type") {
        head.type = value->type;
    } else if (field == "content-disposition") {
        const auto name = value->parameters.find("name");
        if (value->type != "form-data" || name == value->parameters.end() || name->second.empty())
            return malformed("a part's disposition is not form-data with a name");
        if (!head.name.empty()) return malformed("a part has two dispositions");
        head.name = name->second;
    } else if (field == "content-transfer-encoding" && value->type != "binary" && value->type != "8bit" &&
               value->type != "7bit") {
        return malformed("a part has the transfer encoding " + value->type);
    }
    return {};
}

Result<Head> read_head(std::string_view& rest) {
    Head head;
    const auto limit = rest.substr(0, kLongestHead);
    for (std::size_t at = 0;;) {
        const auto end = limit.find(kLineEnd, at);
        if (end == std::string_view::npos) return malformed("a part's head has no end, or is too long");
        const auto line = limit.substr(at, end - at);
        at = end + kLineEnd.size();
        if (line.empty()) {
            rest.remove_prefix(at);
            break;
        }
        if (auto done = read_field(line, head); !done) return Unexpected{std::move(done).error()};
    }
    if (head.name.empty()) return malformed("a part has no disposition");
    return head;
}

Result<std::string> boundary_of(std::string_view content_type) {
    const auto media = parse_media_type(content_type);
    if (!media || media->type != "multipart/form-data") return malformed("the content type is not multipart/form-data");
    const auto boundary = media->parameters.find("boundary");
    if (boundary == media->parameters.end() || boundary->second.empty() || boundary->second.size() > kLongestBoundary ||
        boundary->second.back() == ' ' || boundary->second.find_first_not_of(kBoundaryCharacters) != std::string::npos)
        return malformed("the content type has no boundary, or a bad one");
    return boundary->second;
}

}  // namespace

Result<Form> parse_form(std::string_view content_type, ByteView body) {
    const auto boundary = boundary_of(content_type);
    if (!boundary) return Unexpected{boundary.error()};
    const std::string delimiter = "--" + *boundary;
    std::string_view rest = as_text(body);
    if (!take(rest, delimiter)) return malformed("it doesn't begin with the boundary");
    Form form;
    while (!take(rest, "--")) {
        if (!take(rest, kLineEnd)) return malformed("a boundary is followed by something else than a line end");
        const auto head = read_head(rest);
        if (!head) return Unexpected{head.error()};
        const auto end = rest.find(std::string(kLineEnd) + delimiter);
        if (end == std::string_view::npos) return malformed("the part '" + head->name + "' has no end");
        if (form.size() == kMostParts) return malformed("it has more than 16 parts");
        if (!form.emplace(head->name, FormPart{head->type, to_bytes(rest.substr(0, end))}).second)
            return malformed("a part comes twice");
        rest.remove_prefix(end + kLineEnd.size() + delimiter.size());
    }
    if (!rest.empty() && rest != kLineEnd) return malformed("something stands behind its end");
    return form;
}

}  // namespace rakit::cm
