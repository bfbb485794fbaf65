#pragma once

#include "common/base/error.hpp"

namespace rakit::cli {

/// with_remedy gives the error with what docs/errors.md says to do about its code, where it has no remedy of its own;
/// as it is if the page has nothing that goes beyond the error's detail.
Error with_remedy(Error error);

}  // namespace rakit::cli
