#pragma once

#include <functional>

#include "certify/reader/hands.hpp"

namespace rakit::certify {

/// PersonHands asks a person, who has a minute for each deed; the reader's events tell whether it was done.
class PersonHands final : public Hands {
public:
    /// `say` shows a line; none: nobody is there, and nothing that needs hands can be judged.
    PersonHands(std::string reader, std::function<void(const std::string&)> say)
        : x_reader(std::move(reader)), x_say(std::move(say)) {}
    bool unattended() const override { return false; }
    bool can(Deed deed) const override;
    Result<void> act(Deed deed, const std::string& what) override;
    std::chrono::milliseconds bound() const override { return std::chrono::minutes(1); }

private:
    std::string x_reader;
    std::function<void(const std::string&)> x_say;
};

}  // namespace rakit::certify
