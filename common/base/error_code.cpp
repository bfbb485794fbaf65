#include "common/base/error_code.hpp"

#include <array>
#include <cstddef>

namespace rakit {
namespace {

constexpr std::array<ErrorCodeInfo, static_cast<std::size_t>(ErrorCode::kCount)> kErrorCodes{{
    {ErrorCode::request_malformed, "request_malformed", std::nullopt, 2},
    {ErrorCode::control_unknown, "control_unknown", std::nullopt, 2},
    {ErrorCode::signature_invalid, "signature_invalid", std::nullopt, 1},
    {ErrorCode::clock_skew, "clock_skew", std::nullopt, 3},
    {ErrorCode::replay_conflict, "replay_conflict", 1001, std::nullopt},
    {ErrorCode::officer_unknown, "officer_unknown", 1010, 7},
    {ErrorCode::officer_closed, "officer_closed", 1011, 7},
    {ErrorCode::officer_certificate_expired, "officer_certificate_expired", 1012, 7},
    {ErrorCode::officer_certificate_revoked, "officer_certificate_revoked", 1013, 7},
    {ErrorCode::officer_role_missing, "officer_role_missing", 1014, 7},
    {ErrorCode::officer_not_allowed_to_sign, "officer_not_allowed_to_sign", 1015, 7},
    {ErrorCode::issuer_constraint, "issuer_constraint", 1016, std::nullopt},
    {ErrorCode::domain_not_visible, "domain_not_visible", 1017, std::nullopt},
    {ErrorCode::procedure_unknown, "procedure_unknown", 1020, 2},
    {ErrorCode::procedure_closed, "procedure_closed", 1021, 2},
    {ErrorCode::storage_profile_mismatch, "storage_profile_mismatch", 1022, 2},
    {ErrorCode::no_certificate_procedure, "no_certificate_procedure", 1023, std::nullopt},
    {ErrorCode::ambiguous_certificate_procedure, "ambiguous_certificate_procedure", 1024, std::nullopt},
    {ErrorCode::dialect_cannot_carry, "dialect_cannot_carry", 1025, std::nullopt},
    {ErrorCode::card_serial_out_of_range, "card_serial_out_of_range", 1030, std::nullopt},
    {ErrorCode::static_token_officer_card, "static_token_officer_card", 1031, std::nullopt},
    {ErrorCode::card_unknown, "card_unknown", 1032, std::nullopt},
    {ErrorCode::tc_control_missing, "tc_control_missing", 1040, std::nullopt},
    {ErrorCode::tc_missing, "tc_missing", 1041, std::nullopt},
    {ErrorCode::tc_wrong_action, "tc_wrong_action", 1042, std::nullopt},
    {ErrorCode::tc_bad_signature, "tc_bad_signature", 1043, std::nullopt},
    {ErrorCode::tc_untrusted, "tc_untrusted", 1044, std::nullopt},
    {ErrorCode::tc_not_yet_valid, "tc_not_yet_valid", 1045, std::nullopt},
    {ErrorCode::tc_expired, "tc_expired", 1046, std::nullopt},
    {ErrorCode::tc_revoked, "tc_revoked", 1047, std::nullopt},
    {ErrorCode::tc_wrong_policy, "tc_wrong_policy", 1048, std::nullopt},
    {ErrorCode::tc_key_mismatch, "tc_key_mismatch", 1049, std::nullopt},
    {ErrorCode::tc_serial_out_of_range, "tc_serial_out_of_range", 1050, std::nullopt},
    {ErrorCode::tc_no_possession, "tc_no_possession", 1051, std::nullopt},
    {ErrorCode::tc_already_used, "tc_already_used", 1052, std::nullopt},
    {ErrorCode::pop_failed, "pop_failed", std::nullopt, 9},
    {ErrorCode::key_reuse_forbidden, "key_reuse_forbidden", std::nullopt, 10},
    {ErrorCode::field_missing, "field_missing", 1060, std::nullopt},
    {ErrorCode::field_not_allowed, "field_not_allowed", 1061, std::nullopt},
    {ErrorCode::field_invalid, "field_invalid", 1062, std::nullopt},
    {ErrorCode::qc_not_allowed, "qc_not_allowed", 1063, 5},
    {ErrorCode::qc_missing, "qc_missing", 1064, 5},
    {ErrorCode::qc_invalid, "qc_invalid", 1065, 5},
    {ErrorCode::revoke_target_unknown, "revoke_target_unknown", std::nullopt, 4},
    {ErrorCode::approval_refused, "approval_refused", 1070, std::nullopt},
    {ErrorCode::cm_maintenance, "cm_maintenance", std::nullopt, 12},
    {ErrorCode::cm_internal, "cm_internal", std::nullopt, 11},
    {ErrorCode::store_invalid, "store_invalid", std::nullopt, std::nullopt},
    {ErrorCode::log_broken, "log_broken", std::nullopt, std::nullopt},
    {ErrorCode::card_absent, "card_absent", std::nullopt, std::nullopt},
    {ErrorCode::card_removed, "card_removed", std::nullopt, std::nullopt},
    {ErrorCode::card_mute, "card_mute", std::nullopt, std::nullopt},
    {ErrorCode::card_unsupported, "card_unsupported", std::nullopt, std::nullopt},
    {ErrorCode::card_changed, "card_changed", std::nullopt, std::nullopt},
    {ErrorCode::card_full, "card_full", std::nullopt, std::nullopt},
    {ErrorCode::card_write_failed, "card_write_failed", std::nullopt, std::nullopt},
    {ErrorCode::card_content_invalid, "card_content_invalid", std::nullopt, std::nullopt},
    {ErrorCode::key_unknown, "key_unknown", std::nullopt, std::nullopt},
    {ErrorCode::key_cannot_sign, "key_cannot_sign", std::nullopt, std::nullopt},
    {ErrorCode::certificate_unknown, "certificate_unknown", std::nullopt, std::nullopt},
    {ErrorCode::add_not_possible, "add_not_possible", std::nullopt, std::nullopt},
    {ErrorCode::tc_add_refused, "tc_add_refused", std::nullopt, std::nullopt},
    {ErrorCode::nothing_to_do, "nothing_to_do", std::nullopt, std::nullopt},
    {ErrorCode::pin_wrong, "pin_wrong", std::nullopt, std::nullopt},
    {ErrorCode::pin_last_try, "pin_last_try", std::nullopt, std::nullopt},
    {ErrorCode::pin_blocked, "pin_blocked", std::nullopt, std::nullopt},
    {ErrorCode::pin_cancelled, "pin_cancelled", std::nullopt, std::nullopt},
    {ErrorCode::cancelled, "cancelled", std::nullopt, std::nullopt},
    {ErrorCode::pin_malformed, "pin_malformed", std::nullopt, std::nullopt},
    {ErrorCode::op_pin_required, "op_pin_required", std::nullopt, std::nullopt},
    {ErrorCode::officer_card_is_target, "officer_card_is_target", std::nullopt, std::nullopt},
    {ErrorCode::soft_token_warning, "soft_token_warning", std::nullopt, std::nullopt},
    {ErrorCode::officer_credential_invalid, "officer_credential_invalid", std::nullopt, std::nullopt},
    {ErrorCode::officer_card_absent, "officer_card_absent", std::nullopt, std::nullopt},
    {ErrorCode::cm_unreachable, "cm_unreachable", std::nullopt, std::nullopt},
    {ErrorCode::cm_untrusted, "cm_untrusted", std::nullopt, std::nullopt},
    {ErrorCode::cm_answer_invalid, "cm_answer_invalid", std::nullopt, std::nullopt},
    {ErrorCode::cm_answer_mismatch, "cm_answer_mismatch", std::nullopt, std::nullopt},
    {ErrorCode::cm_timeout_after_submit, "cm_timeout_after_submit", std::nullopt, std::nullopt},
    {ErrorCode::cm_no_answer, "cm_no_answer", std::nullopt, std::nullopt},
    {ErrorCode::cm_pending, "cm_pending", std::nullopt, std::nullopt},
    {ErrorCode::journal_corrupt, "journal_corrupt", std::nullopt, std::nullopt},
    {ErrorCode::journal_locked, "journal_locked", std::nullopt, std::nullopt},
    {ErrorCode::journal_write_failed, "journal_write_failed", std::nullopt, std::nullopt},
    {ErrorCode::order_open, "order_open", std::nullopt, std::nullopt},
    {ErrorCode::reader_absent, "reader_absent", std::nullopt, std::nullopt},
    {ErrorCode::reader_busy, "reader_busy", std::nullopt, std::nullopt},
    {ErrorCode::service_absent, "service_absent", std::nullopt, std::nullopt},
    {ErrorCode::printer_offline, "printer_offline", std::nullopt, std::nullopt},
    {ErrorCode::printer_busy, "printer_busy", std::nullopt, std::nullopt},
    {ErrorCode::printer_feeder_empty, "printer_feeder_empty", std::nullopt, std::nullopt},
    {ErrorCode::printer_ribbon, "printer_ribbon", std::nullopt, std::nullopt},
    {ErrorCode::printer_cover_open, "printer_cover_open", std::nullopt, std::nullopt},
    {ErrorCode::printer_mechanical, "printer_mechanical", std::nullopt, std::nullopt},
    {ErrorCode::printer_tray_full, "printer_tray_full", std::nullopt, std::nullopt},
    {ErrorCode::printer_contact_failed, "printer_contact_failed", std::nullopt, std::nullopt},
    {ErrorCode::printer_card_lost, "printer_card_lost", std::nullopt, std::nullopt},
    {ErrorCode::printer_refused, "printer_refused", std::nullopt, std::nullopt},
    {ErrorCode::printer_answer_invalid, "printer_answer_invalid", std::nullopt, std::nullopt},
    {ErrorCode::printer_wrong_card, "printer_wrong_card", std::nullopt, std::nullopt},
    {ErrorCode::batch_incomplete, "batch_incomplete", std::nullopt, std::nullopt},
    {ErrorCode::usage, "usage", std::nullopt, std::nullopt},
    {ErrorCode::file_unreadable, "file_unreadable", std::nullopt, std::nullopt},
    {ErrorCode::file_unwritable, "file_unwritable", std::nullopt, std::nullopt},
    {ErrorCode::document_invalid, "document_invalid", std::nullopt, std::nullopt},
    {ErrorCode::package_missing, "package_missing", std::nullopt, std::nullopt},
    {ErrorCode::prompt_unavailable, "prompt_unavailable", std::nullopt, std::nullopt},
    {ErrorCode::io_failed, "io_failed", std::nullopt, std::nullopt},
    {ErrorCode::crypto_failed, "crypto_failed", std::nullopt, std::nullopt},
    {ErrorCode::unsupported, "unsupported", std::nullopt, std::nullopt},
    {ErrorCode::internal, "internal", std::nullopt, std::nullopt},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kErrorCodes.size(); ++i)
        if (kErrorCodes[i].code != static_cast<ErrorCode>(i)) return false;
    return true;
}
static_assert(in_order(), "a row per ErrorCode, in its order");

}  // namespace

std::span<const ErrorCodeInfo> error_codes() { return kErrorCodes; }

const ErrorCodeInfo& info(ErrorCode code) { return kErrorCodes.at(static_cast<std::size_t>(code)); }

std::string_view name(ErrorCode code) { return info(code).name; }

std::optional<ErrorCode> error_code_from_name(std::string_view name) {
    for (const auto& row : kErrorCodes)
        if (row.name == name) return row.code;
    return std::nullopt;
}

}  // namespace rakit
