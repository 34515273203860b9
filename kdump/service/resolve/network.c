/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks for names, and for the way to what they mean. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kdump/base/lookup.h"
#include "kdump/service/resolve/network.h"
#include "kx/network.h"

static bool known(const struct kx_capture_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i], text) == 0)
			return true;
	}
	return false;
}

/* What the plan's interfaces since @first stand on. */
static int add_devices(const struct network_wish *wish, const struct kx_capture_plan *plan,
		       size_t first, struct kx_devices *devices, struct kx_err *err)
{
	int rc = 0;

	for (size_t i = first; rc == 0 && i < plan->n_links; i++)
		rc = kx_devices_add_net(devices, wish->root, plan->link[i].name, err);
	return rc;
}

static int add_address(const struct network_wish *wish, const char *address,
		       struct kx_capture_plan *plan, struct kx_capture_list *server,
		       struct kx_devices *devices, struct kx_err *err)
{
	const struct kx_network_question question = {
		.root = wish->root,
		.server = address,
		.dhcp = wish->dhcp,
	};
	size_t first = plan->n_links;
	int rc;

	if (known(server, address))
		return 0;
	rc = kx_network_record(plan, &question, err);
	if (rc == 0)
		rc = add_devices(wish, plan, first, devices, err);
	if (rc == 0 && kx_capture_append(server, "%s", address) < 0)
		rc = kx_fail(err, -ENOMEM, "no memory");
	return rc;
}

int network_reach(const struct network_wish *wish, struct kx_capture_plan *plan,
		  struct kx_capture_list *server, struct kx_devices *devices, struct kx_err *err)
{
	char text[LOOKUP_MAX], *address;
	struct kx_err why;
	int rc, first = 0;

	if (strcmp(wish->root, "/") != 0)
		return kx_fail(err, -ENOTSUP, "%s: the network of %s cannot be asked", wish->host,
			       wish->root);
	rc = lookup(lookup_name, wish->host, wish->spent, text, err);
	if (rc < 0)
		return rc;
	for (char *rest = text; (address = strsep(&rest, "\n")) != NULL;) {
		if (!address[0])
			continue;
		rc = add_address(wish, address, plan, server, devices, &why);
		if (rc == -ENOMEM)
			return kx_fail(err, rc, "no memory");
		if (rc < 0 && first == 0) {
			first = rc;
			*err = why;
		}
	}
	if (server->count)
		return 0;
	return first ? first : kx_fail(err, -ENOENT, "%s: no address", wish->host);
}
