// One suite over each Store: what holds for the memory store of the core's tests must hold for the real one.
#include <gmock/gmock.h>

#include <thread>

#include "mock_cm/store/sqlite_store.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/unit/cm_store/records.hpp"

namespace rakit::cm {

bool operator==(const OrderRecord& a, const OrderRecord& b) {
    return a.transaction_id == b.transaction_id && a.request_digest == b.request_digest && a.answer == b.answer &&
           a.response_nonces == b.response_nonces && a.follow_up_digest == b.follow_up_digest &&
           a.follow_up_answer == b.follow_up_answer && a.waiting_request == b.waiting_request &&
           a.questions_left == b.questions_left && a.officer == b.officer && a.procedure == b.procedure &&
           a.card_serial == b.card_serial && a.state == b.state && a.created == b.created && a.items == b.items &&
           a.revokes == b.revokes;
}
bool operator==(const CertificateRecord& a, const CertificateRecord& b) {
    return a.issuer == b.issuer && a.serial == b.serial && a.der == b.der && a.spki == b.spki &&
           a.card_serial == b.card_serial && a.key == b.key && a.transaction_id == b.transaction_id &&
           a.active == b.active && a.issued == b.issued;
}
bool operator==(const LogEntry& a, const LogEntry& b) {
    return a.at == b.at && a.officer == b.officer && a.category == b.category && a.success == b.success &&
           a.code == b.code && a.message == b.message && a.transaction_id == b.transaction_id &&
           a.card_serial == b.card_serial && a.procedure == b.procedure && a.line == b.line;
}

namespace {

using testing::ElementsAre;

template <class T>
struct Made;
template <>
struct Made<MemoryStore> {
    std::unique_ptr<Store> store = std::make_unique<MemoryStore>();
};
template <>
struct Made<SqliteStore> {
    std::unique_ptr<Store> store = std::move(SqliteStore::open(SqliteStore::kInMemory)).value();
};

template <class T>
class StoreContract : public testing::Test {
protected:
    /// in runs something in a transaction of its own and commits it.
    template <class Work>
    void in(Work&& work) {
        auto transaction = x_made.store->begin();
        ASSERT_TRUE(transaction);
        work(**transaction);
        ASSERT_TRUE((*transaction)->commit());
    }
    Made<T> x_made;
};

using Stores = testing::Types<MemoryStore, SqliteStore>;
TYPED_TEST_SUITE(StoreContract, Stores);

TYPED_TEST(StoreContract, EmptyHasNothing) {
    this->in([](StoreTransaction& t) {
        EXPECT_EQ(t.order(Bytes{1})->has_value(), false);
        EXPECT_EQ(t.certificate(Bytes{1}, "01")->has_value(), false);
        EXPECT_EQ(t.revocation(Bytes{1}, "01")->has_value(), false);
        EXPECT_EQ(t.op_pin("0A")->has_value(), false);
        EXPECT_EQ(*t.tc_used(Bytes{1}), false);
        EXPECT_TRUE(t.certificates_by_key(Bytes{1})->empty());
        EXPECT_TRUE(t.certificates_by_card("0A")->empty());
        EXPECT_TRUE(t.revocations(Bytes{1})->empty());
        EXPECT_TRUE(t.log(10)->empty());
    });
}

TYPED_TEST(StoreContract, OrderComesBackWhole) {
    this->in([](StoreTransaction& t) { ASSERT_TRUE(t.put_order(an_order(1))); });
    this->in([](StoreTransaction& t) { EXPECT_EQ(**t.order(an_order(1).transaction_id), an_order(1)); });
}

TYPED_TEST(StoreContract, OrderIsReplacedWithItsParts) {
    auto later = an_order(1);
    later.state = OrderState::completed;
    later.follow_up_digest = Bytes(32, 9);
    later.follow_up_answer = {0x30};
    later.items.pop_back();
    later.revokes.clear();
    this->in([](StoreTransaction& t) { ASSERT_TRUE(t.put_order(an_order(1))); });
    this->in([](StoreTransaction& t) { ASSERT_TRUE(t.put_order(an_order(2))); });
    this->in([&](StoreTransaction& t) { ASSERT_TRUE(t.put_order(later)); });
    this->in([&](StoreTransaction& t) {
        EXPECT_EQ(**t.order(later.transaction_id), later);
        EXPECT_EQ(**t.order(an_order(2).transaction_id), an_order(2));
    });
}

TYPED_TEST(StoreContract, CertificatesAreFoundByNumberKeyAndCardOldestFirst) {
    auto other = a_certificate("02");
    other.spki = {1};
    auto third = a_certificate("01");
    third.issuer = {2};
    third.card_serial = "FF";
    this->in([&](StoreTransaction& t) {
        ASSERT_TRUE(t.put_certificate(a_certificate("09")));
        ASSERT_TRUE(t.put_certificate(other));
        ASSERT_TRUE(t.put_certificate(third));
    });
    this->in([&](StoreTransaction& t) {
        EXPECT_EQ(**t.certificate(other.issuer, "02"), other);
        EXPECT_FALSE(t.certificate(third.issuer, "02")->has_value());
        EXPECT_THAT(*t.certificates_by_key(Bytes{0x30, 0x59}), ElementsAre(a_certificate("09"), third));
        EXPECT_THAT(*t.certificates_by_card("0A1B"), ElementsAre(a_certificate("09"), other));
    });
}

TYPED_TEST(StoreContract, ReplacedCertificateKeepsItsPlace) {
    auto active = a_certificate("01");
    active.active = true;
    this->in([](StoreTransaction& t) {
        ASSERT_TRUE(t.put_certificate(a_certificate("01")));
        ASSERT_TRUE(t.put_certificate(a_certificate("02")));
    });
    this->in([&](StoreTransaction& t) { ASSERT_TRUE(t.put_certificate(active)); });
    this->in([&](StoreTransaction& t) {
        EXPECT_THAT(*t.certificates_by_card("0A1B"), ElementsAre(active, a_certificate("02")));
    });
}

TYPED_TEST(StoreContract, FirstRevocationStays) {
    const Bytes issuer{1};
    this->in([&](StoreTransaction& t) {
        ASSERT_TRUE(t.put_revocation({issuer, "01", 4, at(0)}));
        ASSERT_TRUE(t.put_revocation({issuer, "01", 1, at(5)}));
        ASSERT_TRUE(t.put_revocation({Bytes{2}, "01", 1, at(5)}));
    });
    this->in([&](StoreTransaction& t) {
        ASSERT_EQ(t.revocations(issuer)->size(), 1U);
        const auto found = **t.revocation(issuer, "01");
        EXPECT_EQ(found.reason, 4);
        EXPECT_EQ(found.at, at(0));
        EXPECT_EQ(found.issuer, issuer);
    });
}

TYPED_TEST(StoreContract, UsedTcsAndOpPinsStay) {
    const auto pin = to_bytes("87654321");
    this->in([&](StoreTransaction& t) {
        ASSERT_TRUE(t.put_used_tc(Bytes(32, 5), Bytes{1}));
        ASSERT_TRUE(t.put_op_pin("0A1B", to_bytes("1")));
        ASSERT_TRUE(t.put_op_pin("0A1B", pin));
    });
    this->in([&](StoreTransaction& t) {
        EXPECT_TRUE(*t.tc_used(Bytes(32, 5)));
        EXPECT_FALSE(*t.tc_used(Bytes(32, 6)));
        EXPECT_TRUE(equal_secret(**t.op_pin("0A1B"), pin));
    });
}

TYPED_TEST(StoreContract, LogGivesTheNewestOldestFirst) {
    this->in([](StoreTransaction& t) {
        for (int i = 0; i < 5; ++i) ASSERT_TRUE(t.append_log(an_entry(i)));
    });
    this->in([](StoreTransaction& t) {
        EXPECT_THAT(*t.log(2), ElementsAre(an_entry(3), an_entry(4)));
        EXPECT_EQ(t.log(100)->size(), 5U);
    });
}

TYPED_TEST(StoreContract, WithoutCommitNothingStays) {
    {
        auto transaction = this->x_made.store->begin();
        ASSERT_TRUE(transaction);
        ASSERT_TRUE((*transaction)->put_order(an_order(1)));
        ASSERT_TRUE((*transaction)->put_certificate(a_certificate("01")));
        ASSERT_TRUE((*transaction)->append_log(an_entry(1)));
        EXPECT_TRUE((*transaction)->order(an_order(1).transaction_id)->has_value()) << "it sees its own changes";
    }
    this->in([](StoreTransaction& t) {
        EXPECT_FALSE(t.order(an_order(1).transaction_id)->has_value());
        EXPECT_TRUE(t.certificates_by_card("0A1B")->empty());
        EXPECT_TRUE(t.log(10)->empty());
    });
}

TYPED_TEST(StoreContract, ThreadsTakeTurns) {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([this] {
            for (int i = 0; i < 25; ++i)
                this->in([](StoreTransaction& t) {
                    const auto entries = t.log(1000)->size();
                    ASSERT_TRUE(t.append_log(an_entry(static_cast<int>(entries))));
                });
        });
    threads.clear();
    this->in([](StoreTransaction& t) {
        const auto entries = *t.log(1000);
        ASSERT_EQ(entries.size(), 100U);
        for (int i = 0; i < 100; ++i) EXPECT_EQ(entries[static_cast<std::size_t>(i)], an_entry(i));
    });
}

}  // namespace
}  // namespace rakit::cm
