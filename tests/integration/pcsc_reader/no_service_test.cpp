#include <gtest/gtest.h>

#include <cstdlib>

#include "reference/card/pcsc_reader.hpp"

namespace rakit::reference {
namespace {

TEST(PcscWithoutService, TheMessageNamesThePackage) {
    ASSERT_EQ(setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm", 1), 0);
    const auto readers = list_readers();
    ASSERT_FALSE(readers);
    EXPECT_EQ(readers.error().code, ErrorCode::service_absent);
    EXPECT_NE(readers.error().remedy.find("pcscd"), std::string::npos);
    const auto reader = PcscReader::open("any");
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, ErrorCode::service_absent);
}

}  // namespace
}  // namespace rakit::reference
