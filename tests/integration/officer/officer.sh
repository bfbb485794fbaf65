# officer.sh RAKIT: a CM host, a sandbox with the target card and an officer's card, updates by the officer's card.
. "$(dirname "$0")/../common.sh"
rakit=$1
own_folder
start_cm "$rakit"
# The connecting key is an authentication officer's, who may forward what the signing key's officer signed; that key wants
# the PIN before each signature (CKA_ALWAYS_AUTHENTICATE, a login of its own).
sed -e '0,/Olof Officer/s//Aron Authenticator/' -e 's/Olof Officer/Olivia Officer/' \
    -e '/label: Officer signature/a\    user_consent: true' "$here/../../../virtual_cards/images/builtin/officer.yaml" > officer.yaml
"$rakit" sandbox --card pkcs15-tc --card officer.yaml -- bash "$here/two_cards.sh" "$rakit" "$url"
"$rakit" sandbox --card pkcs15-id -- bash "$here/rest.sh" "$rakit" "$url"
"$rakit" cm log --state state > log
expect 'Olivia Officer' log  # who signed, not who connected
