#pragma once

#include <filesystem>
#include <memory>

#include "common/base/descriptor.hpp"
#include "reference/session/update.hpp"

namespace rakit::cli {

/// CardLogFile adds a line of JSON for each entry (docs/formats/card-log.md), only for its owner's eyes. Each line is
/// one write at the file's end, so that several RAs can share it.
class CardLogFile final : public reference::CardLog {
public:
    /// open makes the file and its folder if need be. Failure: file_unwritable.
    static Result<std::unique_ptr<CardLogFile>> open(const std::filesystem::path& path, const Clock& clock);
    CardLogFile(Descriptor file, const Clock& clock) : x_file(std::move(file)), x_clock(clock) {}
    void add(const reference::CardLogEntry& entry) override;

private:
    Descriptor x_file;
    const Clock& x_clock;
};

}  // namespace rakit::cli
