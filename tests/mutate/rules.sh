#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The changes that tests/mutate makes, on a file that has something for every rule and for every
# exception, and how what it starts ends. The tool itself is run by hand: it takes hours.
. "${srcdir:-.}/tests/lib.sh"
need python3 python3
sample=tests/mutate/sample.c

cat > "$tmp/list" <<'END'
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1] + '/tests/mutate')
import rules
text = open(sys.argv[1] + '/' + sys.argv[2]).read()
moved = rules.changes_of(sys.argv[2], '\n\n' + text)
for change, later in zip(rules.changes_of(sys.argv[2], text), moved):
    assert change.key == later.key and change.line == later.line - 2
    changed = change.apply(text)
    assert changed != text and changed.count('\n') == text.count('\n')
    print(f'{change.rule}|{change.line}|{change.before} => {change.after}')
END
python3 "$tmp/list" "$srcdir" $sample > "$tmp/out" 2> "$tmp/err"
same 'status of the rules' $? 0
expect_stderr ''
same_file 'the list of changes' "$tmp/out" "$srcdir/tests/mutate/sample.expected"

# The same seed, the same changes, whatever else is changed; another one, others.
choice()
{
	# Names are those from where it is called, and a build folder may lie in the tree.
	(cd "$srcdir" && python3 tests/mutate/run --list "$@" lib/base kexec/plan 2>&1)
}
choice --count 40 --seed 3 > "$tmp/first"
choice --count 40 --seed 3 > "$tmp/second"
choice --count 40 --seed 4 > "$tmp/other"
same 'how many were chosen' "$(wc -l < "$tmp/first")" 40
same_file 'the second choice' "$tmp/second" "$tmp/first"
check 'the seed changes nothing' [ "$(cat "$tmp/other")" != "$(cat "$tmp/first")" ]

# What runs for ever, and what fills files in memory that no limit of its own counts.
cat > "$tmp/ends" <<'END'
import os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1] + '/tests/mutate')
import box
box.FILES_MAX = 32 << 20
fill = 'import os\nfd = os.memfd_create("x")\nfor i in range(200): os.write(fd, bytes(1 << 20))'
for command, seconds in ((['sh', '-c', 'exit 7'], 60), (['sleep', '60'], 0.2),
                         ([sys.executable, '-c', fill + '\nimport time\ntime.sleep(60)'], 60)):
    print(box.run(command, '/', seconds))
END
python3 "$tmp/ends" "$srcdir" > "$tmp/out" 2> "$tmp/err"
expect_stderr ''
expect_stdout "$(printf '7\ntimeout\nmemory')"

finish
