# OpenSC's piv-tool personalises a blank card; OpenSC and openssl check what came of it.
. "$(dirname "$0")/common.sh"
echo 01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08 > management
export PIV_EXT_AUTH_KEY=$folder/management
user() { pkcs11-tool --module "$opensc" --login --pin 123456 "$@" 2> log || { cat log >&2; fail "pkcs11-tool $*"; }; }
piv() { piv-tool "$@" > log 2>&1 || { cat log >&2; fail "piv-tool $*"; }; }
piv --name && expect 'Personal Identity Verification Card' log
piv --serial
for pair in 9A:07 9C:11 9D:14 9E:11; do
    slot=${pair%:*}
    generated "$slot" piv-tool --admin "M:9B:03" --genkey "$slot:${pair#*:}" --out $slot.der
    certificate_for $slot
    store --admin "M:9B:03" --cert $slot --in $slot.pem
    yubico-piv-tool -a read-certificate -s ${slot,,} -o read.pem
    cmp read.pem $slot.pem || fail "certificate in $slot"
done
refused piv-tool --genkey 9A:07
# External authentication: OpenSC 0.23 miscounts the answer that it would send (its issue 2658); the test notices when
# it no longer does.
if piv-tool --admin "A:9B:03" > log 2>&1; then :; else expect 'admin_mode failed -1400' log; fi
# a compressed certificate, and an object
openssl x509 -in 9E.pem -outform DER | gzip > 9E.gz
store --admin "M:9B:03" --compresscert 9E --in 9E.gz
pkcs15-tool --read-certificate 04 > read.pem
cmp <(openssl x509 -in read.pem -outform DER) <(openssl x509 -in 9E.pem -outform DER) || fail "compressed certificate"
printf '\x53\x02\xAA\xBB' > printed
store --admin "M:9B:03" --object 3001 --in printed
yubico-piv-tool -a verify-pin -P 123456 -a read-object --id 0x5fc109 -f hex > object
expect '^aabb' object
user --sign -m SHA256-RSA-PKCS --id 01 -i message -o signature > done
openssl dgst -sha256 -verify 9A.pub -signature signature message
user --sign -m ECDSA --signature-format openssl --id 02 -i digest -o signature > done
openssl pkeyutl -verify -pubin -inkey 9C.pub -sigfile signature -in digest
# 9E needs no PIN; pkcs11-tool would ask for one
yubico-piv-tool -a test-signature -s 9e -i 9E.pem > log 2>&1
expect 'Successful' log
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out peer.key
openssl pkey -in peer.key -pubout -outform DER -out peer.der
user --derive -m ECDH1-COFACTOR-DERIVE --id 03 -i peer.der -o secret > done
openssl pkeyutl -derive -inkey peer.key -peerkey 9D.pub -out expected
cmp secret expected || fail "ECDH"
user --test > test 2>&1 || { cat test; fail "pkcs11-tool --test"; }
expect '^No errors' test
