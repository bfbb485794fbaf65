# update_judged.sh RAKIT: a TC card gets its certificates through pcscd and HTTPS; then programs that know nothing of us
# read the card, chain the certificates and check signatures by its keys.
rakit=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../support/cm_host.sh"
"$rakit" sandbox --card pkcs15-tc -- bash "$here/on_the_card.sh" "$rakit" "$url"
"$rakit" cm log --state state --verify
"$rakit" cm log --state state > log
grep -q 'Olivia Officer' log || { cat log; echo "FAILED: the request log doesn't name the officer"; exit 1; }
