#pragma once

#include "reference/session/update.hpp"

/// The input view: which fields the officer sees, what stands in them, and what may stand in them (domain.md, Fields).
namespace rakit::reference::core {

/// kQcField is the field that stands for the QC statements; it holds no text.
inline constexpr const char* kQcField = "qcStatements";

/// make_form joins what the card holds, what the officer typed and chose, and what the procedure shows. A field is
/// visible if it is required, or shown by the officer's remembered choice, else by the input view; `show_fields`,
/// `hide_fields` and `auto_add_fields` come on top. Data are read from the replaced certificate, else the newest; of a
/// TC's subject what says which card it is - commonName and serialNumber - is no datum of the owner (harness-defined).
/// Failures: field_not_allowed (typed or shown, but the view hasn't it, or typed into a hidden one), qc_not_allowed.
Result<InputForm> make_form(const Procedure& procedure, const UpdateRequest& request,
                            const std::optional<std::vector<std::string>>& remembered, const Contents& contents,
                            const std::vector<OrderLine>& lines);

/// wants_asking tells whether the officer has something to fill in: what is required and missing; or, if nothing was
/// typed, any visible field without a value.
bool wants_asking(const InputForm& form, const UpdateRequest& request);

/// apply puts the officer's answer into the form; a field that becomes visible gets what the card holds. Failure:
/// field_not_allowed.
Result<void> apply(InputForm& form, const FilledForm& filled);

/// check_form judges values and QC statements before anything is sent. Failures: field_missing, field_invalid,
/// qc_not_allowed, qc_missing, qc_invalid, with the field or the statement in `where`.
Result<void> check_form(const InputForm& form);

/// check_value judges one value of a field: its characters and length, two letters for a country, an address for an
/// e-mail, the format's pattern. An empty value is good. Failure: field_invalid.
Result<void> check_value(const Field& field, const std::string& value);

/// dropped_fields names what is on the card and left out of the certificate, because no visible field shows it.
std::vector<std::string> dropped_fields(const InputForm& form);

/// visible_names lists the visible fields, in order.
std::vector<std::string> visible_names(const InputForm& form);

/// may_add_qc tells whether the officer may add QC statements: the procedure allows some, and the QC field is visible.
bool may_add_qc(const InputForm& form);

/// missing_field names the first required field without a value; empty if there is none.
std::string missing_field(const std::vector<Field>& fields, const std::map<std::string, std::string>& values);

}  // namespace rakit::reference::core
