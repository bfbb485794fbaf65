#pragma once

#include <map>

#include "common/base/rng.hpp"
#include "virtual_cards/applets/pkcs15/state.hpp"
#include "virtual_cards/os/applet.hpp"

namespace rakit::cards::pkcs15 {

/// Pkcs15Applet is a file-system card with the MyEID command set (virtual_cards/README.md lists the commands).
class Pkcs15Applet final : public Applet {
public:
    explicit Pkcs15Applet(State state);

    void reset() override;
    iso7816::ResponseApdu execute(const iso7816::CommandApdu& command, const Disturbance& disturbance) override;

    const State& state() const { return x_state; }

private:
    using Command = iso7816::CommandApdu;
    using Response = iso7816::ResponseApdu;
    using Index = FileSystem::Index;

    /// Environment is what MANAGE SECURITY ENVIRONMENT set.
    struct Environment {
        std::uint8_t template_tag = 0;  ///< B6 sign, B8 decipher, A4 agree; 0: none
        std::uint8_t algorithm = 0;
        std::optional<std::uint16_t> file;
    };

    // files.cpp
    Response select(const Command& command);
    Response select_found(Index index, std::uint8_t p2);
    std::optional<Index> find_by_id(ByteView data) const;
    std::optional<Index> follow(Index from, ByteView path) const;
    Response read_binary(const Command& command);
    Response update_binary(const Command& command, const Disturbance& disturbance);
    Response create_file(const Command& command, const Disturbance& disturbance);
    Response delete_file(const Command& command, const Disturbance& disturbance);
    Response activate(const Command& command, const Disturbance& disturbance);
    // pins.cpp
    Response verify(const Command& command);
    Response change_reference_data(const Command& command, const Disturbance& disturbance);
    Response reset_retry_counter(const Command& command, const Disturbance& disturbance);
    Response deauthenticate(const Command& command);
    Response create_pin(const Command& command, const Disturbance& disturbance);
    // data_objects.cpp
    Response get_data(const Command& command, const Disturbance& disturbance);
    Response put_data(const Command& command, const Disturbance& disturbance);
    Response initialise(const Command& command, const Disturbance& disturbance);
    Response import_part(const Command& command, const Disturbance& disturbance);
    Response finish_import(bool rsa, const Disturbance& disturbance);
    Response store_secret(const Command& command, const Disturbance& disturbance);
    // crypto.cpp
    Response generate(const Command& command, const Disturbance& disturbance);
    Response manage_environment(const Command& command);
    Response perform_operation(const Command& command, const Disturbance& disturbance);
    Response sign(ByteView input, File& file, const Disturbance& disturbance);
    /// used says that a key did its work: it takes time, and perhaps the PIN's freshness.
    void used(const File& file);
    Response decipher(const Command& command, File& file);
    Response agree(const Command& command);
    Response challenge(const Command& command);
    /// usable_key finds the environment's key, or the selected one, and checks its PIN; else `refusal` says why not.
    std::optional<Index> usable_key(std::uint8_t template_tag, iso7816::StatusWord& refusal) const;

    bool allowed(const File& file, Right right) const;
    File* selected_file() { return x_file ? &x_state.files.at(*x_file) : nullptr; }
    void changed(const Disturbance& disturbance) {
        if (!disturbance.counter_stuck) ++x_state.change_counter;
    }

    State x_state;
    SeededRng x_random;
    Index x_df = FileSystem::kMf;
    std::optional<Index> x_file;  ///< the selected EF or key file
    Environment x_environment;
    Bytes x_first_half;  ///< of a cryptogram that comes in two
    std::optional<Index> x_import_file;
    std::map<std::uint8_t, Bytes> x_import;
};

}  // namespace rakit::cards::pkcs15
