#!/bin/sh
# Drives `rulec lsp` with a real client: Neovim without a screen. Needs nvim (0.7 or newer); without it, says so and ends with 0.
#
#     editors/neovim/test/run.sh PATH-OF-RULEC
set -eu
rulec=$1
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v nvim >/dev/null 2>&1; then
    echo "skipped: nvim is not installed"
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/rules" "$folder/home"
printf 'module example.com/w\n\ngo 1.26\n' > "$folder/go.mod"
printf 'rule-paths = ["rules/"]\n' > "$folder/rulec.toml"
cp "$here/print.rule" "$folder/rules/print.rule"
printf 'package w\n\nimport "fmt"\n\nfunc F(s string) {\n\tfmt.Println(s)\n}\n' > "$folder/a.go"
cd "$folder"
RULEC="$rulec" RULEC_CACHE_DIR="$folder/home/cache" HOME="$folder/home" XDG_CONFIG_HOME="$folder/home" \
    nvim --headless -u NONE -i NONE -c "luafile $here/client.lua"
