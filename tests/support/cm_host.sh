# cm_host.sh, sourced with $rakit set: strict mode, a folder of the script's own, and a CM host that ends with it.
# Leaves $url; the host's state is in ./state, with ca.pem and a sample officer's token.
set -euo pipefail
export LC_ALL=C
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
for _ in $(seq 300); do
    [ -f ready.json ] && break
    kill -0 "$cm" || { cat cm.log; exit 1; }
    sleep 0.1
done
[ -f ready.json ] || { echo "the CM host is not ready after 30 s"; cat cm.log; exit 1; }
url=$(/usr/bin/python3 -c 'import json; print(json.load(open("ready.json"))["url"])')
