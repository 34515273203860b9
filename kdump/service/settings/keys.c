/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of keys. Nothing else. */
#include <stddef.h>
#include <string.h>

#include "kdump/dump/options.h"
#include "kdump/service/settings/keys.h"
#include "kx/age.h"

static const char *const action_words[] = { "reboot", "halt", "poweroff", NULL };
static const char *const mode_words[] = { "first", "all", NULL };
static const char *const encrypt_words[] = { "off", "dump", "all", NULL };
static const char *const what_words[] = { "dump", "dmesg", NULL };
static const char *const layout_words[] = { "rhel", "debian", "suse", NULL };
static const char *const network_words[] = { "snapshot", "dhcp", NULL };
static const char *const when_words[] = { "always", "new-signature", "dmesg-only", NULL };

static bool is_codec(const char *text)
{
	struct save_options ignored = { .help = false };
	struct kx_err err;

	return codec_parse(&ignored, text, &err) == 0;
}

static bool is_recipient(const char *text)
{
	struct kx_age_recipient ignored;
	struct kx_err err;

	return kx_age_parse(text, &ignored, &err) == 0;
}

static bool is_absolute(const char *text)
{
	return text[0] == '/';
}

static bool is_host(const char *text)
{
	return text[0] && !text[strcspn(text, " \t/,;")];
}

/* Below these a crash would leave no dump: saving refuses to begin, or is ended as it begins. */
#define LEAST_MEMORY  (UINT64_C(8) << 20)
#define LEAST_TIME    10
/* A kernel does not begin in less. */
#define LEAST_RESERVE (UINT64_C(32) << 20)

#define IN(type, member) .offset = offsetof(struct type, member)

static const struct config_key kdump_keys[] = {
	{ "enabled", CONFIG_FLAG, IN(service_config, enabled), .standard = "yes",
	  .help = "whether kdump arm does anything" },
	{ "level", CONFIG_NUMBER, IN(service_config, level), .standard = "31", .max = KX_LEVEL_MAX,
	  .help = "what dumps leave out: sum of 1 zero pages, 2 cache, 4 private cache, 8 user, 16 free" },
	{ "compress", CONFIG_TEXT, IN(service_config, compress), .standard = "zstd", .fits = is_codec,
	  .help = "zstd, zlib, lzo, snappy or none, with :LEVEL if wanted" },
	{ "memory", CONFIG_SIZE, IN(service_config, memory), .standard = "8M",
	  .least = LEAST_MEMORY,
	  .help = "what saving may take of the crash kernel's memory" },
	{ "cpus", CONFIG_NUMBER, IN(service_config, cpus), .standard = "1", .least = 1,
	  .max = 256,
	  .help = "processors of the crash kernel" },
	{ "final", CONFIG_WORD, IN(service_config, final), .standard = "reboot", .words = action_words,
	  .help = "what the machine does once a dump is saved" },
	{ "failure", CONFIG_WORD, IN(service_config, failure), .standard = "reboot",
	  .words = action_words, .help = "what it does when no target took anything" },
	{ "total_time", CONFIG_TIME, IN(service_config, total_time), .standard = "1h",
	  .least = LEAST_TIME,
	  .help = "limit of all of it" },
	{ "mode", CONFIG_WORD, IN(service_config, mode), .standard = "first", .words = mode_words,
	  .help = "the first target that takes the dump, or all of them" },
	{ "encrypt", CONFIG_WORD, IN(service_config, encrypt), .standard = "off",
	  .words = encrypt_words, .help = "encrypt nothing, the dump, or all files of it" },
	{ "recipient", CONFIG_LIST, IN(service_config, recipient), .standard = "",
	  .fits = is_recipient, .wanted = "public keys of age, each age1 and 58 more characters",
	  .help = "public key of age (age1...); one a line, for each who can read" },
	{ "kernel", CONFIG_TEXT, IN(service_config, kernel), .standard = "",
	  .help = "file or release of the crash kernel; empty: the running one" },
	{ "cmdline", CONFIG_TEXT, IN(service_config, cmdline), .standard = "",
	  .help = "words of the crash kernel instead of the running one's" },
	{ "append", CONFIG_TEXT, IN(service_config, append), .standard = "",
	  .help = "words behind them" },
	{ "remove", CONFIG_TEXT, IN(service_config, remove), .standard = "",
	  .help = "names of words that are left out, besides those that always are" },
	{ "extra_modules", CONFIG_TEXT, IN(service_config, extra_modules), .standard = "",
	  .help = "modules that are loaded besides those that the targets need" },
	{ "layout", CONFIG_TEXT, IN(service_config, layout), .standard = "", .words = layout_words,
	  .help = "names of folders, and of links in them, as another service has them" },
	{ "host_tag", CONFIG_TEXT, IN(service_config, host_tag), .standard = "",
	  .help = "stands before the date in folders' names; empty: the host name" },
	{ .name = NULL },
};

static const struct config_key target_keys[] = {
	{ "type", CONFIG_TYPE, IN(target_config, type), .standard = "file",
	  .help = "file, raw, nfs, smb, ssh, http, s3 or virtiofs" },
	{ "where", CONFIG_TEXT, IN(target_config, where), .standard = "",
	  .help = "UUID=..., /dev/..., HOST:/FOLDER, //HOST/SHARE, USER@HOST, URL" },
	{ "path", CONFIG_TEXT, IN(target_config, path), .standard = "/var/crash", .fits = is_absolute,
	  .wanted = "a path that begins with /",
	  .help = "folder there, in which each dump has one of its own" },
	{ "options", CONFIG_TEXT, IN(target_config, options), .standard = "",
	  .help = "of the mount, parted by commas" },
	{ "what", CONFIG_WORD, IN(target_config, what), .standard = "dump", .words = what_words,
	  .help = "the dump, or the kernel's log alone" },
	{ "prepare_time", CONFIG_TIME, IN(target_config, prepare_time), .standard = "0",
	  .zero = "auto", .help = "until it can be written to; auto: 1min, with a network 2min" },
	{ "stall_time", CONFIG_TIME, IN(target_config, stall_time), .standard = "1min",
	  .least = 1,
	  .help = "without any progress" },
	{ "user", CONFIG_TEXT, IN(target_config, user), .standard = "", .help = "who logs in" },
	{ "secret", CONFIG_TEXT, IN(target_config, secret), .standard = "",
	  .help = "file with the key, password or token" },
	{ "host_key", CONFIG_TEXT, IN(target_config, host_key), .standard = "",
	  .help = "file with the server's keys (known_hosts)" },
	{ "region", CONFIG_TEXT, IN(target_config, region), .standard = "", .help = "of S3" },
	{ "bucket", CONFIG_TEXT, IN(target_config, bucket), .standard = "", .help = "of S3" },
	{ "endpoint", CONFIG_TEXT, IN(target_config, endpoint), .standard = "",
	  .help = "URL of a server that speaks S3" },
	{ "cacert", CONFIG_TEXT, IN(target_config, cacert), .standard = "",
	  .help = "file with the certificate that the server's is signed by" },
	{ .name = NULL },
};

static const struct config_key keep_keys[] = {
	{ "count", CONFIG_NUMBER, IN(keep_config, count), .standard = "5", .zero = "all",
	  .max = 1000000, .help = "dumps that stay" },
	{ "bytes", CONFIG_SIZE, IN(keep_config, bytes), .standard = "20G", .zero = "all",
	  .help = "of all together" },
	{ "age", CONFIG_TIME, IN(keep_config, age), .standard = "90d", .zero = "all",
	  .help = "since they were saved" },
	{ "min_free", CONFIG_SHARE, IN(keep_config, min_free), .standard = "10%",
	  .help = "of the file system, in percent or bytes" },
	{ .name = NULL },
};

#define MEMBER(part, member) .offset = offsetof(struct service_config, part.member)

static const struct config_key network_keys[] = {
	{ "mode", CONFIG_WORD, MEMBER(network, mode), .standard = "snapshot", .words = network_words,
	  .help = "addresses as they were at arming, or asked for" },
	{ "fence", CONFIG_LIST, MEMBER(network, fence), .standard = "", .fits = is_host,
	  .wanted = "names or addresses of machines",
	  .help = "machine of the cluster that is told so that it does not fence; one a line" },
	{ "fence_port", CONFIG_NUMBER, MEMBER(network, fence_port), .standard = "7410",
	  .least = 1, .max = 65535, .help = "on which they listen (fence_kdump)" },
	{ "fence_interval", CONFIG_TIME, MEMBER(network, fence_interval), .standard = "10s",
	  .least = 1,
	  .help = "how often they are told" },
	{ .name = NULL },
};

static const struct config_key reserve_keys[] = {
	{ "size", CONFIG_SIZE, MEMBER(reserve, size), .standard = "0", .zero = "auto",
	  .least = LEAST_RESERVE, .help = "memory for the crash kernel, which kdump reserve asks the boot loader for" },
	{ .name = NULL },
};

static const struct config_key notify_keys[] = {
	{ "command", CONFIG_TEXT, MEMBER(notify, command), .standard = "",
	  .help = "run by sh after the next boot; $1 is the dump's folder, its report on standard input" },
	{ .name = NULL },
};

static const struct config_key upload_keys[] = {
	{ "to", CONFIG_TEXT, IN(upload_config, to), .standard = "",
	  .help = "URL, or name of a target, that kdump upload sends dumps to" },
	{ "when", CONFIG_WORD, IN(upload_config, when), .standard = "always", .words = when_words,
	  .help = "always, new-signature (not while the same crash is known), dmesg-only" },
	{ "same_time", CONFIG_TIME, IN(upload_config, same_time), .standard = "1d",
	  .help = "for new-signature: how long a crash is known" },
	{ "spread", CONFIG_TIME, IN(upload_config, spread), .standard = "10min",
	  .help = "each machine waits a random part of this, so that not all come at once" },
	{ "user", CONFIG_TEXT, IN(upload_config, user), .standard = "", .help = "who logs in" },
	{ "secret", CONFIG_TEXT, IN(upload_config, secret), .standard = "",
	  .help = "file with the password or token" },
	{ "region", CONFIG_TEXT, IN(upload_config, region), .standard = "", .help = "of S3" },
	{ "endpoint", CONFIG_TEXT, IN(upload_config, endpoint), .standard = "",
	  .help = "URL of a server that speaks S3" },
	{ "cacert", CONFIG_TEXT, IN(upload_config, cacert), .standard = "",
	  .help = "file with the certificate that the server's is signed by" },
	{ .name = NULL },
};

/* The last three have no struct of their own: their keys count from the whole. */
const struct config_section config_sections[] = {
	{ "kdump", kdump_keys, 0, offsetof(struct service_config, key), false },
	{ "target", target_keys, 0, offsetof(struct target_config, key), true },
	{ "keep", keep_keys, offsetof(struct service_config, keep),
	  offsetof(struct keep_config, key), false },
	{ "network", network_keys, 0, offsetof(struct service_config, network.key), false },
	{ "reserve", reserve_keys, 0, offsetof(struct service_config, reserve.key), false },
	{ "notify", notify_keys, 0, offsetof(struct service_config, notify.key), false },
	{ "upload", upload_keys, offsetof(struct service_config, upload),
	  offsetof(struct upload_config, key), false },
	{ .name = NULL },
};

#define FITS(keys) _Static_assert(sizeof(keys) / sizeof((keys)[0]) <= CONFIG_KEYS_MAX, #keys)
FITS(kdump_keys);
FITS(target_keys);
FITS(upload_keys);
