# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $cache is the reader's
# Folders of the cache are whole or not there. Each is made under another name, gets a list of what is
# in it as its last file, and then its name. What does not agree with its list is made again.

# contents DIR: all files with their sizes, but for the list itself
contents()
{
	(cd "$1" && find . \( -type f -o -type l \) ! -path ./complete -printf '%y %s %P %l\n' | sort)
}

# is_whole DIR: is everything in it that was there when it got its name?
is_whole()
{
	[[ -s $1/complete ]] && contents "$1" | cmp -s - "$1/complete"
}

# publish TEMPORARY FINAL NAME: a folder gets its name, and a link to it NAME
publish()
{
	contents "$1" > "$1.complete"
	mv "$1.complete" "$1/complete"
	mkdir -p "${2%/*}"
	rm -rf "$2"
	mv "$1" "$2"
	link "$2" "$3"
}

# link FOLDER NAME: what is called NAME from now on
link()
{
	ln -sfn "${1#"$cache"/}" "$cache/.$2.new"
	mv -T "$cache/.$2.new" "$cache/$2"
}

# sweep: remove what fetch-kernels, whose lock the caller has, did not finish, and what is not whole
sweep()
{
	local entry

	rm -rf "$cache/apt"
	for entry in "$cache"/tmp.*; do
		# build-kernel's own, under a lock of its own.
		[[ $entry == */tmp.build ]] || rm -rf "$entry"
	done
	for entry in "$cache"/kernels/* "$cache"/packages/* "$cache"/qemu_*; do
		[[ ! -e $entry ]] || is_whole "$entry" || rm -rf "$entry"
	done
	for entry in "$cache"/* "$cache"/.*.new; do
		[[ ! -L $entry || -e $entry ]] || rm -f "$entry"
	done
}

# lock FILE: one at a time; the other one's name is not known, but that there is one is
lock()
{
	exec 9> "$cache/$1"
	flock -n 9 && return
	echo "${0##*/}: waiting for another one that uses $cache" >&2
	flock 9
}

# there FOLDER: it, or the one in which it will be made
there()
{
	local folder=$1

	until [[ -d $folder ]]; do
		folder=$(dirname "$folder")
	done
	echo "$folder"
}

# free_in FOLDER: MB that can be written there
free_in()
{
	df --output=avail -B1M "$(there "$1")" | tail -n 1 | tr -d ' '
}
