#include "common/base/trace.hpp"

#include <cstdlib>

namespace rakit {

std::string_view name(TraceEvent::Kind kind) {
    switch (kind) {
        case TraceEvent::Kind::note: return "note";
        case TraceEvent::Kind::apdu: return "apdu";
        case TraceEvent::Kind::http: return "http";
        case TraceEvent::Kind::prompt: return "prompt";
        case TraceEvent::Kind::state: return "state";
    }
    std::abort();
}

}  // namespace rakit
