#include "scenarios/runner/explain.hpp"

#include "common/base/bytes.hpp"
#include "embedded/scenario_schema.hpp"

namespace rakit::scenarios {
namespace {

/// Sentences gathers lines of one part.
class Sentences {
public:
    explicit Sentences(std::string& to) : x_to(to) {}
    void part(const std::string& name) { x_to += name + "\n"; }
    void say(const std::string& what) { x_to += "  " + what + "\n"; }
    void say_if(bool so, const std::string& what) {
        if (so) say(what);
    }

private:
    std::string& x_to;
};

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text.empty() ? "none" : text;
}

void given(const Case& one, Sentences& out) {
    out.part("Given");
    out.say("a card '" + one.card.image + "'" + (one.card.serial ? " with serial number " + *one.card.serial : ""));
    for (const auto& [key, how] : one.card.certificates)
        out.say("whose key " + key + " has a certificate that is " + how);
    for (const auto& [pin, tries] : one.card.tries)
        out.say("whose PIN " + to_hex(Bytes{pin}) + " has " + std::to_string(tries) + " tries left");
    for (const auto& fault : one.card.faults) out.say("with the fault " + fault.dump());
    out.say("the officer " + one.officer.name + (one.officer.card ? " with a card" : " with a software token") +
            (one.officer.expired ? ", whose certificate has expired" : ""));
    out.say_if(!one.officer.members.empty(), "who is " + one.officer.members.dump() + " to the CM");
    for (const auto& [name, members] : one.cm.procedures) out.say("the procedure " + name + " with " + members.dump());
    out.say_if(!one.cm.config.empty(), "the CM configured with " + one.cm.config.dump());
    out.say_if(!one.cm.deviations.empty(), "a CM that is wrong: " + one.cm.deviations.dump());
    out.say_if(one.cm.op_pins != "none", "a CM that holds the OP PIN: " + one.cm.op_pins);
    out.say_if(!one.cm.used_tcs.empty(), "transport certificates used up before, of keys " + listed(one.cm.used_tcs));
}

void when(const Case& one, Sentences& out) {
    const Doing& doing = one.doing;
    out.part("When");
    for (const auto& action : doing.actions)
        out.say(action.action + " on key " + action.key +
                (action.certificate ? ", certificate " + std::to_string(*action.certificate) : ""));
    out.say("by the procedure " + doing.procedure);
    for (const auto& [name, value] : doing.fields) out.say("with " + name + " = " + value);
    out.say_if(!doing.qc.empty(), "with the QC statements " + doing.qc.dump());
    for (const auto& [prompt, answers] : doing.type) out.say("at " + prompt + " types " + listed(answers));
    if (doing.swap_card)
        out.say("at " + doing.swap_card->at + " another card '" + doing.swap_card->card.image + "' takes its place");
    if (doing.unplug) out.say("at " + doing.unplug->at + " the " + doing.unplug->what + " is pulled");
    out.say_if(doing.resume, "then the card is whole and in again, and the officer resumes");
    out.say_if(doing.reload, "then the officer reloads and does it again");
}

void key(const std::string& id, const KeyAfter& after, Sentences& out) {
    const auto number = [](const std::optional<int>& value) { return std::to_string(*value); };
    if (after.certificates) out.say("key " + id + " has " + number(after.certificates) + " certificates");
    if (after.fresh) out.say("key " + id + " has " + number(after.fresh) + " new ones");
    if (after.tc) out.say("key " + id + ": its transport certificate is " + *after.tc);
}

void then(const Case& one, Sentences& out) {
    const Expectation& expect = one.expect;
    out.part("Then");
    if (expect.first_result) out.say("the first time ends with " + *expect.first_result);
    out.say("it ends with " + expect.result);
    out.say_if(expect.card.unchanged, "the card is byte-identical");
    for (const auto& [id, after] : expect.card.keys) key(id, after, out);
    const auto count = [&](const std::optional<int>& number, const char* what) {
        if (number) out.say("the CM has " + std::to_string(*number) + " " + what);
    };
    count(expect.cm.active, "active certificates of the card");
    count(expect.cm.pending, "pending ones");
    count(expect.cm.revoked, "revoked ones");
    count(expect.cm.orders, "orders");
    count(expect.cm.used_tcs, "transport certificates used up");
    out.say_if(!expect.cm.log.empty(), "its request log holds " + listed(expect.cm.log));
    if (expect.prompts) out.say("the prompts were " + listed(*expect.prompts));
    for (const auto& [pin, tries] : expect.tries)
        out.say("PIN " + to_hex(Bytes{pin}) + " has " + std::to_string(tries) + " tries left");
    out.say_if(!expect.notices.empty(), "the officer was told " + listed(expect.notices));
}

}  // namespace

std::string explain(const Case& one) {
    std::string text = one.id + ": " + one.title + "\n  (" + one.source + ")\n";
    Sentences out(text);
    given(one, out);
    when(one, out);
    then(one, out);
    return text;
}

std::string scenario_skeleton(const std::string& schema) {
    return "# yaml-language-server: $schema=" + schema + R"(
version: 1
title: What is true if it passes
source: "the rule, the step or the bug report that it comes from"
tags: [mine]
card: {image: pkcs15-tc}
do:
  actions: {"45": redo}
  procedure: employee-tc
  fields: {commonName: Anna Ek}
expect:
  result: ok
  card: {"45": {certificates: 1, new: 1, kept: [], tc: gone}}
  cm: {active: 1, orders: 1, log: [ok]}
  prompts: [signature-pin, "pin:01"]
)";
}

std::string_view scenario_schema_text() { return embedded::scenario_schema; }

}  // namespace rakit::scenarios
