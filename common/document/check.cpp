#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "common/document/document.hpp"

namespace rakit::document {
namespace {

using nlohmann::json;

/// pointer_of turns valijson's context, `<root>` `[key]` `[0]`, into a JSON Pointer.
std::string pointer_of(const std::vector<std::string>& context) {
    json::json_pointer pointer;
    for (const auto& part : context) {
        if (part == "<root>") continue;
        const bool bracketed = part.size() >= 2 && part.front() == '[' && part.back() == ']';
        pointer.push_back(bracketed ? part.substr(1, part.size() - 2) : part);
    }
    return pointer.to_string();
}

/// A summary of deeper findings ("Failed to validate against child schema #0.") tells a reader nothing.
bool is_summary(const std::string& description) {
    return description.find("Failed to validate against") == 0 || description.find("Failed to validate item") == 0 ||
           description.find("Failed to validate value") == 0;
}

/// unknown_siblings names the keys of an object that its schema doesn't know, where that is told by `properties` alone:
/// valijson stops at an object's first one.
void unknown_siblings(const Document& document, const json& schema, const json& root, const std::string& pointer,
                      std::vector<Finding>& findings) {
    if (schema.contains("$ref")) {
        const std::string target = schema.at("$ref");
        const json::json_pointer at(target.substr(target.find('#') + 1));
        if (target.front() == '#' && root.contains(at))
            unknown_siblings(document, root.at(at), root, pointer, findings);
        return;
    }
    const json& value = document.value.at(json::json_pointer(pointer));
    if (value.is_array() && schema.contains("items") && schema.at("items").is_object())
        for (std::size_t i = 0; i < value.size(); ++i)
            unknown_siblings(document, schema.at("items"), root, pointer + "/" + std::to_string(i), findings);
    if (!value.is_object()) return;
    const json known = schema.value("properties", json::object());
    const json other = schema.value("additionalProperties", json(true));
    for (const auto& [key, member] : value.items()) {
        json::json_pointer child(pointer);
        child.push_back(key);
        if (known.contains(key))
            unknown_siblings(document, known.at(key), root, child.to_string(), findings);
        else if (other.is_object())
            unknown_siblings(document, other, root, child.to_string(), findings);
        else if (other == false && !schema.contains("patternProperties"))
            findings.push_back(document.finding(child.to_string(), "unknown key '" + key + "'"));
    }
}

/// unknown_key takes the key out of valijson's sentence about additionalProperties.
std::optional<std::string> unknown_key(const std::string& description) {
    if (description.find("Object contains a property that could not be validated") != 0) return std::nullopt;
    const auto open = description.find(": '");
    const auto close = description.rfind('\'');
    if (open == std::string::npos || close <= open + 3) return std::nullopt;
    return description.substr(open + 3, close - open - 3);
}

Finding readable(const Document& document, const valijson::ValidationResults::Error& error) {
    std::string pointer = pointer_of(error.context);
    if (const auto key = unknown_key(error.description)) {
        const std::string child = pointer + pointer_of({*key});
        return document.finding(child, "unknown key '" + *key + "'");
    }
    const json& value = document.value.at(json::json_pointer(pointer));
    std::string message = error.description;
    if (message.find("Value type not permitted by 'type' constraint") == 0) {
        message = "wrong type: this is " + std::string(value.type_name());
        if (value.is_number()) message += "; quote it if text is meant (a PIN, octets, a serial number)";
    }
    if (const auto slash = pointer.rfind('/'); slash != std::string::npos) message += " ('" + pointer.substr(1) + "')";
    return document.finding(pointer, message);
}

/// judge: `source` is what `schema` was compiled from.
void judge(Document& document, const valijson::Schema& schema, const json& source) {
    valijson::ValidationResults results;
    valijson::Validator validator;
    if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document.value), &results)) return;
    std::set<std::string> seen;
    std::vector<Finding> summaries;
    for (const auto& error : results) {
        Finding finding = readable(document, error);
        if (!seen.insert(to_string(finding)).second) continue;
        (is_summary(error.description) ? summaries : document.findings).push_back(std::move(finding));
    }
    std::vector<Finding> unknown;
    unknown_siblings(document, source, source, "", unknown);
    for (auto& finding : unknown)
        if (seen.insert(to_string(finding)).second) document.findings.push_back(std::move(finding));
    if (document.findings.empty()) document.findings = std::move(summaries);
    std::stable_sort(document.findings.begin(), document.findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
}

void compile(const json& schema, valijson::Schema& compiled) {
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schema), compiled);
}

}  // namespace

struct Schema::Compiled {
    json source;
    valijson::Schema schema;
};

Schema::Schema(std::string_view text) {
    auto compiled = std::make_unique<Compiled>();
    try {
        compiled->source = json::parse(text);
        compile(compiled->source, compiled->schema);
    } catch (const std::exception&) {
        std::abort();
    }
    x_compiled = std::move(compiled);
}

Schema::~Schema() = default;

void check(Document& document, const Schema& schema) {
    judge(document, schema.x_compiled->schema, schema.x_compiled->source);
}

void check(Document& document, const json& schema) {
    valijson::Schema compiled;
    try {
        compile(schema, compiled);
    } catch (const std::exception& problem) {
        document.findings.push_back(document.finding("", std::string("the schema itself is wrong: ") + problem.what()));
        return;
    }
    judge(document, compiled, schema);
}

}  // namespace rakit::document
