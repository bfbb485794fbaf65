#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/document/document.hpp"
#include "embedded/card_control_schema.hpp"
#include "virtual_cards/serve/control_server.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;

/// Fake is a card that notes what was done to it.
struct Fake {
    std::vector<std::string> log;
    bool in = true;

    ControlledCard card() {
        return {
            .insert = [this]() -> Result<void> { return note("insert"), in = true, Result<void>(); },
            .insert_at_once = [this]() -> Result<void> { return note("insert at once"), in = true, Result<void>(); },
            .lend = [this]() -> Result<Descriptor> {
                note("lend");
                if (!in) return fail(ErrorCode::service_absent, "no slot");
                return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            },
            .remove = [this] { note("remove"), in = false; },
            .inserted = [this] { return in; },
            .reset = [this] { note("reset"); },
            .snapshot = [] { return R"({"version":1})"; },
            .arm = [this](const std::string& fault) -> Result<void> {
                note("arm " + fault);
                if (fault == "{}") return fail(ErrorCode::document_invalid, "an empty fault", {}, "say which");
                return {};
            },
            .disarm = [this] { note("disarm"); },
            .faults = [] { return R"([{"kind":"mute"}])"; },
            .latency = [] { return "fast"; },
            .set_latency = [this](const std::string& latency) -> Result<void> {
                return note("latency " + latency), Result<void>();
            },
            .counters =
                [] {
                    return ServeCounters{1, 2, 3, 4, 5};
                },
            .atr =
                [] {
                    return Bytes{0x3B, 0x00};
                },
            .answer_reset_with =
                [this](const std::optional<Bytes>& atr) { note("atr " + (atr ? to_hex(*atr) : "own")); },
            .serial = [] { return "0A1B"; },
            .profile = [] { return "tester"; }};
    }
    void note(const std::string& what) { log.push_back(what); }
};

void expect_valid_answer(const json& answer) {
    const auto schema = json::parse(embedded::card_control_schema);
    document::Document document{"answer", answer, {}, {}};
    document::check(document, schema.at("definitions").at("answer"));
    EXPECT_TRUE(document.findings.empty()) << answer << ": " << to_string(document.findings.front());
}

struct ControlRow {
    const char* request;
    const char* answer;
    std::vector<std::string> log;
};

class Control : public testing::TestWithParam<ControlRow> {};

TEST_P(Control, Answers) {
    Fake fake;
    const auto answer = json::parse(answer_control(fake.card(), GetParam().request).line);
    EXPECT_EQ(answer, json::parse(GetParam().answer));
    EXPECT_EQ(fake.log, GetParam().log);
    expect_valid_answer(answer);
}

using Log = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(
    Rows, Control,
    testing::Values(
        ControlRow{R"({"command":"insert"})", R"({"ok":true})", Log{"insert"}},
        ControlRow{R"({"command":"insert","at_once":true})", R"({"ok":true})", Log{"insert at once"}},
        ControlRow{R"({"command":"atr","atr":"3b00"})", R"({"ok":true})", Log{"atr 3B00"}},
        ControlRow{R"({"command":"atr"})", R"({"ok":true})", Log{"atr own"}},
        ControlRow{R"({"command":"lend"})", R"({"ok":true})", Log{"lend"}},
        ControlRow{R"({"command":"remove"})", R"({"ok":true})", Log{"remove"}},
        ControlRow{R"({"command":"reset"})", R"({"ok":true})", Log{"reset"}},
        ControlRow{R"({"command":"disarm"})", R"({"ok":true})", Log{"disarm"}},
        ControlRow{R"({"command":"snapshot"})", R"({"ok":true,"image":{"version":1}})", Log{}},
        ControlRow{R"({"command":"counters"})",
                   R"({"ok":true,"counters":{"insertions":1,"removals":2,"powerOns":3,"resets":4,"commands":5}})",
                   Log{}},
        ControlRow{R"({"command":"arm","fault":{"kind":"mute"}})", R"({"ok":true})", Log{R"(arm {"kind":"mute"})"}},
        ControlRow{
            R"({"command":"arm","fault":{}})",
            R"({"ok":false,"error":{"code":"document_invalid","message":"an empty fault","remedy":"say which"}})",
            Log{"arm {}"}}));

TEST(Control, RefusesWhatTheSchemaRefuses) {
    Fake fake;
    for (const auto* request : {"", "{", "[]", "{}", R"({"command":"eject"})", R"({"command":"arm"})",
                                R"({"command":7})", R"({"command":"remove","fault":{}})",
                                R"({"command":"remove","now":true})", R"({"command":"remove","at_once":true})",
                                R"({"command":"insert","atr":"3B00"})", R"({"command":"atr","atr":"3"})"}) {
        const auto answer = json::parse(answer_control(fake.card(), request).line);
        EXPECT_EQ(answer.at("ok"), false) << request;
        EXPECT_EQ(answer.at("error").at("code"), "document_invalid") << request;
        expect_valid_answer(answer);
    }
    EXPECT_TRUE(fake.log.empty());
}

TEST(Control, TheDocumentedExampleHolds) {
    std::ifstream page("docs/formats/card-control.md");
    std::string line;
    int checked = 0;
    const auto schema = json::parse(embedded::card_control_schema);
    while (std::getline(page, line)) {
        if (line.empty() || line[0] != '{') continue;
        const auto value = json::parse(line);
        if (value.contains("ok")) {
            expect_valid_answer(value);
        } else if (value.at("command") != "eject") {
            document::Document request{"request", value, {}, {}};
            document::check(request, schema);
            EXPECT_TRUE(request.findings.empty()) << line;
        } else {
            Fake fake;
            const auto answer = answer_control(fake.card(), line).line;
            ASSERT_TRUE(std::getline(page, line));
            EXPECT_EQ(json::parse(answer), json::parse(line));
        }
        ++checked;
    }
    EXPECT_EQ(checked, 7);
}

class ControlSocket : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "control-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        x_folder = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(x_folder); }
    std::filesystem::path socket() const { return x_folder / "card.sock"; }

private:
    std::filesystem::path x_folder;
};

TEST_F(ControlSocket, IsOursAloneAndGoesWithItsServer) {
    Fake fake;
    {
        auto server = ControlServer::start(socket(), fake.card());
        ASSERT_TRUE(server) << to_string(server.error());
        struct stat status {};
        ASSERT_EQ(::stat(socket().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U);
        const auto answer = ask_control(socket(), R"({"command":"remove"})");
        ASSERT_TRUE(answer) << to_string(answer.error());
        EXPECT_EQ(*answer, R"({"ok":true})");
        auto second = ControlServer::start(socket(), fake.card());
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, ErrorCode::file_unwritable);
    }
    EXPECT_FALSE(std::filesystem::exists(socket()));
    const auto answer = ask_control(socket(), "{}");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::service_absent);
}

TEST_F(ControlSocket, LendsTheSlotByItsDescriptor) {
    Fake fake;
    auto server = ControlServer::start(socket(), fake.card());
    ASSERT_TRUE(server);
    const auto connect = to_lent_slot(socket());
    const auto slot = connect();
    ASSERT_TRUE(slot) << to_string(slot.error());
    struct stat theirs {
    }, null{};
    ASSERT_EQ(::fstat(slot->get(), &theirs), 0);
    ASSERT_EQ(::stat("/dev/null", &null), 0);
    EXPECT_EQ(theirs.st_rdev, null.st_rdev);
    fake.in = false;
    const auto refused = connect();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::service_absent);
    EXPECT_NE(refused.error().detail.find("no slot"), std::string::npos);
}

TEST_F(ControlSocket, LendsASlotThatHasNoCard) {
    auto server = ControlServer::start_passing(socket(), [](std::string_view line) {
        return answer_slot_control(
            []() -> Result<Descriptor> { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }, line);
    });
    ASSERT_TRUE(server);
    const auto slot = to_lent_slot(socket())();
    ASSERT_TRUE(slot) << to_string(slot.error());
    EXPECT_GE(slot->get(), 0);
    for (const auto& [request, code] : {std::pair(R"({"command":"insert"})", "unsupported"),
                                        std::pair(R"({"command":"eject"})", "document_invalid")}) {
        const auto answer = ask_control(socket(), request);
        ASSERT_TRUE(answer) << to_string(answer.error());
        EXPECT_EQ(json::parse(*answer).at("error").at("code"), code) << request;
        expect_valid_answer(json::parse(*answer));
    }
}

TEST_F(ControlSocket, ServesSeveralAtOnce) {
    Fake fake;
    auto server = ControlServer::start(socket(), fake.card());
    ASSERT_TRUE(server);
    std::vector<std::jthread> clients;
    std::atomic<int> good = 0;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([this, &good] {
            for (int n = 0; n < 20; ++n) {
                const auto answer = ask_control(socket(), R"({"command":"counters"})");
                if (answer && answer->find("\"ok\":true") != std::string::npos) ++good;
            }
        });
    clients.clear();
    EXPECT_EQ(good, 80);
}

}  // namespace
}  // namespace rakit::cards
