#include "scenarios/runner/cm_door.hpp"

#include "mock_cm/core/host.hpp"
#include "mock_cm/http/server.hpp"
#include "reference/cm/https_exchange.hpp"

namespace rakit::scenarios {
namespace {

class DirectExchange final : public reference::HttpExchange {
public:
    DirectExchange(cm::Host& host, const x509::Certificate& officer_ca, const reference::OfficerCredential& officer)
        : x_host(host), x_officer_ca(officer_ca), x_officer(officer) {}

    Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds) override {
        if (x_officer.key() == nullptr)
            return fail(ErrorCode::officer_credential_invalid, "the officer's key is locked");
        net::HttpRequest sent = request;
        if (x_officer.certificate().signed_by(x_officer_ca)) sent.peer_certificate = x_officer.certificate().der();
        auto answer = x_host.handle(sent);
        if (answer.status == cm::kNoAnswer)
            return fail(ErrorCode::cm_no_answer, "the host ended the connection without an answer");
        return answer;
    }

private:
    cm::Host& x_host;
    const x509::Certificate& x_officer_ca;
    const reference::OfficerCredential& x_officer;
};

class DirectDoor final : public CmDoor {
public:
    DirectDoor(cm::Host& host, const cm::Hierarchy& hierarchy) : x_host(host), x_hierarchy(hierarchy) {}
    std::string url() const override { return "https://in-process.invalid"; }
    Result<std::unique_ptr<reference::HttpExchange>> exchange(const reference::OfficerCredential& officer) override {
        return std::unique_ptr<reference::HttpExchange>(
            std::make_unique<DirectExchange>(x_host, x_hierarchy.authority("officer-ca").certificate, officer));
    }

private:
    cm::Host& x_host;
    const cm::Hierarchy& x_hierarchy;
};

class HttpsDoor final : public CmDoor {
public:
    HttpsDoor(std::unique_ptr<cm::Server> server, x509::Certificate root)
        : x_server(std::move(server)), x_root(std::move(root)) {}
    std::string url() const override { return "https://127.0.0.1:" + std::to_string(x_server->port()); }
    Result<std::unique_ptr<reference::HttpExchange>> exchange(const reference::OfficerCredential& officer) override {
        auto made = reference::HttpsExchange::open(url(), {x_root}, &officer);
        if (!made) return Unexpected{std::move(made).error()};
        return std::unique_ptr<reference::HttpExchange>(std::move(*made));
    }

private:
    std::unique_ptr<cm::Server> x_server;
    x509::Certificate x_root;
};

}  // namespace

std::unique_ptr<CmDoor> direct_door(cm::Host& host, const cm::Hierarchy& hierarchy) {
    return std::make_unique<DirectDoor>(host, hierarchy);
}

Result<std::unique_ptr<CmDoor>> https_door(cm::Host& host, const cm::Hierarchy& hierarchy) {
    auto server = cm::Server::start(host, hierarchy, {});
    if (!server) return Unexpected{std::move(server).error()};
    return std::unique_ptr<CmDoor>(
        std::make_unique<HttpsDoor>(std::move(*server), hierarchy.authority("root").certificate));
}

}  // namespace rakit::scenarios
