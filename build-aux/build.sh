# shellcheck shell=bash disable=SC2154
# Sourced by run, test and the other scripts here: the builds they share. Needs $top (the checkout) and $build ($top/_build).

# configure DIR OPTION… : sets a build directory up, or changes the options of one that is there.
configure () {
  local dir=$1
  shift
  if ! { mkdir -p "$dir" && [ -w "$dir" ]; } 2> /dev/null; then
    echo "$dir cannot be written: another user made it. Remove $build and try again." >&2
    return 1
  fi
  if [ -f "$dir/build.ninja" ]; then
    meson configure "$dir" "$@" > "$dir/configure.log"
  else
    meson setup "$dir" "$top" "$@" > "$dir.log" || { cat "$dir.log" >&2; return 1; }
  fi
}

# compile DIR : quiet unless it fails.
compile () {
  ninja -C "$1" --quiet -k 0 > "$1/compile.log" 2>&1 || {
    grep -v '^ninja: Entering' "$1/compile.log" >&2
    return 1
  }
  grep -E -A 4 'warning:' "$1/compile.log" >&2 || true
}

# build_plain : what run opens and most tests use, installed below _build so that it finds its translations and icons.
build_plain () {
  configure "$build/plain" --prefix="$build/root" "$@" &&
    compile "$build/plain" &&
    meson install -C "$build/plain" --no-rebuild --quiet
}
