#pragma once

#include <string>
#include <string_view>

#include "virtual_cards/reader/reader.hpp"

namespace rakit::reader {

/// PadView is what a person sees of the PIN pad.
struct PadView {
    bool waiting = false;  ///< for a key
    std::string display;
    unsigned operations = 0;
};

/// ReaderControl is what the control socket may do to a reader. Each may be called from any thread.
class ReaderControl {
public:
    virtual ~ReaderControl() = default;
    virtual Settings settings() const = 0;
    virtual bool card() const = 0;
    virtual void set_fault(Fault fault, bool on) = 0;
    virtual void clear_faults() = 0;
    virtual void set_trait(bool Traits::*trait, bool on) = 0;
    virtual void truncate_next() = 0;
    virtual void plug(bool in) = 0;
    virtual void type(std::string_view keys) = 0;
    virtual PadView pad() const = 0;
};

/// answer_reader_control takes one request line and gives one answer line, without line ends
/// (docs/formats/reader-control.md).
std::string answer_reader_control(ReaderControl& reader, std::string_view line);

}  // namespace rakit::reader
