/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "kdump upload" was told: by its command line, else by the configuration. */
#ifndef KDUMP_SERVICE_UPLOAD_OPTIONS_H
#define KDUMP_SERVICE_UPLOAD_OPTIONS_H

#include "kdump/service/settings/settings.h"
#include "kdump/service/upload/folder.h"

/**
 * struct upload_told - all of it
 * @json: tell what became of each folder as a JSON object
 * @secret_file: with a password, a token, or a client's certificate
 * @first: the operands are argv[first] and those behind it
 * @url, @secret, @config: what @options refers to
 */
struct upload_told {
	struct upload_options options;
	const char *secret_file;
	bool help, json, when_told, spread_told;
	int first;
	char *url, *secret;
	struct service_config config;
};

/**
 * upload_options_parse() - take argv apart, and fill in what it does not say
 * @ret: for upload_options_done(), whatever is returned
 *
 * Return: 0; -EINVAL wrong usage; -EDESTADDRREQ nothing says where to; errno of the secret's file.
 */
int upload_options_parse(struct upload_told *ret, int argc, char **argv, struct kx_err *err);

/** upload_options_help() - print the usage on stdout */
void upload_options_help(void);

/** upload_options_done() - forget the secret, and free the rest */
void upload_options_done(struct upload_told *told);

#endif
