#include "reference/journal/journal.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "common/base/file.hpp"
#include "tests/unit/session/samples.hpp"

// covers: resume-lists, directory-image
namespace rakit::reference {
namespace {

OpenOrder sample(OpenOrder::Stage stage) { return samples::open_order(stage); }

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

struct MemberRow {
    const char* name;
    OpenOrder::Stage stage;
    std::function<void(OpenOrder&)> set;
};

TEST_F(JournalTest, EveryOptionalMemberComesBackAlone) {
    for (const auto& row : std::vector<MemberRow>{
             {"images", OpenOrder::Stage::issued,
              [](OpenOrder& open) {
                  open.images = {{"5FC105", {0x70, 0x01, 0x00}, {"9A"}}, {"3F0050154403", {}, {"45", "46"}}};
              }},
             {"replaceCa", OpenOrder::Stage::prepared, [](OpenOrder& open) { open.replace_ca = true; }},
             {"witnessed", OpenOrder::Stage::prepared, [](OpenOrder& open) { open.order.lines[0].witnessed = true; }},
             {"foreign", OpenOrder::Stage::prepared, [](OpenOrder& open) { open.order.lines[1].foreign = true; }},
             {"replaces", OpenOrder::Stage::prepared, [](OpenOrder& open) { open.order.lines[0].replaces.reset(); }},
             {"issuerCertificates", OpenOrder::Stage::issued,
              [](OpenOrder& open) {
                  open.issued->issuer_certificates = {open.issued->certificates[0].second};
                  open.issued->confirmation_required = false;
              }},
             {"issued", OpenOrder::Stage::prepared,
              [](OpenOrder& open) {
                  open.issued = samples::issued(open.order);
                  open.issued->certificates.pop_back();
              }},
             {"pending", OpenOrder::Stage::prepared, [](OpenOrder& open) {
                  open.pending = Pending{{1, 2}, *from_iso8601("2026-01-31T23:59:59Z"), {3, 4}};
              }}}) {
        SCOPED_TRACE(row.name);
        auto open = sample(row.stage);
        const auto plain = to_json(open);
        row.set(open);
        const auto text = to_json(open);
        EXPECT_NE(text, plain);
        const auto back = parse_open_order("j.json", text);
        ASSERT_TRUE(back) << to_string(back.error());
        EXPECT_EQ(to_json(*back), text);
        EXPECT_EQ(back->images, open.images);
        EXPECT_EQ(back->replace_ca, open.replace_ca);
        EXPECT_EQ(back->order.lines, open.order.lines);
        ASSERT_EQ(back->pending.has_value(), open.pending.has_value());
        if (open.pending) {
            EXPECT_EQ(back->pending->token, open.pending->token);
            EXPECT_EQ(back->pending->earliest, open.pending->earliest);
        }
        ASSERT_EQ(back->issued.has_value(), open.issued.has_value());
        if (open.issued) {
            EXPECT_EQ(back->issued->certificates, open.issued->certificates);
            EXPECT_EQ(back->issued->issuer_certificates, open.issued->issuer_certificates);
            EXPECT_EQ(back->issued->confirmation_required, open.issued->confirmation_required);
        }
    }
}

TEST_F(JournalTest, AllOpenOrdersAreListedAndACorruptOneDoesNotHideTheOthers) {
    const auto none = list_open_orders(folder);
    ASSERT_TRUE(none) << to_string(none.error());
    EXPECT_TRUE(none->empty()) << "there is no folder yet";
    const auto first = *Journal::open(folder, "0A1B2C");
    ASSERT_TRUE(first->write(sample(OpenOrder::Stage::issued)));
    auto other = sample(OpenOrder::Stage::prepared);
    other.order.card_serial = other.identity.serial = "0A1B2D";
    ASSERT_TRUE((*Journal::open(folder, "0A1B2D"))->write(other));
    ASSERT_TRUE(write_file_atomically(folder / "0A1B2E.json", as_bytes("{")));
    ASSERT_TRUE(Journal::open(folder, "0A1B2F")) << "only its lock is there: no order";
    const auto all = list_open_orders(folder);
    ASSERT_TRUE(all) << to_string(all.error());
    ASSERT_EQ(all->size(), 3U);
    EXPECT_EQ((*all)[0].order->stage, OpenOrder::Stage::issued) << "listed though an RA works on it";
    EXPECT_EQ((*all)[1].order->order.card_serial, "0A1B2D");
    ASSERT_FALSE((*all)[2].order);
    EXPECT_EQ((*all)[2].order.error().code, ErrorCode::journal_corrupt);
    ASSERT_TRUE(first->close());
    EXPECT_EQ(list_open_orders(folder)->size(), 2U);
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
