# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the tests of dumps share: a folder of their own, expectations, tools that may be missing.
set -u
LC_ALL=C
export LC_ALL

srcdir=$(cd "${srcdir:-.}" && pwd)
: "${builddir:=$PWD}"
tools=$builddir/tests/tools
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kx-dump.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 99' HUP INT TERM
failures=0
checks=0

# expect WHAT FOUND PATTERN: a pattern as in case
expect()
{
	checks=$((checks + 1))
	# shellcheck disable=SC2254 # it is a pattern
	case $2 in
	$3) ;;
	*)
		failures=$((failures + 1))
		printf 'FAILED: %s\n  found    %s\n  expected %s\n' "$1" "$2" "$3"
		;;
	esac
}

# need PROGRAM PACKAGE: a missing tool skips the test, but fails it where it has to be there
need()
{
	command -v "$1" > /dev/null && return
	echo "$1 is missing (package $2)"
	[ "${CI:-}" = true ] && exit 1
	exit 77
}

finish()
{
	[ "$checks" -gt 0 ] || exit 99
	echo "$checks checks, $failures of them failed"
	[ "$failures" = 0 ]
	exit
}
