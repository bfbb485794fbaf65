#pragma once

#include "common/net/http.hpp"
#include "mock_cm/core/context.hpp"
#include "mock_cm/core/store.hpp"
#include "mock_cm/rest/challenges.hpp"
#include "mock_cm/web/multipart.hpp"

namespace rakit::cm {

/// SignedCall is one of the two rounds of a write operation, on its way.
struct SignedCall {
    const Context& context;
    Store& store;
    Challenges& challenges;
    const net::HttpRequest& request;
    const x509::Certificate& peer;  ///< who opened the connection
    Form form;
};

/// take_form_text takes a text field of a form; empty if it isn't there.
std::string take_form_text(const Form& form, const std::string& name);

/// enrol is POST /certificates/pkcs10: without the part `signature` it answers with what is to be signed, with it it
/// issues. Refusals are logged and answered.
net::HttpResponse enrol(SignedCall& call);

/// revoke is POST /certificates/revoke, in the same two rounds.
net::HttpResponse revoke(SignedCall& call);

}  // namespace rakit::cm
