#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "virtual_cards/images/image.hpp"
#include "virtual_cards/printer/printer.hpp"

namespace rakit::printer {

/// Store is a folder in which a printer finds itself again after its process has ended, however that happened; to the
/// printer that is a loss of power. What a printer of metal keeps without power is written before anybody is told of
/// it: where each card is, with tray, ribbon, cover and counters in `printer.json`, and what is in the cards' chips in
/// `cards/SERIAL.json`. Safe to use from any thread. docs/formats/printer-control.md, "A printer that is killed".
class Store {
public:
    /// Found is what was there.
    struct Found {
        Machine machine;  ///< without power
        std::vector<std::unique_ptr<cards::ImageCard>> cards;
    };
    using OnProblem = std::function<void(const Error& error)>;

    /// `problem` is told when something can't be written; the printer goes on.
    Store(std::filesystem::path folder, OnProblem problem);
    /// found reads what was kept; nothing in an empty or absent folder. Failures: document_invalid, file_unreadable.
    Result<std::optional<Found>> found() const;
    /// keep writes a printer's state, if it differs from what was written last.
    void keep(const Machine& machine);
    /// kept gives a card that is written at once, and again whenever a command has changed it, before the command is
    /// answered. The store outlives it.
    std::unique_ptr<cards::ImageCard> kept(std::unique_ptr<cards::ImageCard> card);
    /// keep_card writes a card's image.
    void keep_card(const std::string& serial, const std::string& image);

private:
    void write(const std::filesystem::path& file, const std::string& text);

    const std::filesystem::path x_folder;
    const OnProblem x_problem;
    std::mutex x_mutex;
    std::string x_written;  ///< of printer.json
};

}  // namespace rakit::printer
