#include "scenarios/runner/card_maker.hpp"

#include <algorithm>
#include <filesystem>

#include "common/ossl/keys.hpp"
#include "scenarios/runner/card_files.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

/// VaryingIssuer makes the certificates of some keys wrong in a named way, whatever the recipe wished.
class VaryingIssuer final : public cards::CertificateIssuer {
public:
    /// `wrong`: SPKI of a key -> how its first certificate is wrong.
    VaryingIssuer(cards::CertificateIssuer& issuer, std::map<Bytes, std::string> wrong, std::uint64_t seed)
        : x_issuer(issuer), x_wrong(std::move(wrong)), x_seed(seed) {}

    Result<x509::Certificate> issue(const cards::CertificateWish& wish) override {
        const auto it = x_wrong.find(wish.spki);
        if (it == x_wrong.end()) return x_issuer.issue(wish);
        const std::string how = it->second;
        x_wrong.erase(it);
        auto varied = vary(wish, how);
        if (!varied) return Unexpected{std::move(varied).error()};
        return x_issuer.issue(*varied);
    }
    Result<x509::Certificate> ca_certificate(const std::string& issuer) override {
        return x_issuer.ca_certificate(issuer);
    }

private:
    Result<cards::CertificateWish> vary(cards::CertificateWish wish, const std::string& how) const {
        using namespace std::chrono_literals;
        if (how == "expired") {
            wish.not_before = std::chrono::sys_days{2020y / 1 / 1};
            wish.not_after = std::chrono::sys_days{2021y / 1 / 1};
        } else if (how == "not-yet-valid") {
            wish.not_before = std::chrono::sys_days{2098y / 1 / 1};
            wish.not_after = std::chrono::sys_days{2099y / 1 / 1};
        } else if (how == "untrusted") {
            wish.issuer = "stranger";
        } else if (how == "bad-signature") {
            wish.bad_signature = true;
        } else if (how == "of-another-card") {
            wish.card_serial = std::string(wish.card_serial.size(), 'F');
        } else if (how == "key-mismatch") {
            SeededRng rng(x_seed, "a key on no card");
            auto key = ossl::generate_key(ossl::KeyType::ec_p256, rng);
            if (!key) return Unexpected{std::move(key).error()};
            wish.spki = ossl::spki(key->get());
        }
        return wish;
    }

    cards::CertificateIssuer& x_issuer;
    std::map<Bytes, std::string> x_wrong;
    std::uint64_t x_seed;
};

bool is_built_in(const std::string& image) {
    const auto names = cards::built_in_images();
    return std::find(names.begin(), names.end(), image) != names.end();
}

/// file_of finds a recipe or image beside the scenario; a built-in's name stays as it is.
std::string file_of(const std::string& image, const std::string& scenario) {
    if (is_built_in(image)) return image;
    return (std::filesystem::path(scenario).parent_path() / image).string();
}

}  // namespace

Result<cards::Image> CardMaker::base(const CardSetup& setup, const std::string& image, std::uint64_t seed) {
    const std::string name = json{image, setup.serial.value_or(""), seed, setup.certificates}.dump();
    if (const auto it = x_made.find(name); it != x_made.end()) return it->second;
    const cards::ImageWish wish{setup.serial, seed, 0, &x_keys};
    auto wrong = wrong_keys(setup, image, seed);
    if (!wrong) return Unexpected{std::move(wrong).error()};
    VaryingIssuer issuer(x_issuer, *std::move(wrong), seed);
    auto made = cards::make_image(image, wish, issuer);
    if (made) x_made.emplace(name, *made);
    return made;
}

/// wrong_keys: which key a wish is for shows in its public key, and the public keys in the card as it would be.
Result<std::map<Bytes, std::string>> CardMaker::wrong_keys(const CardSetup& setup, const std::string& image,
                                                           std::uint64_t seed) {
    std::map<Bytes, std::string> wrong;
    if (setup.certificates.empty()) return wrong;
    CardSetup right = setup;
    right.certificates.clear();
    auto as_it_would_be = base(right, image, seed);
    if (!as_it_would_be) return Unexpected{std::move(as_it_would_be).error()};
    const CardView view = view_card(as_it_would_be->document);
    for (const auto& [key, how] : setup.certificates) {
        if (view.key(key) == nullptr)
            return fail(ErrorCode::document_invalid, "card.certificates: the card has no key " + key, image);
        wrong.emplace(view.key(key)->spki, how);
    }
    return wrong;
}

bool CardMaker::can_go_wrong(const CardSetup& setup) {
    return !is_built_in(setup.image) || !setup.certificates.empty();
}

Result<void> CardMaker::check(const CardSetup& setup, const std::string& scenario) {
    if (!can_go_wrong(setup)) return {};
    const auto image = file_of(setup.image, scenario);
    if (auto found = wrong_keys(setup, image, 1); !found) return Unexpected{std::move(found).error()};
    if (is_built_in(setup.image)) return {};
    auto made = base(setup, image, 1);
    return made ? Result<void>() : Unexpected{std::move(made).error()};
}

Result<cards::Image> CardMaker::officer(const Pin& pin, std::uint64_t seed) {
    CardSetup setup;
    setup.image = "officer";
    std::map<std::uint8_t, Pin> pins;
    pins[1] = pin.clone();
    return make(setup, {}, seed, pins);
}

Result<cards::Image> CardMaker::make(const CardSetup& setup, const std::string& scenario, std::uint64_t seed,
                                     const std::map<std::uint8_t, Pin>& pins) {
    auto image = base(setup, file_of(setup.image, scenario), seed);
    if (!image) return image;
    for (auto& pin : image->document["pins"]) {
        const auto reference = pin.at("reference").get<std::uint8_t>();
        const auto same = setup.same_pins.find(reference);
        const auto value = pins.find(same == setup.same_pins.end() ? reference : same->second);
        if (value != pins.end()) pin["value"] = as_text(value->second.digits());
        if (const auto it = setup.tries.find(reference); it != setup.tries.end()) pin["tries"] = it->second;
    }
    if (!setup.faults.empty()) image->document["faults"] = setup.faults;
    return image;
}

}  // namespace rakit::scenarios
