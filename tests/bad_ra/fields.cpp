#include <algorithm>

#include "tests/bad_ra/bend.hpp"

// What the certificate is to say of its owner.
namespace rakit::bad_ra {
namespace {

/// in_form changes what the officer asked for before the form is made.
template <class Bend>
void in_form(Ra& ra, Bend bend) {
    before<core::FieldsRecalled>(ra, [bend](core::State& state, const core::FieldsRecalled&) { bend(state); });
}

/// in_message changes the order that is signed for the CM, when all checks are behind it.
template <class Bend>
void in_message(Ra& ra, Bend bend) {
    after<core::EncodeOrder>(
        ra, [bend](const core::State& state, core::EncodeOrder& effect) { bend(state, effect.order); });
}

template <class Bend>
void in_procedures(Ra& ra, Bend bend) {
    before<core::ProceduresListed>(ra, [bend](const core::State&, core::ProceduresListed& event) {
        for (auto& procedure : event.procedures) bend(procedure);
    });
}

void shows_everything(Ra& ra) {
    in_form(ra, [](core::State& state) { state.request.auto_add_fields = true; });
}
void shows_nothing_more(Ra& ra) {
    in_form(ra, [](core::State& state) { state.request.show_fields.clear(); });
}
void adds_nothing_by_itself(Ra& ra) {
    in_form(ra, [](core::State& state) { state.request.auto_add_fields = false; });
}
void card_beats_officer(Ra& ra) {
    in_message(ra, [](const core::State& state, Order& order) {
        for (auto& [name, value] : order.fields)
            if (const auto held = state.form.card.find(name); held != state.form.card.end()) value = held->second;
    });
}
void fills_in_by_itself(Ra& ra) {
    in_message(ra, [](const core::State&, Order& order) { order.fields.emplace("organization", "Example AB"); });
}
void shouts(Ra& ra) {
    in_message(ra, [](const core::State&, Order& order) {
        for (auto& [name, value] : order.fields)
            std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::toupper(c); });
    });
}
void speaks_ascii(Ra& ra) {
    in_message(ra, [](const core::State&, Order& order) {
        for (auto& [name, value] : order.fields)
            for (auto& c : value)
                if (static_cast<unsigned char>(c) > 0x7F) c = '?';
    });
}
void drops_a_field(Ra& ra) {
    in_message(ra, [](const core::State&, Order& order) {
        if (order.fields.size() > 1) order.fields.erase(std::prev(order.fields.end()));
    });
}
void swaps_fields(Ra& ra) {
    in_message(ra, [](const core::State&, Order& order) {
        if (order.fields.contains("organization") && order.fields.contains("organizationalUnit"))
            std::swap(order.fields["organization"], order.fields["organizationalUnit"]);
    });
}
void checks_no_format(Ra& ra) {
    in_procedures(ra, [](Procedure& procedure) {
        for (auto& field : procedure.fields) {
            field.pattern.reset();
            field.max_length.reset();
        }
    });
}
void requires_nothing(Ra& ra) {
    in_procedures(ra, [](Procedure& procedure) {
        for (auto& field : procedure.fields) field.required = false;
    });
    ra.prepare = [](CmPort& cm, const Order& order) {
        auto answer = cm.prepare(order);
        if (answer) answer->first.fields.clear();
        return answer;
    };
}
void takes_fields_out_of_view(Ra& ra) {
    in_form(ra, [](core::State& state) {
        for (auto& procedure : state.procedures)
            for (const auto& [name, value] : state.request.fields)
                if (std::none_of(procedure.fields.begin(), procedure.fields.end(),
                                 [&](const Field& field) { return field.name == name; }))
                    procedure.fields.push_back({name, name, false, true, {}, {}});
    });
}
void drops_a_statement(Ra& ra) {
    in_message(ra, [](const core::State&, Order& order) {
        if (!order.qc_statements.empty()) order.qc_statements.pop_back();
    });
}
void repeats_the_first_statement(Ra& ra) {
    in_message(ra, [](const core::State&, Order& order) {
        if (order.qc_statements.size() > 1) order.qc_statements.back() = order.qc_statements.front();
    });
}
void lets_statements_be_overridden(Ra& ra) {
    in_procedures(ra, [](Procedure& procedure) {
        if (!procedure.qc) return;
        procedure.qc->fixed.clear();
        procedure.qc->allowed = qc_type_names();
    });
}
void sends_no_statement(Ra& ra) {
    in_form(ra, [](core::State& state) { state.request.qc.clear(); });
}
void takes_another_procedure(Ra& ra) {
    before<core::ProceduresListed>(ra, [](core::State& state, const core::ProceduresListed& event) {
        const auto known = [&](const Procedure& one) { return one.name == state.request.procedure; };
        if (std::none_of(event.procedures.begin(), event.procedures.end(), known))
            state.request.procedure = event.procedures.front().name;
    });
}

}  // namespace

std::vector<Deviation> field_deviations() {
    return {
        {"shows-everything", "All data on the card go into the certificate, visible or not.",
         "What the officer doesn't see must be left out.", "fields/dropped:hidden", shows_everything},
        {"shows-nothing-more", "Fields that the officer makes visible stay hidden.",
         "Data that are wanted are missing.", "fields/dropped:shown", shows_nothing_more},
        {"adds-nothing-by-itself", "Auto add data fields does nothing.", "Data that are wanted are missing.",
         "fields/dropped:auto-added", adds_nothing_by_itself},
        {"card-beats-officer", "What the card holds overrides what the officer typed.",
         "A new name never gets into the certificate.", "fields/from-the-card:overridden", card_beats_officer},
        {"fills-in-by-itself", "A field that nobody typed is filled in from the RA's settings.",
         "The certificate says what nobody vouched for.", "fields/in-the-certificate:name-alone", fills_in_by_itself},
        {"shouts", "Values are turned into capitals.", "The name in the certificate is not the owner's.",
         "fields/in-the-certificate:name-alone", shouts},
        {"speaks-ascii", "Letters outside ASCII become question marks.",
         "The name in the certificate is not the owner's.", "fields/values:letters-beyond-ascii", speaks_ascii},
        {"drops-a-field", "The last of several fields is lost on the way.", "The certificate lacks it.",
         "fields/in-the-certificate:with-e-mail", drops_a_field},
        {"swaps-fields", "Organisation and unit are exchanged.", "Names in the wrong place: programs sort by them.",
         "fields/in-the-certificate:with-organisation", swaps_fields},
        {"checks-no-format", "Values aren't checked against the certificate format.",
         "The owner types a PIN for what will be refused.", "fields/format:pattern", checks_no_format},
        {"requires-nothing", "A required field may be empty.", "The owner types a PIN for what will be refused.",
         "fields/refused-before-sending:required-missing", requires_nothing},
        {"takes-fields-out-of-view", "Fields that the input view hasn't are sent.",
         "The officer says what the procedure doesn't let him.", "fields/refused-before-sending:not-in-the-view",
         takes_fields_out_of_view},
        {"drops-a-statement", "One of the QC statements that the officer added is lost.",
         "The certificate promises less, or more, than agreed.", "fields/statements-merged:limit", drops_a_statement},
        {"repeats-the-first-statement", "Of two QC statements the first is sent twice.",
         "The certificate lacks a statement and holds another twice.", "fields/statements-merged:several",
         repeats_the_first_statement},
        {"lets-statements-be-overridden", "The officer may override a statement that the procedure fixes.",
         "Fixed statements are the issuer's word.", "fields/statements-refused:overrides-a-fixed-one",
         lets_statements_be_overridden},
        {"sends-no-statement", "What the officer adds is not sent at all.",
         "The limit on the certificate's use is gone.", "fields/statements-merged:limit", sends_no_statement},
        {"takes-another-procedure", "If the procedure isn't there, the first one is taken.",
         "Another CA, other rights, other statements.", "procedure/refused:unknown", takes_another_procedure},
    };
}

}  // namespace rakit::bad_ra
