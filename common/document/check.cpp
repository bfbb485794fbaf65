#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <cstdlib>
#include <mutex>
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

/// Path is what is left of a JSON Pointer on the way down.
using Path = std::vector<std::string>;

/// wanted collects what the schemas of the value at `path` say under `keyword`, over all alternatives.
void wanted(const json& schema, const json& root, Path path, const char* keyword, std::vector<json>& found) {
    if (!schema.is_object()) return;
    if (const auto other = schema.find("$ref"); other != schema.end()) {
        const std::string target = *other;
        const json::json_pointer at(target.substr(target.find('#') + 1));
        if (target.front() == '#' && root.contains(at)) wanted(root.at(at), root, std::move(path), keyword, found);
        return;
    }
    for (const char* choice : {"allOf", "anyOf", "oneOf"})
        for (const auto& one : schema.value(choice, json::array())) wanted(one, root, path, keyword, found);
    if (path.empty()) {
        if (schema.contains(keyword)) found.push_back(schema.at(keyword));
        return;
    }
    const std::string next = path.front();
    path.erase(path.begin());
    const json known = schema.value("properties", json::object());
    if (known.contains(next)) return wanted(known.at(next), root, std::move(path), keyword, found);
    for (const char* each : {"items", "additionalProperties"})
        if (schema.contains(each)) wanted(schema.at(each), root, path, keyword, found);
}

/// allowed says what would have fitted where valijson only says that nothing did; empty if the schema doesn't tell.
std::string allowed(const json& schema, const Path& path, const std::string& description) {
    const bool words = description.find("Failed to match against any enum values") == 0;
    if (!words && description.find("Failed to match regex") != 0) return {};
    std::vector<json> found;
    wanted(schema, schema, path, words ? "enum" : "pattern", found);
    std::string list;
    for (const auto& one : found)
        for (const auto& each : one.is_array() ? one : json::array({one})) {
            const std::string text = each.is_string() ? each.get<std::string>() : each.dump();
            list += (list.empty() ? "" : words ? ", " : " or ") + text;
        }
    return list.empty() ? list : words ? "not one of: " + list : "not of the form " + list;
}

Finding readable(const Document& document, const json& schema, const valijson::ValidationResults::Error& error) {
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
    Path path;
    for (json::json_pointer rest(pointer); !rest.empty(); rest.pop_back()) path.insert(path.begin(), rest.back());
    if (auto fitting = allowed(schema, path, message); !fitting.empty()) message = std::move(fitting);
    if (const auto slash = pointer.rfind('/'); slash != std::string::npos) message += " ('" + pointer.substr(1) + "')";
    return document.finding(pointer, message);
}

/// is_utf8 leaves the judgement to the JSON writer, which refuses all else (RFC 3629).
bool is_utf8(const std::string& text) {
    if (std::ranges::none_of(text, [](char c) { return (c & 0x80) != 0; })) return true;
    try {
        return !json(text).dump().empty();
    } catch (const json::type_error&) {
        return false;
    }
}

/// Broken is a text, or an object's key, that is no UTF-8.
struct Broken {
    json::json_pointer at;  ///< of the text, or of the object
    const char* what;
};

/// broken_texts finds them; YAML and CSV bring any octets, and valijson would read behind their end. Nearly every value
/// has none, so that places are put together on the way back only.
std::vector<Broken> broken_texts(const json& value) {
    if (value.is_string() && !is_utf8(value.get_ref<const std::string&>())) return {{json::json_pointer(), "a text"}};
    std::vector<Broken> broken;
    const auto look_into = [&broken](const json& part, const auto& step) {
        for (const auto& one : broken_texts(part)) broken.push_back({json::json_pointer() / step / one.at, one.what});
    };
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i) look_into(value[i], i);
    if (value.is_object())
        for (const auto& [key, part] : value.items()) {
            if (is_utf8(key))
                look_into(part, key);
            else
                broken.push_back({json::json_pointer(), "a key"});
        }
    return broken;
}

/// judge: `source` is what `schema` was compiled from.
void judge(Document& document, const valijson::Schema& schema, const json& source, valijson::Validator& validator) {
    const auto broken = broken_texts(document.value);
    for (const auto& [at, what] : broken)
        document.findings.push_back(document.finding(at.to_string(), std::string(what) + " that is no UTF-8"));
    if (!broken.empty()) return;
    valijson::ValidationResults results;
    if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document.value), &results)) return;
    std::set<std::string> seen;
    std::vector<Finding> summaries;
    for (const auto& error : results) {
        Finding finding = readable(document, source, error);
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
    // It keeps the compiled regular expressions of `pattern`: compiling them takes longer than all the rest.
    mutable std::mutex mutex{};
    mutable valijson::Validator validator{};
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
    const auto& compiled = *schema.x_compiled;
    const std::lock_guard lock(compiled.mutex);
    judge(document, compiled.schema, compiled.source, compiled.validator);
}

void check(Document& document, const json& schema) {
    valijson::Schema compiled;
    try {
        compile(schema, compiled);
    } catch (const std::exception& problem) {
        document.findings.push_back(document.finding("", std::string("the schema itself is wrong: ") + problem.what()));
        return;
    }
    valijson::Validator validator;
    judge(document, compiled, schema, validator);
}

}  // namespace rakit::document
