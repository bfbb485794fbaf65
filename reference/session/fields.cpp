#include "reference/session/fields.hpp"

#include <algorithm>

#include "reference/cm/subject.hpp"

namespace rakit::reference::core {
namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// card_fields reads the subject of the replaced certificate, else of the newest real one on a key of the order.
std::map<std::string, std::string> card_fields(const Contents& contents, const std::vector<OrderLine>& lines) {
    std::map<std::string, std::string> fields;
    for (const auto& line : lines) {
        const auto* key = contents.key(line.key);
        const StoredCertificate* source = nullptr;
        if (key == nullptr) continue;
        for (const auto& stored : key->certificates) {
            if (stored.transport) continue;
            if (line.replaces && stored.certificate == *line.replaces) {
                source = &stored;
                break;
            }
            if (source == nullptr || source->certificate.not_before() < stored.certificate.not_before())
                source = &stored;
        }
        if (source == nullptr) continue;
        for (const auto& [field, attribute] : kSubjectFields)
            if (auto value = x509::attribute(source->certificate.subject(), attribute); !value.empty())
                fields.emplace(field, std::move(value));
    }
    return fields;
}

}  // namespace

Result<FieldPlan> plan_fields(const Procedure& procedure, const UpdateRequest& request, const Contents& contents,
                              const std::vector<OrderLine>& lines) {
    FieldPlan plan;
    std::vector<std::string> visible;
    for (const auto& field : procedure.fields) {
        if (!field.visible && !request.auto_add_fields && !holds(request.show_fields, field.name)) continue;
        plan.visible.push_back(field);
        visible.push_back(field.name);
    }
    for (const auto& [name, value] : card_fields(contents, lines)) {
        if (holds(visible, name))
            plan.known[name] = value;
        else
            plan.dropped.push_back(name);
    }
    for (const auto& [name, value] : request.fields) {
        if (!holds(visible, name))
            return fail(ErrorCode::field_not_allowed, "the input view of " + procedure.name + " shows no field " + name,
                        {}, "leave it out, or make it visible");
        plan.known[name] = value;
    }
    const bool open =
        std::any_of(visible.begin(), visible.end(), [&](const auto& name) { return plan.known.count(name) == 0; });
    plan.ask = !missing_field(plan.visible, plan.known).empty() || (request.fields.empty() && open);
    return plan;
}

std::string missing_field(const std::vector<Field>& fields, const std::map<std::string, std::string>& values) {
    for (const auto& field : fields) {
        const auto value = values.find(field.name);
        if (field.required && (value == values.end() || value->second.empty())) return field.name;
    }
    return {};
}

}  // namespace rakit::reference::core
