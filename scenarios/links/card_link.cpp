#include "scenarios/links/card_link.hpp"

#include <utility>

namespace rakit::scenarios {

/// Access holds the reader's exclusive mutex; transmitting takes the other one.
class LinkReader::Access final : public reference::ExclusiveAccess {
public:
    Access(LinkReader& reader, std::unique_lock<std::mutex> exclusive, unsigned session)
        : x_reader(reader), x_exclusive(std::move(exclusive)), x_session(session) {}

    ~Access() override {
        std::lock_guard use(x_reader.x_use);
        // A card that can't be reset is gone, and what it had verified with it.
        if (x_reset && x_reader.x_powered && x_reader.x_session == x_session && !x_reader.x_link->reset())
            x_reader.x_powered = false;
    }
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;

    void reset_when_done() override { x_reset = true; }

    Result<Bytes> transmit(ByteView command) override {
        std::lock_guard use(x_reader.x_use);
        if (!x_reader.x_powered || x_reader.x_session != x_session)
            return fail(ErrorCode::card_removed, "the card is gone", x_reader.x_name);
        auto answer = x_reader.x_link->exchange(command);
        if (answer && answer->size() >= 2) return answer;
        x_reader.x_powered = false;
        if (!answer) return answer;
        return fail(ErrorCode::card_removed, "the card is gone", x_reader.x_name);
    }

private:
    LinkReader& x_reader;
    std::unique_lock<std::mutex> x_exclusive;
    unsigned x_session;
    bool x_reset = false;
};

LinkReader::LinkReader(std::string name, std::unique_ptr<CardLink> link)
    : x_name(std::move(name)), x_link(std::move(link)) {}

Result<void> LinkReader::connect() {
    if (x_powered && x_link->connected()) return {};
    x_powered = false;
    auto atr = x_link->power_on();
    if (!atr) return fail(std::move(atr).error().in(x_name));
    x_atr = std::move(*atr);
    x_powered = true;
    ++x_session;
    return {};
}

Result<Bytes> LinkReader::atr() {
    std::lock_guard use(x_use);
    if (auto done = connect(); !done) return fail(std::move(done).error());
    return x_atr;
}

Result<std::unique_ptr<reference::ExclusiveAccess>> LinkReader::lock() {
    std::unique_lock exclusive(x_exclusive);
    std::lock_guard use(x_use);
    if (auto done = connect(); !done) return fail(std::move(done).error());
    return std::unique_ptr<reference::ExclusiveAccess>(new Access(*this, std::move(exclusive), x_session));
}

Result<void> LinkReader::reset() {
    std::lock_guard use(x_use);
    if (!x_powered) return fail(ErrorCode::card_removed, "there is no powered card", x_name);
    return x_link->reset();
}

}  // namespace rakit::scenarios
