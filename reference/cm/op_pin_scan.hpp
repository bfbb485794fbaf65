#pragma once

#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace rakit::reference {

/// take_op_pin moves the OP PIN out of the JSON text of an answer to prepare: the string behind the key `value` becomes
/// the Pin (empty if there is none), and zeros of the same length stay in the text. So the JSON library, which copies
/// what it reads and wipes nothing, never sees it. Failure: cm_answer_invalid if there are two or one with escapes.
Result<Pin> take_op_pin(SecretBytes& json);

}  // namespace rakit::reference
