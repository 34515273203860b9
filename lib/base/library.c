/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads libraries when they are first needed. */
#include <errno.h>
#include <string.h>

#include "kx/library.h"

#if defined(KX_DLOPEN) && !defined(KX_LINK_LIBRARIES)
#include <dlfcn.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int find_calls(struct kx_library *library, void *handle, struct kx_err *err)
{
	for (size_t i = 0; i < library->count; i++) {
		void *found = dlsym(handle, library->names[i]);

		if (!found)
			return kx_fail(err, -ENOTSUP,
				       "%s has no %s(); install a newer one (Debian: %s)",
				       library->soname, library->names[i], library->package);
		/* ISO C has no conversion to pointers to functions; POSIX says they look alike. */
		memcpy((char *)library->calls + i * sizeof(found), &found, sizeof(found));
	}
	__atomic_store_n(&library->ready, 1, __ATOMIC_RELEASE);
	return 0;
}

static int load(struct kx_library *library, struct kx_err *err)
{
	/* Where the loader looks for what is linked; never below --root. */
	void *handle = dlopen(library->soname, RTLD_NOW | RTLD_LOCAL);
	int rc;

	if (!handle)
		return kx_fail(err, -ENOTSUP, "%s cannot be loaded; install it (Debian: %s)",
			       library->soname, library->package);
	rc = find_calls(library, handle, err);
	if (rc < 0)
		dlclose(handle);
	return rc;
}

int kx_library_load(struct kx_library *library, struct kx_err *err)
{
	int rc = 0;

	if (__atomic_load_n(&library->ready, __ATOMIC_ACQUIRE))
		return 0;
	pthread_mutex_lock(&lock);
	if (!library->ready)
		rc = load(library, err);
	pthread_mutex_unlock(&lock);
	return rc;
}

#else

int kx_library_load(struct kx_library *library, struct kx_err *err)
{
	return library->ready ? 0 : kx_fail(err, -ENOTSUP, "this program was made without %s",
					    library->soname);
}

#endif
