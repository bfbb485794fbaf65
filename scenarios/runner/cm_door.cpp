#include "scenarios/runner/cm_door.hpp"

#include <algorithm>
#include <optional>
#include <utility>

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
        // As of a TLS connection, the client's certificate is proven once.
        const auto& shown = x_officer.certificate();
        if (x_proven != shown.der()) x_proven = shown.signed_by(x_officer_ca) ? shown.der() : Bytes();
        net::HttpRequest sent = request;
        sent.peer_certificate = x_proven;
        auto answer = x_host.handle(sent);
        if (answer.status == cm::kNoAnswer)
            return fail(ErrorCode::cm_no_answer, "the host ended the connection without an answer");
        return answer;
    }

private:
    cm::Host& x_host;
    const x509::Certificate& x_officer_ca;
    const reference::OfficerCredential& x_officer;
    Bytes x_proven;
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

class BentExchange final : public reference::HttpExchange {
public:
    BentExchange(std::unique_ptr<reference::HttpExchange> exchange, Bending& bending, Clock& clock)
        : x_exchange(std::move(exchange)), x_bending(bending), x_clock(clock) {}

    Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds deadline) override {
        x_bending.request_came();
        const auto faults = x_bending.now();
        const auto lost = [this] {
            x_former.reset();  // it went with its connection
            return fail(ErrorCode::cm_no_answer, "the connection ended without a whole answer");
        };
        if (faults.drop_before) return lost();
        if (faults.duplicate_request && faults.http_status == 0) (void)x_exchange->exchange(request, deadline);
        auto answer = faults.http_status != 0 ? Result<net::HttpResponse>(broken_proxy(faults.http_status))
                                              : x_exchange->exchange(request, deadline);
        if (x_former) return *std::exchange(x_former, std::nullopt);
        if (!answer || faults.drop_after || faults.truncate_body) return answer ? lost() : std::move(answer);
        const auto wait = faults.stall ? deadline : std::chrono::milliseconds(faults.slow_ms);
        x_clock.sleep(std::min(wait, deadline));
        if (wait >= deadline) return lost();
        if (faults.wrong_content_type) answer->headers["content-type"] = "text/html";
        if (faults.duplicate_answer) x_former = *answer;
        return answer;
    }

private:
    static net::HttpResponse broken_proxy(int status) {
        return {status, {{"content-type", "text/html"}}, to_bytes("<html></html>")};
    }

    std::unique_ptr<reference::HttpExchange> x_exchange;
    Bending& x_bending;
    Clock& x_clock;
    std::optional<net::HttpResponse> x_former;  ///< what comes for the next request, having been sent twice
};

class BentDoor final : public CmDoor {
public:
    BentDoor(std::unique_ptr<CmDoor> door, Bending& bending, Clock& clock)
        : x_door(std::move(door)), x_bending(bending), x_clock(clock) {}
    std::string url() const override { return x_door->url(); }
    Result<std::unique_ptr<reference::HttpExchange>> exchange(const reference::OfficerCredential& officer) override {
        auto made = x_door->exchange(officer);
        if (!made) return made;
        return std::unique_ptr<reference::HttpExchange>(
            std::make_unique<BentExchange>(std::move(*made), x_bending, x_clock));
    }

private:
    std::unique_ptr<CmDoor> x_door;
    Bending& x_bending;
    Clock& x_clock;
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

std::unique_ptr<CmDoor> bent_door(std::unique_ptr<CmDoor> door, Bending& bending, Clock& clock) {
    return std::make_unique<BentDoor>(std::move(door), bending, clock);
}

Result<std::unique_ptr<CmDoor>> https_door(cm::Host& host, const cm::Hierarchy& hierarchy, Bending& bending) {
    cm::ServerOptions options;
    options.on_request = [&bending] { bending.request_came(); };
    options.deviations = [&bending] { return bending.now(); };
    auto server = cm::Server::start(host, hierarchy, options);
    if (!server) return Unexpected{std::move(server).error()};
    return std::unique_ptr<CmDoor>(
        std::make_unique<HttpsDoor>(std::move(*server), hierarchy.authority("root").certificate));
}

}  // namespace rakit::scenarios
