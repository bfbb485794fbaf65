#pragma once

#include <memory>

#include "certify/suite/bench.hpp"
#include "virtual_cards/images/image.hpp"

namespace rakit::certify {

/// own_card is a tester card for a service of our own.
Result<std::unique_ptr<cards::ImageCard>> own_card();

/// restarted_by_hand measures case 62 where a person restarts the service.
void restarted_by_hand(const Bench& bench, Facts& facts);

}  // namespace rakit::certify
