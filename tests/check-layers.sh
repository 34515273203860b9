#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What tools/check-layers lets through in a small tree, and what it says of each thing that is wrong.
. "${srcdir:-.}/tests/lib.sh"
checker=$srcdir/tools/check-layers
[ -x "$checker" ] || {
	echo "$checker is missing" >&2
	exit 99
}

# file NAME: standard input as $tmp/tree/NAME
file()
{
	mkdir -p "$tmp/tree/$(dirname "$1")"
	cat > "$tmp/tree/$1"
}

# tree: a library of two wings, a program of two layers with two architectures, and another program.
tree()
{
	rm -rf "$tmp/tree"
	for folder in lib one two; do
		file $folder/Makemodule.am < /dev/null
	done
	file tools/layers <<-'END'
		# a comment

		wing    low   | lib/low     | low error |
		wing    high  | lib/high    | high      | low/error
		part    plan  | one/plan    |           | low high
		part    arch  | one/arch/*  |           | plan
		program one   | one         |           | low plan
		program two   | two         |           | low
	END
	file include/kx/error.h <<-'END'
		int kx_error_put(int code);
	END
	file include/kx/low.h <<-'END'
		#include "kx/error.h"
		extern const int kx_low_table[4], kx_low_other;
		int kx_low_get(int index);
	END
	file include/kx/high.h <<-'END'
		int kx_high_do(int times);
	END
	file lib/low/error.c <<-'END'
		#include "kx/error.h"
		int kx_error_put(int code)
		{
		    return code;
		}
	END
	file lib/low/low.c <<-'END'
		#include "kx/low.h"
		const int kx_low_table[4] = { 1, 2, 3, 4 };
		const int kx_low_other = 5;
		int kx_low_get(int index)
		{
		    return kx_error_put(kx_low_table[index]);
		}
	END
	file lib/high/internal.h <<-'END'
		int high_step(int count);
	END
	file lib/high/step.c <<-'END'
		#include "lib/high/internal.h"
		int high_step(int count)
		{
		    return count + 1;
		}
	END
	file lib/high/high.c <<-'END'
		#include <stdio.h>
		#include "kx/error.h"
		#include "kx/high.h"
		#include "lib/high/internal.h"
		int kx_high_do(int times)
		{
		    return kx_error_put(high_step(times));
		}
	END
	file one/plan/plan.h <<-'END'
		struct kx_plan {
		    int (*fill)(struct kx_plan *plan);
		};
		int kx_plan_make(struct kx_plan *plan);
	END
	file one/plan/internal.h <<-'END'
		#include "one/plan/plan.h"
		int plan_fill(struct kx_plan *plan);
	END
	file one/plan/fill.c <<-'END'
		#include "one/plan/internal.h"
		int plan_fill(struct kx_plan *plan)
		{
		    return plan->fill(plan);
		}
	END
	file one/plan/plan.c <<-'END'
		#include "kx/high.h"
		#include "one/plan/internal.h"
		int kx_plan_make(struct kx_plan *plan)
		{
		    return kx_high_do(plan_fill(plan));
		}
	END
	for arch in a b; do
		file one/arch/$arch/arch.c <<-END
			#include "one/plan/plan.h"
			#include "one/arch/$arch/own.h"
			const struct kx_plan kx_plan_$arch = { .fill = 0 };
		END
		file one/arch/$arch/own.h <<-END
			extern const struct kx_plan kx_plan_$arch;
		END
	done
	file one/options.h <<-'END'
		enum mode { MODE_LOAD, MODE_STATUS };
		struct options {
		    enum mode mode;
		};
		int options_parse(struct options *ret);
	END
	file one/options.c <<-'END'
		#include "kx/low.h"
		#include "one/options.h"
		static int take(int word)
		{
		    return kx_low_get(word);
		}
		int options_parse(struct options *ret)
		{
		    ret->mode = MODE_LOAD;
		    return take(0);
		}
	END
	file one/main.c <<-'END'
		#include "one/options.h"
		#include "one/plan/plan.h"
		int main(void)
		{
		    struct options options;

		    return options_parse(&options) + kx_plan_make(0);
		}
	END
	file two/main.c <<-'END'
		#include "kx/low.h"
		static int take(int word)
		{
		    return kx_low_get(word);
		}
		int main(void)
		{
		    return take(1);
		}
	END
}

# instead NAME OLD NEW: change the text of a file
instead()
{
	sed "s|$2|$3|" "$tmp/tree/$1" > "$tmp/new"
	if cmp -s "$tmp/new" "$tmp/tree/$1"; then
		echo "nothing to change in $1: $2" >&2
		exit 99
	fi
	cp "$tmp/new" "$tmp/tree/$1"
}

# expect WHAT [LINE...]: what check-layers says of the tree, and that it fails if it says anything
expect()
{
	what=$1
	shift
	: > "$tmp/expected"
	for line; do
		echo "$line" >> "$tmp/expected"
	done
	# As make needs it; a file that is to be forgotten is called so.
	(cd "$tmp/tree" && find . -type f ! -name 'forgotten*' | sed 's|^./||' > lib/Makemodule.am)
	"$checker" "$tmp/tree" > "$tmp/out" 2>&1
	same "status for $what" $? $(($# > 0))
	same_file "the text for $what" "$tmp/out" "$tmp/expected"
}

tree
expect 'a clean tree'

# Words that are somebody's name elsewhere, and mean something else here.
file two/main.c <<-'END'
	/* options_parse() is not ours, nor is kx_plan_make(). */
	#include "kx/low.h"
	struct words {
	    int kx_plan_make, *kx_high_do;
	};
	static int options_parse(struct words *words, const char *high_step)
	{
	    return words->kx_plan_make + *words->kx_high_do; // main() of one/main.c
	}
	int main(void)
	{
	    struct words words = { .kx_high_do = 0 };
	    const int one = 1, plan_fill = one;

	    return options_parse(&words, "kx_high_do(" "\"kx_high_do(") + plan_fill;
	}
END
expect 'names in comments, texts, members and variables'

tree
instead lib/low/low.c 'kx/low.h' 'kx/high.h'
expect 'an include that runs up' \
	'lib/low/low.c:1: lib/low/low.c may not include kx/high.h, because high lies above low'

tree
instead one/plan/plan.c 'kx/high.h' 'one/options.h'
expect 'a layer of a program that includes a header above it' \
	'one/plan/plan.c:1: one/plan/plan.c may not include one/options.h, because one lies above plan'

tree
instead two/main.c 'kx/low.h' 'kx/high.h'
expect 'an include that no line allows' \
	'two/main.c:1: two/main.c may not include kx/high.h, because tools/layers does not let two use high'

tree
instead lib/high/high.c 'kx/error.h' 'kx/low.h'
expect 'another face than the one allowed' \
	'lib/high/high.c:2: lib/high/high.c may not include kx/low.h, because tools/layers does not let high use low'

tree
instead one/plan/plan.c 'kx/high.h' 'lib/high/internal.h'
expect "somebody else's internal header" \
	'one/plan/plan.c:1: one/plan/plan.c may not include lib/high/internal.h, because it is internal to lib/high'

tree
instead one/arch/b/arch.c 'one/arch/b/own.h' 'one/arch/a/own.h'
expect 'an architecture that looks into another' \
	'one/arch/b/arch.c:2: one/arch/b/arch.c may not include one/arch/a/own.h, because one/arch/b and one/arch/a know nothing of each other'

tree
instead two/main.c 'kx/low.h' 'low.h'
expect 'an include of nothing' \
	'two/main.c:1: two/main.c may not include low.h, because there is no such file'

tree
instead two/main.c 'kx_low_get(word)' 'kx_high_do(word)'
expect 'a use without an include' \
	'two/main.c:4: two/main.c may not use kx_high_do of lib/high/high.c, because tools/layers does not let two use high'

tree
instead lib/high/step.c 'count + 1' 'kx_high_do(count)'
expect 'two files in a circle' \
	'lib/high/high.c:7: lib/high/high.c may not use lib/high/step.c (high_step), because lib/high/step.c uses lib/high/high.c (kx_high_do): a circle'

tree
instead lib/low/error.c 'return code' 'return kx_low_table[code]'
expect 'a circle through an object' \
	'lib/low/error.c:4: lib/low/error.c may not use lib/low/low.c (kx_low_table), because lib/low/low.c uses lib/low/error.c (kx_error_put): a circle'

tree
instead lib/high/step.c 'count + 1' 'high_more(count)'
echo 'int high_more(int count);' >> "$tmp/tree/lib/high/internal.h"
file lib/high/more.c <<-'END'
	#include "lib/high/internal.h"
	int high_more(int count)
	{
	    return kx_high_do(count);
	}
END
expect 'three files in a circle' \
	'lib/high/high.c:7: lib/high/high.c may not use lib/high/step.c (high_step), because lib/high/step.c uses lib/high/more.c (high_more), lib/high/more.c uses lib/high/high.c (kx_high_do): a circle'

tree
file one/show.h <<-'END'
	#include "one/options.h"
	int show(struct options *options);
END
file one/show.c <<-'END'
	#include "one/show.h"
	int show(struct options *options)
	{
	    return options->mode;
	}
END
instead one/options.c 'kx/low.h' 'one/show.h'
instead one/options.c 'kx_low_get(word)' 'show(0)'
expect 'a circle through a header of one of its files' \
	'one/options.c:1: one/options.c may not use one/show.c ("one/show.h"), because one/show.c uses one/options.c ("one/options.h"): a circle'

tree
instead one/options.h 'int options_parse' 'int kx_options_parse'
instead one/options.c 'int options_parse' 'int kx_options_parse'
instead one/main.c 'options_parse' 'kx_options_parse'
instead one/options.h 'struct options {' 'struct kx_options {'
instead one/options.h 'MODE_STATUS' 'KX_MODE_STATUS'
expect "a library's names in a program" \
	'one/options.c:7: one/options.c may not define kx_options_parse, because kx_ is for what programs share' \
	'one/options.h:1: one/options.h may not define KX_MODE_STATUS, because kx_ is for what programs share' \
	'one/options.h:2: one/options.h may not define kx_options, because kx_ is for what programs share'

tree
file two/options.h <<-'END'
	#define MODE_LOAD 1
	struct options {
	    int many;
	};
	int options_parse(struct options *ret);
END
file two/options.c <<-'END'
	#include "two/options.h"
	int options_parse(struct options *ret)
	{
	    return ret->many;
	}
END
expect 'names of two programs' \
	'two/options.c:2: two/options.c may not define options_parse, because one/options.c does' \
	'two/options.h:1: two/options.h may not define MODE_LOAD, because one/options.h does' \
	'two/options.h:2: two/options.h may not define options, because one/options.h does'

tree
file lib/new/new.c < /dev/null
echo > "$tmp/tree/lib/new/new.c"
file include/kx/new.h <<-'END'
	int kx_new(void);
END
instead two/main.c 'kx/low.h' 'kx/new.h'
expect 'a folder and a face of no wing' \
	'include/kx/new.h:1: include/kx/new.h is in no line of tools/layers' \
	'lib/new/new.c:1: lib/new is in no line of tools/layers' \
	'two/main.c:1: two/main.c may not include kx/new.h, because it is in no line of tools/layers'

tree
file three/Makemodule.am < /dev/null
echo > "$tmp/tree/three/main.c"
expect 'a program of no line' 'three/main.c:1: three is in no line of tools/layers'

tree
instead tools/layers 'low/error$' 'low/error plan'
instead tools/layers 'low error' 'low error other'
instead tools/layers 'lib/high ' 'lib/high lib/higher '
expect 'a line that allows what lies above, a folder and a face that are not there' \
	'tools/layers:4: high may not use plan, because no line above is called so' \
	'tools/layers:4: there is no file in lib/higher' \
	'tools/layers:3: there is no include/kx/other.h'

tree
file lib/high/forgotten.c < /dev/null
file one/forgotten.h < /dev/null
expect 'files that the tarball would lack' \
	'lib/high/forgotten.c:1: no Makemodule.am names it' \
	'one/forgotten.h:1: no Makemodule.am names it'

tree
rm "$tmp/tree/tools/layers"
"$checker" "$tmp/tree" > "$tmp/out" 2>&1
same 'status without tools/layers' $? 99
finish
