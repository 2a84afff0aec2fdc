#!/usr/bin/env bash
# Runs `rulec check`: annotations to the log, a summary of the job, and a SARIF report.
#
# In: PATHS, ARGS, SARIF. Out: `status` in the file that GITHUB_OUTPUT names; the exit status is that of `rulec check`.

set -euo pipefail

read -r -a paths <<<"${PATHS:-./...}"
read -r -a more <<<"${ARGS:-}"
arguments=(check --format github --output "markdown=${GITHUB_STEP_SUMMARY:-/dev/null}")
if [ -n "${SARIF:-}" ]; then
    arguments+=(--output "sarif=$SARIF")
fi
status=0
rulec "${arguments[@]}" "${more[@]}" "${paths[@]}" || status=$?
echo "status=$status" >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
