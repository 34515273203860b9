/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells of its network: names end, memory is bounded by what came, and whatever a
 * plan gets out of it can be written and is read as the same again.
 */
#include <string.h>

#include "lib/network/internal.h"
#include "tests/fuzz/fuzz.h"

static void check_plan(const struct kx_capture_plan *plan)
{
	struct kx_capture_plan again;
	struct kx_err err = { "" };
	char *text, *second;
	struct route route;
	size_t len;

	for (size_t i = 0; i < plan->n_links; i++) {
		for (size_t n = 0; n < plan->link[i].route.count; n++)
			PROMISE(route_parse(plan->link[i].route.item[n], &route));
	}
	/* A kernel's names have no control characters; others are refused. */
	if (kx_capture_write(plan, &text, &len, &err) < 0)
		return;
	PROMISE(kx_capture_read((struct kx_span){ (uint8_t *)text, len }, &again, &err) == 0);
	PROMISE(again.n_links == plan->n_links);
	PROMISE(kx_capture_write(&again, &second, &len, &err) == 0);
	PROMISE(strcmp(text, second) == 0);
	free(text);
	free(second);
	kx_capture_done(&again);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	/* Nothing is below that folder: all that /sys would tell is not there. */
	const struct kx_network_question question = {
		.root = "/nonexistent",
		.server = "198.51.100.7",
		.virtual_links = true,
	};
	struct kx_capture_plan plan = { 0 };
	struct view view = { 0 };
	struct kx_err err = { "" };
	struct ip server;

	PROMISE(view_take(&view, (struct kx_span){ data, size }, &err) == 0);
	PROMISE(view.n_links + view.n_addresses + view.n_neighbours <= size / 16);
	for (size_t i = 0; i < view.n_links; i++) {
		PROMISE(memchr(view.link[i].name, '\0', sizeof(view.link[i].name)));
		PROMISE(memchr(view.link[i].kind, '\0', sizeof(view.link[i].kind)));
		PROMISE(view_link(&view, view.link[i].index));
	}
	for (size_t i = 0; i < view.n_addresses; i++)
		PROMISE(view.address[i].prefix <= 8 * ip_len(&view.address[i].ip));
	PROMISE(ip_parse(question.server, &server));
	if (record_way(&plan, &question, &server, &view, &err) == 0)
		check_plan(&plan);
	else
		PROMISE(err.text[0]);
	kx_capture_done(&plan);
	view_done(&view);
	return 0;
}
