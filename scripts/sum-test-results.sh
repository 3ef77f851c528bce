#!/usr/bin/env bash
# Sums the counters of every .trx file in a directory and prints, as the last line, `N passed, N failed, N skipped`.
# Exit code 1 when a test failed, or when there is nothing to sum: no result is not a good result.
set -euo pipefail
directory="${1:?usage: scripts/sum-test-results.sh DIRECTORY}"

total=0 passed=0 failed=0 files=0
# attribute LINE NAME: the number of NAME="…" in LINE, 0 when it is not there.
attribute() { [[ $1 =~ (^|[[:space:]])$2=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[2]}" || echo 0; }

while IFS= read -r -d '' file; do
  files=$((files + 1))
  counters="$(grep -o '<Counters [^>]*>' "$file" | head -n 1)"
  total=$((total + $(attribute "$counters" total)))
  passed=$((passed + $(attribute "$counters" passed)))
  for kind in failed error timeout aborted; do
    failed=$((failed + $(attribute "$counters" "$kind")))
  done
done < <(find "$directory" -name '*.trx' -print0)

# Skipped tests are in no counter of their own: they are what neither passed nor failed.
echo "$passed passed, $failed failed, $((total - passed - failed)) skipped"
[ "$files" -gt 0 ] && [ "$total" -gt 0 ] && [ "$failed" -eq 0 ]
