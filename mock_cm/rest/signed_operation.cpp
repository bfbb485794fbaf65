#include "mock_cm/rest/signed_operation.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/ossl/digest.hpp"
#include "mock_cm/core/officers.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"
#include "mock_cm/core/single.hpp"
#include "mock_cm/rest/representation.hpp"
#include "mock_cm/rest/search_query.hpp"
#include "mock_cm/rest/signature.hpp"

namespace rakit::cm {
namespace {

Unexpected malformed(std::string cause) {
    return refuse(ErrorCode::request_malformed, std::move(cause), "See /openapi.json for the form.");
}

Result<void> only_parts(const Form& form, std::initializer_list<std::string_view> known) {
    for (const auto& [name, part] : form)
        if (std::find(known.begin(), known.end(), name) == known.end())
            return malformed("the form has a part '" + name + "' that this operation doesn't know");
    return {};
}

Result<Bytes> base64_part(const Form& form, const std::string& name, std::string_view type) {
    const auto part = form.find(name);
    if (part == form.end()) return malformed("the form has no part '" + name + "'");
    if (part->second.type != type && part->second.type != "text/plain")
        return malformed("the part '" + name + "' is not " + std::string(type));
    auto octets = from_base64(as_text(part->second.content));
    if (!octets || octets->empty()) return malformed("the part '" + name + "' is no base64");
    return *std::move(octets);
}

/// members_of writes what a signature is for as the members of a JSON object.
std::string members_of(const nlohmann::ordered_json& what) {
    const auto text = what.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
    return text.substr(1, text.size() - 2);
}

LogEntry entry_of(const SignedCall& call, const std::string& category) {
    LogEntry entry;
    entry.at = call.context.now;
    entry.category = category;
    if (const auto* known = find_officer(call.context, call.peer)) entry.officer = known->name;
    return entry;
}

net::HttpResponse refused(const SignedCall& call, const LogEntry& entry, const Error& error) {
    if (const auto logged = log_refusal(call.store, entry, error); !logged) return rest_error(logged.error());
    return rest_error(error);
}

net::HttpResponse to_be_signed(SignedCall& call, const std::string& members) {
    const auto octets = call.challenges.offer(members, call.context.now, call.context.rng);
    return rest_json({{"error", 0}, {"msg", "Sign request and send again"}, {"dataToSign", to_base64(octets)}});
}

/// take_signature opens the part `signature`: a good CMS, signed just now, over what was offered for this request. The
/// offer is closed last, so that a refused signature doesn't use it up.
Result<SignedOctets> take_signature(SignedCall& call, const std::string& members) {
    const auto der = base64_part(call.form, "signature", "application/octet-stream");
    if (!der) return Unexpected{der.error()};
    auto opened = open_signed(*der);
    if (!opened) return opened;
    const auto skew = std::max(opened->signing_time - call.context.now, call.context.now - opened->signing_time);
    if (skew > call.context.config.clock_skew)
        return refuse(ErrorCode::clock_skew,
                      "the request was signed at " + to_iso8601(opened->signing_time) + ", the CM's time is " +
                          to_iso8601(call.context.now),
                      "Set the client's clock.");
    if (!call.challenges.redeem(opened->content, members, call.context.now))
        return refuse(ErrorCode::replay_conflict,
                      "what was signed was not offered for this request, or too long ago, or was used already",
                      "Send the request without a signature, and sign the dataToSign of that answer.");
    return opened;
}

/// Enrolment is what a form asks for.
struct Enrolment {
    SingleRequest single;
    std::string members;
};

Result<std::optional<UtcTime>> moment(const Form& form, const std::string& name) {
    const auto text = take_form_text(form, name);
    if (text.empty()) return std::optional<UtcTime>();
    const auto time = read_time(text);
    if (!time) return malformed("the part '" + name + "' is not a moment as 2026-01-31T23:59:59Z");
    return time;
}

Result<Enrolment> read_enrolment(const SignedCall& call) {
    if (auto known = only_parts(call.form, {"pkcs10", "procname", "validfrom", "validto", "signature"}); !known)
        return Unexpected{std::move(known).error()};
    if (auto form = certificate_form_accepted(call.request); !form) return Unexpected{std::move(form).error()};
    const auto pkcs10 = base64_part(call.form, "pkcs10", "application/pkcs10");
    if (!pkcs10) return Unexpected{pkcs10.error()};
    const auto from = moment(call.form, "validfrom"), to = moment(call.form, "validto");
    if (!from) return Unexpected{from.error()};
    if (!to) return Unexpected{to.error()};
    const auto procedure = take_form_text(call.form, "procname");
    if (procedure.empty()) return malformed("the form has no part 'procname'");
    const auto members = members_of({{"operation", "pkcs10"},
                                     {"procname", procedure},
                                     {"validfrom", *from ? to_iso8601(**from) : ""},
                                     {"validto", *to ? to_iso8601(**to) : ""},
                                     {"pkcs10", to_hex(ossl::sha256(*pkcs10))},
                                     {"connection", to_hex(call.peer.sha256())}});
    return Enrolment{{"rest", procedure, *pkcs10, call.peer, call.peer, *from, *to}, members};
}

/// offer_enrolment refuses what could not be issued whoever signed, before anybody signs. The connecting officer stands
/// for the one who will sign only where he may sign himself.
Result<void> may_be_offered(const SignedCall& call, const Enrolment& wanted) {
    constexpr std::array kConnects{Role::use_clients};
    auto open = call.store.begin();
    if (!open) return Unexpected{std::move(open).error()};
    auto officer = judge_officer(call.context, **open, call.peer, OfficerUse::connects, kConnects);
    if (!officer) return Unexpected{std::move(officer).error()};
    auto judged = judge_single(call.context, **open, wanted.single);
    // Another officer may sign what this one forwards (docs/formats/wire.md): that is judged in the second round.
    const bool signs_not = !judged && (judged.error().code == ErrorCode::officer_not_allowed_to_sign ||
                                       judged.error().code == ErrorCode::officer_role_missing);
    return signs_not ? Result<void>() : judged;
}

/// RevocationOrder is what a form asks to be revoked.
struct RevocationOrder {
    RevocationTarget target;
    std::string members;
};

Result<int> reason_of(const std::string& text) {
    constexpr std::array kReasons{std::pair{"unspecified", 0},          std::pair{"keyCompromise", 1},
                                  std::pair{"affiliationChanged", 3},   std::pair{"superseded", 4},
                                  std::pair{"cessationOfOperation", 5}, std::pair{"privilegeWithdrawn", 9}};
    if (text.empty()) return 0;
    for (const auto& [word, number] : kReasons)
        if (text == word || text == std::to_string(number)) return number;
    return malformed("the part 'reason' is no CRLReason that an end entity's certificate can have");
}

Result<CertificateRecord> named_certificate(const SignedCall& call, const CertificateSearch& wanted) {
    auto open = call.store.begin();
    if (!open) return Unexpected{std::move(open).error()};
    auto found = (*open)->search(wanted);
    if (!found) return Unexpected{std::move(found).error()};
    if (found->hits == 1) return found->records.front();
    return refuse(ErrorCode::revoke_target_unknown,
                  found->hits == 0 ? "the CM never issued this certificate" : "the serial number is not unique",
                  "Name it by the certid of GET /certificates.");
}

Result<RevocationOrder> read_revocation(const SignedCall& call) {
    if (auto known = only_parts(call.form, {"certid", "certificateserialnumber", "reason", "signature"}); !known)
        return Unexpected{std::move(known).error()};
    const auto id = take_form_text(call.form, "certid");
    const auto serial = take_form_text(call.form, "certificateserialnumber");
    if (id.empty() == serial.empty())
        return malformed("the form has not exactly one of certid and certificateserialnumber");
    const auto reason = reason_of(take_form_text(call.form, "reason"));
    if (!reason) return Unexpected{reason.error()};
    CertificateSearch wanted;
    if (!serial.empty()) {
        const auto octets = from_hex(serial);
        if (!octets) return malformed("the part 'certificateserialnumber' is no hexadecimal");
        wanted.serial = to_hex(*octets);
    } else {
        if (id.size() > 15 || id.find_first_not_of("0123456789") != std::string::npos)
            return malformed("the part 'certid' is no number");
        wanted.id = std::stoll(id);
    }
    const auto record = named_certificate(call, wanted);
    if (!record) return Unexpected{record.error()};
    const auto members = members_of({{"operation", "revoke"},
                                     {"certid", record->id},
                                     {"certificateserialnumber", record->serial},
                                     {"reason", *reason},
                                     {"connection", to_hex(call.peer.sha256())}});
    return RevocationOrder{{record->issuer, record->serial, *reason}, members};
}

Result<void> judge_connection(const SignedCall& call) {
    constexpr std::array kConnects{Role::use_clients};
    auto open = call.store.begin();
    if (!open) return Unexpected{std::move(open).error()};
    auto officer = judge_officer(call.context, **open, call.peer, OfficerUse::connects, kConnects);
    return officer ? Result<void>() : Unexpected{std::move(officer).error()};
}

Result<void> carry_out(const SignedCall& call, const RevocationOrder& wanted, const x509::Certificate& signer,
                       LogEntry& entry) {
    constexpr std::array kRevokes{Role::use_clients, Role::revoke_certificate};
    auto open = call.store.begin();
    if (!open) return Unexpected{std::move(open).error()};
    if (const auto* known = find_officer(call.context, signer)) entry.officer = known->name;
    auto officer = judge_officer(call.context, **open, signer, OfficerUse::signs, kRevokes);
    if (!officer) return Unexpected{std::move(officer).error()};
    const auto& target = wanted.target;
    if (auto done = (*open)->put_revocation({target.issuer, target.serial, target.reason, call.context.now}); !done)
        return done;
    return log_and_commit(**open, entry, nullptr);
}

}  // namespace

std::string take_form_text(const Form& form, const std::string& name) {
    const auto part = form.find(name);
    return part == form.end() ? std::string() : std::string(as_text(part->second.content));
}

net::HttpResponse enrol(SignedCall& call) {
    auto entry = entry_of(call, "rest");
    auto wanted = read_enrolment(call);
    if (!wanted) return refused(call, entry, wanted.error());
    entry.procedure = wanted->single.procedure;
    if (call.form.count("signature") == 0) {
        const auto may = may_be_offered(call, *wanted);
        return may ? to_be_signed(call, wanted->members) : refused(call, entry, may.error());
    }
    auto taken = take_signature(call, wanted->members);
    if (!taken) return refused(call, entry, taken.error());
    wanted->single.signs = taken->signer;
    const auto issued = issue_single(call.context, call.store, wanted->single);  // logs what it refuses
    if (!issued) return rest_error(issued.error());
    const auto answer = certificate_answer(call.context, *issued, call.request);
    return answer ? *answer : rest_error(answer.error());
}

net::HttpResponse revoke(SignedCall& call) {
    auto entry = entry_of(call, "rest-revoke");
    if (const auto connected = judge_connection(call); !connected) return refused(call, entry, connected.error());
    const auto wanted = read_revocation(call);
    if (!wanted) return refused(call, entry, wanted.error());
    if (call.form.count("signature") == 0) return to_be_signed(call, wanted->members);
    const auto taken = take_signature(call, wanted->members);
    if (!taken) return refused(call, entry, taken.error());
    if (const auto done = carry_out(call, *wanted, taken->signer, entry); !done)
        return refused(call, entry, done.error());
    return rest_json({{"error", 0}, {"msg", "Certificate revoked"}});
}

}  // namespace rakit::cm
