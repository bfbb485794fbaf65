# What the scripts inside a sandbox share: an update by the sample officer's token. $pins: the card's
# lines for --pin-fd.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
rakit=$1
url=$2
exec < /dev/null  # nobody is there to be asked
pins='pin:01 111111\npin:02 222222\n'
ra() {
    timeout 120 "$rakit" "$1" --cm "$url" --cm-ca state/ca.pem --officer state/officer.p12 --journal journal --pin-fd 3 "${@:2}" \
        3< <(printf "signature-pin %s\n$pins" "$(cat state/officer.password)")
}
update() { ra update --field commonName="Anna Ek" "$@"; }
# judged PUBLIC-KEY.pem CERTIFICATE.pem: the certificate is the CM's, Anna Ek's, and for that key.
judged() {
    openssl verify -x509_strict -CAfile state/ca.pem "$2"
    openssl x509 -in "$2" -noout -subject -nameopt RFC2253 | grep -q 'CN=Anna Ek' || fail "subject of $2"
    cmp <(openssl x509 -in "$2" -noout -pubkey) "$1" || fail "$2 is for another key than $1"
}
