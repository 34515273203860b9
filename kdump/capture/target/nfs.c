/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Targets on NFS servers, mounted without a mount program: nfs(5) for the options; what mount.nfs
 * would find out, the server's address and a version that it has, is said or tried.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kdump/capture/system/mounts.h"
#include "kdump/capture/target/network.h"
#include "kdump/capture/target/target.h"

enum { NFS_PORT = 2049 };

/*
 * What is not said by @given. A server that is gone is an error after some 40 s, not a process that
 * waits for ever: "soft"; the version is as high as it has it.
 */
static int make_options(const char *server, uint64_t port, const char *given, const char *version,
			char *to, size_t size, struct kx_err *err)
{
	const bool v3 = version[0] == '3';
	int len = snprintf(to, size, "addr=%s,port=%" PRIu64 ",vers=%s,proto=%s,soft%s%s%s", server,
			   port, version, strchr(server, ':') ? "tcp6" : "tcp",
			   strstr(given, "timeo=") ? "" : ",timeo=100,retrans=3",
			   v3 ? ",nolock,mountproto=tcp,mountaddr=" : "", v3 ? server : "");

	if (len >= 0 && (size_t)len < size && given[0]) {
		int more = snprintf(to + len, size - (size_t)len, ",%s", given);

		len = more < 0 ? more : len + more;
	}
	if (len < 0 || (size_t)len >= size)
		return kx_fail(err, -ENAMETOOLONG, "mount options are too long");
	return 0;
}

/* The value of vers= or nfsvers= is taken out of @options; false: there is none. */
static bool take_version(char *options, char version[8])
{
	char *at = options, *end;

	while (at) {
		char *value = strncmp(at, "vers=", 5) == 0 ? at + 5 :
			      strncmp(at, "nfsvers=", 8) == 0 ? at + 8 : NULL;

		end = strchr(at, ',');
		if (value) {
			size_t len = end ? (size_t)(end - value) : strlen(value);

			if (len >= 8)
				return false;
			memcpy(version, value, len);
			version[len] = '\0';
			memmove(at, end ? end + 1 : at + strlen(at),
				end ? strlen(end + 1) + 1 : 1);
			return true;
		}
		at = end ? end + 1 : NULL;
	}
	return false;
}

static int nfs_mount(struct capture_target *target, const char *server, uint64_t port,
		     unsigned long flags, const char *given, const char *version,
		     struct kx_err *err)
{
	const bool v6 = strchr(server, ':') != NULL;
	char source[1200], options[1500];
	int rc = make_options(server, port, given, version, options, sizeof(options), err);

	if (rc < 0)
		return rc;
	snprintf(source, sizeof(source), "%s%s%s:%s", v6 ? "[" : "", server, v6 ? "]" : "",
		 target->from->share);
	return capture_mount(target, source, version[0] == '3' ? "nfs" : "nfs4", flags, options,
			     err);
}

static int nfs_prepare(struct capture_target *target, struct kx_err *err)
{
	static const char *const versions[] = { "4.2", "4.1", "4.0" };
	char given[1024], version[8];
	unsigned long flags;
	const char *server;
	uint64_t port;
	int rc;

	if (!target->from->share || target->from->share[0] != '/' ||
	    strlen(target->from->share) > 1024)
		return kx_fail(err, -EINVAL, "the plan does not say what the server exports");
	rc = mounts_flags(target->from->options, &flags, given, sizeof(given), err);
	if (rc == 0)
		rc = capture_network(target, NFS_PORT, &server, &port, err);
	if (rc < 0)
		return rc;
	if (take_version(given, version))
		return nfs_mount(target, server, port, flags, given, version, err);
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		rc = nfs_mount(target, server, port, flags, given, versions[i], err);
		capture_moved(target);
		if (rc != -EPROTONOSUPPORT && rc != -EINVAL)
			break;
	}
	return rc;
}

const struct capture_kind capture_kind_nfs = {
	.type = KX_CAPTURE_NFS,
	.prepare = nfs_prepare,
	.dest = capture_dest_in_mount,
};
