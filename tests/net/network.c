/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For network.sh: "record SERVER [dhcp]" prints a capture plan with the way to it, "up [alone]" makes
 * the network of the plan on standard input, "connect SERVER PORT" says whether that works.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kx/capture.h"
#include "kx/cleanup.h"
#include "kx/network.h"

static int record(struct kx_capture_plan *plan, const char *server, bool dhcp, struct kx_err *err)
{
	const struct kx_network_question question = {
		.root = "/",
		.server = server,
		.dhcp = dhcp,
		.virtual_links = true,
	};
	_cleanup_free_ char *text = NULL;
	size_t len;
	int rc = kx_network_record(plan, &question, err);

	if (rc == 0)
		rc = kx_capture_write(plan, &text, &len, err);
	if (rc == 0)
		fputs(text, stdout);
	return rc;
}

static void tell(void *data, const char *text)
{
	(void)data;
	fprintf(stderr, "%s\n", text);
}

static int make(struct kx_capture_plan *plan, bool alone, struct kx_err *err)
{
	const struct kx_network_way way = {
		.root = "/",
		.log = tell,
		.appear = 2,
		.carrier = 5,
		.lease = 10,
		.alone = alone,
		.virtual_links = true,
	};
	char text[16384];
	size_t len = fread(text, 1, sizeof(text), stdin);
	int rc = kx_capture_read((struct kx_span){ (uint8_t *)text, len }, plan, err);

	return rc < 0 ? rc : kx_network_up(plan, &way, err);
}

static int try_connection(const char *server, const char *port, struct kx_err *err)
{
	int fd = kx_network_connect(server, strtoull(port, NULL, 10), 20, err);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct kx_capture_plan plan;
	struct kx_err err = { "" };
	int rc = -1;

	kx_capture_init(&plan);
	if (argc >= 3 && strcmp(argv[1], "record") == 0)
		rc = record(&plan, argv[2], argc > 3, &err);
	else if (argc >= 2 && strcmp(argv[1], "up") == 0)
		rc = make(&plan, argc > 2, &err);
	else if (argc == 4 && strcmp(argv[1], "connect") == 0)
		rc = try_connection(argv[2], argv[3], &err);
	if (rc < 0)
		fprintf(stderr, "%s\n", err.text);
	kx_capture_done(&plan);
	return rc < 0;
}
