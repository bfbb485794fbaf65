#include "reference/card/card_profile.hpp"

#include "reference/card/profiles/piv/profile.hpp"
#include "reference/card/profiles/pkcs15/profile.hpp"

namespace rakit::reference {

std::vector<const CardProfile*> card_profiles() {
    // const and stateless: names for families, not singletons with a life
    static const pkcs15::Profile pkcs15_profile;
    static const piv::Profile piv_profile;
    return {&pkcs15_profile, &piv_profile};
}

}  // namespace rakit::reference
