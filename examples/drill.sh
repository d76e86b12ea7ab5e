#!/bin/sh
# A recovery drill: break copies of a store in three ways, recover each copy, look again.
# The store itself is only read.
#
#   examples/drill.sh path/to/vectorstore
set -eu
[ $# -eq 1 ] || { echo "usage: drill.sh STORE" >&2; exit 2; }
command -v chromemctl >/dev/null || { echo "drill.sh: chromemctl is not on PATH" >&2; exit 2; }
store=$1
drills=$(mktemp -d)
trap 'rm -rf "$drills"' EXIT

for damage in metadata-removed metadata-cut-in-name document-cut; do
    copy=$drills/$damage
    echo "== $damage"
    chromemctl simulate --quiet "$damage" "$store" "$copy" >/dev/null
    if chromemctl verify --quiet "$copy" >/dev/null; then
        echo "verify did not notice" >&2
        exit 1
    fi
    chromemctl recover --yes --quiet "$copy" || [ $? -eq 1 ] # 1: something is lost, and named
    chromemctl verify --quiet "$copy" >/dev/null
    echo
done
echo "After each drill the store was healthy."
