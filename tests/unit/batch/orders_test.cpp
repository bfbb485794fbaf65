#include "reference/batch/orders.hpp"

#include <gtest/gtest.h>

#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"
#include "reference/batch/csv.hpp"

namespace rakit::reference {
namespace {

TEST(Csv, Rows) {
    struct Row {
        std::string text;
        std::vector<std::vector<std::string>> cells;
    };
    for (const auto& row : std::vector<Row>{
             {"a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
             {"a,b\r\n1,2", {{"a", "b"}, {"1", "2"}}},
             {"\"a,\"\"b\"\"\",\"c\nd\"\n", {{"a,\"b\"", "c\nd"}}},
             {"a,\n\n,\n", {{"a", ""}, {"", ""}}},
             {"\"\"\n", {{""}}},
             {"", {}},
         }) {
        SCOPED_TRACE(row.text);
        const auto rows = parse_csv(row.text, "f");
        ASSERT_TRUE(rows);
        ASSERT_EQ(rows->size(), row.cells.size());
        for (std::size_t i = 0; i < rows->size(); ++i) EXPECT_EQ((*rows)[i].cells, row.cells[i]);
    }
}

TEST(Csv, RefusalsNameTheLine) {
    for (const std::string text : {"a\n\"b", "a\nb\"c", "a\n\"b\"c"}) {
        const auto rows = parse_csv(text, "orders.csv");
        ASSERT_FALSE(rows) << text;
        EXPECT_EQ(rows.error().where, "orders.csv:2");
    }
}

class Orders : public testing::Test {
protected:
    Result<OrderList> read(const std::string& name, const std::string& text) {
        const auto file = x_folder->path() / name;
        EXPECT_TRUE(write_file_atomically(file, as_bytes(text)));
        UpdateRequest common;
        common.procedure = "employee-tc";
        common.actions = {{"45", Action::redo, {}}};
        common.fields = {{"commonName", "Nobody"}, {"organization", "Example"}};
        return read_orders(file, common);
    }
    Result<TemporaryFolder> x_folder = TemporaryFolder::make("/tmp", "rakit-orders");
};

TEST_F(Orders, CsvAndYamlSayTheSame) {
    const auto csv = read("o.csv",
                          "serial,procedure,actions,field.commonName,face.name,face.validity\n"
                          "0a0b,,,Anna Ek,Anna Ek,2029-03\n"
                          "0C0D,other,45=add 46=redo,\"Ek, Bo\",,\n");
    const auto yaml =
        read("o.yaml",
             "version: 1\norders:\n"
             "  - {serial: \"0a0b\", fields: {commonName: Anna Ek}, face: {name: Anna Ek, validity: 2029-03}}\n"
             "  - {serial: \"0C0D\", procedure: other, actions: {\"45\": add, \"46\": redo}, fields: "
             "{commonName: \"Ek, Bo\"}}\n");
    ASSERT_TRUE(csv) << to_string(csv.error());
    ASSERT_TRUE(yaml) << to_string(yaml.error());
    for (const auto& list : {*csv, *yaml}) {
        ASSERT_EQ(list.orders.size(), 2U);
        EXPECT_EQ(list.orders[0].serial, "0A0B");
        EXPECT_EQ(list.orders[0].request.procedure, "employee-tc");
        EXPECT_EQ(list.orders[0].request.actions.size(), 1U);
        EXPECT_EQ(list.orders[0].request.fields.at("commonName"), "Anna Ek");
        EXPECT_EQ(list.orders[0].request.fields.at("organization"), "Example");
        EXPECT_EQ(list.orders[0].face, (FaceText{"Anna Ek", "2029-03"}));
        EXPECT_EQ(list.orders[1].request.procedure, "other");
        ASSERT_EQ(list.orders[1].request.actions.size(), 2U);
        EXPECT_EQ(list.orders[1].request.actions[0].action, Action::add);
        EXPECT_EQ(list.orders[1].request.fields.at("commonName"), "Ek, Bo");
        EXPECT_FALSE(list.orders[1].face);
    }
}

TEST_F(Orders, EachRefusalNamesItsPlace) {
    struct Row {
        const char* name;
        const char* text;
        const char* part;
    };
    for (const auto& row : std::vector<Row>{
             {"o.csv", "serial,colour\n0A,red\n", "o.csv:1:1: no such column: colour"},
             {"o.csv", "serial\n0A\n0A,1\n", "o.csv:3:1: 2 cells"},
             {"o.csv", "serial\nxyz\n", "o.csv:2:1:"},
             {"o.csv", "serial,actions\n0A,45=burn\n", "o.csv:2:1:"},
             {"o.csv", "serial\n0A\n0a\n", "o.csv:3:1: a second order for the card 0A"},
             {"o.csv", "", "no header line"},
             {"o.csv", "serial\n", "orders"},
             {"o.yaml", "version: 1\norders:\n  - serial: 0123\n", "o.yaml:3:"},
             {"o.yaml", "version: 2\norders: []\n", "o.yaml:1:"},
         }) {
        SCOPED_TRACE(row.text);
        const auto list = read(row.name, row.text);
        ASSERT_FALSE(list);
        EXPECT_EQ(list.error().code, ErrorCode::document_invalid);
        EXPECT_NE(to_string(list.error()).find(row.part), std::string::npos) << to_string(list.error());
    }
}

}  // namespace
}  // namespace rakit::reference
