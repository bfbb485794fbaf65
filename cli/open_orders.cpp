#include "cli/open_orders.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "cli/printable.hpp"

namespace rakit::cli {

using nlohmann::json;
using reference::ListedOrder;

namespace {

bool same_hex(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, {}, [](unsigned char c) { return std::toupper(c); }, [](unsigned char c) { return std::toupper(c); });
}

bool means(const std::string& wanted, const reference::OpenOrder& open) {
    return same_hex(wanted, open.order.card_serial) || same_hex(wanted, to_hex(open.order.transaction_id));
}

json lines_json(const reference::Order& order) {
    json lines = json::array();
    for (const auto& line : order.lines)
        lines.push_back({{"key", line.key}, {"label", line.label}, {"action", line.action}});
    return lines;
}

}  // namespace

std::string order_line(const ListedOrder& listed) {
    if (!listed.order) return printable(to_string(listed.order.error()));
    const auto& open = *listed.order;
    std::string text = "card " + printable(open.order.card_serial) + ", order " + to_hex(open.order.transaction_id) +
                       ", " + std::string(name(open.stage)) + ", procedure " + printable(open.order.procedure);
    for (const auto& line : open.order.lines) text += ", " + printable(line.key) + " " + line.action;
    if (open.pending) text += ", waits for approval, ask again at " + to_iso8601(open.pending->earliest);
    return text;
}

json orders_json(const std::vector<ListedOrder>& all) {
    json orders = json::array();
    for (const auto& listed : all) {
        json row{{"file", listed.file.string()}};
        if (listed.order) {
            const auto& open = *listed.order;
            row.update({{"card", open.order.card_serial},
                        {"transaction", to_hex(open.order.transaction_id)},
                        {"stage", name(open.stage)},
                        {"procedure", open.order.procedure},
                        {"lines", lines_json(open.order)}});
            if (open.pending) row["earliest"] = to_iso8601(open.pending->earliest);
        } else {
            row["error"] = {{"code", rakit::name(listed.order.error().code)}, {"message", listed.order.error().detail}};
        }
        orders.push_back(std::move(row));
    }
    return {{"version", 1}, {"orders", std::move(orders)}};
}

Result<std::string> card_to_resume(const std::filesystem::path& folder, const std::string& wanted,
                                   reference::Dialog& dialog) {
    const auto all = reference::list_open_orders(folder);
    if (!all) return Unexpected{all.error()};
    for (const auto& listed : *all) dialog.tell("order_open", order_line(listed));
    if (wanted.empty()) {
        const bool sole = all->size() == 1 && all->front().order;
        return sole ? all->front().order->order.card_serial : std::string();
    }
    for (const auto& listed : *all)
        if (listed.order && means(wanted, *listed.order)) return listed.order->order.card_serial;
    return fail(ErrorCode::nothing_to_do, "no open order is, or is of card, " + wanted, "--order",
                "rakit resume --list shows them");
}

}  // namespace rakit::cli
