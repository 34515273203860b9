/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applies overlays by libfdt, after looking at what libfdt takes on trust: offsets in the tables
 * of references, and strings that it follows as paths. libfdt 1.6.1 reads outside of the overlay,
 * or recurses without end, where those are wrong.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/devtree/internal.h"

/* What must not change between this check and libfdt's use of it. */
static bool is_fixed(const char *name)
{
	return strcmp(name, "phandle") == 0 || strcmp(name, "linux,phandle") == 0 ||
	       strcmp(name, "target-path") == 0;
}

/* May a 32-bit reference be written at @at of the property that is @len bytes long? */
static bool holds(int len, uint64_t at)
{
	return len >= 4 && at <= (uint64_t)len - 4;
}

static int check_local_property(const void *fdto, int property, int node, struct kx_err *err)
{
	const char *name = "?";
	const uint8_t *at;
	uint64_t offset;
	int len, target_len = -1;

	at = fdt_getprop_by_offset(fdto, property, &name, &len);
	if (!at || len % 4 || is_fixed(name))
		return kx_fail(err, -EINVAL, "bad __local_fixups__ of %s", name);
	fdt_getprop(fdto, node, name, &target_len);
	for (; len > 0; at += 4, len -= 4) {
		kx_devtree_number(at, 4, 1, &offset);
		if (!holds(target_len, offset))
			return kx_fail(err, -EINVAL,
				       "__local_fixups__ of %s: no reference at offset %u", name,
				       (unsigned int)offset);
	}
	return 0;
}

/* @fixup mirrors @node: each property lists the offsets of references in the one of that name. */
static int check_local(const void *fdto, int fixup, int node, struct kx_err *err)
{
	int property, child, rc;

	fdt_for_each_property_offset(property, fdto, fixup)
	{
		rc = check_local_property(fdto, property, node, err);
		if (rc < 0)
			return rc;
	}
	fdt_for_each_subnode(child, fdto, fixup)
	{
		const char *name = fdt_get_name(fdto, child, NULL);
		int mirrored = name ? fdt_subnode_offset(fdto, node, name) : -1;

		/* Tables that libfdt reads later. */
		if (mirrored < 0 || (node == 0 && strncmp(name, "__", 2) == 0))
			return kx_fail(err, -EINVAL, "__local_fixups__ of %s, which is not a node",
				       name ? name : "?");
		rc = check_local(fdto, child, mirrored, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* "PATH:PROPERTY:OFFSET" */
static int check_place(const void *fdto, struct kx_span place, struct kx_err *err)
{
	const uint8_t *colon = memchr(place.base, ':', place.len), *second;
	char name[256];
	uint64_t offset;
	size_t rest;
	int node, len = -1;

	if (place.len == 0 || place.base[0] != '/' || !colon)
		return kx_fail(err, -EINVAL, "__fixups__: \"%.*s\" has no path", (int)place.len,
			       (const char *)place.base);
	node = fdt_path_offset_namelen(fdto, (const char *)place.base,
				       (int)(colon - place.base));
	rest = place.len - (size_t)(colon + 1 - place.base);
	second = memchr(colon + 1, ':', rest);
	if (node < 0 || !second || (size_t)(second - colon) > sizeof(name))
		return kx_fail(err, -EINVAL, "__fixups__: \"%.*s\" is not PATH:PROPERTY:OFFSET",
			       (int)place.len, (const char *)place.base);
	memcpy(name, colon + 1, (size_t)(second - colon) - 1);
	name[second - colon - 1] = '\0';
	rest -= (size_t)(second - colon);
	fdt_getprop(fdto, node, name, &len);
	if (is_fixed(name) ||
	    !kx_span_number((struct kx_span){ second + 1, rest }, 10, &offset) ||
	    !holds(len, offset))
		return kx_fail(err, -EINVAL, "__fixups__: no reference at \"%.*s\"",
			       (int)place.len, (const char *)place.base);
	return 0;
}

/* The label's path in the base; libfdt says itself when there is none. */
static int check_label(const void *fdt, const char *label, struct kx_err *err)
{
	int symbols = fdt_path_offset(fdt, "/__symbols__");
	const char *path;

	if (is_fixed(label))
		return kx_fail(err, -EINVAL, "__fixups__: a label \"%s\"", label);
	if (symbols < 0)
		return kx_fail(err, -EINVAL, "refers to \"%s\", but the base has no labels (it was "
			       "made without dtc -@)", label);
	if (!fdt_getprop(fdt, symbols, label, NULL))
		return kx_fail(err, -EINVAL, "refers to \"%s\", which the base does not have",
			       label);
	path = kx_devtree_text(fdt, symbols, label);
	if (!path || path[0] != '/')
		return kx_fail(err, -EINVAL, "the base's label \"%s\" is not a path", label);
	return 0;
}

static int check_fixups(const void *fdt, const void *fdto, struct kx_err *err)
{
	int fixups = fdt_path_offset(fdto, "/__fixups__"), property, len, rc;
	const char *label, *places;

	if (fixups < 0)
		return 0;
	fdt_for_each_property_offset(property, fdto, fixups)
	{
		places = fdt_getprop_by_offset(fdto, property, &label, &len);
		if (!places)
			return kx_devtree_fail(err, len, "__fixups__");
		rc = check_label(fdt, label, err);
		while (rc == 0 && len > 0) {
			size_t size = strnlen(places, (size_t)len);

			if (size == (size_t)len)
				return kx_fail(err, -EINVAL, "__fixups__ of \"%s\": no string",
					       label);
			rc = check_place(fdto, (struct kx_span){ (const uint8_t *)places, size },
					 err);
			places += size + 1;
			len -= (int)size + 1;
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

/*
 * A fragment's target. dtc writes whole paths; libfdt would also take an alias, and follow one that
 * an earlier fragment made name itself without end.
 */
static int check_targets(const void *fdto, struct kx_err *err)
{
	int fragment;

	fdt_for_each_subnode(fragment, fdto, 0)
	{
		const char *path = kx_devtree_text(fdto, fragment, "target-path");

		if (fdt_getprop(fdto, fragment, "target-path", NULL) && (!path || path[0] != '/'))
			return kx_fail(err, -EINVAL, "target-path \"%s\" does not start with /",
				       path ? path : "");
	}
	return 0;
}

/* References in a property of __fixups__, which are strings, or of __local_fixups__: offsets. */
static uint64_t count_references(const void *fdto, int property, bool strings)
{
	uint64_t count = 0;
	const char *value;
	int len;

	value = fdt_getprop_by_offset(fdto, property, NULL, &len);
	if (!value)
		return 0;
	for (int i = 0; strings && i < len; i++)
		count += value[i] == '\0';
	return strings ? count : (uint64_t)len / 4;
}

/*
 * How often the base or the overlay is gone through, by us and by libfdt: for each node, property
 * and reference of the overlay.
 */
static uint64_t count_steps(const void *fdto)
{
	int fixups = fdt_path_offset(fdto, "/__fixups__");
	int local = fdt_path_offset(fdto, "/__local_fixups__");
	int offset = 0, next, depth = 0, table = -1;
	uint64_t count = 0;
	uint32_t tag;

	while ((tag = fdt_next_tag(fdto, offset, &next)) != FDT_END && next > offset) {
		depth += (tag == FDT_BEGIN_NODE) - (tag == FDT_END_NODE);
		/* Tables are children of the root, and last until the next child. */
		if (tag == FDT_BEGIN_NODE && depth == 2)
			table = offset;
		count += tag == FDT_BEGIN_NODE || tag == FDT_PROP;
		if (tag == FDT_PROP && depth > 1 && (table == fixups || table == local))
			count += count_references(fdto, offset, table == fixups);
		offset = next;
	}
	return count;
}

int kx_devtree_overlay(void *fdt, struct kx_span overlay, struct kx_devtree_work *work,
		       struct kx_err *err)
{
	_cleanup_free_ void *fdto = NULL;
	uint64_t steps;
	int rc, local;

	if (overlay.len == 0)
		return kx_fail(err, -EINVAL, "empty file");
	/* libfdt changes the overlay while it applies it. */
	rc = kx_devtree_copy(overlay, &fdto, err);
	if (rc < 0)
		return rc;
	steps = count_steps(fdto);
	/* Twice: to find a place among siblings takes longer than to move bytes. */
	rc = kx_devtree_spend(work, fdt, 2 * steps, 2 * steps * kx_devtree_used(fdto), err);
	if (rc < 0)
		return kx_context(err, rc, "too large to be applied here; give what fdtoverlay "
				  "makes of it with --dtb");
	local = fdt_path_offset(fdto, "/__local_fixups__");
	if (local >= 0)
		rc = check_local(fdto, local, 0, err);
	if (rc == 0)
		rc = check_fixups(fdt, fdto, err);
	if (rc == 0)
		rc = check_targets(fdto, err);
	if (rc < 0)
		return rc;
	rc = fdt_overlay_apply(fdt, fdto);
	return rc < 0 ? kx_devtree_fail(err, rc, "does not apply") : 0;
}
