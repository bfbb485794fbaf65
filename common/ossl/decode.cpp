#include "common/ossl/decode.hpp"

#include <openssl/core_dispatch.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace rakit::ossl {
namespace {

// The context's one provider hands on OpenSSL's default provider with a choice of its decoders and key managers.

using Algorithms = std::vector<OSSL_ALGORITHM>;
using Function = void (*)();

/// chosen copies what a choice lets through of an operation's list, which ends with an entry without names.
template <class Choice>
Algorithms chosen(const OSSL_PROVIDER* whole, int operation, Choice&& choice) {
    int no_cache = 0;
    Algorithms list;
    const auto* all = OSSL_PROVIDER_query_operation(whole, operation, &no_cache);
    for (; all != nullptr && all->algorithm_names != nullptr; ++all)
        if (choice(*all)) list.push_back(*all);
    list.push_back({nullptr, nullptr, nullptr, nullptr});
    return list;
}

/// main_name is the first of `EC:id-ecPublicKey:1.2.840.10045.2.1`.
std::string_view main_name(const OSSL_ALGORITHM& algorithm) {
    const std::string_view names(algorithm.algorithm_names);
    return names.substr(0, names.find(':'));
}

template <std::size_t Count>
bool is_one_of(const std::array<std::string_view, Count>& names, const OSSL_ALGORITHM& algorithm) {
    return std::find(names.begin(), names.end(), main_name(algorithm)) != names.end();
}

/// DER is the one that finds out whose the SubjectPublicKeyInfo is.
bool is_key_decoder(const OSSL_ALGORITHM& algorithm) {
    static constexpr std::array<std::string_view, 3> kReads{"DER", "EC", "RSA"};
    return is_one_of(kReads, algorithm) &&
           std::string_view(algorithm.property_definition).find("structure=SubjectPublicKeyInfo") !=
               std::string_view::npos;
}

/// A key that isn't read here may still have signed what is.
bool is_signing_key(const OSSL_ALGORITHM& algorithm) {
    static constexpr std::array<std::string_view, 7> kSign{"RSA", "RSA-PSS", "EC", "DSA", "ED25519", "ED448", "SM2"};
    return is_one_of(kSign, algorithm);
}

/// Library is the context; it lives as long as the process, since certificates in static storage outlive anything else.
class Library {
public:
    Library() : x_inner(OSSL_LIB_CTX_new()), x_context(OSSL_LIB_CTX_new()) {
        whole() = OSSL_PROVIDER_load(x_inner, "default");
        if (whole() == nullptr) return;
        decoders() = chosen(whole(), OSSL_OP_DECODER, is_key_decoder);
        key_managers() = chosen(whole(), OSSL_OP_KEYMGMT, is_signing_key);
        x_ready = OSSL_PROVIDER_add_builtin(x_context, "rakit-choice", start) == 1 &&
                  OSSL_PROVIDER_load(x_context, "rakit-choice") != nullptr;
    }
    /// context is null, OpenSSL's usual one, if there is no default provider.
    OSSL_LIB_CTX* context() const { return x_ready ? x_context : nullptr; }

private:
    // OpenSSL calls these without anything of ours.
    static OSSL_PROVIDER*& whole() {
        static OSSL_PROVIDER* provider = nullptr;
        return provider;
    }
    static Algorithms& decoders() {
        static auto& list = *new Algorithms;
        return list;
    }
    static Algorithms& key_managers() {
        static auto& list = *new Algorithms;
        return list;
    }
    static const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
        if (operation == OSSL_OP_DECODER) return decoders().data();
        if (operation == OSSL_OP_KEYMGMT) return key_managers().data();
        return OSSL_PROVIDER_query_operation(whole(), operation, no_cache);
    }
    static void stop(void*) {}
    static int start(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions, void** context) {
        static const std::array<OSSL_DISPATCH, 3> kFunctions{
            OSSL_DISPATCH{OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<Function>(query)},
            OSSL_DISPATCH{OSSL_FUNC_PROVIDER_TEARDOWN, reinterpret_cast<Function>(stop)}, OSSL_DISPATCH{0, nullptr}};
        *functions = kFunctions.data();
        *context = OSSL_PROVIDER_get0_provider_ctx(whole());
        return 1;
    }

    OSSL_LIB_CTX* x_inner;
    OSSL_LIB_CTX* x_context;
    bool x_ready = false;
};

OSSL_LIB_CTX* few_decoders() {
    static const auto& library = *new Library;
    return library.context();
}

bool has_keys(const X509Certificate& certificate) { return X509_get0_pubkey(certificate.get()) != nullptr; }
bool has_keys(const CmsContentInfo& cms) {
    const Certificates stack(CMS_get1_certs(cms.get()));
    for (int i = 0; stack && i < sk_X509_num(stack.get()); ++i)
        if (X509_get0_pubkey(sk_X509_value(stack.get(), i)) == nullptr) return false;
    return true;
}

template <class Handle, class Make, class Read>
Decoded<Handle> decode(ByteView der, Make&& make, Read&& read) {
    for (OSSL_LIB_CTX* library : {few_decoders(), static_cast<OSSL_LIB_CTX*>(nullptr)}) {
        auto* object = make(library, nullptr);
        const unsigned char* cursor = der.data();
        // What can't be read is freed by OpenSSL.
        if (object == nullptr || read(&object, &cursor, static_cast<long>(der.size())) == nullptr) return {};
        Decoded<Handle> decoded{Handle(object), static_cast<std::size_t>(cursor - der.data())};
        ERR_set_mark();
        const bool whole = library == nullptr || has_keys(decoded.object);
        ERR_pop_to_mark();
        if (whole) return decoded;
    }
    return {};
}

constexpr std::uint8_t kOid = 0x06, kSequence = 0x30, kSet = 0x31, kContent = 0xA0, kBag = 0xA0;

struct Element {
    ByteView whole, contents;
};

/// take reads the next element if it has this one-octet tag and a definite length.
std::optional<Element> take(ByteView& rest, std::uint8_t tag) {
    const unsigned char* cursor = rest.data();
    long size = 0;
    int number = 0, kind = 0;
    if (rest.empty() || rest[0] != tag) return std::nullopt;
    const int form = ASN1_get_object(&cursor, &size, &number, &kind, static_cast<long>(rest.size()));
    if ((form & 0x81) != 0) return std::nullopt;  // wrong, or of indefinite length
    const auto header = static_cast<std::size_t>(cursor - rest.data());
    const Element element{rest.first(header + static_cast<std::size_t>(size)),
                          rest.subspan(header, static_cast<std::size_t>(size))};
    rest = rest.subspan(element.whole.size());
    return element;
}

void put_header(Bytes& to, std::uint8_t tag, std::size_t size) {
    std::array<unsigned char, 16> header{};
    unsigned char* end = header.data();
    ASN1_put_object(&end, 1, static_cast<int>(size), tag & 0x1F, tag & 0xC0);
    to.insert(to.end(), header.data(), end);
}

Bytes nested(std::uint8_t tag, std::initializer_list<ByteView> parts) {
    const Bytes contents = concat(parts);
    Bytes whole;
    put_header(whole, tag, contents.size());
    append(whole, contents);
    return whole;
}

}  // namespace

Decoded<X509Certificate> decode_certificate(ByteView der) {
    return decode<X509Certificate>(der, X509_new_ex, d2i_X509);
}

Decoded<CmsContentInfo> decode_cms(ByteView ber) {
    return decode<CmsContentInfo>(ber, CMS_ContentInfo_new_ex, d2i_CMS_ContentInfo);
}

std::optional<SplitCms> split_cms(ByteView der) {
    const auto outer = take(der, kSequence);
    if (!outer || !der.empty()) return std::nullopt;
    ByteView info = outer->contents;
    const auto type = take(info, kOid);
    const auto tagged = type ? take(info, kContent) : std::nullopt;
    if (!tagged || !info.empty()) return std::nullopt;
    ByteView rest = tagged->contents;
    const auto data = take(rest, kSequence);
    if (!data || !rest.empty()) return std::nullopt;
    rest = data->contents;
    // version, digestAlgorithms, encapContentInfo
    if (!take(rest, 0x02) || !take(rest, kSet) || !take(rest, kSequence)) return std::nullopt;
    const auto before = data->contents.first(data->contents.size() - rest.size());
    const auto bag = take(rest, kBag);
    if (!bag) return std::nullopt;
    SplitCms split;
    for (ByteView left = bag->contents; !left.empty();) {
        const auto certificate = take(left, kSequence);
        if (!certificate) return std::nullopt;
        split.certificates.push_back(certificate->whole);
    }
    const Bytes without = nested(kSequence, {type->whole, nested(kContent, {nested(kSequence, {before, rest})})});
    auto decoded = decode_cms(without);
    if (!decoded.object || decoded.size != without.size()) return std::nullopt;
    split.cms = std::move(decoded.object);
    return split;
}

}  // namespace rakit::ossl
