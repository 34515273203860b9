# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $cache, $keyring and die are the reader's
# Debian's archive, asked through apt by a configuration of its own: this machine's packages are left
# alone.

# The mirror this machine itself uses: the base of its first index of Debian's main archive.
mirror()
{
	local uri

	if [[ -n ${KX_MIRROR:-} ]]; then
		echo "$KX_MIRROR"
		return
	fi
	# shellcheck disable=SC2016 # apt expands it
	uri=$(apt-get indextargets --format '$(REPO_URI)' \
		'Created-By: Packages' 'Label: Debian' | sed -n 1p)
	# Without any index yet there is no label: then the archive of this machine's own release.
	# shellcheck disable=SC2016 # apt expands it
	[[ -n $uri ]] || uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		"Release: $(. /etc/os-release && echo "${VERSION_CODENAME:-}")" | sed -n 1p)
	[[ -n $uri ]] || die "this machine's apt has no source of Debian's main archive: set KX_MIRROR"
	echo "$uri"
}

# apt_root SUITE [ARCH]: a private apt with empty package state, whose only source is SUITE.
# Of the host's configuration only the Acquire part is taken: proxies and time-outs.
apt_root()
{
	local suite=$1 arch=${2:-amd64} root=$cache/apt/$1-${2:-amd64} uri

	# What comes next is about this machine's own configuration.
	unset APT_CONFIG
	mkdir -p "$root"/{lists/partial,cache/archives/partial,parts}
	: > "$root/status"
	uri=$(mirror)
	echo "deb [arch=$arch signed-by=$keyring] $uri $suite main" > "$root/sources.list"
	{
		apt-config dump | grep -i '^Acquire::' | grep -vi '^Acquire::Languages' || true
		cat <<-END
		Acquire::Languages "none";
		Acquire::Retries "3";
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "";
		Dir::State "$root";
		Dir::State::lists "$root/lists";
		Dir::State::status "$root/status";
		Dir::Cache "$root/cache";
		Dir::Etc::main "$root/parts/none";
		Dir::Etc::parts "$root/parts";
		Dir::Etc::sourcelist "$root/sources.list";
		Dir::Etc::sourceparts "$root/parts";
		Dir::Etc::preferences "$root/parts/none";
		Dir::Etc::preferencesparts "$root/parts";
		END
	} > "$root/apt.conf"
	export APT_CONFIG=$root/apt.conf
	# Exit status 0 does not mean that an index came: any error line makes it a failure.
	if ! apt-get update -qq -o APT::Update::Error-Mode=any > "$root/update.log" 2>&1; then
		cat "$root/update.log" >&2
		die "cannot fetch the package index of $suite from $uri"
	fi
}

# candidate PACKAGE: the version apt would install
candidate()
{
	apt-cache policy "$1" | sed -n 's/^  Candidate: //p'
}

# download DIR PACKAGE...: put the .deb files into DIR
download()
{
	local dir=$1

	shift
	(cd "$dir" && apt-get download -qq "$@") > "$dir/log" 2>&1 || {
		cat "$dir/log" >&2
		die "cannot download $*"
	}
}

# unpack_some DEB DIR PATTERN...: those files of it that fit; it need not have them
unpack_some()
{
	local deb=$1 dir=$2 status=(0 0)

	shift 2
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --wildcards "$@" 2> "$dir.log" ||
		status=("${PIPESTATUS[@]}")
	# That a part lacks one of them says nothing: what must be there the caller knows. But a disk
	# may be full.
	if ((status[0])) || grep -v ': Not found in archive$\|: Exiting with failure status' "$dir.log" >&2; then
		die "cannot unpack ${deb##*/}"
	fi
	rm "$dir.log"
}

# unpack_into DIR SUITE ARCH PACKAGE...: their files, and the packages' names and versions
unpack_into()
{
	local out=$1 suite=$2 arch=$3 deb

	shift 3
	apt_root "$suite" "$arch"
	mkdir -p "$out" "$out.deb"
	download "$out.deb" "$@"
	for deb in "$out".deb/*.deb; do
		dpkg-deb -x "$deb" "$out"
	done
	(cd "$out.deb" && printf '%s\n' *.deb) > "$out/packages"
	rm -rf "$out.deb"
}
