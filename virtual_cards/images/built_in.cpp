#include "virtual_cards/images/built_in.hpp"

#include <array>

#include "embedded/officer_yaml.hpp"
#include "embedded/piv_blank_yaml.hpp"
#include "embedded/piv_tc_yaml.hpp"
#include "embedded/pkcs15_blank_yaml.hpp"
#include "embedded/pkcs15_id_yaml.hpp"
#include "embedded/pkcs15_tc_yaml.hpp"
#include "embedded/tester_yaml.hpp"
#include "virtual_cards/images/image.hpp"

namespace rakit::cards {
namespace {

struct BuiltIn {
    std::string_view name;
    const std::string_view* text;
};

constexpr std::array kBuiltIns{
    BuiltIn{"pkcs15-blank", &embedded::pkcs15_blank_yaml},
    BuiltIn{"pkcs15-tc", &embedded::pkcs15_tc_yaml},
    BuiltIn{"pkcs15-id", &embedded::pkcs15_id_yaml},
    BuiltIn{"piv-blank", &embedded::piv_blank_yaml},
    BuiltIn{"piv-tc", &embedded::piv_tc_yaml},
    BuiltIn{"officer", &embedded::officer_yaml},
    BuiltIn{"tester", &embedded::tester_yaml},
};

}  // namespace

std::optional<std::string_view> built_in_recipe(std::string_view name) {
    for (const auto& built_in : kBuiltIns)
        if (built_in.name == name) return *built_in.text;
    return std::nullopt;
}

std::vector<std::string> built_in_images() {
    std::vector<std::string> names;
    for (const auto& built_in : kBuiltIns) names.emplace_back(built_in.name);
    return names;
}

}  // namespace rakit::cards
