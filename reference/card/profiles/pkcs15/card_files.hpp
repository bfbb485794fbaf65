#pragma once

#include <set>
#include <vector>

#include "reference/card/profiles/pkcs15/layout.hpp"
#include "reference/card/profiles/pkcs15/rights.hpp"

namespace rakit::reference::pkcs15 {

/// StepWriter appends the commands of one kind of change to a plan.
class StepWriter {
public:
    explicit StepWriter(WritePlan& plan) : x_plan(plan) {}

    void select(WriteStep::Kind kind, ByteView path);
    /// create makes an EF in the DF `folder`; access: six nibbles as FileInfo::access.
    void create(WriteStep::Kind kind, ByteView folder, std::uint16_t fid, std::size_t size, ByteView access);
    /// remove deletes an EF.
    void remove(WriteStep::Kind kind, ByteView path);
    /// fill writes the pieces of `wanted` that differ from `present`; all of it where `present` is empty. From the back
    /// to the front if `backwards`, so that the first piece of the file comes last. `what` begins each step's text.
    void fill(WriteStep::Kind kind, const std::string& what, ByteView path, ByteView wanted, ByteView present,
              bool backwards = false);
    /// put writes octets at an offset of the selected file.
    void put(WriteStep::Kind kind, const std::string& what, std::size_t offset, ByteView octets);

private:
    void add(WriteStep::Kind kind, std::string what, iso7816::CommandApdu command);
    WritePlan& x_plan;
};

/// referenced_files collects the identifiers of all files that the directories name, the directories themselves too,
/// and those that EF(UnusedSpace) keeps for whoever may write it: they are not taken, cleared or deleted.
std::set<std::uint16_t> referenced_files(const Layout& layout);

/// referenced_in collects the identifiers of the files that one directory file names; what can't be parsed names none.
std::set<std::uint16_t> referenced_in(const Layout& layout, ByteView content);

/// FoundFile is an EF that lies in the application's DF.
struct FoundFile {
    std::uint16_t fid = 0;
    FileInfo info;
};

/// certificate_files finds the EFs 43xx of the application: by the card's list, else by trying identifiers.
Result<std::vector<FoundFile>> certificate_files(Files& files, const Layout& layout);

}  // namespace rakit::reference::pkcs15
