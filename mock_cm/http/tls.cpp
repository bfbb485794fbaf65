#include "mock_cm/http/tls.hpp"

#include "common/ossl/handles.hpp"
#include "mock_cm/ca/test_names.hpp"

namespace rakit::cm {
namespace {

namespace ssl = boost::asio::ssl;

// Every client certificate completes the handshake (which proves possession of its key); officer_certificate() decides
// what it is worth, so that a stranger gets an HTTP answer with a reason and not a dead connection.
int accept_any_certificate(X509_STORE_CTX*, void*) { return 1; }

/// bent_certificate makes a server certificate with the flaws that the deviations name.
Result<Authority> bent_certificate(const Hierarchy& hierarchy, const Deviations& deviations) {
    using namespace std::chrono_literals;
    SystemRng rng;
    auto key = ossl::generate_key(ossl::KeyType::ec_p256, rng);
    if (!key) return Unexpected{std::move(key).error()};
    const auto& good = hierarchy.authority("tls").certificate;
    x509::CertificateTemplate what;
    what.serial = random_serial(rng);
    what.subject = test_subject("Rakit Test CM Host");
    what.spki = ossl::spki(key->get());
    what.not_before = good.not_before();
    // Whatever time the clock is set to, nobody reads these as still valid.
    what.not_after = deviations.tls_expired ? good.not_before() + 24h : good.not_after();
    what.key_usage = {"digitalSignature"};
    what.extended_key_usage = {"serverAuth"};
    what.subject_alternative_names = {"DNS:localhost", "IP:127.0.0.1", "IP:::1"};
    if (deviations.tls_wrong_name) what.subject_alternative_names = {"DNS:another-host.invalid"};
    auto certificate =
        deviations.tls_unknown_ca ? x509::issue(what, std::nullopt, key->get()) : hierarchy.issue("root", what);
    if (!certificate) return Unexpected{std::move(certificate).error()};
    return Authority{*std::move(certificate), *std::move(key)};
}

bool set_versions(SSL_CTX* context, const Deviations& deviations) {
    if (!deviations.tls_old_version) return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
    // OpenSSL does TLS 1.1 at security level 0 only, since it signs with SHA-1.
    SSL_CTX_set_security_level(context, 0);
    return SSL_CTX_set_min_proto_version(context, TLS1_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION) == 1;
}

bool set_up(SSL_CTX* native, const Authority& identity, const Hierarchy& hierarchy, const Deviations& deviations) {
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(native, accept_any_certificate, nullptr);
    return set_versions(native, deviations) && SSL_CTX_set_num_tickets(native, 0) == 1 &&
           SSL_CTX_use_certificate(native, identity.certificate.handle()) == 1 &&
           SSL_CTX_use_PrivateKey(native, identity.key.get()) == 1 &&
           SSL_CTX_add_client_CA(native, hierarchy.authority("officer-ca").certificate.handle()) == 1;
}

}  // namespace

bool bends_tls(const Deviations& deviations) {
    return deviations.tls_wrong_name || deviations.tls_expired || deviations.tls_unknown_ca ||
           deviations.tls_old_version;
}

Result<ssl::context> server_context(const Hierarchy& hierarchy, const Deviations& deviations) {
    ssl::context context(ssl::context::tls_server);
    if (!bends_tls(deviations)) {
        if (set_up(context.native_handle(), hierarchy.authority("tls"), hierarchy, deviations)) return context;
    } else {
        const auto bent = bent_certificate(hierarchy, deviations);
        if (!bent) return Unexpected{bent.error()};
        if (set_up(context.native_handle(), *bent, hierarchy, deviations)) return context;
    }
    return fail(ErrorCode::crypto_failed, "TLS settings: " + ossl::last_error());
}

Bytes officer_certificate(SSL* connection, const x509::Certificate& officer_ca) {
    const ossl::X509Certificate shown(SSL_get1_peer_certificate(connection));
    if (!shown) return {};
    const auto certificate = x509::Certificate::parse(ossl::to_der(shown.get(), i2d_X509));
    if (!certificate || !x509::chains(*certificate, {}, {officer_ca}, std::nullopt)) return {};
    return certificate->der();
}

}  // namespace rakit::cm
