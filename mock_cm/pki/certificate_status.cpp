#include "mock_cm/pki/certificate_status.hpp"

#include <limits>
#include <set>

namespace rakit::cm {
namespace {

Revocation hold_of(const CertificateRecord& record) {
    return {record.issuer, record.serial, kReasonHold, record.issued};
}

}  // namespace

Result<std::optional<Revocation>> not_good(StoreTransaction& store, ByteView issuer, const std::string& serial) {
    auto revoked = store.revocation(issuer, serial);
    if (!revoked || *revoked) return revoked;
    auto record = store.certificate(issuer, serial);
    if (!record) return Unexpected{std::move(record).error()};
    if (!*record || (*record)->active) return std::optional<Revocation>();
    return std::optional(hold_of(**record));
}

Result<std::vector<Revocation>> all_not_good(StoreTransaction& store, const x509::Certificate& issuer) {
    const auto name = issuer.subject_der();
    auto list = store.revocations(name);
    if (!list) return list;
    std::set<std::string> revoked;
    for (const auto& one : *list) revoked.insert(one.serial);
    CertificateSearch wanted;
    wanted.active = false;
    wanted.limit = std::numeric_limits<std::uint32_t>::max();
    auto held = store.search(wanted);
    if (!held) return Unexpected{std::move(held).error()};
    for (const auto& record : held->records)
        if (record.issuer == name && revoked.count(record.serial) == 0) list->push_back(hold_of(record));
    return list;
}

}  // namespace rakit::cm
