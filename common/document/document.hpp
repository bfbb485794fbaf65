#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/base/result.hpp"

namespace rakit::document {

/// Position is where a value begins in its file; both count from 1.
struct Position {
    int line = 0;
    int column = 0;
};

/// Finding is one thing wrong with a document.
struct Finding {
    std::string file;
    Position at;
    std::string message;
    std::string pointer;  ///< JSON Pointer (RFC 6901) of the value
};

/// to_string gives `file:line:column: message`.
std::string to_string(const Finding& finding);

/// Document is a YAML or JSON text as a value, with the place of each part.
struct Document {
    std::string file;
    nlohmann::json value;
    std::map<std::string, Position> positions;  ///< by JSON Pointer
    std::vector<Finding> findings;              ///< from reading; a document with findings must not be used

    /// at finds the place of a pointer, or of the nearest ancestor that has one.
    Position at(const std::string& pointer) const;
    /// finding makes one at a pointer.
    Finding finding(const std::string& pointer, std::string message) const;
};

/// read_document parses YAML 1.2 (so JSON too) by its core schema: plain `true false null`, integers and floats are
/// that, all else is a string. Findings, all at once where the text allows it: syntax, duplicate keys, keys that are no
/// strings, anchors and aliases, several documents, a number with leading zeros, and a plain scalar of hexadecimal
/// digits with at least one decimal digit that isn't a number - a PIN or an octet string must be quoted.
Document read_document(std::string file, std::string_view text);

/// Schema is a JSON Schema (draft 7), compiled once for many documents; usable by several threads at once.
class Schema {
public:
    /// Aborts if the text, part of the program, is no JSON Schema.
    explicit Schema(std::string_view text);
    ~Schema();

private:
    friend void check(Document& document, const Schema& schema);
    struct Compiled;
    std::unique_ptr<const Compiled> x_compiled;
};

/// check adds to the document's findings whatever the schema refuses.
void check(Document& document, const Schema& schema);

/// check adds to the document's findings whatever the JSON Schema (draft 7) refuses.
void check(Document& document, const nlohmann::json& schema);

/// load reads a file, parses and checks it; failure: document_invalid with one finding a line in `detail`
/// (each `file:line:column: message`), or file_unreadable.
Result<Document> load(const std::filesystem::path& path, const nlohmann::json& schema);

/// failure folds findings into one Error: document_invalid.
Error failure(const std::vector<Finding>& findings);

}  // namespace rakit::document
