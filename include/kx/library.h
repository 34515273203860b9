/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Libraries that are loaded when they are first needed, so that a program which never meets what
 * they are for neither waits for them nor needs them installed. With configure --disable-dlopen,
 * and in static programs, they are linked; who calls them cannot tell.
 *
 * A library foo has a header of ours and a file:
 *
 *	#include <foo.h>
 *	#define KX_FOO_CALLS(call) call(foo_open) call(foo_close)
 *	KX_LIBRARY_FACE(kx_foo, KX_FOO_CALLS)
 *
 *	KX_LIBRARY(kx_foo, KX_FOO_CALLS, "libfoo1", "what it is for", "recommended", "libfoo.so.1")
 *
 * and is called as kx_foo.foo_open(), once kx_library_load(&kx_foo_library) returned 0.
 */
#ifndef KX_LIBRARY_H
#define KX_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct kx_library - a library that may not be loaded yet
 * @soname: its name for the dynamic loader
 * @package: Debian's name of the package, for messages
 * @names: of @count functions; @calls: pointers to them, in the same order
 * @ready: it is loaded, or linked
 */
struct kx_library {
	const char *soname, *package;
	const char *const *names;
	void *calls;
	size_t count;
	int ready;
};

/**
 * kx_library_load() - have the library's functions ready to be called
 *
 * Any thread may call it, any number of times; all but the first cost a look at a flag. A library
 * stays loaded.
 *
 * Return: 0; -ENOTSUP it is not installed, cannot be loaded or lacks a function, or the program was
 * made without it. @err has its name and package.
 */
int kx_library_load(struct kx_library *library, struct kx_err *err);

#define KX_LIBRARY_POINTER(function) __typeof__(function) *function;
#define KX_LIBRARY_NAME(function)    #function,
#define KX_LIBRARY_LINKED(function)  .function = function,

/** KX_LIBRARY_FACE() - declare @name, whose members are the functions, and NAME_library */
#define KX_LIBRARY_FACE(name, list)      \
	struct name##_calls {            \
		list(KX_LIBRARY_POINTER) \
	};                               \
	extern struct name##_calls name; \
	extern struct kx_library name##_library;

/**
 * KX_LIBRARY() - define what KX_LIBRARY_FACE() declares
 *
 * @priority is "required", "recommended" or "suggested", for those who pack or copy the program.
 */
#if defined(KX_LACK_LIBRARIES)
#define KX_LIBRARY(name, list, package_name, what, priority, so) \
	struct name##_calls name;                                \
	struct kx_library name##_library = { .soname = so, .package = package_name };
#elif defined(KX_DLOPEN) && !defined(KX_LINK_LIBRARIES)
#define KX_LIBRARY(name, list, package_name, what, priority, so)             \
	struct name##_calls name;                                            \
	static const char *const name##_names[] = { list(KX_LIBRARY_NAME) }; \
	KX_LIBRARY_NOTE(name, what, priority, so)                            \
	struct kx_library name##_library = {                                 \
		.soname = so,                                                \
		.package = package_name,                                     \
		.names = name##_names,                                       \
		.calls = &name,                                              \
		.count = sizeof(name##_names) / sizeof(name##_names[0]),     \
	};
#else
#define KX_LIBRARY(name, list, package_name, what, priority, so) \
	struct name##_calls name = { list(KX_LIBRARY_LINKED) };  \
	struct kx_library name##_library = { .soname = so, .package = package_name, .ready = 1 };
#endif

/* An ELF note for packagers: UAPI group, "ELF dlopen metadata", version 1. */
#define KX_LIBRARY_TEXT(what, priority, so) \
	"[{\"description\":\"" what "\",\"priority\":\"" priority "\",\"soname\":[\"" so "\"]}]"
#define KX_LIBRARY_NOTE(name, what, priority, so)                                            \
	__attribute__((used, section(".note.dlopen"), aligned(4))) static const struct {     \
		uint32_t owner_size, text_size, type;                                        \
		char owner[4];                                                               \
		char text[(sizeof(KX_LIBRARY_TEXT(what, priority, so)) + 3) / 4 * 4];        \
	} name##_note = { 4, sizeof(KX_LIBRARY_TEXT(what, priority, so)), 0x407c0c0a, "FDO", \
			  KX_LIBRARY_TEXT(what, priority, so) };

#endif
