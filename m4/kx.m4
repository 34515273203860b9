# SPDX-License-Identifier: GPL-2.0-or-later
# Macros of configure.ac.

# KX_TRY_CFLAG(flag, variable): append flag to variable if the compiler takes it.
AC_DEFUN([KX_TRY_CFLAG], [
	AC_MSG_CHECKING([whether $CC takes $1])
	kx_saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $1"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); $2="$$2 $1"], [AC_MSG_RESULT([no])])
	CFLAGS=$kx_saved_CFLAGS
])

AC_DEFUN([KX_WARNING_FLAGS], [
	for kx_flag in -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
		-Wwrite-strings -Wcast-qual -Wpointer-arith -Wundef -Wvla -Wformat=2 -Wswitch-enum; do
		KX_TRY_CFLAG([$kx_flag], [KX_CFLAGS])
	done
	AC_SUBST([KX_CFLAGS])
])

# Switches for whoever works on the suite itself.
AC_DEFUN([KX_DEVELOPER_SWITCHES], [
	AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [make warnings errors])],
		[], [enable_werror=no])
	AS_IF([test "$enable_werror" = yes], [KX_CFLAGS="$KX_CFLAGS -Werror"])

	AC_ARG_ENABLE([asan], [AS_HELP_STRING([--enable-asan], [build with ASan and UBSan])],
		[], [enable_asan=no])
	AC_ARG_ENABLE([tsan], [AS_HELP_STRING([--enable-tsan], [build with TSan])],
		[], [enable_tsan=no])
	AC_ARG_ENABLE([fuzz],
		[AS_HELP_STRING([--enable-fuzz], [build with ASan, UBSan and for libFuzzer (clang)])],
		[], [enable_fuzz=no])
	# libFuzzer wants to see the branches of all that a target may reach, which is the suite.
	KX_SANITIZE=
	AS_IF([test "$enable_tsan" = yes], [KX_SANITIZE=thread])
	AS_IF([test "$enable_asan" = yes], [KX_SANITIZE=address,undefined])
	AS_IF([test "$enable_fuzz" = yes], [KX_SANITIZE=fuzzer-no-link,address,undefined])
	AS_IF([test -n "$KX_SANITIZE"],
		[KX_SANITIZE="-fsanitize=$KX_SANITIZE -fno-sanitize-recover=all -fno-omit-frame-pointer"])
	AC_SUBST([KX_SANITIZE])
	AC_SUBST([KX_FUZZER], [-fsanitize=fuzzer])
	AM_CONDITIONAL([FUZZ], [test "$enable_fuzz" = yes])
])

# The build machine's own pkg-config knows its libraries, not the host's: --with-X=auto must not
# take those for a cross build. HOST-pkg-config, or one told where to look, fits.
AC_DEFUN([KX_PKG_CONFIG_FITS], [
	kx_pkg_config_fits=yes
	AS_IF([test "$cross_compiling" = yes && test -z "$PKG_CONFIG_LIBDIR$PKG_CONFIG_SYSROOT_DIR"],
		[AS_CASE([$PKG_CONFIG], [*"$host_alias"-*], [], [kx_pkg_config_fits=no])])
])

# KX_LIBRARY(name, pkg-config module and version, what for): --with-name=auto|yes|no, HAVE_NAME.
AC_DEFUN([KX_LIBRARY], [
	AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1], [$3 (auto)])], [], [with_$1=auto])
	AS_IF([test "$with_$1$kx_pkg_config_fits" = autono], [with_$1=no])
	AS_CASE([$with_$1],
		[yes], [PKG_CHECK_MODULES(m4_toupper([$1]), [$2])],
		[auto], [PKG_CHECK_MODULES(m4_toupper([$1]), [$2], [with_$1=yes], [with_$1=no])])
	AS_IF([test "$with_$1" = yes],
		[AC_DEFINE([HAVE_]m4_toupper([$1]), [1], [Define to 1 for $3.])])
	AM_CONDITIONAL([HAVE_]m4_toupper([$1]), [test "$with_$1" = yes])
])

# KX_CROSS_GCC(variable, tool prefix): PREFIX-gcc in PATH, else the newest PREFIX-gcc-VERSION, which
# is all that some of Debian's cross compilers install.
AC_DEFUN([KX_CROSS_GCC], [
	AC_CHECK_PROG([$1], [$2-gcc], [$2-gcc])
	AS_IF([test -z "$$1"], [
		AC_MSG_CHECKING([for $2-gcc with a version])
		kx_newest=0
		kx_saved_IFS=$IFS
		IFS=$PATH_SEPARATOR
		for kx_dir in $PATH; do
			IFS=$kx_saved_IFS
			for kx_file in "$kx_dir/$2"-gcc-@<:@0-9@:>@*; do
				kx_version=${kx_file##*-gcc-}
				AS_CASE([$kx_version], [*@<:@!0-9@:>@*], [continue])
				AS_IF([test -x "$kx_file" && test "$kx_version" -gt "$kx_newest"],
					[kx_newest=$kx_version; $1=$2-gcc-$kx_version])
			done
		done
		IFS=$kx_saved_IFS
		AC_MSG_RESULT([${$1:-no}])
	])
])

# KX_LIBRARY_PLAIN(name, header, library, function, what for): the same for a library without a
# pkg-config file. It is looked for by linking, which is right for a cross build too.
AC_DEFUN([KX_LIBRARY_PLAIN], [
	AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1], [$5 (auto)])], [], [with_$1=auto])
	AS_IF([test "$with_$1" != no], [
		kx_found=no
		AC_CHECK_LIB([$3], [$4], [AC_CHECK_HEADER([$2], [kx_found=yes])])
		AS_IF([test "$with_$1$kx_found" = yesno], [AC_MSG_ERROR([no -l$3 with $2])])
		with_$1=$kx_found
	])
	m4_toupper([$1])_LIBS=
	AS_IF([test "$with_$1" = yes], [
		m4_toupper([$1])_LIBS=-l$3
		AC_DEFINE([HAVE_]m4_toupper([$1]), [1], [Define to 1 for $5.])
	])
	AC_SUBST(m4_toupper([$1])[_LIBS])
	AM_CONDITIONAL([HAVE_]m4_toupper([$1]), [test "$with_$1" = yes])
])

# KX_PURGATORY(arch, host CPU, tool prefixes): the compiler for that architecture's purgatory in
# PURGATORY_CC_arch and its objcopy in PURGATORY_OBJCOPY_arch. The host's own compiler serves the
# host's architecture; for others a cross compiler is used if there is one.
AC_DEFUN([KX_PURGATORY], [
	AC_ARG_VAR([PURGATORY_CC_$1], [C compiler for the $1 purgatory, or "no"])
	AC_ARG_VAR([PURGATORY_OBJCOPY_$1], [objcopy for the $1 purgatory])
	AS_IF([test -z "$PURGATORY_CC_$1" && test "$host_cpu" = $2], [
		PURGATORY_CC_$1=$CC
		AC_CHECK_TOOL([PURGATORY_OBJCOPY_$1], [objcopy])
	])
	for kx_prefix in $3; do
		AS_IF([test -z "$PURGATORY_CC_$1"], [
			KX_CROSS_GCC([PURGATORY_CC_$1], [$kx_prefix])
			AS_IF([test -n "$PURGATORY_CC_$1"], [PURGATORY_OBJCOPY_$1=$kx_prefix-objcopy])
		])
	done
	AS_IF([test "$PURGATORY_CC_$1" = no], [PURGATORY_CC_$1=])
	AS_VAR_APPEND([kx_purgatory_summary], [" $1: ${PURGATORY_CC_$1:-none},"])
	AM_CONDITIONAL([PURGATORY_]m4_toupper([$1]), [test -n "$PURGATORY_CC_$1"])
])

# KX_STATIC_LIBRARY(name, header, function): does a static program get it? INIT_NAME says so.
AC_DEFUN([KX_STATIC_LIBRARY], [
	kx_found=no
	AS_IF([test "$enable_init$with_$1" = yesyes], [
		AC_MSG_CHECKING([for a static $1])
		kx_saved_LIBS=$LIBS
		LIBS="$m4_toupper([$1])_LIBS $LIBS"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <$2>], [return &$3 == 0])], [kx_found=yes])
		LIBS=$kx_saved_LIBS
		AC_MSG_RESULT([$kx_found])
		AS_IF([test $kx_found = yes],
			[AS_VAR_APPEND([kx_init_summary], ["${kx_init_summary:+ }$1"])
			AC_DEFINE([KX_INIT_]m4_toupper([$1]), [1], [kdump-init is linked with $1])])
	])
	AM_CONDITIONAL([INIT_]m4_toupper([$1]), [test $kx_found = yes])
])

# kdump-init: --enable-init=auto|yes|no. What it is linked with has to be there as archives.
AC_DEFUN([KX_STATIC_INIT], [
	AC_ARG_ENABLE([init], [AS_HELP_STRING([--enable-init],
		[kdump-init, the static program of crash kernels (auto)])], [], [enable_init=auto])
	kx_init_summary=
	kx_saved_LDFLAGS=$LDFLAGS kx_saved_CPPFLAGS=$CPPFLAGS
	LDFLAGS="$LDFLAGS -static"
	CPPFLAGS="$CPPFLAGS $BLKID_CFLAGS"
	AS_IF([test "$enable_init" != no], [
		AC_MSG_CHECKING([whether static programs can be linked])
		kx_found=no
		# Sanitizers have no static libraries.
		kx_saved_LIBS=$LIBS
		LIBS="$LIBELF_LIBS $ZLIB_LIBS $ZSTD_LIBS $LIBS"
		AS_IF([test -z "$KX_SANITIZE"], [AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <libelf.h>],
			[return elf_version(EV_CURRENT)])], [kx_found=yes])])
		LIBS=$kx_saved_LIBS
		AC_MSG_RESULT([$kx_found])
		AS_IF([test "$enable_init$kx_found" = yesno],
			[AC_MSG_ERROR([kdump-init needs static libraries of C and libelf])])
		enable_init=$kx_found
	])
	AM_CONDITIONAL([KX_INIT], [test "$enable_init" = yes])
	KX_STATIC_LIBRARY([zlib], [zlib.h], [compress])
	KX_STATIC_LIBRARY([libdeflate], [libdeflate.h], [libdeflate_alloc_compressor])
	KX_STATIC_LIBRARY([libisal], [isa-l/igzip_lib.h], [isal_deflate_stateless])
	KX_STATIC_LIBRARY([zstd], [zstd.h], [ZSTD_compress])
	KX_STATIC_LIBRARY([lzo], [lzo/lzo1x.h], [lzo1x_1_compress])
	KX_STATIC_LIBRARY([blkid], [blkid.h], [blkid_new_probe])
	KX_STATIC_LIBRARY([sodium], [sodium.h], [crypto_scalarmult_curve25519])
	LDFLAGS=$kx_saved_LDFLAGS CPPFLAGS=$kx_saved_CPPFLAGS
])

# kdump-ssh, where libssh2 and the library of ciphers that it was made for are there as archives.
AC_DEFUN([KX_STATIC_SSH], [
	enable_kdump_ssh=no
	AS_IF([test "$enable_init$with_ssh2" = yesyes], [
		AC_MSG_CHECKING([for a static libssh2])
		kx_saved_LIBS=$LIBS kx_saved_LDFLAGS=$LDFLAGS kx_saved_CPPFLAGS=$CPPFLAGS
		LDFLAGS="$LDFLAGS -static"
		CPPFLAGS="$CPPFLAGS $SSH2_CFLAGS"
		# OpenSSL of Debian 13 packs with zstd.
		for kx_libs in "-lssh2 -lcrypto -lz" "-lssh2 -lcrypto -lz -lzstd" "-lssh2 -lcrypto" \
			"-lssh2 -lgcrypt -lgpg-error -lz"; do
			LIBS="$kx_libs $kx_saved_LIBS"
			AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <libssh2.h>],
				[return libssh2_session_init() == 0])], [
				enable_kdump_ssh=yes
				AC_SUBST([SSH2_STATIC_LIBS], [$kx_libs])
				break
			])
		done
		LIBS=$kx_saved_LIBS LDFLAGS=$kx_saved_LDFLAGS CPPFLAGS=$kx_saved_CPPFLAGS
		AC_MSG_RESULT([$enable_kdump_ssh])
	])
	AM_CONDITIONAL([KX_SSH], [test "$enable_kdump_ssh" = yes])
])

# kdump-http, where libcurl and the TLS library that it was made for are there as archives. Most
# distributions' libcurl brings libraries that have none: tools/static-curl makes another.
AC_DEFUN([KX_STATIC_HTTP], [
	AC_ARG_WITH([static-curl], [AS_HELP_STRING([--with-static-curl=DIR|no],
		[kdump-http, with the libcurl.a in DIR/lib (auto: one that pkg-config knows)])],
		[], [with_static_curl=auto])
	enable_kdump_http=no
	AS_CASE([$enable_init$with_curl$with_static_curl], [yesyesno], [], [yesyes*], [
		AC_MSG_CHECKING([for a static libcurl])
		kx_saved_LIBS=$LIBS kx_saved_LDFLAGS=$LDFLAGS kx_saved_CPPFLAGS=$CPPFLAGS
		AS_IF([test "$with_static_curl" = auto], [
			kx_curl=`$PKG_CONFIG --static --libs libcurl 2> /dev/null`
			kx_tls=:
		], [
			kx_curl="-L$with_static_curl/lib $with_static_curl/lib/libcurl.a"
			kx_tls="-lssl -lcrypto:-lssl -lcrypto -lz -lzstd:-lmbedtls -lmbedx509 -lmbedcrypto"
		])
		LDFLAGS="$LDFLAGS -static"
		CPPFLAGS="$CPPFLAGS $CURL_CFLAGS"
		kx_saved_IFS=$IFS
		IFS=:
		for kx_libs in $kx_tls; do
			IFS=$kx_saved_IFS
			LIBS="$kx_curl $kx_libs $kx_saved_LIBS"
			AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <curl/curl.h>],
				[return curl_easy_init() == 0])], [
				enable_kdump_http=yes
				AC_SUBST([CURL_STATIC_LIBS], ["$kx_curl $kx_libs"])
				break
			])
		done
		IFS=$kx_saved_IFS
		LIBS=$kx_saved_LIBS LDFLAGS=$kx_saved_LDFLAGS CPPFLAGS=$kx_saved_CPPFLAGS
		AC_MSG_RESULT([$enable_kdump_http])
	])
	AS_CASE([$with_static_curl$enable_kdump_http], [autono|nono|*yes], [],
		[AC_MSG_ERROR([no program can be linked with $with_static_curl/lib/libcurl.a])])
	AM_CONDITIONAL([KX_HTTP], [test "$enable_kdump_http" = yes])
])

# KX_DIRECTORY(name, default, what for, [pkg-config module, its variable, what follows it]):
# --with-name=DIR|no. Where $prefix is /usr the variable is asked first.
AC_DEFUN([KX_DIRECTORY], [
	AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=DIR|no], [$3])], [], [with_$1=yes])
	AS_IF([test "$with_$1" = yes], [
		with_$1=$2
		m4_ifval([$4], [AS_IF([test "$prefix" = /usr], [
			kx_directory=`$PKG_CONFIG --variable=$5 $4 2> /dev/null`
			AS_IF([test -n "$kx_directory"], [with_$1=$kx_directory$6])
		])])
	])
	AC_SUBST([$1], [$with_$1])
	AM_CONDITIONAL([KX_]m4_toupper([$1]), [test "$with_$1" != no])
])

# KX_NAME(name): --enable-name installs kdump by that name, too; KX_NAMES has them.
AC_DEFUN([KX_NAME], [
	AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [install kdump by the name of $1, too])])
	AS_IF([test "$AS_TR_SH([enable_$1])" = yes], [KX_NAMES="$KX_NAMES $1"])
])
