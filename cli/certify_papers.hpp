#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "cli/verbs.hpp"
#include "common/base/secret.hpp"

namespace rakit::cli {

/// write_papers writes certificate.json, certificate.html and, with a credential, certificate.p7s into a folder.
/// Failures: file_unwritable, those of certify::sign, document_invalid (a bug).
Result<void> write_papers(const std::filesystem::path& folder, const std::string& paper,
                          const std::filesystem::path& credential, const SecretBytes& passphrase);

/// system_text names this machine's system, daemon_text the installed PC/SC daemon.
std::string system_text();
std::string daemon_text();

/// add_certify_papers registers `certify verify` and `certify diff`.
void add_certify_papers(CLI::App& certify, Verb& verb);

}  // namespace rakit::cli
