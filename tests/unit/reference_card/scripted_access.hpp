#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "reference/card/card_reader.hpp"

namespace rakit::reference {

/// Exchange is one command that is expected, and its answer; both in hex.
struct Exchange {
    std::string command;
    std::string answer;
};

/// ScriptedAccess plays a card from a list: another command than the next fails the test, and so does one that doesn't
/// come.
class ScriptedAccess final : public ExclusiveAccess {
public:
    explicit ScriptedAccess(std::deque<Exchange> script) : x_script(std::move(script)) {}
    ~ScriptedAccess() override { EXPECT_TRUE(x_script.empty()) << x_script.size() << " commands did not come"; }
    ScriptedAccess(const ScriptedAccess&) = delete;
    ScriptedAccess& operator=(const ScriptedAccess&) = delete;

    Result<Bytes> transmit(ByteView command) override {
        if (x_script.empty()) {
            ADD_FAILURE() << "not expected: " << to_hex(command);
            return fail(ErrorCode::card_removed, "the script is over");
        }
        const auto next = x_script.front();
        x_script.pop_front();
        EXPECT_EQ(to_hex(command), to_hex(*from_hex(next.command)));
        return *from_hex(next.answer);
    }
    void reset_when_done() override {}

private:
    std::deque<Exchange> x_script;
};

}  // namespace rakit::reference
