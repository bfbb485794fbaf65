#include "reference/batch/csv.hpp"

namespace rakit::reference {
namespace {

/// Reader takes characters one by one.
class Reader {
public:
    explicit Reader(const std::string& file) : x_file(file) {}

    Result<void> take(char c) {
        if (c == '\n') ++x_line;
        if (x_quoted && c != '"') {
            if (!x_closed) return x_cell += c, Result<void>();
            if (c != ',' && c != '\n' && c != '\r') return wrong("text behind a closing quotation mark");
        }
        if (c == '"') return quote();
        if (c == ',') return end_cell(), Result<void>();
        if (c == '\n') return end_row(), Result<void>();
        if (c != '\r') x_cell += c;
        return {};
    }

    Result<std::vector<CsvRow>> end() {
        if (x_quoted && !x_closed) return wrong("a quotation mark isn't closed");
        end_row();
        return std::move(x_rows);
    }

private:
    Unexpected wrong(const std::string& what) const {
        return fail(ErrorCode::document_invalid, what, x_file + ":" + std::to_string(x_line));
    }
    Result<void> quote() {
        if (!x_quoted && !x_cell.empty()) return wrong("a quotation mark within a cell that doesn't begin with one");
        if (!x_quoted) {
            x_quoted = true;
        } else if (x_closed) {
            x_cell += '"';
            x_closed = false;
        } else {
            x_closed = true;
        }
        return {};
    }
    void end_cell() {
        x_row.cells.push_back(std::move(x_cell));
        x_cell.clear();
        x_quoted = x_closed = false;
    }
    void end_row() {
        const bool empty = x_row.cells.empty() && x_cell.empty() && !x_quoted;
        end_cell();
        if (!empty) x_rows.push_back(std::move(x_row));
        x_row = {x_line, {}};
    }

    const std::string& x_file;
    std::vector<CsvRow> x_rows;
    CsvRow x_row;
    std::string x_cell;
    int x_line = 1;
    bool x_quoted = false;  ///< the cell began with a quotation mark
    bool x_closed = false;  ///< and came to its end
};

}  // namespace

Result<std::vector<CsvRow>> parse_csv(std::string_view text, const std::string& file) {
    Reader reader(file);
    for (const char c : text)
        if (auto taken = reader.take(c); !taken) return Unexpected{std::move(taken).error()};
    return reader.end();
}

}  // namespace rakit::reference
