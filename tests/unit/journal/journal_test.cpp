#include "reference/journal/journal.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.hpp"
#include "reference/session/lines.hpp"
#include "tests/unit/session/samples.hpp"

namespace rakit::reference {
namespace {

OpenOrder sample(OpenOrder::Stage stage) {
    OpenOrder open;
    const auto card = samples::card();
    open.stage = stage;
    open.identity = card.identity();
    open.order = {Bytes(16, 0x41),
                  Bytes(16, 0x42),
                  "employee-tc",
                  card.serial,
                  card.atr,
                  card.profile,
                  {{"commonName", "Åsa \"Ek\" \\ 0123"}},
                  {}};
    open.order.lines = *core::plan_lines(card, samples::request().actions);
    open.encoded = {1, 2, 3, 4};
    if (stage != OpenOrder::Stage::prepared) open.issued = samples::issued(open.order);
    return open;
}

class JournalTest : public testing::Test {
protected:
    JournalTest() : folder(std::filesystem::temp_directory_path() / ("rakit-journal-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(folder);
    }
    ~JournalTest() override { std::filesystem::remove_all(folder); }
    std::filesystem::path folder;
};

TEST_F(JournalTest, KeepsAnOrderAtEachStage) {
    for (const auto stage : {OpenOrder::Stage::prepared, OpenOrder::Stage::issued, OpenOrder::Stage::written}) {
        const auto open = sample(stage);
        {
            auto journal = *Journal::open(folder, "0A1B2C");
            ASSERT_TRUE(journal->write(open));
        }
        const auto journal = *Journal::open(folder, "0A1B2C");
        const auto read = journal->read();
        ASSERT_TRUE(read) << to_string(read.error());
        ASSERT_TRUE(*read);
        const auto& back = **read;
        EXPECT_EQ(back.stage, stage);
        EXPECT_EQ(back.identity, open.identity);
        EXPECT_EQ(back.order.fields, open.order.fields);
        EXPECT_EQ(back.order.lines, open.order.lines);
        EXPECT_EQ(back.order.transaction_id, open.order.transaction_id);
        EXPECT_EQ(back.encoded, open.encoded);
        ASSERT_EQ(back.issued.has_value(), open.issued.has_value());
        if (!open.issued) continue;
        EXPECT_EQ(back.issued->certificates, open.issued->certificates);
        EXPECT_EQ(back.issued->responder_nonce, open.issued->responder_nonce);
        EXPECT_EQ(to_json(back), to_json(open));
    }
}

TEST_F(JournalTest, IsForTheOwnerOnlyAndGoneWhenClosed) {
    auto journal = *Journal::open(folder, "0A1B2C");
    ASSERT_TRUE(journal->write(sample(OpenOrder::Stage::prepared)));
    struct stat state {};
    ASSERT_EQ(::stat(journal->path().c_str(), &state), 0);
    EXPECT_EQ(state.st_mode & 0777U, 0600U);
    ASSERT_EQ(::stat(folder.c_str(), &state), 0);
    EXPECT_EQ(state.st_mode & 0777U, 0700U);
    ASSERT_TRUE(journal->close());
    EXPECT_FALSE(std::filesystem::exists(journal->path()));
    EXPECT_FALSE(*journal->read());
    EXPECT_TRUE(journal->close()) << "closing twice is no failure";
}

TEST_F(JournalTest, ASecondRaIsTold) {
    const auto first = Journal::open(folder, "0A1B2C");
    ASSERT_TRUE(first);
    const auto second = Journal::open(folder, "0A1B2C");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::journal_locked);
    EXPECT_TRUE(Journal::open(folder, "0A1B2D")) << "another card is another journal";
}

TEST_F(JournalTest, TheLockEndsWithAKilledProcess) {
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto held = Journal::open(folder, "0A1B2C");
        const char done = held ? 'y' : 'n';
        (void)!::write(told[1], &done, 1);
        ::pause();
        ::_exit(0);
    }
    char done = 0;
    ASSERT_EQ(::read(told[0], &done, 1), 1);
    EXPECT_EQ(done, 'y');
    EXPECT_FALSE(Journal::open(folder, "0A1B2C"));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(Journal::open(folder, "0A1B2C"));
    ::close(told[0]);
    ::close(told[1]);
}

TEST_F(JournalTest, ACrashWhileWritingLeavesTheOldRecord) {
    auto journal = *Journal::open(folder, "0A1B2C");
    ASSERT_TRUE(journal->write(sample(OpenOrder::Stage::prepared)));
    // What a process leaves that dies before the rename: a part of the new record beside the old one.
    const auto part = to_json(sample(OpenOrder::Stage::issued)).substr(0, 200);
    ASSERT_TRUE(write_file_atomically(journal->path().string() + ".new-1", as_bytes(part)));
    const auto read = journal->read();
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->stage, OpenOrder::Stage::prepared);
}

TEST_F(JournalTest, EveryTruncationIsCorruptAndSaysWhere) {
    auto journal = *Journal::open(folder, "0A1B2C");
    const auto whole = to_json(sample(OpenOrder::Stage::issued));
    for (std::size_t size = 0; size + 2 < whole.size(); size += 97) {
        ASSERT_TRUE(write_file_atomically(journal->path(), as_bytes(std::string_view(whole).substr(0, size))));
        const auto read = journal->read();
        ASSERT_FALSE(read) << size;
        EXPECT_EQ(read.error().code, ErrorCode::journal_corrupt);
        EXPECT_NE(read.error().detail.find(journal->path().string() + ":"), std::string::npos);
    }
}

struct DamageRow {
    std::string what;
    std::string from;
    std::string to;
    std::string finding;
};

TEST_F(JournalTest, DamageIsFoundWithItsPlace) {
    const auto whole = to_json(sample(OpenOrder::Stage::issued));
    for (const auto& row : std::vector<DamageRow>{
             {"version", "\"version\": 1", "\"version\": 2", "version"},
             {"stage", "\"stage\": \"issued\"", "\"stage\": \"done\"", "stage"},
             {"unknown key", "\"version\": 1", "\"version\": 1, \"pin\": \"1\"", "unknown key 'pin'"},
             {"certificate", "\"certificate\": \"MII", "\"certificate\": \"AII", "no certificate"},
             {"transaction", "\"4141", "\"F141", "transaction"}}) {
        auto damaged = whole;
        const auto at = damaged.find(row.from);
        ASSERT_NE(at, std::string::npos) << row.what;
        damaged.replace(at, row.from.size(), row.to);
        const auto open = parse_open_order("j.json", damaged);
        ASSERT_FALSE(open) << row.what;
        EXPECT_EQ(open.error().code, ErrorCode::journal_corrupt);
        EXPECT_NE(open.error().detail.find(row.finding), std::string::npos) << open.error().detail;
        EXPECT_EQ(open.error().detail.rfind("j.json:", 0), 0U);
    }
}

TEST_F(JournalTest, AStageWithoutItsCertificatesIsCorrupt) {
    auto open = sample(OpenOrder::Stage::issued);
    open.issued->certificates.pop_back();
    EXPECT_FALSE(parse_open_order("j.json", to_json(open)));
    open.issued.reset();
    EXPECT_FALSE(parse_open_order("j.json", to_json(open)));
}

TEST_F(JournalTest, ACardsSerialNumberCannotLeaveTheFolder) {
    const auto journal = Journal::open(folder, "../../etc/passwd");
    ASSERT_TRUE(journal);
    EXPECT_EQ((*journal)->path().parent_path(), folder);
    EXPECT_EQ((*journal)->path().filename().string().front(), 'x');
}

TEST_F(JournalTest, TheWorkedExampleOfThePageIsRead) {
    const auto page = *read_file("docs/formats/journal.md");
    const std::string text(as_text(page));
    const auto begin = text.find("```journal\n") + 11;
    const auto open = parse_open_order("journal.md", text.substr(begin, text.find("```", begin) - begin));
    ASSERT_TRUE(open) << to_string(open.error());
    EXPECT_EQ(open->order.fields.at("commonName"), "Anna Ek");
    EXPECT_EQ(open->encoded, (Bytes{1, 2, 3, 4}));
}

TEST_F(JournalTest, AFolderThatCannotBeMadeIsTold) {
    ASSERT_TRUE(write_file_atomically(folder, as_bytes("a file")));
    const auto journal = Journal::open(folder / "below", "0A1B2C");
    ASSERT_FALSE(journal);
    EXPECT_EQ(journal.error().code, ErrorCode::journal_write_failed);
}

}  // namespace
}  // namespace rakit::reference
