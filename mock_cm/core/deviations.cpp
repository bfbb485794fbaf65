#include "mock_cm/core/deviations.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <variant>

#include "common/document/json_text.hpp"

namespace rakit::cm {
namespace {

using Member = std::variant<bool Deviations::*, int Deviations::*>;

struct Row {
    const char* name;
    Member member;
};

const std::array kRows{
    Row{"maintenance", &Deviations::maintenance},
    Row{"otherKey", &Deviations::other_key},
    Row{"otherTransaction", &Deviations::other_transaction},
    Row{"staleNonce", &Deviations::stale_nonce},
    Row{"missingStatus", &Deviations::missing_status},
    Row{"swappedCertificates", &Deviations::swapped_certificates},
    Row{"wrongCa", &Deviations::wrong_ca},
    Row{"expiredCa", &Deviations::expired_ca},
    Row{"notYetValid", &Deviations::not_yet_valid},
    Row{"pendingTimes", &Deviations::pending_times},
    Row{"lostAnswer", &Deviations::lost_answer},
    Row{"refuseConfirmation", &Deviations::refuse_confirmation},
    Row{"slowMs", &Deviations::slow_ms},
    Row{"stall", &Deviations::stall},
    Row{"dropBefore", &Deviations::drop_before},
    Row{"dropAfter", &Deviations::drop_after},
    Row{"truncateBody", &Deviations::truncate_body},
    Row{"wrongContentType", &Deviations::wrong_content_type},
    Row{"duplicateRequest", &Deviations::duplicate_request},
    Row{"duplicateAnswer", &Deviations::duplicate_answer},
    Row{"httpStatus", &Deviations::http_status},
    Row{"tlsWrongName", &Deviations::tls_wrong_name},
    Row{"tlsExpired", &Deviations::tls_expired},
    Row{"tlsUnknownCa", &Deviations::tls_unknown_ca},
    Row{"tlsOldVersion", &Deviations::tls_old_version},
};

bool put(Deviations& deviations, const Row& row, const nlohmann::json& value) {
    constexpr int kMost = 3600000;
    if (const auto* flag = std::get_if<bool Deviations::*>(&row.member)) {
        if (!value.is_boolean()) return false;
        deviations.*(*flag) = value.get<bool>();
        return true;
    }
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMost) return false;
    deviations.*std::get<int Deviations::*>(row.member) = value.get<int>();
    return true;
}

}  // namespace

Result<Deviations> read_deviations(std::string_view text) {
    const auto wrong = [](const std::string& what) {
        return fail(ErrorCode::document_invalid, "deviations: " + what, {},
                    "docs/formats/cm-config.md has the list of deviations");
    };
    const auto body = document::parse_json(text);
    if (!body || !body->is_object()) return wrong("no JSON object");
    Deviations deviations;
    for (const auto& [key, value] : body->items()) {
        const auto row =
            std::find_if(kRows.begin(), kRows.end(), [&name = key](const Row& r) { return r.name == name; });
        if (row == kRows.end()) return wrong("there is no '" + key + "'");
        if (!put(deviations, *row, value)) return wrong("'" + key + "' has a value of the wrong kind");
    }
    return deviations;
}

std::string deviations_text(const Deviations& deviations) {
    nlohmann::ordered_json body;
    for (const auto& row : kRows) std::visit([&](auto member) { body[row.name] = deviations.*member; }, row.member);
    return body.dump();
}

}  // namespace rakit::cm
