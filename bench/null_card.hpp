#pragma once

namespace rakit::bench {

/// null_card answers every command that vpcd sends over the connected socket `fd` with 9000, until the link ends: what
/// the road itself costs. It shares no code with the cards that are measured against it.
void null_card(int fd, bool quick_ack);

}  // namespace rakit::bench
