#include "reference/officer/pkcs11_uri.hpp"

#include <gtest/gtest.h>

namespace rakit::reference {
namespace {

TEST(Pkcs11Uri, IsRead) {
    const auto uri = parse_pkcs11_uri(
        "pkcs11:token=Rakit%20officer;id=%45%ff;object=a;slot-id=4;type=private;serial=1?module-path=/usr/lib/m.so");
    ASSERT_TRUE(uri) << to_string(uri.error());
    EXPECT_EQ(uri->token, "Rakit officer");
    EXPECT_EQ(uri->id, (Bytes{0x45, 0xFF}));
    EXPECT_EQ(uri->object, "a");
    EXPECT_EQ(uri->slot_id, 4U);
    EXPECT_EQ(uri->serial, "1");
    EXPECT_EQ(uri->module_path, "/usr/lib/m.so");
    EXPECT_TRUE(parse_pkcs11_uri("pkcs11:?module-path=/m"));
}

TEST(Pkcs11Uri, OthersAreRefused) {
    for (const char* wrong :
         {"pkcs11:", "officer.p12", "pkcs11:token=a", "pkcs11:token?module-path=/m", "pkcs11:=a?module-path=/m",
          "pkcs11:token=a;token=b?module-path=/m", "pkcs11:token=%4?module-path=/m", "pkcs11:token=%?module-path=/m",
          "pkcs11:token=%zz?module-path=/m", "pkcs11:colour=red?module-path=/m", "pkcs11:slot-id=x?module-path=/m",
          "pkcs11:type=public?module-path=/m", "pkcs11:?module-name=m", "pkcs11:?module-path=/m&pin-value=1234",
          "pkcs11:?module-path=/m&pin-source=file:/pin"}) {
        const auto uri = parse_pkcs11_uri(wrong);
        ASSERT_FALSE(uri) << wrong;
        EXPECT_EQ(uri.error().code, ErrorCode::usage) << wrong;
        EXPECT_EQ(to_string(uri.error()).find("1234"), std::string::npos) << "the PIN is repeated";
    }
}

}  // namespace
}  // namespace rakit::reference
