# SPDX-License-Identifier: GPL-2.0-or-later
# For replay.sh and run, after tests/lib.sh: the fuzz targets and where their seeds come from.

targets=
for target in $(grep -l '^int fuzz_input' "$srcdir"/tests/fuzz/*.c); do
	target=${target##*/}
	targets="$targets ${target%.c}"
done

# seeds TARGET FOLDER: copy the seeds of TARGET into FOLDER; NAME.words become bzImages, NAME.image
# kernels that get a device tree, NAME.hex the bytes that they name, NAME.dts device trees, NAME.dump
# dumps, NAME.wrap wrapped kernels
seeds()
{
	mkdir -p "$2" || exit 99
	for seed in "$srcdir/tests/fuzz/corpus/$1"/*; do
		case $seed in
		*.words)
			set_name=${seed##*/}
			# Words without quotes: they are FIELD=NUMBER.
			# shellcheck disable=SC2046
			"$tools/mkbzimage" $(cat "$seed") \
				> "$2/${set_name%.words}" || exit 99
			;;
		*.image)
			set_name=${seed##*/}
			# shellcheck disable=SC2046
			"$tools/mkimage" $(cat "$seed") \
				> "$2/${set_name%.image}" || exit 99
			;;
		*.dump)
			# A dump as text, whose first line says what mkelf makes of it.
			set_name=${seed##*/}
			"$tools/mkelf" "$(sed -n '1s/^# //p' "$seed")" \
				"$2/${set_name%.dump}" < "$seed" || exit 99
			;;
		*.wrap)
			# The words of mkwrap; a build that lacks a codec has fewer seeds.
			set_name=${seed##*/}
			# shellcheck disable=SC2046
			"$tools/mkwrap" $(cat "$seed") \
				> "$2/${set_name%.wrap}" 2> /dev/null || rm "$2/${set_name%.wrap}"
			;;
		*.dts)
			set_name=${seed##*/}
			"$tools/mkdtb" < "$seed" > "$2/${set_name%.dts}" || exit 99
			;;
		*.hex)
			set_name=${seed##*/}
			for byte in $(cat "$seed"); do
				# shellcheck disable=SC2059 # the format is the byte
				printf "\\$(printf %03o "0x$byte")"
			done > "$2/${set_name%.hex}" || exit 99
			;;
		*)
			cp "$seed" "$2/" || exit 99
			;;
		esac
	done
	chmod -R u+w "$2"
}
