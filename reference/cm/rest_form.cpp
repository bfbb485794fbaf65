#include "reference/cm/rest_form.hpp"

#include <algorithm>
#include <array>

#include "common/iso7816/tlv.hpp"
#include "reference/cm/der.hpp"
#include "reference/cm/subject.hpp"

namespace rakit::reference {
namespace {

constexpr std::array<const char*, 9> kUsages{"digitalSignature", "nonRepudiation", "keyEncipherment",
                                             "dataEncipherment", "keyAgreement",   "keyCertSign",
                                             "cRLSign",          "encipherOnly",   "decipherOnly"};

/// key_usage makes the Extension (RFC 5280 section 4.2.1.3), critical; nothing for no usage.
Bytes key_usage(const std::vector<std::string>& usages) {
    Bytes bits(2);
    std::size_t last = 0;
    for (std::size_t i = 0; i < kUsages.size(); ++i) {
        if (std::find(usages.begin(), usages.end(), kUsages[i]) == usages.end()) continue;
        bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 0x80U >> (i % 8));
        last = i + 1;
    }
    if (last == 0) return {};
    bits.resize((last + 7) / 8);
    Bytes content{static_cast<std::uint8_t>(bits.size() * 8 - last)};  // unused bits
    append(content, bits);
    const Bytes value = iso7816::TlvWriter().put(der::kBitString, content).bytes();
    iso7816::TlvWriter out;
    out.nest(der::kSequence, [&](auto& extension) {
        extension.put(der::kOid, Bytes{0x55, 0x1D, 0x0F}).put(der::kBoolean, Bytes{0xFF}).put(der::kOctetString, value);
    });
    return std::move(out).bytes();
}

const char* media_type(const std::string& part) {
    if (part == "pkcs10") return "application/pkcs10";
    return part == "signature" ? "application/octet-stream" : nullptr;
}

}  // namespace

net::HttpRequest post_form(const std::string& target, const std::vector<std::pair<std::string, Bytes>>& parts,
                           const char* accept, Rng& rng) {
    const std::string boundary = "rakit-" + to_hex(rng.bytes(16));
    std::string body;
    for (const auto& [name, content] : parts) {
        const char* type = media_type(name);
        body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n";
        if (type != nullptr) body += std::string("Content-Type: ") + type + "\r\n";
        body += "\r\n" + (type != nullptr ? to_base64(content) : std::string(as_text(content))) + "\r\n";
    }
    body += "--" + boundary + "--\r\n";
    return {"POST",
            target,
            {{"content-type", "multipart/form-data; boundary=" + boundary}, {"accept", accept}},
            to_bytes(body),
            {}};
}

Result<Bytes> requested_extensions(const Order& order, const OrderLine& line) {
    Bytes extensions = key_usage(line.usage);
    const auto names = subject_extensions(order.fields);
    if (!names) return fail(names.error());
    append(extensions, *names);
    append(extensions, encode_qc_extension(order.qc_statements));
    return extensions;
}

}  // namespace rakit::reference
