# update_judged.sh RAKIT [OPTIONS of the sandbox]: a TC card gets its certificates through pcscd and HTTPS; then programs that know nothing of us
# read the card, chain the certificates and check signatures by its keys.
. "$(dirname "$0")/../common.sh"
rakit=$1
own_folder
start_cm "$rakit"
"$rakit" sandbox "${@:2}" --card pkcs15-tc -- bash "$here/on_the_card.sh" "$rakit" "$url"
"$rakit" cm log --state state --verify
"$rakit" cm log --state state > log
expect 'Olivia Officer' log
