# kill.sh RAKIT WHOM COUNT SEED [EVERY]: kill.py with a card in a sandbox, or printer.py with a printer's station in one; then the CM's
# request log must be whole.
. "$(dirname "$0")/../../integration/common.sh"
rakit=$1
own_folder
if [ "$2" = printer ]; then
    "$rakit" sandbox --station "Rakit Card Printer" -- /usr/bin/python3 -B "$here/printer.py" "$rakit" "${@:3}"
else
    "$rakit" sandbox --card pkcs15-tc -- /usr/bin/python3 -B "$here/kill.py" "$rakit" "${@:2}"
fi
"$rakit" cm log --state state --verify
