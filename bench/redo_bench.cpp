/// Measures a whole two-key Redo in this process - card, RA, CM host and its database - and, in the same run, the bare
/// cryptographic operations that it can't do without. `--check`: exit 1 if it costs more than kTarget times their sum.
#include <openssl/pkcs12.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include "common/base/temporary_folder.hpp"
#include "reference/cm/cm_client.hpp"
#include "reference/officer/pkcs12_officer.hpp"
#include "reference/session/update.hpp"
#include "scenarios/links/card_link.hpp"
#include "scenarios/links/in_process.hpp"
#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/card_maker.hpp"
#include "scenarios/runner/cm_door.hpp"
#include "scenarios/runner/cm_side.hpp"

namespace rakit::bench {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr double kTarget = 1.6;
constexpr int kUpdates = 30;
constexpr int kOperations = 60;
constexpr const char* kPassword = "officer-secret";
constexpr UtcTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2};

template <class T>
T need(Result<T> result) {
    if (result) return std::move(*result);
    std::fprintf(stderr, "rakit_redo_bench: %s\n", to_string(result.error()).c_str());
    std::exit(2);
}

/// fastest gives the lower quartile of `count` runs: on a shared machine noise only ever adds time.
Milliseconds fastest(int count, const std::function<Milliseconds()>& run) {
    std::vector<Milliseconds> times;
    for (int i = 0; i < count; ++i) times.push_back(run());
    std::sort(times.begin(), times.end());
    return times[times.size() / 4];
}

Milliseconds timed(const std::function<void()>& act) {
    const auto begin = std::chrono::steady_clock::now();
    act();
    return std::chrono::steady_clock::now() - begin;
}

/// Knowing answers with the built-in card's PINs; everything else is in the request.
class Knowing final : public reference::Dialog {
public:
    Result<Pin> ask_pin(const reference::PinPrompt& prompt) override {
        return Pin(prompt.id == "pin:01" ? "111111" : prompt.id == "pin:02" ? "222222" : kPassword);
    }
    Result<reference::ActionsAnswer> choose_actions(const reference::Contents&) override { return unasked(); }
    Result<std::string> choose_procedure(const std::vector<reference::Procedure>&) override { return unasked(); }
    Result<reference::FilledForm> fill_form(const reference::InputForm&) override { return unasked(); }
    void tell(const std::string&, const std::string&) override {}
    void progress(const std::string&) override {}

private:
    static Unexpected unasked() { return fail(ErrorCode::prompt_unavailable, "the request says it"); }
};

/// Bench has what stays the same from update to update.
class Bench {
public:
    Bench()
        : x_hierarchy(need(cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed))),
          x_cards(x_hierarchy),
          x_token(need(cm::officer_token(x_hierarchy, "Olivia Officer", kPassword, kNow - std::chrono::hours(24),
                                         kNow + std::chrono::hours(24), x_rng))),
          x_folder(need(TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-redo-bench"))) {
        x_case.doing.procedure = "employee-tc";
        x_request.actions = {{"45", reference::Action::redo, {}}, {"46", reference::Action::redo, {}}};
        x_request.procedure = "employee-tc";
        x_request.fields = {{"commonName", "Anna Ek"}};
        need(write_officer());
    }

    /// update times one Redo of a fresh card at a fresh CM; what is set up for it isn't counted.
    Milliseconds update() {
        auto card = need(cards::open_image(need(x_cards.make({}, "", 1, {}))));
        const auto view = scenarios::view_card(card->snapshot().document);
        auto side = need(scenarios::CmSide::make(x_case, view, Pin("87654321"), x_hierarchy, x_clock, x_rng));
        scenarios::InProcessSlot slot(*card, x_clock);
        scenarios::LinkReader reader("in process", slot.link());
        const auto door = scenarios::direct_door(side->host(), x_hierarchy);
        auto officer = need(reference::Pkcs12Officer::open(x_folder.path() / "officer.p12"));
        auto exchange = need(door->exchange(*officer));
        reference::CmClient client(*exchange, {x_hierarchy.authority("root").certificate}, x_clock, x_rng);
        Knowing dialog;
        NoTrace trace;
        reference::UpdatePorts ports{reader,
                                     client,
                                     *officer,
                                     dialog,
                                     x_clock,
                                     x_rng,
                                     trace,
                                     x_folder.path() / "journal",
                                     {reference::kDefaultTransportPolicy}};
        return timed([&] { need(reference::update(ports, x_request)); });
    }

    /// bare measures the operations by themselves and prints each with how often the update needs it.
    Milliseconds bare() {
        const Bytes message(64, 7);
        const auto rsa = need(ossl::generate_key(ossl::KeyType::rsa2048, x_rng));
        const auto ec = need(ossl::generate_key(ossl::KeyType::ec_p256, x_rng));
        const auto& tc_issuer = x_hierarchy.authority("tc-issuer");
        const auto& root = x_hierarchy.authority("root").certificate;
        x509::CertificateTemplate what;
        what.serial = {1};
        what.subject = {{"CN", "Anna Ek"}};
        what.spki = ossl::spki(ec.get());
        what.not_before = kNow;
        what.not_after = kNow + std::chrono::hours(1);
        const auto by_rsa = need(x_hierarchy.issue("tc-issuer", what));
        const auto signing = [&](EVP_PKEY* key) { return [&, key] { need(ossl::sign(key, message)); }; };
        Milliseconds sum{0};
        const auto add = [&](const char* name, int count, const std::function<void()>& act) {
            const auto one = fastest(kOperations, [&] { return timed(act); });
            std::printf("  %2d x %-44s %8.3f ms\n", count, name, one.count());
            sum += one * count;
        };
        add("opening of the officer's PKCS#12", 1, [&] { open_token(); });
        add("RSA-2048 signature (card)", 1, signing(rsa.get()));
        // Card, officer twice, two certificates, the CM's answer twice.
        add("P-256 signature", 7, signing(ec.get()));
        // The RSA request at RA and CM, two TCs.
        add("RSA-2048 verification", 4, [&] { (void)by_rsa.signed_by(tc_issuer.certificate); });
        // RA: a request, two answers, their signer's certificate, two chains of two. CM: four requests' certificates,
        // two officer's signatures, their chains of two, a request, the TC issuer's certificate twice.
        add("P-256 verification", 9 + 13, [&] { (void)tc_issuer.certificate.signed_by(root); });
        return sum;
    }

private:
    Result<bool> write_officer() {
        std::FILE* file = std::fopen((x_folder.path() / "officer.p12").c_str(), "wb");
        if (file == nullptr) return fail(ErrorCode::file_unwritable, "officer.p12");
        const bool whole = std::fwrite(x_token.pkcs12.data(), 1, x_token.pkcs12.size(), file) == x_token.pkcs12.size();
        return std::fclose(file) == 0 && whole;
    }

    void open_token() {
        const unsigned char* cursor = x_token.pkcs12.data();
        PKCS12* container = d2i_PKCS12(nullptr, &cursor, static_cast<long>(x_token.pkcs12.size()));
        EVP_PKEY* key = nullptr;
        X509* certificate = nullptr;
        PKCS12_parse(container, kPassword, &key, &certificate, nullptr);
        EVP_PKEY_free(key);
        X509_free(certificate);
        PKCS12_free(container);
    }

    SeededRng x_rng{1, "redo bench"};
    VirtualClock x_clock{kNow};
    cm::Hierarchy x_hierarchy;
    scenarios::CardMaker x_cards;
    cm::OfficerToken x_token;
    TemporaryFolder x_folder;
    scenarios::Case x_case;
    reference::UpdateRequest x_request;
};

}  // namespace
}  // namespace rakit::bench

int main(int argc, char** argv) {
    using namespace rakit::bench;
    const bool check = argc > 1 && std::strcmp(argv[1], "--check") == 0;
    Bench bench;
    std::printf("bare operations of a two-key Redo\n");
    const auto bare = bench.bare();
    const auto update = fastest(kUpdates, [&] { return bench.update(); });
    const double ratio = update / bare;
    std::printf("bare sum %.3f ms, two-key Redo in process %.3f ms, ratio %.2f (target %.1f)\n", bare.count(),
                update.count(), ratio, kTarget);
    return check && ratio > kTarget ? 1 : 0;
}
