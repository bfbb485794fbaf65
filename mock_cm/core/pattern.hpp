#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace rakit::cm {

/// Pattern is an ECMAScript regular expression over characters, not octets; copies share the compiled form.
class Pattern {
public:
    /// parse compiles it. Failure: document_invalid.
    static Result<Pattern> parse(std::string text);
    const std::string& text() const { return x_text; }
    /// matches tells whether it describes the whole of a UTF-8 value.
    bool matches(std::string_view utf8) const;

private:
    struct Compiled;
    Pattern() = default;
    std::string x_text;
    std::shared_ptr<const Compiled> x_compiled;
};

/// characters decodes UTF-8; an octet that is none counts as one character.
std::wstring characters(std::string_view utf8);

}  // namespace rakit::cm
