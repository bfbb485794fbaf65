#include "common/base/error.hpp"

#include <utility>

namespace rakit {

Error&& Error::in(std::string_view outer) && {
    context = context.empty() ? std::string(outer) : std::string(outer) + ": " + context;
    return std::move(*this);
}

std::string to_string(const Error& error) {
    std::string text(name(error.code));
    text += ": ";
    if (!error.line.empty()) text += "key " + error.line + ": ";
    if (!error.context.empty()) text += error.context + ": ";
    text += error.detail;
    if (!error.where.empty()) text += ", " + error.where;
    if (!error.remedy.empty()) text += ", " + error.remedy;
    return text;
}

}  // namespace rakit
