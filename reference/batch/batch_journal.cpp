#include "reference/batch/batch_journal.hpp"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "common/base/file.hpp"

namespace rakit::reference {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr unsigned kOwnerOnly = 0600;
constexpr int kVersion = 1;

json to_json(const BatchRecord& record) {
    json orders = json::object();
    for (const auto& [serial, order] : record.by_serial)
        orders[serial] = {{"state", name(order.state)},
                          {"transaction", order.transaction},
                          {"problem", order.problem},
                          {"detail", order.detail}};
    json fed = json::array();
    for (const auto& card : record.fed)
        fed.push_back({{"serial", card.serial},
                       {"left", name(card.left.where)},
                       {"detail", card.left.detail},
                       {"problem", card.problem}});
    return {{"version", kVersion}, {"list", record.orders}, {"orders", orders}, {"fed", fed}};
}

OrderState state_named(const std::string& word) {
    for (const auto state : {OrderState::updated, OrderState::printed, OrderState::done})
        if (word == name(state)) return state;
    if (word == name(OrderState::open)) return OrderState::open;
    throw json::other_error::create(501, "no such state: " + word, static_cast<const json*>(nullptr));
}

Whereabouts whereabouts_named(const std::string& word) {
    for (const auto where :
         {Whereabouts::ejected, Whereabouts::rejected, Whereabouts::inside, Whereabouts::lost, Whereabouts::taken})
        if (word == name(where)) return where;
    return Whereabouts::unknown;
}

BatchRecord from_json(const json& value) {
    if (value.at("version") != kVersion)
        throw json::other_error::create(501, "version " + value.at("version").dump() + " is none of this program's",
                                        static_cast<const json*>(nullptr));
    BatchRecord record;
    record.orders = value.at("list");
    for (const auto& [serial, order] : value.at("orders").items())
        record.by_serial[serial] = {state_named(order.at("state")), order.at("transaction"), order.at("problem"),
                                    order.at("detail")};
    for (const auto& card : value.at("fed"))
        record.fed.push_back(
            {card.at("serial"), {whereabouts_named(card.at("left")), card.at("detail")}, card.at("problem")});
    return record;
}

}  // namespace

std::string_view name(OrderState state) {
    switch (state) {
        case OrderState::updated: return "updated";
        case OrderState::printed: return "printed";
        case OrderState::done: return "done";
        case OrderState::open: break;
    }
    return "open";
}

Result<BatchRecord> parse_batch_record(const std::string& file, std::string_view text) {
    try {
        return from_json(json::parse(text));
    } catch (const json::exception& broken) {
        return fail(ErrorCode::journal_corrupt, broken.what(), file, "move the file away to begin anew");
    }
}

Result<BatchJournal> BatchJournal::open(const fs::path& folder, const std::string& digest) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem) return fail(ErrorCode::journal_write_failed, problem.message(), folder.string());
    ::chmod(folder.c_str(), 0700);
    constexpr std::size_t kShort = 16;
    const fs::path path = folder / ("batch-" + digest.substr(0, kShort) + ".json");
    if (!fs::exists(path)) return BatchJournal(path, {digest, {}, {}});
    auto octets = read_file(path);
    if (!octets) return Unexpected{std::move(octets).error()};
    auto record = parse_batch_record(path.string(), as_text(*octets));
    if (!record) return Unexpected{std::move(record).error()};
    if (record->orders != digest) return fail(ErrorCode::journal_corrupt, "it is of another order list", path.string());
    return BatchJournal(path, std::move(*record));
}

Result<void> BatchJournal::save() const {
    auto written = write_file_atomically(x_path, as_bytes(to_json(x_record).dump(1) + "\n"), kOwnerOnly);
    if (!written) return fail(ErrorCode::journal_write_failed, written.error().detail, x_path.string());
    return {};
}

}  // namespace rakit::reference
