#pragma once

#include <set>
#include <string>

#include "reference/batch/batch_journal.hpp"
#include "reference/session/update.hpp"

namespace rakit::cli {

/// BatchBar shows a batch as it goes, on standard error: on a terminal a bar in its last line, else a line for each
/// card.
class BatchBar {
public:
    /// The record is of the runs before this one.
    BatchBar(std::size_t orders, const reference::BatchRecord& record);
    bool on_terminal() const { return x_terminal; }
    /// card tells that something happened to an order or a card.
    void card(const reference::BatchRecord& record, const reference::FedCard& card);
    /// step says what is being done right now.
    void step(const std::string& what);
    /// hide takes the bar away, for somebody else to write; the next card or step brings it back.
    void hide();
    void finish();

private:
    void count(const reference::BatchRecord& record);
    void draw();

    std::size_t x_orders;
    std::size_t x_done = 0;
    std::string x_step;
    bool x_terminal;
    bool x_shown = false;
};

/// BarDialog is a dialog beside a bar: steps go into it, and what was told of one card isn't told of each.
class BarDialog final : public reference::Dialog {
public:
    /// Both are borrowed.
    BarDialog(reference::Dialog& next, BatchBar& bar) : x_next(next), x_bar(bar) {}
    Result<Pin> ask_pin(const reference::PinPrompt& prompt) override;
    Result<reference::ActionsAnswer> choose_actions(const reference::Contents& contents) override;
    Result<std::string> choose_procedure(const std::vector<reference::Procedure>& procedures) override;
    Result<reference::FilledForm> fill_form(const reference::InputForm& form) override;
    Result<bool> confirm(const reference::Question& question) override;
    void tell(const std::string& code, const std::string& text) override;
    void progress(const std::string& step) override;
    Result<void> hand_out(const reference::LineOutcome& line) override;

private:
    reference::Dialog& behind();

    reference::Dialog& x_next;
    BatchBar& x_bar;
    std::set<std::pair<std::string, std::string>> x_told;
};

}  // namespace rakit::cli
