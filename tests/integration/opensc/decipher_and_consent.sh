# Deciphers what openssl enciphered; the signature key wants its PIN each time and gets it.
. "$(dirname "$0")/common.sh"
for key in 46 47; do public_key $key; done
as "Rakit ID card (PIN 1)" 111111
decipherment_by 47 key47.pem
pkcs15-crypt --decipher --key 47 --pin 111111 --pkcs1 -i cryptogram -o plain -R
cmp digest plain
as "Rakit ID card (PIN 2)" 222222
for _ in 1 2; do ec_signature_by 46 key46.pem; done
as "Rakit ID card (PIN 1)" 111111
token_test
