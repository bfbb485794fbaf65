#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "common/ossl/handles.hpp"

namespace rakit::cm {

/// kPatience bounds each wait of a client, in seconds; no test needs it unless it fails.
inline constexpr int kPatience = 20;

/// PlainClient is a TCP connection that sends whatever it is told to.
class PlainClient {
public:
    explicit PlainClient(std::uint16_t port) : x_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience{kPatience, 0};
        ::setsockopt(x_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(x_socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        x_connected = ::connect(x_socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    PlainClient(const PlainClient&) = delete;
    PlainClient& operator=(const PlainClient&) = delete;
    ~PlainClient() { ::close(x_socket); }

    bool connected() const { return x_connected; }
    int socket() const { return x_socket; }
    void send(const std::string& text) { ::send(x_socket, text.data(), text.size(), MSG_NOSIGNAL); }
    /// receive_all reads until the server closes; false if it never does.
    bool receive_all() {
        char buffer[4096];
        for (;;) {
            const ssize_t n = ::recv(x_socket, buffer, sizeof buffer, 0);
            if (n == 0 || (n < 0 && errno == ECONNRESET)) return true;
            if (n < 0) return false;
        }
    }

private:
    int x_socket;
    bool x_connected = false;
};

/// Credential is a client certificate with its key.
struct Credential {
    ossl::PKey key;
    ossl::X509Certificate certificate;
};

/// open_pkcs12 takes a credential out of a software token; empty handles if the password is wrong.
inline Credential open_pkcs12(ByteView der, const std::string& password) {
    const auto* cursor = der.data();
    const ossl::Pkcs12 token(d2i_PKCS12(nullptr, &cursor, static_cast<long>(der.size())));
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    PKCS12_parse(token.get(), password.c_str(), &key, &certificate, nullptr);
    return {ossl::PKey(key), ossl::X509Certificate(certificate)};
}

/// TlsClient speaks TLS without looking at whom it speaks to: the server's identity is curl's business here.
class TlsClient {
public:
    explicit TlsClient(std::uint16_t port, const Credential* credential = nullptr) : x_transport(port) {
        ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets whose peer may be gone
        x_context.reset(SSL_CTX_new(TLS_client_method()));
        if (credential != nullptr) {
            SSL_CTX_use_certificate(x_context.get(), credential->certificate.get());
            SSL_CTX_use_PrivateKey(x_context.get(), credential->key.get());
        }
        x_ssl.reset(SSL_new(x_context.get()));
        SSL_set_fd(x_ssl.get(), x_transport.socket());
        x_connected = x_transport.connected() && SSL_connect(x_ssl.get()) == 1;
    }
    bool connected() const { return x_connected; }
    /// send tells whether everything went out; a server that has had enough may close before.
    bool send(const std::string& text) {
        return x_connected && SSL_write(x_ssl.get(), text.data(), static_cast<int>(text.size())) > 0;
    }
    /// end_sending shuts down this side's half.
    void end_sending() { SSL_shutdown(x_ssl.get()); }
    /// receive_all reads until the server closes.
    std::string receive_all() {
        std::string text;
        char buffer[4096];
        for (;;) {
            const int n = x_connected ? SSL_read(x_ssl.get(), buffer, sizeof buffer) : 0;
            if (n <= 0) return text;
            text.append(buffer, static_cast<std::size_t>(n));
        }
    }
    std::string exchange(const std::string& request) {
        send(request);
        return receive_all();
    }

private:
    PlainClient x_transport;
    ossl::SslContext x_context;
    ossl::Handle<SSL, SSL_free> x_ssl;
    bool x_connected = false;
};

/// status_of gives the status code of the first answer in a text; 0 if there is none.
inline int status_of(const std::string& answer) {
    return answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9, 3)) : 0;
}

}  // namespace rakit::cm
