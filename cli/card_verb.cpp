#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/card_live.hpp"
#include "cli/card_source.hpp"
#include "common/base/file.hpp"
#include "virtual_cards/images/describe.hpp"

namespace rakit::cli {
namespace {

struct NewWish {
    std::string name;
    std::string serial;
    std::string out;
    cards::ImageWish image;
};

struct ShowWish {
    std::string image;
    bool json = false;
};

struct DiffWish {
    std::string before;
    std::string after;
    bool json = false;
};

Result<void> make_card(NewWish& wish) {
    if (!wish.serial.empty()) wish.image.serial = wish.serial;
    const auto image = load_image(wish.name, wish.image);
    if (!image) return fail(image.error());
    const auto text = cards::to_yaml(*image);
    // Keys and PINs are in it: for the owner's eyes, even though they are for tests.
    constexpr unsigned kOwnerOnly = 0600;
    if (!wish.out.empty()) return write_file_atomically(wish.out, as_bytes(text), kOwnerOnly);
    std::fputs(text.c_str(), stdout);
    return {};
}

void print_json(const nlohmann::json& value) { std::printf("%s\n", value.dump(2).c_str()); }

Result<void> show_card(const ShowWish& wish) {
    const auto facts = load_image(wish.image).and_then(cards::describe);
    if (!facts) return fail(facts.error());
    if (wish.json) {
        auto list = nlohmann::json::array();
        for (const auto& fact : *facts) list.push_back({{"subject", fact.subject}, {"text", fact.text}});
        print_json(list);
        return {};
    }
    for (const auto& line : cards::fact_tree(*facts)) std::printf("%s\n", line.c_str());
    return {};
}

Result<void> compare_cards(const DiffWish& wish) {
    const auto before = load_image(wish.before);
    if (!before) return fail(before.error());
    const auto after = load_image(wish.after);
    if (!after) return fail(after.error());
    const auto lines = cards::differences(*before, *after);
    if (!lines) return fail(lines.error());
    if (wish.json) {
        print_json(*lines);
        return {};
    }
    for (const auto& line : *lines) std::printf("%s\n", line.c_str());
    if (lines->empty()) std::puts("no difference");
    return {};
}

/// finish turns what an action came to into the verb's status.
void finish(const Result<void>& done, Verb& verb) {
    if (!done) verb.status = report(done.error(), status_of(done.error()));
}

void add_new(CLI::App& card, Verb& verb, const std::string& built_ins) {
    auto* command = card.add_subcommand("new", "Make a card's image of a built-in (" + built_ins + ") or a recipe");
    auto wish = std::make_shared<NewWish>();
    command->add_option("NAME", wish->name, "Built-in, recipe or image")->required();
    command->add_option("--serial", wish->serial, "Serial number, 1 to 10 octets in hex")->type_name("HEX");
    command->add_option("--seed", wish->image.seed, "Of keys, serial number and random numbers")
        ->check(whole_number)
        ->capture_default_str();
    command->add_option("--out", wish->out, "Write here instead of to standard output")->type_name("FILE");
    command->footer("Example: rakit card new pkcs15-tc --serial 0102030405060708090A --out card.yaml");
    command->callback([wish, &verb] { finish(make_card(*wish), verb); });
}

void add_show(CLI::App& card, Verb& verb) {
    auto* command = card.add_subcommand("show", "Print what a card holds: PINs and tries, keys, certificates, files");
    auto wish = std::make_shared<ShowWish>();
    command->add_option("IMAGE", wish->image, "Image file, recipe, or built-in image")->required();
    command->add_flag("--json", wish->json, "As JSON");
    command->footer("Example: rakit card show card.yaml");
    command->callback([wish, &verb] { finish(show_card(*wish), verb); });
}

void add_diff(CLI::App& card, Verb& verb) {
    auto* command = card.add_subcommand("diff", "Say what changed from one image to another");
    auto wish = std::make_shared<DiffWish>();
    command->add_option("BEFORE", wish->before, "Image file, recipe, or built-in image")->required();
    command->add_option("AFTER", wish->after, "Image file, recipe, or built-in image")->required();
    command->add_flag("--json", wish->json, "As JSON");
    command->footer("Example: rakit card diff before.yaml after.yaml");
    command->callback([wish, &verb] { finish(compare_cards(*wish), verb); });
}

}  // namespace

void add_card(CLI::App& app, Verb& verb) {
    auto* card = app.add_subcommand("card", "Virtual cards: images and live cards");
    card->require_subcommand(1);
    std::string built_ins;
    for (const auto& name : cards::built_in_images()) built_ins += (built_ins.empty() ? "" : ", ") + name;
    add_new(*card, verb, built_ins);
    add_show(*card, verb);
    add_diff(*card, verb);
    add_card_live(*card, verb);
}

}  // namespace rakit::cli
