#include "tests/unit/session/samples.hpp"

#include "common/base/rng.hpp"
#include "common/x509/builder.hpp"

namespace rakit::reference::samples {

EVP_PKEY* key_pair(const std::string& label) {
    static std::map<std::string, ossl::PKey> pairs;
    auto& pair = pairs[label];
    if (!pair) {
        SeededRng rng(1, label);
        pair = *ossl::generate_key(ossl::KeyType::ec_p256, rng);
    }
    return pair.get();
}

x509::Certificate certificate_for(const Bytes& spki, std::uint8_t number, const std::string& common_name) {
    static std::map<std::pair<Bytes, std::uint8_t>, x509::Certificate> made;
    if (const auto found = made.find({spki, number}); found != made.end()) return found->second;
    x509::CertificateTemplate what;
    what.serial = {number};
    what.subject = {{"C", "SE"}, {"CN", common_name}};
    what.spki = spki;
    what.not_before = *from_iso8601("2024-01-01T00:00:00Z") + std::chrono::hours(number);
    what.not_after = *from_iso8601("2034-01-01T00:00:00Z");
    auto certificate = *x509::issue(what, std::nullopt, key_pair("ca"));
    made.emplace(std::pair(spki, number), certificate);
    return certificate;
}

Contents card() {
    Contents contents;
    contents.profile = "pkcs15";
    contents.serial = "0A1B2C";
    contents.atr = {0x3B, 0x85};
    contents.pins = {{"01", "PIN 1", 1, 4, 8, 8, 0xFF, 3, false},
                     {"02", "PIN 2", 2, 4, 8, 8, 0xFF, 3, false},
                     {"03", "OP PIN", 3, 4, 8, 8, 0xFF, 3, true}};
    contents.write_pins = {"01"};
    for (const auto* id : {"45", "46"}) {
        KeyLine key;
        key.id = id;
        key.label = key.id == "45" ? "Authentication" : "Signature";
        key.type = ossl::KeyType::ec_p256;
        key.spki = ossl::spki(key_pair(key.id));
        key.usage = {"digitalSignature"};
        key.pin = key.id == "45" ? "01" : "02";
        key.user_consent = key.id == "46";
        key.certificates = {{certificate_for(key.spki, 1, "TC " + key.id), "TC", "4301", true}};
        contents.keys.push_back(std::move(key));
    }
    return contents;
}

Issued issued(const Order& order, bool confirmation) {
    Issued issued;
    issued.confirmation_required = confirmation;
    issued.responder_nonce = Bytes(16, 7);
    for (const auto& line : order.lines)
        issued.certificates.emplace_back(line.key, certificate_for(line.spki, 9, "Anna Ek"));
    return issued;
}

Procedure procedure() {
    return {"employee-tc", "Employee", {"pkcs15"}, true, {{"commonName", "Name", true, true}}, {}, {"cmc", "rest"}};
}

Procedure qualified() {
    return {"qualified",
            "Qualified",
            {"pkcs15"},
            false,
            {{"commonName", "Name", true, true}, {"qcStatements", "QC statements", false, true}},
            QcPolicy{{QcCompliance{}}, {"QcLimitValue", "QcPDS"}, {"QcLimitValue"}},
            {"cmc", "rest"}};
}

InputForm form(std::map<std::string, std::string> values) {
    InputForm form;
    form.procedure = procedure().name;
    form.fields = procedure().fields;
    form.values = std::move(values);
    return form;
}

UpdateRequest request(Action action) {
    UpdateRequest request;
    request.actions = {{"45", action, {}}, {"46", action, {}}};
    request.procedure = "employee-tc";
    request.fields = {{"commonName", "Anna Ek"}};
    return request;
}

Contents written(Contents contents, const std::vector<CertificateChange>& changes) {
    for (const auto& change : changes)
        for (auto& key : contents.keys) {
            if (key.id != change.key) continue;
            std::erase_if(key.certificates,
                          [&](const auto& stored) { return change.replaces == stored.certificate.sha256(); });
            key.certificates.push_back({change.certificate, change.label, "4302", false});
        }
    return contents;
}

}  // namespace rakit::reference::samples
