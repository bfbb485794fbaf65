# Signatures, decipherment and key agreement agree with openssl for every size of key: RSA 1024 to 4096, P-256 to P-521.
. "$(dirname "$0")/common.sh"
pkcs15-init -C --so-pin 87654321 --so-puk 12345678 -l Agree
pkcs15-init -P -a 01 --pin 111111 --puk 12345678 --so-pin 87654321 -l "PIN 1"
pkcs15-init -F
user() { token --token-label "Agree (PIN 1)" --pin 111111 "$@"; }
id=50
for bits in 1024 1536 2048 3072 4096; do
    if [ "$bits" -le 2048 ]; then
        pkcs15-init -G "rsa/$bits" -a 01 --pin 111111 --id $id -l "RSA $bits" --key-usage sign,decrypt
        pkcs15-tool --read-public-key $id > public.pem
    else
        openssl genrsa -traditional -out private.pem "$bits" 2> /dev/null
        openssl rsa -in private.pem -pubout -out public.pem 2> /dev/null
        pkcs15-init -S private.pem -a 01 --pin 111111 --id $id -l "RSA $bits" --key-usage sign,decrypt
    fi
    user --sign -m SHA256-RSA-PKCS --id $id -i message -o signature
    openssl dgst -sha256 -verify public.pem -signature signature message
    openssl pkeyutl -encrypt -pubin -inkey public.pem -in message -out cryptogram
    user --decrypt -m RSA-PKCS --id $id -i cryptogram -o plain
    cmp message plain || fail "RSA $bits deciphers something else"
    pkcs15-init -D privkey --id $id --pin 111111
    pkcs15-init -D pubkey --id $id --pin 111111
    id=$((id + 1))
done
id=60
for curve in prime256v1 secp384r1 secp521r1; do
    pkcs15-init -G "ec/$curve" -a 01 --pin 111111 --id $id -l "$curve" --key-usage digitalSignature,keyAgreement
    pkcs15-tool --read-public-key $id > public.pem
    user --sign -m ECDSA --signature-format openssl --id $id -i digest -o signature
    openssl pkeyutl -verify -pubin -inkey public.pem -sigfile signature -in digest
    openssl ecparam -genkey -name "$curve" -noout -out other.pem
    openssl ec -in other.pem -pubout -outform DER -out other.der 2> /dev/null
    openssl pkeyutl -derive -inkey other.pem -peerkey public.pem -out expected
    user --derive -m ECDH1-DERIVE --id $id -i other.der -o derived
    cmp expected derived || fail "$curve derives something else"
    id=$((id + 1))
done
