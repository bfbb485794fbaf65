#pragma once

#include <filesystem>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit {

/// read_file reads a whole file; failures: file_unreadable, with the path in `where`. Files over `limit` octets are
/// refused.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit = 64U << 20U);

/// write_file_atomically writes beside the file, syncs, and renames over it: after a crash there is the old or the new
/// file, never a part. The file's mode is `mode`. A device, a pipe or a symbolic link is written through instead, and
/// stays what it is. Failures: file_unwritable.
Result<void> write_file_atomically(const std::filesystem::path& path, ByteView content, unsigned mode = 0644);

}  // namespace rakit
