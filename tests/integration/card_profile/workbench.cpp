#include "tests/integration/card_profile/workbench.hpp"

#include <gtest/gtest.h>

#include "common/x509/builder.hpp"

namespace rakit::reference {
namespace {

x509::CertificateTemplate plain(const std::string& name, Bytes serial, Bytes spki) {
    x509::CertificateTemplate wanted;
    wanted.serial = std::move(serial);
    wanted.subject = {{"C", "SE"}, {"CN", name}};
    wanted.spki = std::move(spki);
    wanted.not_before = *from_iso8601("2024-01-01T00:00:00Z");
    wanted.not_after = *from_iso8601("2054-01-01T00:00:00Z");
    return wanted;
}

cards::Image personalised(const nlohmann::json& recipe) {
    auto image = cards::personalise(recipe, {}, test_issuer());
    EXPECT_TRUE(image) << to_string(image.error());
    return *std::move(image);
}

}  // namespace

TestIssuer::TestIssuer() {
    SeededRng rng(1, "test issuer");
    x_key = std::move(*ossl::generate_key(ossl::KeyType::ec_p256, rng));
    auto wanted = plain("Test CA", {0x01}, ossl::spki(x_key.get()));
    wanted.ca = true;
    wanted.key_usage = {"keyCertSign"};
    x_ca = std::move(*x509::issue(wanted, std::nullopt, x_key.get()));
}

Result<x509::Certificate> TestIssuer::issue(const cards::CertificateWish& wish) {
    auto wanted = plain(wish.common_name, {0x10, ++x_serial}, wish.spki);
    wanted.policies = wish.policies;
    wanted.key_usage = wish.key_usage;
    return x509::issue(wanted, x_ca, x_key.get());
}

x509::Certificate TestIssuer::next_ca() {
    auto wanted = plain("Test CA", {0x02}, ossl::spki(x_key.get()));
    wanted.ca = true;
    wanted.key_usage = {"keyCertSign"};
    return *x509::issue(wanted, std::nullopt, x_key.get());
}

x509::Certificate TestIssuer::user_certificate(const KeyLine& key, const std::string& common_name) {
    auto wanted = plain(common_name, {0x20, ++x_serial}, key.spki);
    wanted.key_usage = key.usage;
    return *x509::issue(wanted, x_ca, x_key.get());
}

/// Access hands octets to the virtual card.
class CardOnBench::Access final : public ExclusiveAccess {
public:
    explicit Access(cards::VirtualCard& card) : x_card(card) {}
    Result<Bytes> transmit(ByteView command) override {
        auto answer = x_card.handle(command);
        if (answer.drop) return fail(ErrorCode::card_removed, "the link is gone");
        return std::move(answer.bytes);
    }
    void reset_when_done() override {}

private:
    cards::VirtualCard& x_card;
};

CardOnBench::CardOnBench(const cards::Image& image)
    : x_card(std::move(*cards::open_image(image))),
      x_access(std::make_unique<Access>(*x_card)),
      x_channel(make_channel(*x_access, x_trace)) {
    x_card->power_on();
}

void CardOnBench::cycle() {
    x_card->disarm();
    x_card->power_off();
    x_card->power_on();
}

void CardOnBench::verify(const Contents& contents, const std::string& pin, const std::string& value) {
    const auto* state = contents.pin(pin);
    ASSERT_NE(state, nullptr) << pin;
    const auto done = profile().verify(channel(), *state, Pin(value));
    ASSERT_TRUE(done) << to_string(done.error());
}

void CardOnBench::verify_for_writing() {
    const auto contents = read();
    for (const auto& pin : contents.write_pins) verify(contents, pin, pin == "01" ? "111111" : "unknown");
}

Contents CardOnBench::read() {
    auto contents = profile().read_contents(channel(), x_card->atr(), {kTransportPolicy});
    EXPECT_TRUE(contents) << to_string(contents.error());
    return contents ? *contents : Contents{};
}

Result<void> CardOnBench::run(const WritePlan& plan) {
    for (const auto& step : plan.steps) {
        auto response = channel().send(step.command);
        if (!response) return fail(response.error());
        if (!response->sw.ok()) return fail(ErrorCode::card_write_failed, step.what, iso7816::to_string(response->sw));
    }
    return {};
}

void CardOnBench::run_torn(const WritePlan& plan, std::size_t step, Tear tear, std::size_t octets) {
    const WritePlan before{{plan.steps.begin(), plan.steps.begin() + static_cast<std::ptrdiff_t>(step)}, {}, {}};
    const auto done = run(before);
    ASSERT_TRUE(done) << to_string(done.error());
    auto command = plan.steps[step].command;
    // A write of the first octets is what a torn write leaves; its answer nobody sees.
    if (tear == Tear::within) command.data.resize(std::min(octets, command.data.size()));
    if (tear != Tear::before) (void)channel().send(command);
    cycle();
}

WritePlan CardOnBench::plan(const std::vector<CertificateChange>& changes, const std::vector<ObjectImage>& images) {
    auto plan = profile().plan_write(channel(), {changes, {}, images}, bench_time());
    EXPECT_TRUE(plan) << to_string(plan.error());
    return plan ? *plan : WritePlan{};
}

std::set<std::uint16_t> CardOnBench::files() {
    const auto send = [&](const char* hex) { return channel().send(*iso7816::parse_command(*from_hex(hex))); };
    EXPECT_TRUE(send("00A40800025015"));
    const auto list = send("00CA01A100");
    std::set<std::uint16_t> fids;
    for (std::size_t i = 0; i + 1 < list->data.size(); i += 2)
        fids.insert(static_cast<std::uint16_t>(list->data[i] << 8 | list->data[i + 1]));
    return fids;
}

Bytes CardOnBench::content(const std::string& path) {
    const auto send = [&](const std::string& hex) { return channel().send(*iso7816::parse_command(*from_hex(hex))); };
    EXPECT_TRUE(send("00A4080C04" + path)->sw.ok()) << path;
    Bytes content;
    for (unsigned offset = 0;; offset += 255) {
        const Bytes at{static_cast<std::uint8_t>(offset >> 8), static_cast<std::uint8_t>(offset)};
        const auto piece = send("00B0" + to_hex(at) + "FF");
        append(content, piece->data);
        if (piece->data.size() < 255) return content;
    }
}

TestIssuer& test_issuer() {
    static TestIssuer issuer;
    return issuer;
}

const cards::Image& tc_image() {
    static const cards::Image image = *cards::make_image("pkcs15-tc", {}, test_issuer());
    return image;
}

cards::Image dated_image() {
    const auto recipe = nlohmann::json::parse(R"({
        "kind": "card-recipe", "version": 1, "profile": "pkcs15", "label": "Dated card",
        "last_update": "2024-01-01T00:00:00Z",
        "pins": [{"reference": 1, "label": "PIN 1", "value": "111111", "puk": "12345678"},
                 {"reference": 3, "label": "OP PIN", "value": "87654321", "puk": "12345678", "so_pin": true}],
        "keys": [{"id": "45", "label": "Authentication", "type": "ec-p256", "pin": 1, "usage": ["digitalSignature"],
                  "certificates": [{"issuer": "tc-issuer", "common_name": "Transport", "label": "TC",
                                    "not_before": "2024-01-01T00:00:00Z", "not_after": "2054-01-01T00:00:00Z"}]}]})");
    return personalised(recipe);
}

cards::Image cipher_image() {
    return personalised(nlohmann::json::parse(R"({
        "kind": "card-recipe", "version": 1, "profile": "pkcs15", "label": "Cipher card",
        "pins": [{"reference": 1, "label": "PIN 1", "value": "111111", "puk": "12345678"},
                 {"reference": 3, "label": "OP PIN", "value": "87654321", "puk": "12345678", "so_pin": true}],
        "keys": [{"id": "47", "label": "Decipherment", "type": "rsa-2048", "pin": 1, "usage": ["keyEncipherment"]},
                 {"id": "48", "label": "Agreement", "type": "ec-p256", "pin": 1, "usage": ["keyAgreement"]}]})"));
}

cards::Image with_access(cards::Image image, const std::string& path, const std::string& access) {
    for (auto& file : image.document.at("files"))
        if (file.at("path") == path) file["acl"] = access;
    return image;
}

CertificateChange redo(const Contents& contents, const std::string& key, const std::string& name) {
    const auto& line = *contents.key(key);
    return {key, test_issuer().user_certificate(line, name), line.certificates.front().certificate.sha256(), name};
}

CertificateChange add(const Contents& contents, const std::string& key, const std::string& name) {
    return {key, test_issuer().user_certificate(*contents.key(key), name), std::nullopt, name};
}

}  // namespace rakit::reference
