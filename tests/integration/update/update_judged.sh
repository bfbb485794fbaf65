# update_judged.sh RAKIT: a TC card gets its certificates through pcscd and HTTPS; then programs that know nothing of us
# read the card, chain the certificates and check signatures by its keys.
set -euo pipefail
export LC_ALL=C
rakit=$1
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
cm=
cleanup() {
    if [ -n "$cm" ]; then kill "$cm" 2>/dev/null && wait "$cm" || true; fi
    rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"
# The sandbox runs its command as it runs itself, but pcscd as somebody else.
chmod 755 "$folder"

"$rakit" cm serve --state state --listen 127.0.0.1:0 --ready-file ready.json > cm.log 2>&1 &
cm=$!
for _ in $(seq 100); do
    [ -f ready.json ] && break
    kill -0 "$cm" || { cat cm.log; exit 1; }
    sleep 0.1
done
[ -f ready.json ] || { echo "the CM host is not ready after 10 s"; cat cm.log; exit 1; }
url=$(/usr/bin/python3 -c 'import json; print(json.load(open("ready.json"))["url"])')

"$rakit" sandbox --card pkcs15-tc -- bash "$here/on_the_card.sh" "$rakit" "$url"
"$rakit" cm log --state state --verify
"$rakit" cm log --state state > log
grep -q 'Olivia Officer' log || { cat log; echo "FAILED: the request log doesn't name the officer"; exit 1; }
