#include <gtest/gtest.h>

#include "common/base/file.hpp"
#include "virtual_cards/reader/fault.hpp"
#include "virtual_cards/reader/service_fault.hpp"

namespace rakit::reader {
namespace {

std::string row_of(const auto& fault, std::string_view trait) {
    return "| `" + std::string(fault.name) + "` | " + std::string(fault.what) + " | " + std::string(fault.cases) +
           (trait.empty() ? std::string() : " [" + std::string(trait) + "]") + " |\n";
}

TEST(Page, HasEveryFaultAndNoOther) {
    const auto content = read_file("docs/formats/reader-faults.md");
    ASSERT_TRUE(content);
    const std::string page(as_text(*content));
    for (const auto& fault : faults())
        EXPECT_NE(page.find(row_of(fault, fault.trait)), std::string::npos) << fault.name;
    for (const auto& fault : service_faults()) EXPECT_NE(page.find(row_of(fault, "")), std::string::npos) << fault.name;
    std::size_t rows = 0;
    for (auto at = page.find("\n| `"); at != std::string::npos; at = page.find("\n| `", at + 1)) ++rows;
    EXPECT_EQ(rows, faults().size() + service_faults().size());
}

TEST(ServiceFaults, EachHasANameOfItsOwnAndACase) {
    for (const auto& fault : service_faults()) {
        EXPECT_EQ(service_fault_from_name(fault.name), fault.fault) << fault.name;
        EXPECT_FALSE(fault_from_name(fault.name)) << "the reader has one of this name";
        EXPECT_FALSE(fault.cases.empty()) << fault.name;
    }
}

}  // namespace
}  // namespace rakit::reader
