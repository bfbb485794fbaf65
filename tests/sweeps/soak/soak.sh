# soak.sh RAKIT MINUTES SEED: soak.py with three cards in a sandbox; then the CM's request log must be whole.
. "$(dirname "$0")/../../integration/common.sh"
rakit=$1
own_folder
"$rakit" sandbox --card pkcs15-tc --card pkcs15-tc --card pkcs15-tc -- /usr/bin/python3 -B "$here/soak.py" "$rakit" "$2" "$3"
"$rakit" cm log --state state --verify
