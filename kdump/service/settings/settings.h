/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the service is to do: /etc/kdump/kdump.conf and /etc/kdump/conf.d, over the vendor's
 * defaults. kdump.conf(5) describes them; the table of keys in keys.c is where they are.
 */
#ifndef KDUMP_SERVICE_SETTINGS_SETTINGS_H
#define KDUMP_SERVICE_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kdump/base/values.h"
#include "kx/capture.h"
#include "kx/error.h"
#include "kx/out.h"

/* Where they are, below the root; files in the folders are read in the order of their names. */
#define CONFIG_FILE "etc/kdump/kdump.conf"
#define CONFIG_FOLDER "etc/kdump/conf.d"

/* Most keys that a section has; most targets that are read. */
enum { CONFIG_KEYS_MAX = 24, CONFIG_TARGETS_MAX = 64 };

/** enum config_network - what the crash kernel's network is: as it was at arming, or asked for */
enum config_network { CONFIG_NETWORK_SNAPSHOT, CONFIG_NETWORK_DHCP };

/**
 * struct config_origin - where a value was given
 * @file: owned by the service_config; NULL: nowhere, it is the default
 * @line: from 1 on
 */
struct config_origin {
	const char *file;
	unsigned int line;
};

/**
 * struct target_config - one place for dumps; texts are "" where nothing is said, and owned
 * @name: of its section; "default" or "esp" where the file has no targets
 * @implied: it is not from a file
 * @where: UUID=…, LABEL=…, PARTUUID=…, a device, HOST:/FOLDER, //HOST/SHARE, [USER@]HOST, a URL or
 *	virtiofs' tag. "" for a file target: the file system that @path is in
 * @path: folder in it; @options: of the mount
 * @user: who logs in; @secret: file with a key, a password or a token; @host_key: file with the
 *	server's keys, as ssh knows them
 * @region, @bucket, @endpoint, @cacert: of HTTP and S3
 * @prepare_time, @stall_time: seconds; @prepare_time 0: as fits the type
 * @origin: of the section's line; @key: of each key, by its place in config_target_keys
 */
struct target_config {
	char *name;
	bool implied;
	enum kx_capture_type type;
	char *where, *path, *options;
	char *user, *secret, *host_key;
	char *region, *bucket, *endpoint, *cacert;
	enum kx_capture_what what;
	uint64_t prepare_time, stall_time;
	struct config_origin origin, key[CONFIG_KEYS_MAX];
};

/**
 * struct keep_config - which dumps stay: 0 means no limit
 * @count: of dumps; @bytes: of all together; @age: seconds; @min_free: of the file system
 */
struct keep_config {
	unsigned int count;
	uint64_t bytes, age;
	struct config_share min_free;
	struct config_origin key[CONFIG_KEYS_MAX];
};

/** enum upload_when - which dumps are sent */
enum upload_when { UPLOAD_ALWAYS, UPLOAD_NEW_SIGNATURE, UPLOAD_DMESG_ONLY };

/**
 * struct upload_config - what "kdump upload" does; texts as in struct target_config
 * @to: URL, or name of a target
 * @same_time: for new-signature: seconds for which a crash of the same signature is none
 * @spread: most seconds that it waits at first
 */
struct upload_config {
	char *to;
	enum upload_when when;
	uint64_t same_time, spread;
	char *user, *secret, *region, *endpoint, *cacert;
	struct config_origin key[CONFIG_KEYS_MAX];
};

/** struct config_warning - @origin: of the line; its file is NULL for what has none */
struct config_warning {
	struct config_origin origin;
	char text[320];
};

/**
 * struct service_config - all of it, with the defaults for what is not said
 * @level: bits of enum kx_page_level; @compress: as for --compress
 * @memory: bytes that the saving may take; @cpus: of the crash kernel
 * @total_time: seconds
 * @recipient: @recipients public keys of age
 * @kernel: path or release of the crash kernel, "": the running one
 * @cmdline: words instead of the running kernel's; @append: words behind them; @remove: names of
 *	words that are left out, besides what always is
 * @extra_modules: names
 * @layout: whose names dumps have: "", "rhel", "debian" or "suse"; @host_tag: of their names
 * @network: @fence: names or addresses of @fences machines that are told on @fence_port, every
 *	@fence_interval seconds, that a dump is saved
 * @reserve: bytes, 0: auto
 * @notify: command, "": none
 * @warning: @warnings of them: the file was read all the same
 */
struct service_config {
	bool enabled;
	unsigned int level;
	char *compress;
	uint64_t memory;
	unsigned int cpus;
	enum kx_capture_action final, failure;
	uint64_t total_time;
	enum kx_capture_mode mode;
	enum kx_capture_encrypt encrypt;
	char **recipient;
	size_t recipients;
	char *kernel, *cmdline, *append, *remove, *extra_modules;
	char *layout, *host_tag;
	struct config_origin key[CONFIG_KEYS_MAX];

	struct target_config *target;
	size_t targets;
	struct keep_config keep;
	struct {
		enum config_network mode;
		char **fence;
		size_t fences;
		unsigned int fence_port;
		uint64_t fence_interval;
		struct config_origin key[CONFIG_KEYS_MAX];
	} network;
	struct {
		uint64_t size;
		struct config_origin key[CONFIG_KEYS_MAX];
	} reserve;
	struct {
		char *command;
		struct config_origin key[CONFIG_KEYS_MAX];
	} notify;
	struct upload_config upload;

	struct config_warning *warning;
	size_t warnings, warnings_room;
	char **file;
	size_t files, files_room, targets_room;
};

/* A SHA-256 in hexadecimal, and its NUL. */
enum { CONFIG_MARK = 65 };

/**
 * config_target_mark() - of all keys of a target: another one where any of them differs
 *
 * Return: 0; -ENOMEM.
 */
int config_target_mark(const struct target_config *target, char ret[CONFIG_MARK]);

#endif
