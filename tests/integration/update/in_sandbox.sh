# in_sandbox.sh RAKIT SCRIPT SANDBOX-OPTION...: a CM host, and a script of this folder in a sandbox beside it, in one folder.
. "$(dirname "$0")/../common.sh"
rakit=$1
script=$2
own_folder
start_cm "$rakit"
"$rakit" sandbox "${@:3}" -- bash "$here/$script.sh" "$rakit" "$url"
