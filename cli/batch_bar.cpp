#include "cli/batch_bar.hpp"

#include <unistd.h>

#include <cstdio>

#include "cli/printable.hpp"

namespace rakit::cli {

BatchBar::BatchBar(std::size_t orders, const reference::BatchRecord& record)
    : x_orders(orders), x_terminal(::isatty(STDERR_FILENO) == 1) {
    count(record);
}

void BatchBar::count(const reference::BatchRecord& record) {
    x_done = 0;
    for (const auto& [serial, order] : record.by_serial) x_done += order.state == reference::OrderState::done ? 1 : 0;
}

void BatchBar::card(const reference::BatchRecord& record, const reference::FedCard& card) {
    count(record);
    const std::string what = (card.serial.empty() ? "(not read)" : printable(card.serial)) + " " +
                             std::string(name(card.left.where)) + (card.problem.empty() ? "" : ": " + card.problem);
    if (!x_terminal) {
        std::fprintf(stderr, "%zu/%zu %s\n", x_done, x_orders, what.c_str());
        return;
    }
    // What isn't as it should be stays on the screen.
    if (!card.problem.empty()) {
        hide();
        std::fprintf(stderr, "%s\n", what.c_str());
    }
    step(what);
}

void BatchBar::step(const std::string& what) {
    x_step = what;
    if (x_terminal) draw();
}

void BatchBar::draw() {
    constexpr std::size_t kWidth = 30;
    const std::size_t filled = x_orders == 0 ? kWidth : kWidth * x_done / x_orders;
    std::fprintf(stderr, "\r\033[K[%s%s] %zu/%zu %s", std::string(filled, '#').c_str(),
                 std::string(kWidth - filled, ' ').c_str(), x_done, x_orders, x_step.c_str());
    x_shown = true;
}

void BatchBar::hide() {
    if (!x_shown) return;
    std::fprintf(stderr, "\r\033[K");
    x_shown = false;
}

void BatchBar::finish() {
    if (!x_terminal) return;
    step("");
    std::fprintf(stderr, "\n");
}

reference::Dialog& BarDialog::behind() {
    x_bar.hide();
    return x_next;
}

Result<Pin> BarDialog::ask_pin(const reference::PinPrompt& prompt) { return behind().ask_pin(prompt); }
Result<reference::ActionsAnswer> BarDialog::choose_actions(const reference::Contents& contents) {
    return behind().choose_actions(contents);
}
Result<std::string> BarDialog::choose_procedure(const std::vector<reference::Procedure>& procedures) {
    return behind().choose_procedure(procedures);
}
Result<reference::FilledForm> BarDialog::fill_form(const reference::InputForm& form) {
    return behind().fill_form(form);
}
Result<bool> BarDialog::confirm(const reference::Question& question) { return behind().confirm(question); }
void BarDialog::tell(const std::string& code, const std::string& text) {
    if (x_told.insert({code, text}).second) behind().tell(code, text);
}
void BarDialog::progress(const std::string& step) {
    if (x_bar.on_terminal()) return x_bar.step(step);
    x_next.progress(step);
}
Result<void> BarDialog::hand_out(const reference::LineOutcome& line) { return behind().hand_out(line); }

}  // namespace rakit::cli
