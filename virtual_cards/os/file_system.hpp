#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/base/bytes.hpp"
#include "virtual_cards/os/key_object.hpp"

namespace rakit::cards {

/// FileKind has the values of the file descriptor octet (tag 82 of FCP and CREATE FILE).
enum class FileKind : std::uint8_t { ef = 0x01, rsa_key = 0x11, ec_key = 0x22, df = 0x38, secret_key = 0x41 };

/// file_kind reads a descriptor octet; nothing for kinds that the card has not.
std::optional<FileKind> file_kind(std::uint8_t descriptor);

/// Right is what an access nibble guards; the number is the nibble's place in the access octets, from the left.
/// The same places mean other things for a DF, an EF and a key file.
enum class Right : std::uint8_t {
    df_create_df = 0,
    df_create_ef = 1,
    df_delete = 2,
    ef_read = 0,
    ef_update = 1,
    ef_delete = 2,
    key_use = 0,
    key_update = 1,
    key_delete = 2,
    key_generate = 3,
};

/// File is one node of the tree. A key file has no octets that can be read, it has a key.
struct File {
    std::uint16_t id = 0;
    std::uint16_t parent = 0;  ///< index of the DF; the MF's is its own
    FileKind kind = FileKind::ef;
    std::array<std::uint8_t, 3> acl{};  ///< nibbles: 0 free, 1 to 14 PIN reference, 15 never
    std::array<std::uint8_t, 2> proprietary{};
    std::uint16_t size = 0;     ///< octets of an EF, bits of a key
    bool user_consent = false;  ///< of a key: VERIFY before every use
    bool in_use = true;         ///< false: the slot is free
    Bytes content;              ///< of an EF, `size` octets
    Bytes aid;                  ///< of a DF, may be empty
    KeyObject key;
    SecretBytes secret;  ///< of a secret key file; empty: none yet

    /// is_key tells a private key file.
    bool is_key() const { return kind == FileKind::rsa_key || kind == FileKind::ec_key; }
    /// access gives the nibble for a right.
    std::uint8_t access(Right right) const;
    /// cost is the memory that the file takes, in octets.
    std::size_t cost() const;
};

/// FileSystem is the tree of files under a memory limit. Files are named by index, which stays as long as the file
/// does; index 0 is the MF. A free index is used again by the next file.
class FileSystem {
public:
    using Index = std::uint16_t;
    static constexpr Index kMf = 0;
    static constexpr std::uint16_t kMfId = 0x3F00;
    static constexpr std::size_t kMaxFiles = 1024;

    explicit FileSystem(std::size_t memory = 0);

    File& at(Index index) { return x_files[index]; }
    const File& at(Index index) const { return x_files[index]; }
    /// child finds a file in a DF by its identifier.
    std::optional<Index> child(Index df, std::uint16_t id) const;
    /// by_aid finds a DF by its application identifier.
    std::optional<Index> by_aid(ByteView aid) const;
    /// children lists a DF's files in the order of their making.
    std::vector<Index> children(Index df) const;
    /// order lists all files but the MF in the order of their making, a DF before what is in it.
    const std::vector<Index>& order() const { return x_order; }
    /// path gives a file's identifiers from the MF, as octets: 3F00 5015 4301.
    Bytes path(Index index) const;
    /// find follows a path that begins with 3F00.
    std::optional<Index> find(ByteView path) const;

    /// free_memory tells how many octets are left.
    std::size_t free_memory() const { return x_memory > x_used ? x_memory - x_used : 0; }
    std::size_t memory() const { return x_memory; }
    /// add puts a file into the DF `file.parent`; nothing if the memory doesn't suffice.
    std::optional<Index> add(File file);
    /// remove frees a file, a DF with everything in it; the MF stays.
    void remove(Index index);
    /// clear leaves an MF alone.
    void clear();

private:
    std::vector<File> x_files;
    std::vector<Index> x_order;  ///< indexes in the order of making
    std::size_t x_memory;
    std::size_t x_used = 0;
};

}  // namespace rakit::cards
