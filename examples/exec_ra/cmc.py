"""The CMC messages of docs/formats/wire.md (RFC 5272), unsigned: openssl signs them."""
import json

from der import integer, octets, oid, sequence, set_of, tlv, values

ID_CMC = "1.3.6.1.5.5.7.7."
STATUS_INFO_V2, DATA_RETURN, TRANSACTION_ID, SENDER_NONCE, RECIPIENT_NONCE = 25, 4, 5, 6, 7
REVOKE_REQUEST, REG_INFO, RESPONSE_INFO, CONFIRM, MOD_CERT_TEMPLATE = 17, 18, 19, 24, 31
SUPERSEDED = 4
ATTRIBUTES = {  # field -> (X.520 attribute, string tag)
    "commonName": ("2.5.4.3", 0x0C), "surname": ("2.5.4.4", 0x0C), "serialNumber": ("2.5.4.5", 0x13),
    "country": ("2.5.4.6", 0x13), "organization": ("2.5.4.10", 0x0C), "organizationalUnit": ("2.5.4.11", 0x0C),
    "title": ("2.5.4.12", 0x0C), "givenName": ("2.5.4.42", 0x0C),
}


def subject(fields):
    """Gives the Name; the country first, the owner's own attributes last."""
    order = ["country", "organization", "organizationalUnit", "title", "commonName", "givenName", "surname", "serialNumber"]
    return sequence(*(set_of(sequence(oid(ATTRIBUTES[name][0]), tlv(ATTRIBUTES[name][1], fields[name].encode())))
                      for name in order if fields.get(name)))


def certification_request(name, spki, sign):
    """PKCS#10 (RFC 2986); `sign` makes RSA PKCS#1 v1.5 with SHA-256 of what it is given."""
    info = sequence(integer(0), name, spki, tlv(0xA0))
    return sequence(info, sequence(oid("1.2.840.113549.1.1.11"), tlv(0x05)), tlv(0x03, b"\0" + sign(info)))


def pki_data(controls, requests):
    """`controls`: (number, value) pairs, body parts from 1; `requests`: PKCS#10s, body parts after them."""
    parts = [sequence(integer(i), oid(ID_CMC + str(number)), set_of(value)) for i, (number, value) in enumerate(controls, 1)]
    tagged = [tlv(0xA0, integer(i), request) for i, request in enumerate(requests, len(parts) + 1)]
    return sequence(sequence(*parts), sequence(*tagged), sequence(), sequence())


def order(transaction, nonce, card_serial, reg_info, request, name, revoked):
    """One key's order; `reg_info` is called with the request's body part id. `revoked`: issuer and serial number of the
    certificate that the CM is to revoke, or None."""
    part = 7 if revoked else 6
    template = sequence(sequence(integer(part)), sequence(), sequence(tlv(0xA5, name)))
    controls = [(TRANSACTION_ID, integer(transaction)), (SENDER_NONCE, octets(nonce)),
                (REG_INFO, octets(json.dumps(reg_info(part)).encode())), (DATA_RETURN, octets(card_serial)),
                (MOD_CERT_TEMPLATE, template)]
    if revoked:
        controls.append((REVOKE_REQUEST, sequence(revoked[0], integer(revoked[1]), tlv(0x0A, bytes([SUPERSEDED])))))
    return pki_data(controls, [request])


def confirmation(transaction, nonce, answered, issuer, serial):
    return pki_data([(TRANSACTION_ID, integer(transaction)), (SENDER_NONCE, octets(nonce)),
                     (RECIPIENT_NONCE, octets(answered)), (CONFIRM, sequence(issuer, integer(serial)))], [])


def controls_of(response):
    """Reads a PKIResponse: control number -> content of its value."""
    (_, body, _), = values(response)
    found = {}
    for _, control, _ in values(values(body)[0][1]):
        _, (_, _, kind), (_, value, _) = values(control)
        for number in (STATUS_INFO_V2, TRANSACTION_ID, SENDER_NONCE, RECIPIENT_NONCE, RESPONSE_INFO, DATA_RETURN):
            if kind == oid(ID_CMC + str(number)):
                found[number] = values(value)[0][1]
    return found
