#include "reference/card/profiles/pkcs15/profile.hpp"
namespace rakit::reference::pkcs15 {
Result<WritePlan> Profile::plan_write(ApduChannel&, const std::vector<CertificateChange>&, UtcTime) const {
    return fail(ErrorCode::unsupported, "this card can't be written");
}
}  // namespace rakit::reference::pkcs15
