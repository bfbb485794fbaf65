# kill.sh RAKIT WHOM COUNT SEED: kill.py with a card in a sandbox; then the CM's request log must be whole.
. "$(dirname "$0")/../../integration/common.sh"
rakit=$1
own_folder
"$rakit" sandbox --card pkcs15-tc -- /usr/bin/python3 -B "$here/kill.py" "$rakit" "$2" "$3" "$4"
"$rakit" cm log --state state --verify
