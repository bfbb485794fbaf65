# OpenSC on the pre-personalised card: lists it, verifies and changes its PIN, uses its keys; openssl checks.
. "$(dirname "$0")/common.sh"
user() { pkcs11-tool --module "$opensc" --login --pin 123456 "$@" 2> log || { cat log >&2; fail "pkcs11-tool $*"; }; }
opensc-tool --name > name && expect 'Personal Identity Verification Card' name
pkcs15-tool --dump > dump 2>&1
for line in 'Private RSA Key \[PIV AUTH key\]' 'Private EC Key \[SIGN key\]' 'Private RSA Key \[KEY MAN key\]' \
    'X.509 Certificate \[Certificate for Digital Signature\]' 'Reference *: 128'; do
    expect "$line" dump
done
pkcs15-tool --verify-pin --pin 123456
refused pkcs15-tool --verify-pin --pin 999999
pkcs15-tool --verify-pin --pin 123456
for id in 01 02 03; do
    pkcs15-tool --read-certificate $id > $id.pem
    openssl x509 -in $id.pem -noout -pubkey > $id.pub
done
user --sign -m SHA256-RSA-PKCS --id 01 -i message -o signature > done
openssl dgst -sha256 -verify 01.pub -signature signature message
# 9C: the PIN before every use, which pkcs11-tool gives as a context-specific login
user --sign -m ECDSA --signature-format openssl --id 02 -i digest -o signature > done
openssl pkeyutl -verify -pubin -inkey 02.pub -sigfile signature -in digest
openssl pkeyutl -encrypt -pubin -inkey 03.pub -in digest -out cryptogram
user --decrypt -m RSA-PKCS --id 03 -i cryptogram -o plain > done
cmp plain digest || fail "decipherment"
user --test > test 2>&1 || { cat test; fail "pkcs11-tool --test"; }
expect '^No errors' test
ssh-keygen -D "$opensc" > keys
ssh-keygen -i -m PKCS8 -f 01.pub > expected
grep -qF "$(cut -d' ' -f2 expected)" keys || fail "ssh-keygen doesn't show the key of 9A"
pkcs15-tool --change-pin --pin 123456 --new-pin 654321
pkcs15-tool --verify-pin --pin 654321
for _ in 1 2 3; do pkcs15-tool --verify-pin --pin 111111 > /dev/null 2>&1 || true; done
refused pkcs15-tool --verify-pin --pin 654321
pkcs15-tool --unblock-pin --puk 12345678 --new-pin 123456
pkcs15-tool --verify-pin --pin 123456
