#include "common/x509/certificate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto certificate = rakit::x509::Certificate::parse({data, size});
    if (!certificate) return 0;
    (void)certificate->serial_hex();
    (void)certificate->spki();
    (void)certificate->policies();
    (void)certificate->extended_key_usages();
    (void)certificate->key_usage();
    (void)to_string(certificate->subject());
    (void)certificate->not_after();
    (void)certificate->signed_by(*certificate);
    return 0;
}
