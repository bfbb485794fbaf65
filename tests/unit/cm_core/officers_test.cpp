// An officer's certificate is verified against the officer CA once; what may change is judged with every request.
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

class KnownOfficer : public HostTest {
protected:
    /// next_order sends another order of the same officer, and tells the refusal's code; empty: accepted.
    std::string next_order(const x509::Certificate* peer = nullptr) {
        Request request = redo();
        request.transaction[0] = ++x_number;
        return send(encode(request), peer).code();
    }

private:
    std::uint8_t x_number = 0;
};

TEST_F(KnownOfficer, IsRefusedOnceTheCertificateIsRevoked) {
    ASSERT_EQ(next_order(), "");
    auto open = *store.begin();
    ASSERT_TRUE(open->put_revocation({olivia.certificate.issuer_der(), olivia.certificate.serial_hex(), 1, {}}));
    ASSERT_TRUE(open->commit());
    open.reset();
    EXPECT_EQ(next_order(), "officer_certificate_revoked");
}

TEST_F(KnownOfficer, IsRefusedOnceClosed) {
    ASSERT_EQ(next_order(), "");
    host->change([](Config& changed) {
        for (auto& one : changed.officers) one.active = false;
    });
    EXPECT_EQ(next_order(), "officer_closed");
}

TEST_F(KnownOfficer, VouchesForNoOtherOctets) {
    ASSERT_EQ(next_order(), "");
    Bytes forged = olivia.certificate.der();
    forged.back() ^= 0x01;  // in the signature
    const auto peer = *x509::Certificate::parse(forged);
    EXPECT_EQ(next_order(&peer), "officer_unknown");
    EXPECT_EQ(next_order(), "");
}

TEST(ProvenCertificatesTest, HoldsNoMoreThanItMay) {
    ProvenCertificates proven;
    std::vector<x509::Certificate> all;
    const auto key = HostTest::card_key("45");
    auto what = HostTest::tc_template("0A1B2C3D", key);
    for (std::size_t i = 0; i <= ProvenCertificates::kMost; ++i) {
        what.serial = {0x42, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
        all.push_back(*HostTest::hierarchy().issue("end-user-ca", what));
        proven.remember(all.back());
    }
    EXPECT_TRUE(proven.holds(all.back()));
    const auto held = std::count_if(all.begin(), all.end(), [&](const auto& one) { return proven.holds(one); });
    EXPECT_EQ(static_cast<std::size_t>(held), ProvenCertificates::kMost);
}

}  // namespace
}  // namespace rakit::cm::test
