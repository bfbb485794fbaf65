#pragma once

#include <filesystem>

#include "reference/session/update.hpp"

namespace rakit::cli {

/// FieldChoiceFolder keeps each officer's choice of visible fields in a file (docs/formats/field-choice.md), named by
/// the SHA-256 of issuer and subject of the officer's certificate: a renewed certificate is the same officer's.
class FieldChoiceFolder final : public reference::FieldChoices {
public:
    explicit FieldChoiceFolder(std::filesystem::path folder) : x_folder(std::move(folder)) {}
    /// Failure: document_invalid.
    Result<std::optional<std::vector<std::string>>> recall(const x509::Certificate& officer,
                                                           const std::string& procedure) override;
    Result<void> remember(const x509::Certificate& officer, const std::string& procedure,
                          const std::vector<std::string>& visible) override;

private:
    std::filesystem::path x_folder;
};

}  // namespace rakit::cli
