#!/bin/sh
# Runs Quire's command line with the project's own Node, whatever Node the machine has, and becomes it: one process,
# so a signal to this pid reaches the server.
set -u

# npm links to this file from node_modules/.bin: follow the links to where it lies.
self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
package=$(CDPATH='' cd "$(dirname "$self")/.." && pwd -P) || exit 1

cli=$package/src/cli.ts
[ -f "$cli" ] || cli=$package/dist/cli.js
if [ ! -f "$cli" ]; then
  echo "quire: neither src/cli.ts nor dist/cli.js is in $package: install the package again" >&2
  exit 1
fi

# V8 compiles and collects garbage in threads beside the server's own, and by itself takes four, however many cores there are. Where
# there are fewer they would take it from the server in turns; 0 is one fewer than there are cores, and one at the least.
run() {
  node=$1
  shift
  if [ "$(nproc 2>/dev/null || echo 8)" -lt 5 ]; then exec "$node" --v8-pool-size=0 "$cli" "$@"; fi
  exec "$node" "$cli" "$@"
}

directory=$package
while :; do
  node=$directory/node_modules/.bin/node
  [ -x "$node" ] && run "$node" "$@"
  [ "$directory" = / ] && break
  directory=$(dirname "$directory")
done

# Installed without the node package, as in a container image that brings its own.
major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || major=0
if [ "$major" -ge 24 ]; then
  run node "$@"
fi
echo "quire: Node 24 or newer is needed and none is installed beside $package: run \"npm install node@24\"" >&2
exit 1
