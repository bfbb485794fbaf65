#include "mock_cm/core/config.hpp"

#include <algorithm>
#include <cstdlib>

#include "common/base/file.hpp"
#include "embedded/cm_config_schema.hpp"
#include "embedded/default_cm_config.hpp"
#include "mock_cm/core/config_read.hpp"

namespace rakit::cm {
namespace {

bool holds(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

template <class List>
auto find_name(const List& list, std::string_view name) -> decltype(list.data()) {
    for (const auto& one : list)
        if (one.name == name) return &one;
    return nullptr;
}

std::string_view without_zeros(std::string_view hex) {
    const auto first = hex.find_first_not_of('0');
    return first == std::string_view::npos ? std::string_view() : hex.substr(first);
}

/// less compares upper-case hex as numbers: the shorter is less; of one length, digits sort before letters in ASCII
/// too.
bool less(std::string_view a, std::string_view b) {
    a = without_zeros(a);
    b = without_zeros(b);
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

bool Officer::has(Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

bool SerialRange::contains(std::string_view serial) const { return !less(serial, first) && !less(last, serial); }

bool CertificateProcedure::fits(const std::vector<std::string>& usage) const {
    const auto& wanted = for_keys.empty() ? key_usage : for_keys;
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& word) { return holds(usage, word); }) &&
           holds(usage, "nonRepudiation") == holds(wanted, "nonRepudiation");
}

bool Officer::sees(const std::string& domain) const {
    return domain.empty() || domains.empty() || holds(domains, domain);
}

bool Field::shown_to(const Officer& officer) const {
    return roles.empty() || std::any_of(roles.begin(), roles.end(), [&](Role role) { return officer.has(role); });
}

const FormatField* Format::field(std::string_view wanted) const { return find_name(fields, wanted); }

const Field* TokenProcedure::field(std::string_view wanted) const { return find_name(fields, wanted); }

const Format* Config::format(std::string_view wanted) const { return find_name(formats, wanted); }

const KnownCard* Config::card(std::string_view serial) const {
    for (const auto& one : cards)
        if (one.serial == serial) return &one;
    return nullptr;
}

const TokenProcedure* Config::token_procedure(std::string_view name) const { return find_name(token_procedures, name); }

const CertificateProcedure* Config::certificate_procedure(std::string_view name) const {
    return find_name(certificate_procedures, name);
}

namespace {

const document::Schema& schema() {
    static const document::Schema kSchema(embedded::cm_config_schema);
    return kSchema;
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& name) {
    auto document = document::read_document(name, text);
    if (document.findings.empty()) document::check(document, schema());
    if (!document.findings.empty()) return fail(document::failure(document.findings));
    Config config = read_config(document.value);
    judge_config(document, config);
    if (!document.findings.empty()) return fail(document::failure(document.findings));
    return config;
}

Result<Config> load_config(const std::filesystem::path& path) {
    const auto text = read_file(path);
    if (!text) return Unexpected{text.error()};
    return parse_config(as_text(*text), path.string());
}

std::string_view default_config_text() { return embedded::default_cm_config; }

Config default_config() {
    auto config = parse_config(default_config_text(), "built-in configuration");
    if (!config) std::abort();  // a test reads it, so that no build gets here
    return *std::move(config);
}

}  // namespace rakit::cm
