#!/usr/bin/env bash
# Puts `rulec` on the path of the steps that follow: from an archive on the runner, or from a release that is fetched. An archive is
# unpacked only if its checksum is the one given, or that in SHA256SUMS beside it.
#
# In: VERSION, URL, ARCHIVE, SHA256. Out: a line in the file that GITHUB_PATH names.

set -euo pipefail

if [ -z "${ARCHIVE:-}" ] && [ -z "${VERSION:-}" ]; then
    if command -v rulec >/dev/null; then
        rulec --version
        exit 0
    fi
    echo "rulec is not on the path: give \`version\` and \`url\`, or \`archive\`" >&2
    exit 2
fi

folder="$(mktemp -d "${RUNNER_TEMP:-/tmp}/rulec.XXXXXX")"
if [ -z "${ARCHIVE:-}" ]; then
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) target=x86_64-unknown-linux-gnu ;;
        Linux-aarch64) target=aarch64-unknown-linux-gnu ;;
        *) echo "there are no releases for $(uname -s) on $(uname -m)" >&2; exit 2 ;;
    esac
    [ -n "${URL:-}" ] || { echo "\`url\` says where releases are" >&2; exit 2; }
    ARCHIVE="$folder/rulec-$VERSION-$target.tar.gz"
    for file in "$(basename "$ARCHIVE")" SHA256SUMS; do
        curl --fail --silent --show-error --location --retry 3 --output "$folder/$file" "$URL/v$VERSION/$file"
    done
fi

name="$(basename "$ARCHIVE")"
sum="${SHA256:-}"
if [ -z "$sum" ]; then
    sum="$(awk -v name="$name" '$2 == name { print $1 }' "$(dirname "$ARCHIVE")/SHA256SUMS")"
    [ -n "$sum" ] || { echo "SHA256SUMS beside the archive has no line for $name" >&2; exit 2; }
fi
echo "$sum  $ARCHIVE" | sha256sum --check --quiet
tar -xzf "$ARCHIVE" -C "$folder" --strip-components 1
"$folder/bin/rulec" --version
echo "$folder/bin" >>"$GITHUB_PATH"
