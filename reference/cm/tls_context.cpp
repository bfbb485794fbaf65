#include "reference/cm/tls_context.hpp"

namespace rakit::reference {
namespace {

Result<void> use_officer(SSL_CTX* context, const OfficerCredential& officer) {
    if (officer.key() == nullptr) return fail(ErrorCode::officer_credential_invalid, "the officer's key is locked");
    bool good = SSL_CTX_use_certificate(context, officer.certificate().handle()) == 1 &&
                SSL_CTX_use_PrivateKey(context, officer.key()) == 1;
    for (const auto& issuer : officer.chain())
        good = good && (issuer.self_issued() || SSL_CTX_add1_chain_cert(context, issuer.handle()) == 1);
    if (!good)
        return fail(ErrorCode::officer_credential_invalid,
                    "the officer's certificate does not serve TLS: " + ossl::last_error());
    return {};
}

}  // namespace

Result<ossl::SslContext> client_tls_context(const std::vector<x509::Certificate>& anchors,
                                            const OfficerCredential* officer) {
    ossl::SslContext context(SSL_CTX_new(TLS_client_method()));
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1)
        return fail(ErrorCode::crypto_failed, "TLS: " + ossl::last_error());
    SSL_CTX_set_options(context.get(), SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    X509_STORE* store = SSL_CTX_get_cert_store(context.get());
    for (const auto& anchor : anchors) X509_STORE_add_cert(store, anchor.handle());
    // As in x509::chains: an anchor may be an intermediate CA.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    if (officer != nullptr)
        if (auto used = use_officer(context.get(), *officer); !used) return fail(used.error());
    return context;
}

bool expect_host(SSL* tls, const std::string& host) {
    X509_VERIFY_PARAM* parameters = SSL_get0_param(tls);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return true;
    ossl::last_error();
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) == 1 &&
           SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
}

}  // namespace rakit::reference
