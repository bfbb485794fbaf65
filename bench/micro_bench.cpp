// What the single parts cost: a card's commands, CMC and CMS, the session's step, the CM's policy, the plan of a
// directory update, and a bare TLS round trip beside them. Google Benchmark's own options apply.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <stdexcept>

#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"
#include "mock_cm/core/cmc.hpp"
#include "mock_cm/core/cms.hpp"
#include "mock_cm/core/issuance.hpp"
#include "mock_cm/core/officers.hpp"
#include "reference/card/images.hpp"
#include "reference/cm/cmc.hpp"
#include "reference/session/reader_card.hpp"
#include "reference/session/step.hpp"
#include "reference/session/update.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"
#include "scenarios/links/in_process.hpp"
#include "tests/unit/cm_core/fixture.hpp"
#include "virtual_cards/images/image.hpp"

namespace rakit::bench {
namespace {

using benchmark::State;
using cm::test::HostTest;

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    return std::move(*result);
}

void must(bool good, const char* what) {
    if (!good) throw std::runtime_error(what);
}

void repeat(const std::string& name, const std::function<void()>& work) {
    benchmark::RegisterBenchmark(name.c_str(), [work](State& state) {
        for (auto _ : state) work();
    })->Unit(benchmark::kMicrosecond);
}

std::unique_ptr<cards::ImageCard> card_of(cards::Image image) {
    if (image.document.contains("files"))
        for (auto& file : image.document["files"]) file.erase("user_consent");  // it would measure VERIFY too
    return must(cards::open_image(image));
}

cards::Image image_of(const std::string& name_or_file) {
    scenarios::HierarchyIssuer issuer(HostTest::hierarchy());
    return must(cards::make_image(name_or_file, {}, issuer));
}

void send(cards::ImageCard& card, const std::string& hex) {
    const auto answer = card.handle(*from_hex(hex)).bytes;
    if (answer.size() < 2 || answer[answer.size() - 2] != 0x90)
        throw std::runtime_error("the card answers " + hex.substr(0, 10) + " with " + to_hex(answer));
}

/// long_keys is the built-in card with the longer keys.
cards::Image long_keys() {
    auto recipe =
        std::string(as_text(must(read_file(RAKIT_BENCH_FOLDER "/../virtual_cards/images/builtin/pkcs15-tc.yaml"))));
    for (const auto& [from, to] : {std::pair{"rsa-2048", "rsa-3072"}, std::pair{"ec-p256", "ec-p384"}})
        recipe.replace(recipe.find(from), 7 + (from[0] == 'r'), to);
    const auto folder = must(TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-micro-bench"));
    if (const auto file = folder.path() / "long.yaml"; write_file_atomically(file, as_bytes(recipe), 0600))
        return image_of(file.string());
    throw std::runtime_error("no place for a recipe");
}

void add_signatures(const char* rsa, const char* ec, const std::string& digest, const cards::Image& image) {
    const std::string size = to_hex(Bytes{static_cast<std::uint8_t>(digest.size() / 2)});
    for (const auto* key : {"01", "02"}) {
        const bool is_rsa = key[1] == '1';
        const std::shared_ptr<cards::ImageCard> card = card_of(image);
        for (const auto* hex :
             {"00A4040C0CA000000063504B43532D3135", "0020000108313131313131FFFF", "0020000208323232323232FFFF"})
            send(*card, hex);
        send(*card, std::string("002241B6078001") + (is_rsa ? "02" : "04") + "81024B" + key);
        // Extended: an RSA-3072 signature is longer than a short answer.
        const auto command = "002A9E9A0000" + size + digest + "0000";
        repeat(std::string("card/PSO sign ") + (is_rsa ? rsa : ec), [card, command] { send(*card, command); });
    }
}

void add_cards() {
    const std::string sha256(64, '5'), sha384(96, '5');
    add_signatures("RSA-2048", "P-256", sha256, image_of("pkcs15-tc"));
    add_signatures("RSA-3072", "P-384", sha384, long_keys());
    const std::shared_ptr<cards::ImageCard> card = card_of(image_of("pkcs15-tc"));
    send(*card, "00A4040C0CA000000063504B43532D3135");
    repeat("card/VERIFY", [card] { send(*card, "0020000108313131313131FFFF"); });
    const std::shared_ptr<cards::ImageCard> piv = card_of(image_of("piv-tc"));
    send(*piv, "00A404000BA00000030800001000010000");
    const std::string pin = "0020008008313233343536FFFF", sign = "0087119C267C2482008120" + std::string(64, 'A') + "00";
    repeat("card/PIV VERIFY", [piv, pin] { send(*piv, pin); });
    repeat("card/PIV VERIFY and GENERAL AUTHENTICATE P-256", [piv, pin, sign] {
        send(*piv, pin);
        send(*piv, sign);
    });
}

/// Cm makes messages for the CM's parts.
class Cm : public HostTest {
public:
    void TestBody() override {}
    Cm() {
        auto asked = tc_redo();
        content = cm::test::pki_data(asked);
        signed_message = encode(asked);
        answer = send(signed_message).body;
        must(!answer.empty(), "the CM refuses the sample order");
    }
    Bytes content, signed_message, answer;
};

void add_cm() {
    const auto cm = std::make_shared<Cm>();
    const auto store = std::make_shared<cm::MemoryStore>();
    const auto proven = std::make_shared<cm::ProvenCertificates>();
    repeat("CMC/CM decodes an order", [cm] { (void)cm::parse_pki_data(cm->content); });
    cm::PkiResponse response;
    response.status.emplace();
    response.status->body_list = {1, 2};
    response.transaction_id = response.sender_nonce = response.recipient_nonce = Bytes(16, 5);
    response.response_info = std::string(600, 'x');
    const auto encoded = cm::encode_pki_response(response);
    repeat("CMC/CM encodes an answer", [response] { (void)cm::encode_pki_response(response); });
    repeat("CMC/RA decodes an answer", [encoded] { must(reference::cmc::decode_pki_response(encoded)); });
    const reference::cmc::Request tcr{1, Bytes(600, 0x30), false};
    repeat("CMC/RA encodes an order", [tcr] { (void)reference::cmc::encode_pki_data({}, {tcr, tcr}); });
    repeat("CMS/decode and verify", [cm] { must(must(cm::SignedMessage::parse(cm->signed_message)).verify()); });
    const auto& signer = HostTest::hierarchy().authority("response");
    repeat("CMS/sign P-256",
           [encoded, &signer] { must(cm::seal(encoded, signer.certificate, signer.key.get(), {}, {})); });
    const auto message = must(cm::SignedMessage::parse(cm->signed_message));
    const auto order = must(cm::read_order(cm::parse_pki_data(message.content()), message.certificates()));
    const auto config = std::make_shared<const cm::Config>(cm->config);
    const auto* officer = &config->officers.front();
    repeat("CM/policy of an order", [cm, proven, config, order, officer, store] {
        const cm::Context context(config, HostTest::hierarchy(), cm->rng, cm->clock.now(), *proven);
        auto open = must(store->begin());
        must(cm::judge_order(context, *open, order, *officer));
    });
}

void add_session() {
    namespace core = reference::core;
    core::Started started;
    started.soft_token = true;
    started.request.actions = {{"45", reference::Action::redo, {}}};
    started.transaction_id = started.sender_nonce = Bytes(16, 1);
    const core::Event event = started;
    repeat("session/first step", [event] { (void)core::step({}, event, {}); });
    // A card with its reader and what was read of it, which the plan needs.
    struct Whole {
        std::unique_ptr<cards::ImageCard> card = card_of(image_of("pkcs15-tc"));
        SystemClock clock;
        scenarios::InProcessSlot slot{*card, clock};
        scenarios::LinkReader reader{"in-process", slot.link()};
        NoTrace trace;
        reference::ReaderCard door{reader, reference::card_profiles(), {reference::kDefaultTransportPolicy}, trace};
        reference::Contents contents;
        reference::WriteOrder order;
    };
    const auto whole = std::make_shared<Whole>();
    must(whole->door.lock().has_value(), "the card can't be locked");
    whole->contents = must(whole->door.read_contents());
    const auto& old = whole->contents.keys.front().certificates.front().certificate;
    auto key = must(old.public_key());
    whole->order.changes = {{"45", HostTest::old_certificate(key.get()), old.sha256(), "new"}};
    repeat("PKCS#15/read a card", [whole] { must(whole->door.read_contents()); });
    repeat("PKCS#15/plan of a directory update", [whole] { must(whole->door.plan_write(whole->order, {})); });
}

/// Tls is both ends of a connection, in memory: what TLS itself costs, without sockets.
class Tls {
public:
    Tls() {
        const auto& server = HostTest::hierarchy().authority("response");
        SSL_CTX_use_certificate(x_server_context.get(), server.certificate.handle());
        SSL_CTX_use_PrivateKey(x_server_context.get(), server.key.get());
    }
    /// run shakes hands - P-256, TLS 1.3, the client not verifying - and sends 600 octets there and 3000 back.
    void run() {
        const Ssl client(SSL_new(x_client_context.get())), server(SSL_new(x_server_context.get()));
        BIO *near = nullptr, *far = nullptr;
        BIO_new_bio_pair(&near, 65536, &far, 65536);
        SSL_set_bio(client.get(), near, near);
        SSL_set_bio(server.get(), far, far);
        SSL_set_connect_state(client.get());
        SSL_set_accept_state(server.get());
        for (int i = 0; i < 8 && !(SSL_is_init_finished(client.get()) && SSL_is_init_finished(server.get())); ++i) {
            SSL_do_handshake(client.get());
            SSL_do_handshake(server.get());
        }
        pass(client.get(), server.get(), 600);
        pass(server.get(), client.get(), 3000);
        ossl::last_error();
    }

private:
    using Ssl = ossl::Handle<SSL, SSL_free>;
    static void pass(SSL* from, SSL* to, int size) {
        Bytes octets(static_cast<std::size_t>(size));
        must(SSL_write(from, octets.data(), size) == size && SSL_read(to, octets.data(), size) == size,
             "TLS doesn't carry");
    }
    ossl::SslContext x_client_context{SSL_CTX_new(TLS_client_method())};
    ossl::SslContext x_server_context{SSL_CTX_new(TLS_server_method())};
};

}  // namespace
}  // namespace rakit::bench

int main(int argc, char** argv) {
    using namespace rakit::bench;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    try {
        add_cards();
        add_cm();
        add_session();
        const auto tls = std::make_shared<Tls>();
        repeat("TLS/handshake and a round trip, both ends", [tls] { tls->run(); });
        benchmark::RunSpecifiedBenchmarks();
        benchmark::Shutdown();
        return 0;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "rakit_micro_bench: %s\n", problem.what());
        return 2;
    }
}
