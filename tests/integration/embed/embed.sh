# embed.sh BUILD EXAMPLE RAKIT: installs the library into a folder of its own, builds the example against it as somebody
# else would, and updates a virtual card with it.
. "$(dirname "$0")/../common.sh"
build=$1 example=$2 rakit=$3
own_folder
cmake --install "$build" --prefix "$folder/prefix" --component library > install.log
cmake -S "$example" -B built -G Ninja -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_BUILD_TYPE=Debug > configure.log 2>&1 ||
    { cat configure.log; exit 1; }
cmake --build built > build.log || { cat build.log; exit 1; }
start_cm "$rakit"
"$rakit" sandbox --card pkcs15-tc -- bash "$here/update.sh" "$folder/built/embed" "$url"
