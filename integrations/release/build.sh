#!/usr/bin/env bash
# Builds a release: an archive with the binary, manual pages, completions and licence, and SHA256SUMS. The same commit, toolchain and target
# give the same bytes.
#
#     integrations/release/build.sh [OUT] [TARGET]
#
# OUT is `dist`, TARGET this machine's, if not given. RULEC is a binary to pack instead of building one, for tests.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out="${1:-dist}"
target="${2:-$(rustc -vV | sed -n 's/^host: //p')}"
version="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)"
# The time of the commit: archives hold times, and ours must not.
epoch="$(git log -1 --format=%ct)"
export SOURCE_DATE_EPOCH="$epoch"

if [ -z "${RULEC:-}" ]; then
    # Paths of this machine would stand in the binary otherwise.
    export RUSTFLAGS="--remap-path-prefix=$PWD=/rulec --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo ${RUSTFLAGS:-}"
    cargo build --release --locked --package rulec-cli --target "$target"
    RULEC="${CARGO_TARGET_DIR:-target}/$target/release/rulec"
fi

name="rulec-$version-$target"
stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/$name/bin" "$stage/$name/completions" "$out"
cp "$RULEC" "$stage/$name/bin/rulec"
strip "$stage/$name/bin/rulec" 2>/dev/null || echo "the binary of $target is not stripped: this machine's strip does not know it"
cp LICENSE README.md CHANGELOG.md "$stage/$name/"
# Pages and completions are the same for all targets, and this machine has to run the binary that writes them.
"$RULEC" man "$stage/$name/man" >/dev/null
for shell in bash zsh fish powershell elvish; do
    "$RULEC" completions "$shell" >"$stage/$name/completions/rulec.$shell"
done
chmod -R u=rwX,go=rX "$stage/$name"
tar --create --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=ustar -C "$stage" "$name" \
    | gzip --no-name -9 >"$out/$name.tar.gz.new"
mv "$out/$name.tar.gz.new" "$out/$name.tar.gz"
(cd "$out" && sha256sum rulec-"$version"-*.tar.gz >SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS)
cat "$out/SHA256SUMS"
