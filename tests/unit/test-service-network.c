/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of servers: places, mount options, keys. */
#include <sched.h>
#include <unistd.h>

#include "kdump/service/resolve/network.h"
#include "kdump/service/resolve/targets.h"
#include "tests/unit/kxtest.h"

static void assert_place(enum kx_capture_type type, const char *where, const char *user,
			 const char *host, uint64_t port, const char *path)
{
	struct network_place place;
	struct kx_err err = { "" };

	if (network_place(type, where, &place, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(place.user, user);
	assert_string_equal(place.host, host);
	assert_int_equal(place.port, port);
	assert_string_equal(place.path, path);
}

TEST(places_are_taken_apart)
{
	static const struct {
		enum kx_capture_type type;
		const char *where;
	} wrong[] = {
		{ KX_CAPTURE_NFS, "host" }, { KX_CAPTURE_NFS, "host:folder" },
		{ KX_CAPTURE_NFS, ":/folder" }, { KX_CAPTURE_NFS, "[2001:db8::1:/folder" },
		{ KX_CAPTURE_SMB, "host/share" }, { KX_CAPTURE_SMB, "//host" },
		{ KX_CAPTURE_SMB, "//host/" }, { KX_CAPTURE_SMB, "///share" },
		{ KX_CAPTURE_SSH, "" }, { KX_CAPTURE_SSH, "@host" }, { KX_CAPTURE_SSH, "-oX@host" },
		{ KX_CAPTURE_SSH, "-oX" }, { KX_CAPTURE_SSH, "host:0" },
		{ KX_CAPTURE_SSH, "host:65536" }, { KX_CAPTURE_SSH, "2001:db8::1" },
		{ KX_CAPTURE_HTTP, "host/x" }, { KX_CAPTURE_HTTP, "ftp://host/" },
		{ KX_CAPTURE_HTTP, "https://" }, { KX_CAPTURE_HTTP, "https:///x" },
		{ KX_CAPTURE_HTTP, "https://me:secret@host/" },
		{ KX_CAPTURE_HTTP, "https://host/x?signature=1" },
		{ KX_CAPTURE_HTTP, "https://host/a b" }, { KX_CAPTURE_HTTP, "https://host:0/" },
		{ KX_CAPTURE_S3, "https://host:65536" }, { KX_CAPTURE_S3, "https://host:1x/" },
		{ KX_CAPTURE_S3, "https://-o/" },
	};
	struct network_place place;
	struct kx_err err = { "" };

	assert_place(KX_CAPTURE_NFS, "host:/a/b", "", "host", 0, "/a/b");
	assert_place(KX_CAPTURE_NFS, "[2001:db8::1]:/", "", "2001:db8::1", 0, "/");
	assert_place(KX_CAPTURE_SMB, "//host/share/a", "", "host", 0, "share/a");
	assert_place(KX_CAPTURE_SSH, "me@host", "me", "host", 0, "");
	assert_place(KX_CAPTURE_SSH, "host:2222", "", "host", 2222, "");
	assert_place(KX_CAPTURE_SSH, "a@b@[2001:db8::1]:22", "a@b", "2001:db8::1", 22, "");
	assert_place(KX_CAPTURE_HTTP, "http://host", "", "host", 80, "");
	assert_place(KX_CAPTURE_HTTP, "https://host/a/b", "", "host", 443, "");
	assert_place(KX_CAPTURE_S3, "https://[2001:db8::1]:8443/a", "", "2001:db8::1", 8443, "");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (network_place(wrong[i].type, wrong[i].where, &place, &err) != -EINVAL)
			fail_msg("%s is taken", wrong[i].where);
	}
}

TEST(a_presigned_url_is_refused_without_telling_its_signature)
{
	struct network_place place;
	struct kx_err err = { "" };

	assert_int_equal(network_place(KX_CAPTURE_HTTP, "https://host/x?signature=1", &place, &err),
			 -EINVAL);
	assert_string_equal(err.text, "where = https://host/x: should be without a query: a presigned "
				      "URL is one object's, and a dump is several, in a folder of its "
				      "day");
}

static void assert_options(const char *options, const char *left, uint64_t port)
{
	struct kx_err err = { "" };
	uint64_t found = 0;
	char text[64];

	snprintf(text, sizeof(text), "%s", options);
	assert_int_equal(network_port_option(text, &found, &err), 0);
	assert_string_equal(text, left);
	assert_int_equal(found, port);
}

TEST(a_port_is_no_mount_option)
{
	char kerberos[] = "rw,sec=krb5p", wrong[] = "port=0", plain[] = "sec=krb";
	struct kx_err err = { "" };
	uint64_t port = 7;

	assert_options("", "", 0);
	assert_options("port=1", "", 1);
	assert_options("port=1,vers=4", "vers=4", 1);
	assert_options("vers=4,port=22049", "vers=4", 22049);
	assert_options("a,port=2,b", "a,b", 2);
	assert_options("mountport=2,xport=3", "mountport=2,xport=3", 0);
	assert_int_equal(network_port_option(kerberos, &port, &err), -ENOTSUP);
	assert_says(&err, "sec=krb5p: Kerberos");
	assert_int_equal(network_port_option(wrong, &port, &err), -EINVAL);
	assert_int_equal(network_port_option(plain, &port, &err), 0);
}

static int keys(const char *host, uint64_t port, char **ret, struct kx_err *err)
{
	static const char text[] =
		"# ssh-ed25519 no\n"
		"other ssh-ed25519 OTHER\n"
		"alias,host ssh-ed25519 KEY1 a comment\n"
		"[host]:2222 ssh-rsa KEY2\n"
		"[host]:22 ecdsa-sha2-nistp256 KEY3\n"
		"@revoked host ssh-ed25519 NO\n"
		"host ssh-ed25519\n"
		"|1|salt|hash ssh-ed25519 NO";

	return network_known_keys(kx_span_of(text), "known", host, port, ret, err);
}

TEST(of_known_keys_the_servers_own_are_taken)
{
	struct kx_err err = { "" };
	char *lines;

	assert_int_equal(keys("host", 22, &lines, &err), 0);
	assert_string_equal(lines, "server ssh-ed25519 KEY1\nserver ecdsa-sha2-nistp256 KEY3\n");
	free(lines);
	assert_int_equal(keys("host", 2222, &lines, &err), 0);
	assert_string_equal(lines, "server ssh-rsa KEY2\n");
	free(lines);
	assert_int_equal(keys("hos", 22, &lines, &err), -ENOKEY);
	assert_says(&err, "known: no key of hos in plain words, only hashed names: run kdump propagate");
	assert_int_equal(keys("other", 2222, &lines, &err), -ENOKEY);
	assert_says(&err, "no key of [other]:2222");
}

static int resolve(char *where, struct resolved *ret)
{
	static char name[] = "far", path[] = "/x", none[] = "";
	struct target_config target = {
		.name = name,
		.type = KX_CAPTURE_NFS,
		.where = where,
		.path = path,
		.options = none,
		.user = none,
		.secret = none,
	};
	const struct service_config config = { .target = &target, .targets = 1 };
	struct kx_capture_plan plan;
	struct findings findings = { 0 };
	struct kx_err err = { "" };
	int rc;

	kx_capture_init(&plan);
	rc = targets_resolve(&plan, &config, "/", ret, &findings, &err);
	kx_capture_done(&plan);
	targets_done(ret);
	findings_done(&findings);
	return rc;
}

/* A network that is not up may be so later, a port that is none will never be one. */
TEST(what_may_pass_is_told_from_what_does_not)
{
	char far[] = "192.0.2.1:/x", wrong[] = "no-server";
	struct resolved resolved;

	/* In a network without anything nothing is reached. */
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		skip();
	assert_int_equal(resolve(far, &resolved), -EDESTADDRREQ);
	assert_true(resolved.may_pass);
	assert_int_equal(resolve(wrong, &resolved), -EDESTADDRREQ);
	assert_false(resolved.may_pass);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_taken_apart),
		cmocka_unit_test(a_presigned_url_is_refused_without_telling_its_signature),
		cmocka_unit_test(a_port_is_no_mount_option),
		cmocka_unit_test(of_known_keys_the_servers_own_are_taken),
		cmocka_unit_test(what_may_pass_is_told_from_what_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
