# in_sandbox.sh RAKIT SCRIPT SANDBOX-OPTION...: a CM host, and a script of this folder in a sandbox beside it, in one folder.
rakit=$1
script=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../support/cm_host.sh"
"$rakit" sandbox "${@:3}" -- bash "$here/$script.sh" "$rakit" "$url"
