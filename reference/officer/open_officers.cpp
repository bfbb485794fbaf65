#include "reference/officer/open_officers.hpp"

#include <map>

#include "reference/officer/pkcs11_officer.hpp"
#include "reference/officer/pkcs12_officer.hpp"

namespace rakit::reference {
namespace {

using Credential = Result<std::unique_ptr<OfficerCredential>>;
using Modules = std::map<std::string, std::shared_ptr<Pkcs11Module>>;

Credential open(const std::string& name, Modules& modules) {
    if (!is_pkcs11_uri(name)) {
        auto file = Pkcs12Officer::open(name);
        if (!file) return fail(file.error());
        return std::unique_ptr<OfficerCredential>(std::move(*file));
    }
    const auto uri = parse_pkcs11_uri(name);
    if (!uri) return fail(uri.error());
    auto& module = modules[uri->module_path];
    if (module == nullptr) {
        auto loaded = Pkcs11Module::load(uri->module_path);
        if (!loaded) return fail(loaded.error());
        module = *std::move(loaded);
    }
    auto card = Pkcs11Officer::open(module, *uri);
    if (!card) return fail(card.error());
    return std::unique_ptr<OfficerCredential>(std::move(*card));
}

}  // namespace

Result<Officers> open_officers(const std::string& signs, const std::string& connects) {
    Modules modules;  // one module can be initialised once only
    auto signer = open(signs, modules);
    if (!signer) return fail(signer.error());
    Officers officers{*std::move(signer), nullptr};
    if (connects.empty() || connects == signs) return officers;
    auto connector = open(connects, modules);
    if (!connector) return fail(connector.error());
    officers.connects = *std::move(connector);
    return officers;
}

}  // namespace rakit::reference
