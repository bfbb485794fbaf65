#include "reference/cm/url.hpp"

#include <gtest/gtest.h>

namespace rakit::reference {
namespace {

TEST(HttpsUrl, IsRead) {
    struct Row {
        const char *url, *host, *port, *base, *authority;
    };
    const Row rows[] = {
        {"https://cm.example:8443", "cm.example", "8443", "", "cm.example:8443"},
        {"https://cm.example", "cm.example", "443", "", "cm.example:443"},
        {"https://127.0.0.1:1/", "127.0.0.1", "1", "", "127.0.0.1:1"},
        {"https://[::1]:65535/a/b/", "::1", "65535", "/a/b", "[::1]:65535"},
    };
    for (const auto& row : rows) {
        const auto url = parse_https_url(row.url);
        ASSERT_TRUE(url) << row.url;
        EXPECT_EQ(url->host, row.host);
        EXPECT_EQ(url->port, row.port);
        EXPECT_EQ(url->base, row.base);
        EXPECT_EQ(authority(*url), row.authority);
    }
}

TEST(HttpsUrl, OthersAreRefused) {
    for (const char* url :
         {"", "http://cm.example", "https://", "https://a@b", "https://cm:0", "https://cm:65536", "https://cm:x",
          "https://cm/?q", "https://cm/#f", "https://[::1", "https://cm /", "HTTPS//cm"})
        EXPECT_EQ(parse_https_url(url).error().code, ErrorCode::usage) << url;
}

}  // namespace
}  // namespace rakit::reference
