#!/usr/bin/env bash
# Findings as comments of a review, through reviewdog: its own arguments, such as `-reporter=github-pr-review`, are those of this script.
#
# In: RULEC_ARGS, arguments of `rulec check`. The exit status is that of reviewdog, or that of `rulec check` if it could not check.

set -euo pipefail

read -r -a more <<<"${RULEC_ARGS:-./...}"
report="$(mktemp)"
trap 'rm -f "$report"' EXIT
status=0
rulec check --format rdjson --output "$report" --fail-on never "${more[@]}" || status=$?
if [ "$status" -ne 0 ]; then
    exit "$status"
fi
reviewdog -f=rdjson -name=rulec "$@" <"$report"
