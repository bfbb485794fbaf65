#include "mock_cm/rest/search_query.hpp"

#include <array>
#include <utility>

namespace rakit::cm {
namespace {

constexpr std::size_t kMostOfAPage = 500;
constexpr std::size_t kLongestText = 256;

Unexpected malformed(const std::string& name, const std::string& wanted) {
    return fail(ErrorCode::request_malformed, "the parameter " + name + " is not " + wanted, {},
                "See /openapi.json for the parameters.");
}

std::optional<std::int64_t> read_number(const std::string& text) {
    const bool digits = !text.empty() && text.size() <= 15 && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? std::optional<std::int64_t>(std::stoll(text)) : std::nullopt;
}

Result<void> read_hex(const std::string& name, const std::string& value, std::string& into) {
    into = value;
    for (char& c : into)
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    const auto digits = into.find_first_not_of("0123456789ABCDEF");
    const bool prefix = digits != std::string::npos && digits + 1 == into.size() && into.back() == '*';
    if (into.empty() || into.size() > kLongestText || (digits != std::string::npos && !prefix))
        return malformed(name, "hexadecimal, or its beginning with *");
    return {};
}

Result<void> read_text(const std::string& name, const std::string& value, std::string& into) {
    if (value.empty() || value.size() > kLongestText) return malformed(name, "a text of 1 to 256 octets");
    into = value;
    return {};
}

Result<void> read_flag(const std::string& name, const std::string& value, bool& into) {
    if (value != "true" && value != "false") return malformed(name, "true or false");
    into = value == "true";
    return {};
}

Result<void> read_count(const std::string& name, const std::string& value, std::size_t least, std::size_t most,
                        std::size_t& into) {
    const auto number = read_number(value);
    if (!number || static_cast<std::size_t>(*number) < least || static_cast<std::size_t>(*number) > most)
        return malformed(name, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    into = static_cast<std::size_t>(*number);
    return {};
}

Result<void> read_moment(const std::string& name, const std::string& value, std::optional<UtcTime>& into) {
    into = read_time(value);
    return into ? Result<void>() : malformed(name, "a moment as 2026-01-31T23:59:59Z");
}

Result<void> read_order(const std::string& name, const std::string& value, CertificateOrder& into) {
    constexpr std::array kOrders{
        std::pair{"certid", CertificateOrder::id}, std::pair{"certificateserialnumber", CertificateOrder::serial},
        std::pair{"subject", CertificateOrder::common_name}, std::pair{"validfrom", CertificateOrder::not_before},
        std::pair{"validto", CertificateOrder::not_after}};
    for (const auto& [word, order] : kOrders)
        if (value == word) {
            into = order;
            return {};
        }
    return malformed(name, "one of certid, certificateserialnumber, subject, validfrom, validto");
}

Result<void> read_parameter(const std::string& name, const std::string& value, CertificateSearch& wanted) {
    if (name == "cardSerialNumber") return read_hex(name, value, wanted.card_serial);
    if (name == "certificateSerialNumber") return read_hex(name, value, wanted.serial);
    if (name == "subjectKeyIdentifier") return read_hex(name, value, wanted.subject_key_id);
    if (name == "subjectCommonName") return read_text(name, value, wanted.common_name);
    if (name == "issuerCommonName") return read_text(name, value, wanted.issuer_common_name);
    if (name == "validFrom") return read_moment(name, value, wanted.valid_from);
    if (name == "validTo") return read_moment(name, value, wanted.valid_to);
    if (name == "orderBy") return read_order(name, value, wanted.order);
    if (name == "orderDescending") return read_flag(name, value, wanted.descending);
    if (name == "searchLimit") return read_count(name, value, 1, kMostOfAPage, wanted.limit);
    if (name == "searchOffset") return read_count(name, value, 0, 1'000'000'000, wanted.offset);
    if (name == "isNotRevoked") {
        bool good = true;
        auto read = read_flag(name, value, good);
        wanted.revoked = !good;
        return read;
    }
    return malformed(name, "one that this list knows");
}

}  // namespace

std::optional<UtcTime> read_time(const std::string& text) {
    return from_iso8601(text.size() == 10 ? text + "T00:00:00Z" : text);
}

Result<CertificateSearch> read_search(const std::map<std::string, std::string>& query) {
    CertificateSearch wanted;
    wanted.limit = kMostOfAPage;
    for (const auto& [name, value] : query)
        if (auto read = read_parameter(name, value, wanted); !read) return Unexpected{std::move(read).error()};
    return wanted;
}

}  // namespace rakit::cm
