#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reference/cm/order.hpp"

/// The JSON bodies of docs/formats/wire.md, as the RA writes and reads them. Whatever can't be read is
/// cm_answer_invalid, with the offset of a syntax error or the JSON Pointer of a wrong value.
namespace rakit::reference {

/// write_prepare_request gives the body of POST /ra/prepare. Failure: field_invalid (a text that is no UTF-8).
Result<std::string> write_prepare_request(const Order& order);

/// write_reg_info gives the regInfo of an order; `body_parts` holds the tcr's id for each line.
Result<std::string> write_reg_info(const Order& order, const std::vector<std::uint32_t>& body_parts);

Result<std::vector<Procedure>> read_procedures(ByteView json);

/// read_prepare_answer reads what take_op_pin left.
Result<PrepareAnswer> read_prepare_answer(ByteView json);

/// IssuedLine names one certificate of the bag.
struct IssuedLine {
    std::string key;
    std::uint32_t body_part = 0;
    std::string sha256;
};

/// ResponseInfo is what was issued.
struct ResponseInfo {
    std::vector<IssuedLine> lines;
    std::vector<std::string> issuer_certificates;  ///< SHA-256, hex
};
Result<ResponseInfo> read_response_info(ByteView json);

/// read_refusal turns `{"version": 1, "error": ERROR}` into an Error with the CM's code, message, remedy and line.
/// A code that is none of the CM's becomes cm_answer_invalid, with its name in the detail; so does any other body.
Error read_refusal(ByteView json, std::string where);

/// cm_code finds the code that a CM may refuse with by its name; the RA's own codes are none.
std::optional<ErrorCode> cm_code(std::string_view name);

}  // namespace rakit::reference
