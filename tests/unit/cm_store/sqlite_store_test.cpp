#include "mock_cm/store/sqlite_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.hpp"
#include "mock_cm/store/search.hpp"
#include "tests/unit/cm_store/records.hpp"

namespace rakit::cm {
namespace {

using testing::HasSubstr;

class SqliteFile : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = "/tmp/rakit-store-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        x_folder = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(x_folder); }

    std::filesystem::path file() const { return x_folder / "cm.sqlite"; }
    void write_log(int entries) {
        auto store = SqliteStore::open(file());
        ASSERT_TRUE(store) << to_string(store.error());
        auto transaction = (*store)->begin();
        for (int i = 0; i < entries; ++i) ASSERT_TRUE((*transaction)->append_log(an_entry(i)));
        ASSERT_TRUE((*transaction)->commit());
    }
    /// tamper runs SQL behind the store's back.
    void tamper(const std::string& text) { SQLite::Database(file().string(), SQLite::OPEN_READWRITE).exec(text); }
    Result<std::size_t> verify() {
        auto store = SqliteStore::open_existing(file());
        if (!store) return Unexpected{std::move(store).error()};
        return (*store)->verify_log();
    }
    std::filesystem::path x_folder;
};

TEST_F(SqliteFile, IsReadableByItsOwnerOnly) {
    write_log(1);
    struct stat status {};
    ASSERT_EQ(::stat(file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(SqliteFile, KeepsWhatWasCommitted) {
    write_log(3);
    write_log(2);
    EXPECT_EQ(*verify(), 5U);
}

TEST_F(SqliteFile, IsLookedAtBesideARunningCm) {
    auto running = SqliteStore::open(file());
    ASSERT_TRUE(running);
    auto transaction = (*running)->begin();
    ASSERT_TRUE((*transaction)->append_log(an_entry(1)));
    EXPECT_EQ(*verify(), 0U);
    ASSERT_TRUE((*transaction)->commit());
    EXPECT_EQ(*verify(), 1U);
}

TEST_F(SqliteFile, MissingFileIsNotMadeByLooking) {
    const auto store = SqliteStore::open_existing(file());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::file_unreadable);
    EXPECT_FALSE(std::filesystem::exists(file()));
}

struct TamperRow {
    const char* name;
    const char* text;
    const char* entry;
};

class TamperedLog : public SqliteFile, public testing::WithParamInterface<TamperRow> {};

TEST_P(TamperedLog, Shows) {
    write_log(5);
    ASSERT_EQ(*verify(), 5U);
    tamper(GetParam().text);
    const auto verdict = verify();
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, ErrorCode::log_broken);
    EXPECT_THAT(verdict.error().detail, HasSubstr(GetParam().entry));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, TamperedLog,
    testing::Values(TamperRow{"edited", "UPDATE log SET officer = 'Eve' WHERE position = 2", "entry 2"},
                    TamperRow{"turned", "UPDATE log SET success = 1 WHERE position = 4", "entry 4"},
                    TamperRow{"first_cut", "DELETE FROM log WHERE position = 1", "entry 1"},
                    TamperRow{"middle_cut", "DELETE FROM log WHERE position = 3", "entry 3"},
                    TamperRow{"end_cut", "DELETE FROM log WHERE position = 5", "entry 5"},
                    TamperRow{"all_cut", "DELETE FROM log", "entry 1"},
                    TamperRow{"swapped",
                              "UPDATE log SET position = -1 WHERE position = 2; UPDATE log SET position = 2 WHERE "
                              "position = 3; UPDATE log SET position = 3 WHERE position = -1",
                              "entry 2"},
                    TamperRow{"shifted_field",
                              "UPDATE log SET category = 'issu', code = 'etc_missing' WHERE position = 5", "entry 5"},
                    TamperRow{"end_cut_with_count",
                              "DELETE FROM log WHERE position = 5; UPDATE log_head SET entries = 4", "entry 4"}),
    [](const auto& row) { return row.param.name; });

struct DamageRow {
    const char* name;
    const char* text;
    const char* detail;
};

class DamagedFile : public SqliteFile, public testing::WithParamInterface<DamageRow> {};

TEST_P(DamagedFile, IsRefused) {
    write_log(1);
    tamper(GetParam().text);
    const auto store = SqliteStore::open(file());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::store_invalid);
    EXPECT_THAT(store.error().detail, HasSubstr(GetParam().detail));
    EXPECT_EQ(store.error().where, file().string());
    EXPECT_NE(store.error().remedy, "");
}

INSTANTIATE_TEST_SUITE_P(Rows, DamagedFile,
                         testing::Values(DamageRow{"newer", "UPDATE schema_version SET version = 7",
                                                   "schema version 7"},
                                         DamageRow{"no_version", "DELETE FROM schema_version", "schema version 0"},
                                         DamageRow{"another_programs", "DROP TABLE schema_version", "not a CM's"}),
                         [](const auto& row) { return row.param.name; });

TEST_F(SqliteFile, TextIsRefused) {
    ASSERT_TRUE(write_file_atomically(file(), as_bytes("this is no database, and long enough to be looked at\n")));
    EXPECT_EQ(SqliteStore::open(file()).error().code, ErrorCode::store_invalid);
}

TEST_F(SqliteFile, OverwrittenPagesAreRefused) {
    write_log(400);
    auto content = *read_file(file());
    std::fill(content.begin() + 8192, content.begin() + static_cast<std::ptrdiff_t>(content.size() / 2), 0xA5);
    ASSERT_TRUE(write_file_atomically(file(), content));
    EXPECT_EQ(SqliteStore::open(file()).error().code, ErrorCode::store_invalid);
}

TEST_F(SqliteFile, FolderThatIsNotThereIsAnError) {
    EXPECT_EQ(SqliteStore::open(x_folder / "none" / "cm.sqlite").error().code, ErrorCode::file_unwritable);
}

TEST_F(SqliteFile, OpPinsRestEncryptedUnderTheKeyBesideTheDatabase) {
    const std::string pin = "271828-canary";
    {
        auto store = SqliteStore::open(file());
        ASSERT_TRUE(store) << to_string(store.error());
        auto transaction = (*store)->begin();
        ASSERT_TRUE((*transaction)->put_op_pin("0A1B", as_bytes(pin)));
        ASSERT_TRUE((*transaction)->commit());
    }
    for (const auto& entry : std::filesystem::directory_iterator(x_folder))
        EXPECT_EQ(as_text(*read_file(entry.path())).find(pin), std::string_view::npos) << entry.path();
    struct stat status {};
    ASSERT_EQ(::stat((x_folder / "op-pin.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    auto again = SqliteStore::open(file());
    EXPECT_EQ(as_text(**(*(*again)->begin())->op_pin("0A1B")), pin);
}

TEST_F(SqliteFile, OpPinOfAnotherCardOrUnderAnotherKeyIsNotGiven) {
    {
        auto store = SqliteStore::open(file());
        auto transaction = (*store)->begin();
        ASSERT_TRUE((*transaction)->put_op_pin("0A1B", as_bytes("123456")));
        ASSERT_TRUE((*transaction)->commit());
    }
    tamper("UPDATE op_pins SET card_serial = '0A1C'");
    {
        auto store = SqliteStore::open(file());
        EXPECT_EQ((*(*store)->begin())->op_pin("0A1C").error().code, ErrorCode::store_invalid);
    }
    tamper("UPDATE op_pins SET card_serial = '0A1B'");
    ASSERT_TRUE(write_file_atomically(x_folder / "op-pin.key", Bytes(64, 7), 0600));
    auto store = SqliteStore::open(file());
    EXPECT_EQ((*(*store)->begin())->op_pin("0A1B").error().code, ErrorCode::store_invalid);
    ASSERT_TRUE(write_file_atomically(x_folder / "op-pin.key", Bytes(63, 7), 0600));
    EXPECT_EQ(SqliteStore::open(file()).error().code, ErrorCode::store_invalid);
}

TEST_F(SqliteFile, LogIsFiltered) {
    auto store = SqliteStore::open(file());
    {
        auto transaction = (*store)->begin();
        for (int i = 0; i < 4; ++i) {
            auto entry = an_entry(i);
            entry.success = i % 2 == 0;
            entry.category = i < 2 ? "issue" : "confirm";
            ASSERT_TRUE((*transaction)->append_log(entry));
        }
        ASSERT_TRUE((*transaction)->commit());
    }
    const auto count = [&](const LogFilter& wanted) { return (*store)->find_in_log(wanted)->size(); };
    EXPECT_EQ(count({}), 4U);
    EXPECT_EQ(count({true, "", "", {}}), 2U);
    EXPECT_EQ(count({true, "", "issue", {}}), 1U);
    EXPECT_EQ(count({false, "", "", at(2)}), 2U);
    EXPECT_EQ(count({false, "Nobody", "", {}}), 0U);
    EXPECT_EQ(count({false, an_entry(0).officer, "", {}}), 4U);
}

/// A search must not look at every certificate: SQLite says whether it takes an index.
TEST_F(SqliteFile, SearchesTakeAnIndex) {
    ASSERT_TRUE(SqliteStore::open(file()));
    SQLite::Database database(file().string());
    const auto plan = [&](const CertificateSearch& wanted) {
        SQLite::Statement statement(database, "EXPLAIN QUERY PLAN " + search_text(wanted));
        std::string text;
        while (statement.executeStep()) text += statement.getColumn(3).getString() + "; ";
        return text;
    };
    CertificateSearch by_serial, by_card, by_name, by_key, on_hold, by_id;
    by_serial.serial = "1F";
    by_card.card_serial = "0A1B";
    by_name.common_name = "Anna*";
    by_key.subject_key_id = "AA";
    on_hold.active = false;
    by_id.id = 1;
    for (const auto& [wanted, index] : {std::pair{&by_serial, "sqlite_autoindex_certificates_1"},
                                        {&by_card, "certificates_by_card"},
                                        {&by_name, "certificates_by_name"},
                                        {&by_key, "certificates_by_key_id"},
                                        {&on_hold, "certificates_on_hold"},
                                        {&by_id, "INTEGER PRIMARY KEY"}})
        EXPECT_THAT(plan(*wanted), HasSubstr(index));
}

/// commit_forever is the child: it tells each commit on the pipe, until it is killed.
[[noreturn]] void commit_forever(const std::filesystem::path& file, int pipe) {
    auto store = SqliteStore::open(file);
    for (std::uint8_t i = 1; store; ++i) {
        auto transaction = (*store)->begin();
        const bool done = (*transaction)->put_order(an_order(i)) && (*transaction)->append_log(an_entry(i)) &&
                          (*transaction)->commit();
        if (!done || ::write(pipe, &i, 1) != 1) break;
    }
    ::_exit(1);
}

TEST_F(SqliteFile, SurvivesKillNine) {
    std::size_t total = 0;
    for (int round = 0; round < 5; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) commit_forever(file(), ends[1]);
        ::close(ends[1]);
        std::uint8_t told = 0;
        const int wanted = 3 + round * 2;
        for (int i = 0; i < wanted; ++i) ASSERT_EQ(::read(ends[0], &told, 1), 1);
        ::kill(child, SIGKILL);
        while (::read(ends[0], &told, 1) == 1) {
        }
        ::close(ends[0]);
        ::waitpid(child, nullptr, 0);
        auto store = SqliteStore::open(file());
        ASSERT_TRUE(store) << to_string(store.error());
        const auto entries = (*store)->verify_log();
        ASSERT_TRUE(entries) << to_string(entries.error());
        EXPECT_GE(*entries, total + told) << "a commit that was told is there";
        EXPECT_LE(*entries, total + told + 1) << "at most the one that could not be told any more is there too";
        auto transaction = (*store)->begin();
        EXPECT_TRUE((*transaction)->order(an_order(told).transaction_id)->has_value());
        total = *entries;
    }
}

}  // namespace
}  // namespace rakit::cm
