#include "common/x509/cms_message.hpp"

#include "common/ossl/decode.hpp"

namespace rakit::x509 {
namespace {

/// parse_split reads what has the usual form; nothing if anything is in the way.
std::optional<CmsMessage> parse_split(ByteView ber, const Known& known) {
    auto split = ossl::split_cms(ber);
    if (!split) return std::nullopt;
    CmsMessage message;
    for (const auto der : split->certificates) {
        auto decoded = known ? known(der) : std::nullopt;
        if (!decoded) {
            auto parsed = Certificate::parse(der);
            if (!parsed) return std::nullopt;
            decoded = *std::move(parsed);
        }
        message.certificates.push_back(*std::move(decoded));
    }
    message.cms = std::move(split->cms);
    return message;
}

}  // namespace

ossl::Certificates CmsMessage::stack() const {
    ossl::Certificates all(sk_X509_new_null());
    for (const auto& certificate : certificates) {
        X509_up_ref(certificate.handle());
        sk_X509_push(all.get(), certificate.handle());
    }
    return all;
}

Result<CmsMessage> parse_cms(ByteView ber, const Known& known) {
    if (auto split = parse_split(ber, known)) return *std::move(split);
    ossl::last_error();
    auto [cms, size] = ossl::decode_cms(ber);
    if (!cms) return fail(ErrorCode::crypto_failed, "not a CMS message: " + ossl::last_error());
    if (size != ber.size())
        return fail(ErrorCode::crypto_failed, "octets after the CMS message", "offset " + std::to_string(size));
    CmsMessage message;
    const ossl::Certificates stack(CMS_get1_certs(cms.get()));
    for (int i = 0; stack && i < sk_X509_num(stack.get()); ++i) {
        if (auto parsed = Certificate::share(sk_X509_value(stack.get(), i)))
            message.certificates.push_back(*std::move(parsed));
        else
            ++message.unread;
    }
    message.cms = std::move(cms);
    return message;
}

}  // namespace rakit::x509
