#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace rakit {

/// ErrorCode names one cause each; the registry with cause and remedy is docs/errors.md, and a check compares both.
/// Within a group of the CM the order is the precedence; groups are judged from top to bottom.
enum class ErrorCode {
    // CM: the message
    request_malformed,
    control_unknown,
    signature_invalid,
    clock_skew,
    replay_conflict,
    // CM: the officer
    officer_unknown,
    officer_closed,
    officer_certificate_expired,
    officer_certificate_revoked,
    officer_role_missing,
    officer_not_allowed_to_sign,
    issuer_constraint,
    domain_not_visible,
    // CM: the procedure
    procedure_unknown,
    procedure_closed,
    storage_profile_mismatch,
    no_certificate_procedure,
    ambiguous_certificate_procedure,
    dialect_cannot_carry,
    // CM: the card
    card_serial_out_of_range,
    static_token_officer_card,
    card_unknown,
    // CM: the transport certificate
    tc_control_missing,
    tc_missing,
    tc_wrong_action,
    tc_bad_signature,
    tc_untrusted,
    tc_not_yet_valid,
    tc_expired,
    tc_revoked,
    tc_wrong_policy,
    tc_key_mismatch,
    tc_serial_out_of_range,
    tc_no_possession,
    tc_already_used,
    // CM: the request of a key
    pop_failed,
    key_reuse_forbidden,
    field_missing,
    field_not_allowed,
    field_invalid,
    qc_not_allowed,
    qc_missing,
    qc_invalid,
    revoke_target_unknown,
    approval_refused,
    // CM: itself
    cm_maintenance,
    cm_internal,
    store_invalid,
    log_broken,
    // RA: the card
    card_absent,
    card_removed,
    card_mute,
    card_unsupported,
    card_changed,
    card_full,
    card_write_failed,
    card_content_invalid,
    key_unknown,
    key_cannot_sign,
    certificate_unknown,
    add_not_possible,
    tc_add_refused,
    nothing_to_do,
    // RA: PINs
    pin_wrong,
    pin_last_try,
    pin_blocked,
    pin_cancelled,
    cancelled,
    pin_malformed,
    op_pin_required,
    // RA: the officer
    officer_card_is_target,
    soft_token_warning,
    officer_credential_invalid,
    officer_card_absent,
    // RA: the CM
    cm_unreachable,
    cm_untrusted,
    cm_answer_invalid,
    cm_answer_mismatch,
    cm_timeout_after_submit,
    cm_no_answer,
    cm_pending,
    // RA: the journal
    journal_corrupt,
    journal_locked,
    journal_write_failed,
    order_open,
    // RA: devices
    reader_absent,
    reader_busy,
    service_absent,
    printer_offline,
    printer_busy,
    printer_feeder_empty,
    printer_ribbon,
    printer_cover_open,
    printer_mechanical,
    printer_tray_full,
    printer_contact_failed,
    printer_card_lost,
    printer_refused,
    printer_answer_invalid,
    printer_wrong_card,
    batch_incomplete,
    // Everything: files, usage, the machine
    usage,
    file_unreadable,
    file_unwritable,
    document_invalid,
    package_missing,
    prompt_unavailable,
    io_failed,
    crypto_failed,
    unsupported,
    internal,
    kCount,
};

/// ErrorCodeInfo is what goes over the wire for a code.
struct ErrorCodeInfo {
    ErrorCode code;
    std::string_view name;             ///< as in messages, JSON, the request log and scenarios
    std::optional<int> number;         ///< 1000-1999, ours (RFC 5272 section 6.1.4 leaves them to closed environments)
    std::optional<int> cmc_fail_info;  ///< CMCFailInfo where one fits
};

/// error_codes is the whole registry, in the order of ErrorCode.
std::span<const ErrorCodeInfo> error_codes();

/// info finds a code's row.
const ErrorCodeInfo& info(ErrorCode code);

/// name gives a code's name.
std::string_view name(ErrorCode code);

/// error_code_from_name finds a code by its name.
std::optional<ErrorCode> error_code_from_name(std::string_view name);

}  // namespace rakit
