#include "reference/card/card_profile.hpp"

#include "reference/card/profiles/pkcs15/profile.hpp"

namespace rakit::reference {

std::vector<const CardProfile*> card_profiles() {
    static const pkcs15::Profile
        pkcs15_profile;  // const and stateless: a name for a family, not a singleton with a life
    return {&pkcs15_profile};
}

}  // namespace rakit::reference
