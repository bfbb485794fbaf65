#include "common/base/bounded_worker.hpp"

#include <gtest/gtest.h>

#include <future>

namespace rakit::reference {
namespace {

TEST(BoundedWorker, GivesWhatTheCallGave) {
    BoundedWorker worker;
    for (long i = 0; i < 3; ++i) EXPECT_EQ(worker.run([i] { return i; }, std::chrono::seconds(10)), i);
}

TEST(BoundedWorker, LeavesAStuckCallBehindWithWhatItOwns) {
    auto release = std::make_shared<std::promise<void>>();
    auto owned = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = owned;
    std::promise<void> started;
    std::promise<void> ended;
    {
        BoundedWorker worker;
        const auto stuck = [gate = release->get_future().share(), owned, &started, &ended] {
            started.set_value();
            gate.wait();
            ended.set_value();
            return 0L;
        };
        owned.reset();
        EXPECT_EQ(worker.run(stuck, std::chrono::milliseconds(1)), std::nullopt);
        EXPECT_EQ(worker.run([] { return 1L; }, std::chrono::seconds(10)), std::nullopt)
            << "at once: it takes no other";
        ASSERT_EQ(started.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
    }
    EXPECT_FALSE(watch.expired());
    release->set_value();
    EXPECT_EQ(ended.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

}  // namespace
}  // namespace rakit::reference
