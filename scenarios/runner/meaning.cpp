#include <algorithm>
#include <functional>

#include "common/base/error_code.hpp"
#include "scenarios/runner/load.hpp"

namespace rakit::scenarios {
namespace {

using document::Document;
using document::Finding;
using nlohmann::json;

class Meaning {
public:
    Meaning(const Document& row, std::vector<Finding>& findings) : x_row(row), x_findings(findings) {}

    void check() {
        const json expect = x_row.value.is_object() ? x_row.value.value("expect", json::object()) : json();
        look([&] { code(expect, "result", true); });
        look([&] { code(expect, "first_result", true); });
        look([&] { code(expect, "second_result", false); });
        look([&] { code(expect, "other_result", true); });
        look([&] { log(expect.at("cm")); });
        look([&] { resume(); });
        look([&] { prompts(expect); });
        look([&] { results(expect); });
        look([&] { kept(expect); });
        look([&] { devices(); });
    }

private:
    /// look makes one check where the schema's findings leave something to look at.
    void look(const std::function<void()>& check) const {
        try {
            check();
        } catch (const json::exception&) {
            // Of another shape than the schema allows, which it has said.
        }
    }

    void complain(const std::string& pointer, std::string message) {
        x_findings.push_back(x_row.finding(pointer, std::move(message)));
    }

    void known(const std::string& pointer, const std::string& name, bool ok_too = true) {
        if ((ok_too && name == "ok") || error_code_from_name(name)) return;
        complain(pointer, "no error code is called '" + name + "' (docs/errors.md lists them)");
    }

    void code(const json& expect, const char* member, bool ok_too) {
        if (expect.contains(member)) known(std::string("/expect/") + member, expect.at(member), ok_too);
    }

    void log(const json& cm) {
        const json list = cm.value("log", json::array());
        for (std::size_t i = 0; i < list.size(); ++i) known("/expect/cm/log/" + std::to_string(i), list[i]);
    }

    bool other_in_hopper() const { return x_row.value.value("printer", json::object()).value("other_card", false); }

    /// devices finds what no station has yet, and moments that can't be.
    void devices() {
        const json& doing = x_row.value.at("do");
        const bool printer = x_row.value.value("device", "reader") == "printer";
        if (x_row.value.contains("printer") && !printer)
            complain("/printer", "the card is in a reader: 'device: printer'");
        if (x_row.value.at("expect").contains("printer") && !printer)
            complain("/expect/printer", "the card is in a reader: 'device: printer'");
        if (printer && (doing.contains("swap_card") || doing.contains("unplug")))
            complain("/device", "nobody reaches into a printer: no 'swap_card', no 'unplug'");
        const json card = x_row.value.value("card", json::object());
        if (card.contains("profile") && card.contains("image"))
            complain("/card/profile", "'image' names the card already");
        const bool officer_card = x_row.value.value("officer", json::object()).value("device", "soft") == "card";
        const std::string pulled = doing.contains("unplug") ? doing.at("unplug").at("what").get<std::string>() : "";
        if (pulled == "reader") complain("/do/unplug/what", "no station can unplug a reader yet; pull 'card'");
        if (pulled == "officer-card" && doing.at("unplug").value("back", false))
            complain("/do/unplug/back", "only the card to update can be put in again");
        if (pulled == "officer-card" && !officer_card)
            complain("/do/unplug/what", "the officer has no card: 'officer: {device: card}'");
        int ways = 0;
        for (const char* way : {"resume", "reload", "abandon", "persist"}) ways += doing.value(way, false) ? 1 : 0;
        if (ways > 1) complain("/do", "the officer either resumes, reloads, abandons or persists");
        if (doing.contains("other_ra") != x_row.value.at("expect").contains("other_result"))
            complain("/expect", "'other_result' is how 'other_ra' ends, and nothing else");
        const json cm = x_row.value.value("cm", json::object());
        if (cm.contains("deviations_at") && !cm.contains("deviations"))
            complain("/cm/deviations_at", "there are no 'deviations'");
        if (x_row.value.at("expect").contains("other_card") && !doing.contains("swap_card") && !other_in_hopper())
            complain("/expect/other_card", "no other card comes: 'do' has no 'swap_card'");
        const json at_printer = x_row.value.at("expect").value("printer", json::object());
        if (at_printer.contains("other") && !other_in_hopper())
            complain("/expect/printer/other", "no other card is in the hopper: 'printer: {other_card: true}'");
        const json wish = x_row.value.value("printer", json::object());
        if ((at_printer.contains("order") || at_printer.contains("printed")) && !wish.contains("batch"))
            complain("/expect/printer", "only a 'batch' has an order, and prints");
    }

    void resume() {
        const json& doing = x_row.value.at("do");
        const bool resumes =
            doing.value("resume", false) || doing.value("reload", false) || doing.value("abandon", false);
        const bool first = x_row.value.at("expect").contains("first_result");
        if (resumes && !first)
            complain("/expect", "it is done twice: say with 'first_result' how the update fails before");
        const bool disturbed = doing.contains("resume_faults");
        if (disturbed && !doing.value("resume", false)) complain("/do/resume_faults", "nothing is resumed");
        if (disturbed != x_row.value.at("expect").contains("second_result"))
            complain("/expect", "'second_result' is how a resume with 'resume_faults' ends, and nothing else");
        if (!resumes && first)
            complain("/expect/first_result", "nothing is resumed or reloaded, so there is one result only");
    }

    void prompts(const json& expect) {
        const json shown = expect.value("prompts", json::array());
        const json hidden = expect.value("not_prompted", json::array());
        for (std::size_t i = 0; i < hidden.size(); ++i)
            if (std::find(shown.begin(), shown.end(), hidden[i]) != shown.end())
                complain("/expect/not_prompted/" + std::to_string(i), "the same prompt is expected by 'prompts'");
    }

    void results(const json& expect) {
        const json& actions = x_row.value.at("do").at("actions");
        const bool stores = std::any_of(actions.begin(), actions.end(), [](const json& action) {
            return action.is_object() || action == "redo" || action == "add";
        });
        // Another card may be the one that is updated, and an order may be given up.
        const json& doing = x_row.value.at("do");
        const bool swaps = doing.contains("swap_card") || doing.value("abandon", false);
        if (expect.at("result") == "ok" && stores && !swaps && expect.at("card").is_string())
            complain("/expect/card",
                     "Redo and Add store a certificate: an update that goes through can't leave the card unchanged");
    }

    void kept(const json& expect) {
        if (!expect.at("card").is_object()) return;
        for (const auto& [key, after] : expect.at("card").items()) {
            if (!after.is_object()) continue;
            const json count = after.value("certificates", json());
            if (!count.is_number() || !after.contains("new") || !after.contains("kept")) continue;
            const auto sum = after.at("new").get<std::size_t>() + after.at("kept").size();
            if (count.get<std::size_t>() != sum)
                complain("/expect/card/" + key + "/certificates", "'new' and 'kept' make " + std::to_string(sum));
        }
    }

    const Document& x_row;
    std::vector<Finding>& x_findings;
};

}  // namespace

void check_meaning(const Document& row, std::vector<Finding>& findings) { Meaning(row, findings).check(); }

}  // namespace rakit::scenarios
