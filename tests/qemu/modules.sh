# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Which modules of a kernel a machine is given, and in which order.

# module_order MODULES.DEP NAME...: files of these modules, each after those that it needs
module_order()
{
	local file=$1

	shift
	# A line has all that a module needs, the first to be loaded last. No line: it is built in.
	awk -v wanted="$*" '
		{ name = $1; sub(/:$/, "", name); path[NR] = name
		  sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name); line[name] = $0 }
		END {
			n = split(wanted, want, " ")
			for (i = 1; i <= n; i++) {
				fields = split(line[want[i]], word, " ")
				sub(/:$/, "", word[1])
				for (j = fields; j >= 1; j--)
					if (!seen[word[j]]++)
						print word[j]
			}
		}' "$file"
}
