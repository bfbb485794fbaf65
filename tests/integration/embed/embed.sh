# embed.sh BUILD EXAMPLE RAKIT: installs the library into a folder of its own, builds the example against it as somebody
# else would, and updates a virtual card with it.
set -euo pipefail
build=$1 example=$2 rakit=$3
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
cmake --install "$build" --prefix "$folder/prefix" --component library > install.log
cmake -S "$example" -B built -G Ninja -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_BUILD_TYPE=Debug > configure.log 2>&1 ||
    { cat configure.log; exit 1; }
cmake --build built > build.log || { cat build.log; exit 1; }

"$rakit" cm serve --state state --listen 127.0.0.1:0 --ready-file ready.json > cm.log 2>&1 &
cm=$!
for _ in $(seq 100); do
    [ -f ready.json ] && break
    kill -0 "$cm" || { cat cm.log; exit 1; }
    sleep 0.1
done
[ -f ready.json ] || { echo "the CM host is not ready after 10 s"; cat cm.log; exit 1; }
url=$(/usr/bin/python3 -c 'import json; print(json.load(open("ready.json"))["url"])')
"$rakit" sandbox --card pkcs15-tc -- bash "$here/update.sh" "$folder/built/embed" "$url"
