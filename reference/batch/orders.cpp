#include "reference/batch/orders.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "embedded/orders_schema.hpp"
#include "reference/batch/csv.hpp"
#include "reference/session/lines.hpp"

namespace rakit::reference {
namespace {

using nlohmann::json;

std::string digest_of(ByteView octets) {
    Bytes digest(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    EVP_Digest(octets.data(), octets.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return to_hex(ByteView(digest).first(size));
}

/// actions_json reads `45=redo 46=add`, as in a cell of CSV.
json actions_json(const std::string& text) {
    json actions = json::object();
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = std::min(text.find(' ', begin), text.size());
        const auto word = text.substr(begin, end - begin);
        const auto equals = word.rfind('=');
        if (!word.empty()) actions[word.substr(0, equals)] = equals == std::string::npos ? "" : word.substr(equals + 1);
        begin = end + 1;
    }
    return actions;
}

/// put lays one cell into an order's object; false if there is no such column.
bool put(json& order, const std::string& column, const std::string& cell) {
    if (column == "serial" || column == "procedure") {
        if (!cell.empty() || column == "serial") order[column] = cell;
    } else if (column == "actions") {
        if (!cell.empty()) order["actions"] = actions_json(cell);
    } else if (column == "face.name" || column == "face.validity") {
        if (!cell.empty()) order["face"][column.substr(5)] = cell;
    } else if (column.rfind("field.", 0) == 0 && column.size() > 6) {
        if (!cell.empty()) order["fields"][column.substr(6)] = cell;
    } else {
        return false;
    }
    return true;
}

/// from_csv gives the document that YAML would be, with each order's line.
Result<document::Document> from_csv(const std::string& file, std::string_view text) {
    auto rows = parse_csv(text, file);
    if (!rows) return Unexpected{std::move(rows).error()};
    document::Document orders{file, {{"version", 1}, {"orders", json::array()}}, {}, {}};
    const auto found = [&](int line, std::string what) {
        orders.findings.push_back({file, {line, 1}, std::move(what), {}});
    };
    if (rows->empty()) found(1, "no header line");
    for (std::size_t row = 1; row < rows->size(); ++row) {
        const auto& header = rows->front().cells;
        const auto& [line, cells] = (*rows)[row];
        if (cells.size() != header.size()) {
            found(line, std::to_string(cells.size()) + " cells, the header has " + std::to_string(header.size()));
            continue;
        }
        json order = json::object();
        for (std::size_t at = 0; at < cells.size(); ++at)
            if (!put(order, header[at], cells[at]) && row == 1) found(1, "no such column: " + header[at]);
        orders.positions["/orders/" + std::to_string(orders.value["orders"].size())] = {line, 1};
        orders.value["orders"].push_back(std::move(order));
    }
    return orders;
}

BatchOrder order_of(const json& value, const UpdateRequest& common) {
    BatchOrder order;
    order.serial = value.at("serial");
    std::transform(order.serial.begin(), order.serial.end(), order.serial.begin(),
                   [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
    order.request = common;
    if (value.contains("procedure")) order.request.procedure = value["procedure"].get<std::string>();
    if (value.contains("actions")) order.request.actions.clear();
    const json actions = value.value("actions", json::object());  // items() borrows
    for (const auto& [key, action] : actions.items())
        order.request.actions.push_back({key, *core::action_from_name(action.get<std::string>()), {}});
    const json fields = value.value("fields", json::object());
    for (const auto& [field, text] : fields.items()) order.request.fields[field] = text.get<std::string>();
    if (value.contains("face"))
        order.face = FaceText{value["face"].at("name"), value["face"].value("validity", std::string())};
    return order;
}

}  // namespace

Result<OrderList> parse_orders(const std::string& file, std::string_view text, const UpdateRequest& common) {
    auto document = file.ends_with(".csv") ? from_csv(file, text) : document::read_document(file, text);
    if (!document) return Unexpected{std::move(document).error()};
    static const document::Schema schema(embedded::orders_schema);
    if (document->findings.empty()) document::check(*document, schema);
    if (!document->findings.empty()) return fail(document::failure(document->findings));
    OrderList list{{}, digest_of(as_bytes(text))};
    std::set<std::string> seen;
    for (const auto& value : document->value["orders"]) {
        auto order = order_of(value, common);
        if (!seen.insert(order.serial).second)
            document->findings.push_back(document->finding("/orders/" + std::to_string(list.orders.size()),
                                                           "a second order for the card " + order.serial));
        list.orders.push_back(std::move(order));
    }
    if (!document->findings.empty()) return fail(document::failure(document->findings));
    return list;
}

Result<OrderList> read_orders(const std::filesystem::path& file, const UpdateRequest& common) {
    auto octets = read_file(file);
    if (!octets) return Unexpected{std::move(octets).error()};
    return parse_orders(file.string(), as_text(*octets), common);
}

}  // namespace rakit::reference
