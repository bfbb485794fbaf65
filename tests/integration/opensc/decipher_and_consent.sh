# Deciphers what openssl enciphered; the signature key wants its PIN each time and gets it.
. "$(dirname "$0")/common.sh"
for key in 46 47; do public_key $key; done
openssl pkeyutl -encrypt -pubin -inkey key47.pem -in message -out cryptogram
token --token-label "Rakit ID card (PIN 1)" --pin 111111 --decrypt -m RSA-PKCS --id 47 -i cryptogram -o plain
cmp message plain
pkcs15-crypt --decipher --key 47 --pin 111111 --pkcs1 -i cryptogram -o plain -R
cmp message plain
for round in 1 2; do
    token --token-label "Rakit ID card (PIN 2)" --pin 222222 --sign -m ECDSA --signature-format openssl --id 46 -i digest -o signature
    openssl pkeyutl -verify -pubin -inkey key46.pem -sigfile signature -in digest
done
token --token-label "Rakit ID card (PIN 1)" --pin 111111 --test > test 2>&1 || { cat test; fail "pkcs11-tool --test"; }
expect '^No errors' test
