#include <nlohmann/json.hpp>

#include "certify/paper/paper.hpp"
#include "embedded/certificate_page.hpp"

namespace rakit::certify {

std::string to_page(const nlohmann::json& paper) {
    constexpr std::string_view kPlace = "/*DATA*/null";
    std::string data;
    // `</script>` in a text must not end the script that it stands in.
    for (const char c : paper.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
        data += c == '<' ? "\\u003c" : std::string(1, c);
    std::string page(embedded::certificate_page);
    return page.replace(page.find(kPlace), kPlace.size(), data);
}

}  // namespace rakit::certify
