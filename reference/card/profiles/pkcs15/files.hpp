#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "reference/card/card_profile.hpp"
#include "reference/card/command.hpp"
#include "reference/card/profiles/pkcs15/objects.hpp"

namespace rakit::reference::pkcs15 {

/// FileInfo is what SELECT tells of a file (ISO/IEC 7816-4 section 7.4.3), with MyEID's access conditions.
struct FileInfo {
    enum class Kind { ef, df, key };
    Kind kind = Kind::ef;
    std::size_t size = 0;
    Bytes access;  ///< tag 86: nibbles, 0 free, 1 to E a PIN's reference, F never; empty: the card doesn't tell

    static constexpr std::uint8_t kNever = 0x0F;
    /// right gives a nibble; free where the card doesn't tell.
    std::uint8_t right(std::size_t nibble) const;
    std::uint8_t update_right() const { return right(1); }
    std::uint8_t delete_right() const { return right(2); }
    /// create_right is a DF's: for an EF in it.
    std::uint8_t create_right() const { return right(1); }
};

/// Files are a card's files by absolute paths (from 3F00 on).
class Files {
public:
    explicit Files(ApduChannel& card) : x_card(card) {}

    ApduChannel& card() { return x_card; }
    /// send transmits and turns a status word other than 9000 into a failure.
    Result<Bytes> send(const iso7816::CommandApdu& command, const std::string& what);
    /// select makes a file the current one. Failure: card_content_invalid where it isn't there.
    Result<FileInfo> select(ByteView path);
    /// probe selects a file that may be absent.
    Result<std::optional<FileInfo>> probe(ByteView path);
    /// read reads a whole file.
    Result<Bytes> read(ByteView path);
    /// read_current reads a part of the current file; what lies behind its end is left out.
    Result<Bytes> read_current(std::size_t from, std::size_t count);
    /// list gives the identifiers of the EFs in a DF, if the card tells (MyEID's GET DATA 01A1).
    Result<std::optional<std::vector<std::uint16_t>>> list(ByteView df);

private:
    ApduChannel& x_card;
};

/// select_command is SELECT by an absolute path: with FCP in the answer, or without.
iso7816::CommandApdu select_command(ByteView path, bool fcp);

/// path_of joins a folder's path and a file identifier.
Bytes path_of(ByteView folder, std::uint16_t fid);

/// fid_of is the last file identifier of a path.
std::uint16_t fid_of(ByteView path);

}  // namespace rakit::reference::pkcs15
