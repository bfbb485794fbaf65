#pragma once

#include <functional>
#include <set>

#include "reference/card/card_profile.hpp"
#include "reference/card/card_reader.hpp"
#include "reference/card/channel.hpp"
#include "virtual_cards/images/image.hpp"

namespace rakit::reference {

inline const std::string kTransportPolicy = "2.25.259992147378155069564548854890386613715";

/// TestIssuer issues everything from one CA with a fixed key.
class TestIssuer final : public cards::CertificateIssuer {
public:
    TestIssuer();
    Result<x509::Certificate> issue(const cards::CertificateWish& wish) override;
    Result<x509::Certificate> ca_certificate(const std::string&) override { return *x_ca; }
    /// next_ca is a CA certificate of the same name and key with another serial number, as a renewed one.
    x509::Certificate next_ca();
    /// user_certificate makes an end-user certificate for a key, each with a serial number of its own.
    x509::Certificate user_certificate(const KeyLine& key, const std::string& common_name);

private:
    ossl::PKey x_key;
    std::optional<x509::Certificate> x_ca;
    std::uint8_t x_serial = 0;
};

/// CardOnBench is a virtual card behind the reference's own ports, with counters and a way to lose commands.
class CardOnBench {
public:
    explicit CardOnBench(const cards::Image& image);

    /// Tear says which command, counted from arming, is lost and how.
    enum class Tear { none, before, after, within };
    ApduChannel& channel() { return *x_channel; }
    cards::ImageCard& card() { return *x_card; }
    /// cycle is what happens to a card that is pulled and put in again; PINs are to be verified again.
    void cycle();
    void verify(const Contents& contents, const std::string& pin, const std::string& value);
    /// verify_for_writing verifies what writing on these keys takes.
    void verify_for_writing();
    Contents read();
    /// run executes steps; a failure or a refusal ends it and is returned.
    Result<void> run(const WritePlan& plan);
    /// run_torn executes steps up to `step`, and that one as the tear says; then the card is cycled.
    void run_torn(const WritePlan& plan, std::size_t step, Tear tear, std::size_t octets);
    WritePlan plan(const std::vector<CertificateChange>& changes, const std::vector<ObjectImage>& images = {});
    /// files lists the identifiers of the application's files.
    std::set<std::uint16_t> files();
    Bytes content(const std::string& path);

private:
    class Access;
    std::unique_ptr<cards::ImageCard> x_card;
    std::unique_ptr<ExclusiveAccess> x_access;
    NoTrace x_trace;
    std::unique_ptr<ApduChannel> x_channel;
};

/// tc_image is the built-in TC card; made once, because keys take time.
const cards::Image& tc_image();

/// dated_image is a card with one key (45) whose TokenInfo has a lastUpdate.
cards::Image dated_image();

/// cipher_image is a card with an RSA key (47) that only deciphers and an EC key (48) that only agrees, under PIN 1.
cards::Image cipher_image();

/// with_access is a card image with other access rights on one file.
cards::Image with_access(cards::Image image, const std::string& path, const std::string& access);

/// test_issuer is the one that tc_image's certificates are from.
TestIssuer& test_issuer();

/// redo replaces a key's first certificate; add puts one beside.
CertificateChange redo(const Contents& contents, const std::string& key, const std::string& name);
CertificateChange add(const Contents& contents, const std::string& key, const std::string& name);

inline const CardProfile& profile() { return *card_profiles().front(); }
inline UtcTime bench_time() { return *from_iso8601("2026-03-01T12:00:00Z"); }

}  // namespace rakit::reference
