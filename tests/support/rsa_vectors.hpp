#pragma once

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/file.hpp"

namespace rakit::test {

/// kRsaVectors is RSA's published PKCS #1 v1.5 signatures as Debian's python3-cryptography-vectors installs them.
inline constexpr const char* kRsaVectors =
    "/usr/lib/python3/dist-packages/cryptography_vectors/asymmetric/RSA/pkcs1v15sign-vectors.txt";

/// RsaExample is a private key of the vectors, its numbers by the file's names ("Modulus", "Prime 1", ...) in hex, and
/// the signatures made with it: message and signature in hex.
struct RsaExample {
    std::map<std::string, std::string> key;
    std::vector<std::pair<std::string, std::string>> signatures;
    std::size_t octets() const { return key.at("Modulus").size() / 2; }
};

/// rsa_example_line takes a line of the vectors: "# Name:" begins a value, hex continues it, any other comment ends it.
inline void rsa_example_line(const std::string& line, std::vector<RsaExample>& examples, std::string*& value) {
    if (line.rfind("# ", 0) != 0) {
        for (const char c : line)
            if (value != nullptr && std::isxdigit(static_cast<unsigned char>(c)) != 0)
                value->push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
        return;
    }
    value = nullptr;
    if (line.rfind("# Example ", 0) == 0) examples.emplace_back();
    const auto colon = line.find(':');
    if (examples.empty() || colon == std::string::npos) return;
    const auto name = line.substr(2, colon - 2);
    auto& example = examples.back();
    if (name == "Message to be signed") {
        value = &example.signatures.emplace_back().first;
    } else if (name == "Signature") {
        value = &example.signatures.back().second;
    } else if (example.key.find(name) == example.key.end()) {  // the modulus stands there twice
        value = &example.key[name];
    }
}

/// rsa_examples reads the vectors; nothing if the package isn't installed.
inline std::optional<std::vector<RsaExample>> rsa_examples() {
    const auto text = read_file(kRsaVectors);
    if (!text) return std::nullopt;
    std::istringstream lines{std::string(as_text(*text))};
    std::vector<RsaExample> examples;
    std::string* value = nullptr;
    for (std::string line; std::getline(lines, line);) rsa_example_line(line, examples, value);
    return examples;
}

/// sha1_digest_info is the DigestInfo in hex (RFC 8017 section 9.2, note 1) before a SHA-1 in hex.
inline std::string sha1_digest_info(const std::string& hash) { return "3021300906052B0E03021A05000414" + hash; }

/// rsa_block is EMSA-PKCS1-v1_5 (RFC 8017 section 9.2) of a DigestInfo, in hex.
inline std::string rsa_block(const std::string& info, std::size_t octets) {
    return "0001" + std::string(2 * (octets - 3) - info.size(), 'F') + "00" + info;
}

}  // namespace rakit::test
