#pragma once

#include <memory>

#include "reference/printer/card_printer.hpp"
#include "reference/printer/esc_link.hpp"

namespace rakit::reference {

/// EscPrinter is a card printer that speaks the Evolis ESC language, over either of its links.
class EscPrinter final : public CardPrinter {
public:
    explicit EscPrinter(std::unique_ptr<EscLink> link) : x_link(std::move(link)) {}
    Result<std::string> model() override;
    Result<void> to_station() override;
    Result<void> print(const FaceText& face) override;
    Result<void> eject() override;
    Result<void> reject() override;
    Result<void> clear() override;
    Result<PrinterState> state() override;

private:
    Result<void> order(const std::string& command);
    Result<std::string> ask(const std::string& command);
    Result<void> judge(const Result<EscAnswer>& answer, const std::string& command);

    std::unique_ptr<EscLink> x_link;
};

/// open_printer gives the printer of a `--printer` URL; nothing is sent yet. Failure: usage.
Result<std::unique_ptr<CardPrinter>> open_printer(const std::string& url,
                                                  std::chrono::milliseconds bound = std::chrono::seconds(60));

}  // namespace rakit::reference
