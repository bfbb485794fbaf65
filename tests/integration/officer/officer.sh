# officer.sh RAKIT: a CM host, a sandbox with the target card and an officer's card, updates by the officer's card.
. "$(dirname "$0")/../common.sh"
rakit=$1
own_folder
sed 's/Olof Officer/Olivia Officer/' "$here/../../../virtual_cards/images/builtin/officer.yaml" > officer.yaml
start_cm "$rakit"
"$rakit" sandbox --card pkcs15-tc --card officer.yaml -- bash "$here/two_cards.sh" "$rakit" "$url"
"$rakit" sandbox --card pkcs15-id -- bash "$here/rest.sh" "$rakit" "$url"
