#include "mock_cm/http/tls.hpp"

#include "common/ossl/handles.hpp"

namespace rakit::cm {
namespace {

namespace ssl = boost::asio::ssl;

// Every client certificate completes the handshake (which proves possession of its key); officer_certificate() decides
// what it is worth, so that a stranger gets an HTTP answer with a reason and not a dead connection.
int accept_any_certificate(X509_STORE_CTX*, void*) { return 1; }

}  // namespace

Result<ssl::context> server_context(const Hierarchy& hierarchy) {
    const auto& [certificate, key] = hierarchy.authority("tls");
    ssl::context context(ssl::context::tls_server);
    SSL_CTX* native = context.native_handle();
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(native, accept_any_certificate, nullptr);
    const bool done =
        SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1 && SSL_CTX_set_num_tickets(native, 0) == 1 &&
        SSL_CTX_use_certificate(native, certificate.handle()) == 1 && SSL_CTX_use_PrivateKey(native, key.get()) == 1 &&
        SSL_CTX_add_client_CA(native, hierarchy.authority("officer-ca").certificate.handle()) == 1;
    if (!done) return fail(ErrorCode::crypto_failed, "TLS settings: " + ossl::last_error());
    return context;
}

Bytes officer_certificate(SSL* connection, const x509::Certificate& officer_ca) {
    const ossl::X509Certificate shown(SSL_get1_peer_certificate(connection));
    if (!shown) return {};
    const auto certificate = x509::Certificate::parse(ossl::to_der(shown.get(), i2d_X509));
    if (!certificate || !x509::chains(*certificate, {}, {officer_ca}, std::nullopt)) return {};
    return certificate->der();
}

}  // namespace rakit::cm
