#!/usr/bin/env bash
# Times what a CI pipeline waits for when nothing changed: start-up, a no-op build, a no-op over 1,000 manifests. Medians of
# whole processes; where ninja is installed, a ninja no-op over as many edges runs in the same loop, as the measure of what is
# possible. `make bench` sets INGOT (the program) and INGOT_HOME.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# median COMMAND...: milliseconds, of RUNS runs after one that is not counted.
median() {
  "$@" >/dev/null 2>&1
  for _ in $(seq "${RUNS:-21}"); do
    local start=$EPOCHREALTIME
    "$@" >/dev/null 2>&1
    local end=$EPOCHREALTIME
    echo $(( (${end/./} - ${start/./}) ))
  done | sort -n | awk '{ t[NR] = $1 } END { printf "%.1f", t[int((NR + 1) / 2)] / 1000 }'
}

row() { printf '%-44s %10s ms\n' "$1" "$2"; }

mkdir -p "$work/Pipelines" "$work/.ingot"
cp -r Pipelines/models "$work/Pipelines/"
cp -r Calibration "$work/"
for n in $(seq 1000); do cp Pipelines/digits.yaml "$work/Pipelines/digits-$n.yaml"; done

row "process floor (true)" "$(median /bin/true)"
row "ingot --version" "$(median "$INGOT" --version)"
row "ingot build, no-op, 9 engines" "$(median "$INGOT" build --quiet Pipelines/digits.yaml --out "$work/out")"
row "ingot validate" "$(median "$INGOT" validate --quiet Pipelines/digits.yaml)"
cd "$work"
row "ingot build, no-op, 1,000 manifests" "$(RUNS=5 median "$INGOT" build --quiet Pipelines/digits-*.yaml --out out)"
if command -v ninja >/dev/null; then
  mkdir -p "$work/ninja"
  cd "$work/ninja"
  {
    printf 'rule copy\n  command = cp $in $out\n'
    for n in $(seq 1000); do
      printf 'build a%s: copy source\n' "$n"
      for edge in b c d e f; do printf 'build %s%s: copy a%s\n' "$edge" "$n" "$n"; done
    done
  } >build.ninja
  : >source
  row "ninja, no-op, 6,000 edges" "$(RUNS=5 median ninja)"
else
  echo "(install ninja-build to see ninja's no-op beside it)"
fi
