#include "reference/session/fields.hpp"

#include <algorithm>

#include "reference/cm/subject.hpp"

namespace rakit::reference::core {
namespace {

constexpr const char* kEmail = "email";

bool holds(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Fields>
auto* find_field(Fields& fields, const std::string& name) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

/// source_of picks the certificate of a line that data are read from: the replaced one, else the newest.
const StoredCertificate* source_of(const KeyLine& key, const OrderLine& line) {
    for (const auto& stored : key.certificates)
        if (line.replaces && stored.certificate == *line.replaces) return &stored;
    return key.newest_certificate();
}

void read_certificate(const StoredCertificate& source, std::map<std::string, std::string>& fields) {
    const auto add = [&](const std::string& field, std::string value) {
        if (!value.empty()) fields.emplace(field, std::move(value));
    };
    const auto& subject = source.certificate.subject();
    for (const auto& [field, attribute] : kSubjectFields) {
        const std::string name = field;
        if (source.transport && (name == "commonName" || name == "serialNumber")) continue;
        add(name, x509::attribute(subject, attribute));
    }
    const auto addresses = source.certificate.email_addresses();
    add(kEmail, addresses.empty() ? x509::attribute(subject, "emailAddress") : addresses.front());
}

/// card_fields reads line after line: what the first one says counts.
std::map<std::string, std::string> card_fields(const Contents& contents, const std::vector<OrderLine>& lines) {
    std::map<std::string, std::string> fields;
    for (const auto& line : lines) {
        const auto* key = contents.key(line.key);
        if (key == nullptr) continue;
        if (const auto* source = source_of(*key, line)) read_certificate(*source, fields);
    }
    return fields;
}

Unexpected unknown_field(const InputForm& form, const std::string& name) {
    std::string known;
    for (const auto& field : form.fields) known += (known.empty() ? "" : ", ") + field.name;
    return fail(ErrorCode::field_not_allowed, "the input view of " + form.procedure + " has no field " + name,
                "field " + name, "its fields are: " + known);
}

void choose_visible(InputForm& form, const UpdateRequest& request,
                    const std::optional<std::vector<std::string>>& remembered) {
    for (auto& field : form.fields) {
        const bool chosen = remembered ? holds(*remembered, field.name) : field.visible;
        const bool hidden = holds(request.hide_fields, field.name);
        field.visible =
            field.required || request.auto_add_fields || holds(request.show_fields, field.name) || (chosen && !hidden);
    }
}

/// propose fills visible fields that have no value with what the card holds.
void propose(InputForm& form) {
    for (const auto& field : form.fields) {
        const auto value = form.card.find(field.name);
        if (field.visible && value != form.card.end()) form.values.emplace(field.name, value->second);
    }
}

/// type overrides values by what the officer typed; an empty one takes the value out.
Result<void> type(InputForm& form, const std::map<std::string, std::string>& typed) {
    for (const auto& [name, value] : typed) {
        const auto* field = find_field(form.fields, name);
        if (field == nullptr || name == kQcField) return unknown_field(form, name);
        if (!field->visible && !value.empty())
            return fail(ErrorCode::field_not_allowed, "the field " + name + " is not visible", "field " + name,
                        "make it visible, or leave it out");
        if (value.empty())
            form.values.erase(name);
        else
            form.values[name] = value;
    }
    return {};
}

Result<void> check_qc(const InputForm& form) {
    if (!form.statements.empty() && !may_add_qc(form)) {
        const bool shown_nowhere = find_field(form.fields, kQcField) == nullptr;
        return fail(ErrorCode::qc_not_allowed,
                    !form.qc        ? "the procedure " + form.procedure + " issues no qualified certificates"
                    : shown_nowhere ? "the input view of " + form.procedure + " has no QC field"
                                    : "the QC field of the input view is not visible",
                    "/0", form.qc && !shown_nowhere ? "show the field qcStatements" : "leave the statements out");
    }
    return form.qc ? check_qc_statements(form.statements, *form.qc) : Result<void>();
}

}  // namespace

Result<InputForm> make_form(const Procedure& procedure, const UpdateRequest& request,
                            const std::optional<std::vector<std::string>>& remembered, const Contents& contents,
                            const std::vector<OrderLine>& lines) {
    InputForm form;
    form.procedure = procedure.name;
    form.fields = procedure.fields;
    form.qc = procedure.qc;
    form.statements = request.qc;
    for (const auto* names : {&request.show_fields, &request.hide_fields})
        for (const auto& name : *names)
            if (find_field(form.fields, name) == nullptr) return unknown_field(form, name);
    choose_visible(form, request, remembered);
    form.card = card_fields(contents, lines);
    propose(form);
    if (auto typed = type(form, request.fields); !typed) return Unexpected{std::move(typed).error()};
    return form;
}

bool wants_asking(const InputForm& form, const UpdateRequest& request) {
    if (!missing_field(form.fields, form.values).empty()) return true;
    if (may_add_qc(form)) {
        const auto checked = check_qc(form);
        if (!checked && checked.error().code == ErrorCode::qc_missing) return true;
    }
    return request.fields.empty() && request.qc.empty() &&
           std::any_of(form.fields.begin(), form.fields.end(),
                       [&](const auto& field) { return field.visible && form.values.count(field.name) == 0; });
}

Result<void> apply(InputForm& form, const FilledForm& filled) {
    if (filled.visible) {
        for (const auto& name : *filled.visible)
            if (find_field(form.fields, name) == nullptr) return unknown_field(form, name);
        for (auto& field : form.fields) {
            const bool was = field.visible;
            field.visible = field.required || holds(*filled.visible, field.name);
            if (field.visible && !was && form.card.count(field.name) != 0)
                form.values.emplace(field.name, form.card.at(field.name));
            if (!field.visible) form.values.erase(field.name);
        }
    }
    if (filled.statements) form.statements = *filled.statements;
    return type(form, filled.values);
}

Result<void> check_form(const InputForm& form) {
    for (const auto& field : form.fields) {
        const auto value = form.values.find(field.name);
        if (field.required && field.name != kQcField && (value == form.values.end() || value->second.empty()))
            return fail(ErrorCode::field_missing, field.label + ": no value for the field " + field.name,
                        "field " + field.name, "fill it in");
        if (value == form.values.end()) continue;
        if (auto good = check_value(field, value->second); !good) {
            Error error = std::move(good).error();
            if (const auto read = form.card.find(field.name); read != form.card.end() && read->second == value->second)
                error.detail += " (read from the card)";
            return fail(std::move(error));
        }
    }
    return check_qc(form);
}

std::vector<std::string> dropped_fields(const InputForm& form) {
    std::vector<std::string> dropped;
    for (const auto& [name, value] : form.card) {
        const auto* field = find_field(form.fields, name);
        if (field == nullptr || !field->visible) dropped.push_back(name);
    }
    return dropped;
}

std::vector<std::string> visible_names(const InputForm& form) {
    std::vector<std::string> names;
    for (const auto& field : form.fields)
        if (field.visible) names.push_back(field.name);
    return names;
}

bool may_add_qc(const InputForm& form) {
    const auto* field = find_field(form.fields, kQcField);
    return form.qc && field != nullptr && field->visible;
}

std::string missing_field(const std::vector<Field>& fields, const std::map<std::string, std::string>& values) {
    for (const auto& field : fields) {
        const auto value = values.find(field.name);
        if (field.required && field.name != kQcField && (value == values.end() || value->second.empty()))
            return field.name;
    }
    return {};
}

}  // namespace rakit::reference::core
