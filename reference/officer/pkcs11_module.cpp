#include "reference/officer/pkcs11_module.hpp"

#include <openssl/err.h>
#include <openssl/ui.h>

#include <thread>
#include <utility>

#include "common/ossl/handles.hpp"
#include "reference/officer/pkcs11_library.hpp"

namespace rakit::reference {
namespace {

/// Codes of PKCS#11 v2.40, section 5.1.
constexpr unsigned long kSlotIdInvalid = 0x03, kDeviceRemoved = 0x32, kPinIncorrect = 0xA0, kPinInvalid = 0xA1,
                        kPinLenRange = 0xA2, kPinLocked = 0xA4, kSessionHandleInvalid = 0xB3, kTokenNotPresent = 0xE0,
                        kTokenNotRecognized = 0xE1, kUserNotLoggedIn = 0x101;

/// A card that comes or goes in another reader just then, as a card printer's do, has a module list nothing at all;
/// with pcscd, which looks every 400 ms, until that has noticed too.
constexpr int kLooks = 4;
constexpr std::chrono::milliseconds kBetweenLooks{200};

ErrorCode code_of(unsigned long reason) {
    switch (reason) {
        case kPinIncorrect: return ErrorCode::pin_wrong;
        case kPinInvalid:
        case kPinLenRange: return ErrorCode::pin_malformed;
        case kPinLocked: return ErrorCode::pin_blocked;
        case kSlotIdInvalid:
        case kDeviceRemoved:
        case kSessionHandleInvalid:
        case kTokenNotPresent:
        case kTokenNotRecognized:
        // The card lost the login: another one is in the reader, or it was pulled and put back.
        case kUserNotLoggedIn: return ErrorCode::officer_card_absent;
        default: return ErrorCode::officer_credential_invalid;
    }
}

/// give_pin answers libp11's question before a context-specific login (CKA_ALWAYS_AUTHENTICATE).
int give_pin(UI* ui, UI_STRING* string) {
    const auto* library = static_cast<const Pkcs11Library*>(UI_get0_user_data(ui));
    if (UI_get_string_type(string) != UIT_PROMPT || library == nullptr || library->pin.empty()) return 0;
    return UI_set_result(ui, string, reinterpret_cast<const char*>(library->pin.data())) == 0 ? 1 : 0;
}

}  // namespace

Error module_error(const std::string& doing) {
    const unsigned long last = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(last);
    const bool from_module = ERR_GET_LIB(last) == ERR_get_CKR_code();
    const auto number = static_cast<unsigned long>(ERR_GET_REASON(last));
    ERR_clear_error();
    Error error{from_module ? code_of(number) : ErrorCode::officer_credential_invalid, doing, {}, {}, {}, {}};
    error.detail += reason != nullptr ? ": " + std::string(reason) : ", reason " + std::to_string(number);
    return error;
}

Result<void> Pkcs11Library::open(const std::string& path) {
    context = PKCS11_CTX_new();
    if (context == nullptr) return fail(ErrorCode::crypto_failed, "libp11: " + ossl::last_error());
    if (PKCS11_CTX_load(context, path.c_str()) != 0) {
        Error error = module_error("the PKCS#11 module can't be loaded");
        PKCS11_CTX_free(context);
        context = nullptr;
        error.where = path;
        return fail(std::move(error));
    }
    ask = UI_create_method("rakit");
    UI_method_set_reader(ask, give_pin);
    PKCS11_set_ui_method(context, ask, this);
    return {};
}

Result<void> Pkcs11Library::refresh() {
    if (open_keys > 0) return {};
    if (slots != nullptr) PKCS11_release_all_slots(context, std::exchange(slots, nullptr), std::exchange(count, 0));
    for (int look = 1; PKCS11_enumerate_slots(context, &slots, &count) != 0; ++look) {
        Error error = module_error("listing the slots");
        if (look == kLooks) return fail(std::move(error));
        std::this_thread::sleep_for(kBetweenLooks);
    }
    return {};
}

void Pkcs11Library::close() {
    if (context == nullptr) return;
    if (slots != nullptr) PKCS11_release_all_slots(context, slots, count);
    PKCS11_CTX_unload(context);
    PKCS11_CTX_free(context);
    UI_destroy_method(ask);
    ERR_clear_error();
    context = nullptr;
}

Pkcs11Module::Pkcs11Module(std::shared_ptr<Pkcs11Library> library, std::chrono::milliseconds deadline)
    : x_library(std::move(library)), x_worker(std::make_unique<BoundedWorker>()), x_deadline(deadline) {}

Result<std::shared_ptr<Pkcs11Module>> Pkcs11Module::load(const std::filesystem::path& path,
                                                         std::chrono::milliseconds deadline) {
    if (std::error_code problem; !std::filesystem::is_regular_file(path, problem))
        return fail(ErrorCode::file_unreadable, "no PKCS#11 module is there", path.string());
    std::shared_ptr<Pkcs11Module> module(new Pkcs11Module(std::make_shared<Pkcs11Library>(), deadline));
    if (auto opened = module->call([path = path.string()](Pkcs11Library& library) { return library.open(path); });
        !opened)
        return fail(opened.error());
    return module;
}

Pkcs11Module::~Pkcs11Module() {
    (void)call([](Pkcs11Library& library) {
        library.close();
        return Result<void>();
    });
}

Result<void> Pkcs11Module::call(std::function<Result<void>(Pkcs11Library&)> job) {
    const std::lock_guard one(x_one_caller);
    const auto outcome = std::make_shared<Result<void>>();
    const auto done = x_worker->run(
        [library = x_library, outcome, job = std::move(job)] {
            *outcome = job(*library);
            return 0L;
        },
        x_deadline);
    if (done) return *outcome;
    return fail(ErrorCode::officer_credential_invalid,
                "the PKCS#11 module did not answer within " + std::to_string(x_deadline.count()) + " ms", {},
                "pull the officer's card and put it back");
}

}  // namespace rakit::reference
