#pragma once

#include "reference/session/step.hpp"

namespace rakit::reference::samples {

/// certificate_for signs a certificate for a public key with one throw-away CA. `number` is its serial number.
x509::Certificate certificate_for(const Bytes& spki, std::uint8_t number, const std::string& common_name);

/// key_pair gives the same P-256 key for the same label.
EVP_PKEY* key_pair(const std::string& label);

/// card is a card with an authentication key 45 under PIN 01 and a signature key 46 under PIN 02 with userConsent, a TC
/// on each; the directory is writable under PIN 01.
Contents card();

/// issued answers an order with a certificate for each line.
Issued issued(const Order& order, bool confirmation = true);

/// procedure is what the CM shows: one field, commonName, required.
Procedure procedure();

/// qualified is a procedure with QcCompliance fixed and QcLimitValue required.
Procedure qualified();

/// form is that of procedure(), with these values.
InputForm form(std::map<std::string, std::string> values = {});

/// request does `action` on both keys, with everything filled in.
UpdateRequest request(Action action = Action::redo);

/// written gives the contents after the changes.
Contents written(Contents contents, const std::vector<CertificateChange>& changes);

}  // namespace rakit::reference::samples
