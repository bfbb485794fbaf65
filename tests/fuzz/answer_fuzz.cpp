// An HTTP answer to POST /cmc, as the RA opens it: CMS, chain, content. The first two octets are the status.
#include "reference/cm/answer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    if (size < 2) return 0;
    net::HttpResponse response;
    response.status = data[0] << 8 | data[1];
    response.headers["content-type"] = "application/pkcs7-mime; smime-type=CMC-response";
    response.body.assign(data + 2, data + size);
    (void)reference::read_answer(response, {}, {}, *from_iso8601("2026-03-02T12:00:00Z"));
    return 0;
}
