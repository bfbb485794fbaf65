# officer.sh RAKIT: a CM host, a sandbox with the target card and an officer's card, updates by the officer's card.
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
chmod 755 "$folder"
sed 's/Olof Officer/Olivia Officer/' "$here/../../../virtual_cards/images/builtin/officer.yaml" > officer.yaml
"$rakit" cm serve --state state --listen 127.0.0.1:0 --ready-file ready.json > cm.log 2>&1 &
cm=$!
for _ in $(seq 100); do
    [ -f ready.json ] && break
    kill -0 "$cm" || { cat cm.log; exit 1; }
    sleep 0.1
done
[ -f ready.json ] || { echo "the CM host is not ready after 10 s"; cat cm.log; exit 1; }
url=$(/usr/bin/python3 -c 'import json; print(json.load(open("ready.json"))["url"])')
"$rakit" sandbox --card pkcs15-tc --card officer.yaml -- bash "$here/two_cards.sh" "$rakit" "$url"
"$rakit" sandbox --card pkcs15-id -- bash "$here/rest.sh" "$rakit" "$url"
