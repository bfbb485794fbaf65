#include <algorithm>
#include <array>
#include <set>

#include "common/iso7816/tlv.hpp"
#include "reference/cm/cmc.hpp"
#include "reference/cm/der.hpp"

namespace rakit::reference::cmc {
namespace {

using iso7816::Tlv;
using iso7816::TlvReader;

constexpr std::array<std::uint8_t, 7> kIdCmc{0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x07};

/// Cursor reads children and tells offsets from the start of the whole answer.
class Cursor {
public:
    explicit Cursor(ByteView whole) : x_begin(whole.data()), x_at(whole.data()), x_reader(whole) {}

    bool at_end() const { return x_reader.at_end(); }
    std::optional<std::uint32_t> peek_tag() const { return x_reader.peek_tag(); }
    std::size_t offset() const { return static_cast<std::size_t>(x_at - x_begin) + x_reader.offset(); }
    Cursor into(const Tlv& tlv) const { return Cursor(x_begin, tlv.value); }

    Unexpected wrong(std::string detail) const {
        return fail(ErrorCode::cm_answer_invalid, std::move(detail), "offset " + std::to_string(offset()));
    }
    Result<Tlv> read(std::uint32_t tag, const char* what) {
        auto tlv = x_reader.read(tag);
        if (!tlv) return wrong(std::string(what) + ": " + tlv.error().detail);
        return *tlv;
    }

private:
    Cursor(const std::uint8_t* begin, ByteView part) : x_begin(begin), x_at(part.data()), x_reader(part) {}

    const std::uint8_t* x_begin;
    const std::uint8_t* x_at;
    TlvReader x_reader;
};

Result<std::uint32_t> read_number(Cursor& from, const char* what) {
    const Cursor before = from;
    const auto tlv = from.read(der::kInteger, what);
    if (!tlv) return fail(tlv.error());
    const ByteView value = tlv->value;
    if (value.empty() || (value[0] & 0x80) != 0) return before.wrong(std::string(what) + ": not a positive INTEGER");
    std::uint64_t number = 0;
    for (const auto octet : value) {
        number = number << 8 | octet;
        if (number > 0xFFFFFFFF) return before.wrong(std::string(what) + ": above 4294967295");
    }
    return static_cast<std::uint32_t>(number);
}

std::optional<ControlNumber> control_number(ByteView oid) {
    if (oid.size() != kIdCmc.size() + 1 || !std::equal(kIdCmc.begin(), kIdCmc.end(), oid.begin())) return std::nullopt;
    switch (const auto number = static_cast<ControlNumber>(oid.back())) {
        case ControlNumber::data_return:
        case ControlNumber::transaction_id:
        case ControlNumber::sender_nonce:
        case ControlNumber::recipient_nonce:
        case ControlNumber::response_info:
        case ControlNumber::status_info_v2: return number;
        default: return std::nullopt;  // a request's control, or none we know
    }
}

Result<Control> read_control(Cursor& from) {
    const auto attribute = from.read(der::kSequence, "control");
    if (!attribute) return fail(attribute.error());
    Cursor inside = from.into(*attribute);
    const auto body_part = read_number(inside, "body part id");
    if (!body_part) return fail(body_part.error());
    const Cursor before = inside;
    const auto oid = inside.read(der::kOid, "control type");
    if (!oid) return fail(oid.error());
    const auto number = control_number(oid->value);
    if (!number) return before.wrong("a control that no answer may hold: OID " + to_hex(oid->value));
    const auto values = inside.read(der::kSet, "control values");
    if (!values) return fail(values.error());
    if (!inside.at_end()) return inside.wrong("octets after the control");
    Cursor value = inside.into(*values);
    const auto tag = value.peek_tag();
    if (!tag) return value.wrong("a control without value");
    if (const auto only = value.read(*tag, "control value"); !only) return fail(only.error());
    if (!value.at_end()) return value.wrong("a control with more than one value");
    return Control{*body_part, *number, Bytes(values->value.begin(), values->value.end())};
}

Result<void> read_body_list(Cursor from, std::vector<std::uint32_t>& to) {
    while (!from.at_end()) {
        if (from.peek_tag() != der::kSequence) {
            const auto part = read_number(from, "bodyList");
            if (!part) return fail(part.error());
            to.push_back(*part);
            continue;
        }
        const auto path = from.read(der::kSequence, "body part path");
        if (!path) return fail(path.error());
        Cursor ids = from.into(*path);
        if (ids.at_end()) return ids.wrong("an empty body part path");
        Result<std::uint32_t> last = 0U;
        while (last && !ids.at_end()) last = read_number(ids, "body part path");
        if (!last) return fail(last.error());
        to.push_back(*last);
    }
    if (to.empty()) return from.wrong("an empty bodyList");
    return {};
}

/// read_time takes a GeneralizedTime in the form of RFC 5280 section 4.1.2.5.2.
Result<UtcTime> read_time(Cursor& from, const char* what) {
    const Cursor before = from;
    const auto tlv = from.read(der::kGeneralizedTime, what);
    if (!tlv) return fail(tlv.error());
    std::string text(as_text(tlv->value));
    constexpr std::string_view kForm = "YYYYMMDDhhmmssZ";
    if (text.size() != kForm.size()) return before.wrong(std::string(what) + ": not of the form YYYYMMDDhhmmssZ");
    for (const auto& [at, separator] : {std::pair(12, ':'), {10, ':'}, {8, 'T'}, {6, '-'}, {4, '-'}})
        text.insert(static_cast<std::size_t>(at), 1, separator);
    const auto time = from_iso8601(text);
    if (!time) return before.wrong(std::string(what) + ": no time");
    return *time;
}

Result<PendInfo> read_pend_info(Cursor& from) {
    const auto tlv = from.read(der::kSequence, "pendInfo");
    if (!tlv) return fail(tlv.error());
    Cursor inside = from.into(*tlv);
    const auto token = inside.read(der::kOctetString, "pendToken");
    if (!token) return fail(token.error());
    const auto time = read_time(inside, "pendTime");
    if (!time) return fail(time.error());
    if (!inside.at_end()) return inside.wrong("octets after pendTime");
    return PendInfo{Bytes(token->value.begin(), token->value.end()), *time};
}

Result<Tlv> whole(ByteView der, std::uint32_t tag, const char* what) {
    Cursor cursor(der);
    auto tlv = cursor.read(tag, what);
    if (tlv && !cursor.at_end()) return cursor.wrong(std::string("octets after ") + what);
    return tlv;
}

}  // namespace

Result<std::vector<Control>> decode_pki_response(ByteView der) {
    const auto response = whole(der, der::kSequence, "PKIResponse");
    if (!response) return fail(response.error());
    Cursor inside = Cursor(der).into(*response);
    const auto list = inside.read(der::kSequence, "controlSequence");
    if (!list) return fail(list.error());
    std::vector<Control> controls;
    std::set<std::uint32_t> seen{0};
    Cursor next = inside.into(*list);
    while (!next.at_end()) {
        const Cursor before = next;
        auto control = read_control(next);
        if (!control) return fail(control.error());
        if (!seen.insert(control->body_part).second)
            return before.wrong("body part id " + std::to_string(control->body_part) + " is reserved or used twice");
        controls.push_back(*std::move(control));
    }
    for (const char* what : {"cmsSequence", "otherMsgSequence"})
        if (const auto passed_over = inside.read(der::kSequence, what); !passed_over) return fail(passed_over.error());
    if (!inside.at_end()) return inside.wrong("octets after otherMsgSequence");
    return controls;
}

Result<Bytes> decode_integer(ByteView der) {
    const auto tlv = whole(der, der::kInteger, "INTEGER");
    if (!tlv) return fail(tlv.error());
    ByteView value = tlv->value;
    if (value.empty() || (value[0] & 0x80) != 0) return Cursor(der).wrong("not a positive INTEGER");
    while (value.size() > 1 && value[0] == 0) value = value.subspan(1);
    return Bytes(value.begin(), value.end());
}

Result<Bytes> decode_octets(ByteView der) {
    const auto tlv = whole(der, der::kOctetString, "OCTET STRING");
    if (!tlv) return fail(tlv.error());
    return Bytes(tlv->value.begin(), tlv->value.end());
}

Result<StatusInfo> decode_status_info(ByteView der) {
    const auto tlv = whole(der, der::kSequence, "CMCStatusInfoV2");
    if (!tlv) return fail(tlv.error());
    Cursor inside = Cursor(der).into(*tlv);
    StatusInfo info;
    const auto status = read_number(inside, "cMCStatus");
    if (!status) return fail(status.error());
    info.status = *status;
    const auto list = inside.read(der::kSequence, "bodyList");
    if (!list) return fail(list.error());
    if (auto read = read_body_list(inside.into(*list), info.body_parts); !read) return fail(read.error());
    if (inside.peek_tag() == der::kUtf8String) {
        const auto text = inside.read(der::kUtf8String, "statusString");
        if (!text) return fail(text.error());
        info.text = as_text(text->value);
    }
    if (inside.peek_tag() == der::kInteger) {
        const auto fail_info = read_number(inside, "failInfo");
        if (!fail_info) return fail(fail_info.error());
        info.fail_info = *fail_info;
    } else if (inside.peek_tag() == der::kSequence) {
        auto pending = read_pend_info(inside);
        if (!pending) return fail(pending.error());
        info.pend_info = *std::move(pending);
    }
    if (!inside.at_end()) return inside.wrong("octets after the status");
    return info;
}

}  // namespace rakit::reference::cmc
