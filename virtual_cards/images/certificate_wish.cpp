#include "virtual_cards/images/certificate_wish.hpp"

namespace rakit::cards {
namespace {

constexpr std::string_view kTransportPolicy = "2.25.259992147378155069564548854890386613715";

}  // namespace

Result<CertificateWish> read_wish(const nlohmann::json& recipe, const std::string& card_serial,
                                  const std::vector<std::string>& usage) {
    using Texts = std::vector<std::string>;
    CertificateWish wish;
    wish.issuer = recipe.at("issuer").get<std::string>();
    wish.common_name = recipe.at("common_name").get<std::string>();
    const bool transport = wish.issuer == "tc-issuer";
    wish.card_serial = recipe.value("card_serial", transport ? card_serial : std::string());
    wish.key_usage = recipe.value("key_usage", usage);
    wish.extended_key_usage = recipe.value("extended_key_usage", Texts());
    wish.policies = recipe.value("policies", transport ? Texts{std::string(kTransportPolicy)} : Texts());
    wish.bad_signature = recipe.value("bad_signature", false);
    const auto from = from_iso8601(recipe.at("not_before").get<std::string>());
    const auto to = from_iso8601(recipe.at("not_after").get<std::string>());
    if (!from || !to)
        return fail(ErrorCode::document_invalid, "not a time of the calendar", "certificate " + wish.common_name);
    wish.not_before = *from;
    wish.not_after = *to;
    return wish;
}

}  // namespace rakit::cards
