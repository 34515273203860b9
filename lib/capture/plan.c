/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes and frees plans; neither texts nor files of them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "lib/capture/keys.h"

void kx_capture_init(struct kx_capture_plan *plan)
{
	*plan = (struct kx_capture_plan){
		.level = 31,
		.memory = 8 << 20,
		.jobs = 1,
		.total_time = 3600,
		.fence_port = 7410,
		.fence_interval = 10,
	};
}

void kx_capture_list_done(struct kx_capture_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i]);
	free(list->item);
	*list = (struct kx_capture_list){ 0 };
}

static void free_members(const struct key *keys, void *of)
{
	for (const struct key *key = keys; key->name; key++) {
		if (key->kind == KEY_TEXT)
			kx_capture_set(key_member(key, of), NULL);
		else if (key->kind == KEY_LIST)
			kx_capture_list_done(key_member(key, of));
	}
}

void kx_capture_done(struct kx_capture_plan *plan)
{
	free_members(capture_plan_keys, plan);
	for (size_t i = 0; i < plan->n_targets; i++)
		free_members(capture_target_keys, &plan->target[i]);
	for (size_t i = 0; i < plan->n_links; i++)
		free_members(capture_link_keys, &plan->link[i]);
	kx_capture_keep_volumes(plan, 0, 0);
	free(plan->target);
	free(plan->link);
	free(plan->disk);
	free(plan->volume);
	*plan = (struct kx_capture_plan){ 0 };
}

int kx_capture_set(char **text, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

int kx_capture_append(struct kx_capture_list *list, const char *format, ...)
{
	char *item = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&item, format, args);
	va_end(args);
	if (len < 0)
		return -ENOMEM;
	if (kx_array_grow(&list->item, &list->room, list->count) < 0) {
		free(item);
		return -ENOMEM;
	}
	list->item[list->count++] = item;
	return 0;
}

struct kx_capture_target *kx_capture_add_target(struct kx_capture_plan *plan, const char *name)
{
	struct kx_capture_target *target;

	if (kx_array_grow(&plan->target, &plan->target_room, plan->n_targets) < 0)
		return NULL;
	target = &plan->target[plan->n_targets];
	*target = (struct kx_capture_target){ .prepare_time = 60, .stall_time = 60 };
	if (kx_capture_set(&target->name, name) < 0)
		return NULL;
	plan->n_targets++;
	return target;
}

void kx_capture_drop_target(struct kx_capture_plan *plan)
{
	if (plan->n_targets)
		free_members(capture_target_keys, &plan->target[--plan->n_targets]);
}

struct kx_capture_link *kx_capture_add_link(struct kx_capture_plan *plan, const char *name)
{
	struct kx_capture_link *link;

	if (kx_array_grow(&plan->link, &plan->link_room, plan->n_links) < 0)
		return NULL;
	link = &plan->link[plan->n_links];
	*link = (struct kx_capture_link){ 0 };
	if (kx_capture_set(&link->name, name) < 0)
		return NULL;
	plan->n_links++;
	return link;
}

void kx_capture_keep_links(struct kx_capture_plan *plan, size_t count)
{
	while (plan->n_links > count)
		free_members(capture_link_keys, &plan->link[--plan->n_links]);
}

struct kx_capture_disk *kx_capture_add_disk(struct kx_capture_plan *plan, const char *name)
{
	struct kx_capture_disk *disk;

	if (kx_array_grow(&plan->disk, &plan->disk_room, plan->n_disks) < 0)
		return NULL;
	disk = &plan->disk[plan->n_disks];
	*disk = (struct kx_capture_disk){ 0 };
	if (kx_capture_set(&disk->name, name) < 0)
		return NULL;
	plan->n_disks++;
	return disk;
}

struct kx_capture_volume *kx_capture_add_volume(struct kx_capture_plan *plan, const char *name)
{
	struct kx_capture_volume *volume;

	if (kx_array_grow(&plan->volume, &plan->volume_room, plan->n_volumes) < 0)
		return NULL;
	volume = &plan->volume[plan->n_volumes];
	*volume = (struct kx_capture_volume){ 0 };
	if (kx_capture_set(&volume->name, name) < 0)
		return NULL;
	plan->n_volumes++;
	return volume;
}

void kx_capture_keep_volumes(struct kx_capture_plan *plan, size_t disks, size_t volumes)
{
	while (plan->n_disks > disks)
		free_members(capture_disk_keys, &plan->disk[--plan->n_disks]);
	while (plan->n_volumes > volumes)
		free_members(capture_volume_keys, &plan->volume[--plan->n_volumes]);
}

const struct kx_capture_disk *kx_capture_find_disk(const struct kx_capture_plan *plan,
						   const char *name)
{
	for (size_t i = 0; i < plan->n_disks; i++) {
		if (plan->disk[i].name && strcmp(plan->disk[i].name, name) == 0)
			return &plan->disk[i];
	}
	return NULL;
}

const struct kx_capture_volume *kx_capture_find_volume(const struct kx_capture_plan *plan,
						       const char *name)
{
	for (size_t i = 0; i < plan->n_volumes; i++) {
		if (plan->volume[i].name && strcmp(plan->volume[i].name, name) == 0)
			return &plan->volume[i];
	}
	return NULL;
}

/* ---- what stands on what --------------------------------------------------------------------- */

/* No more than LVM on RAID on LVM on RAID. */
enum { DEPTH_MAX = 8 };

/* "@NAME" among a line's words. */
static bool line_names(const char *line, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(line, " @"); at; at = strstr(at + 1, " @")) {
		if (strncmp(at + 2, name, len) == 0 && (at[2 + len] == ' ' || !at[2 + len]))
			return true;
	}
	return false;
}

bool kx_capture_names(const struct kx_capture_volume *volume, const char *name)
{
	for (size_t i = 0; i < volume->member.count; i++) {
		if (strcmp(volume->member.item[i], name) == 0)
			return true;
	}
	for (size_t i = 0; i < volume->segment.count; i++) {
		if (line_names(volume->segment.item[i], name))
			return true;
	}
	return false;
}

static bool stands_on(const struct kx_capture_plan *plan, const struct kx_capture_volume *volume,
		      const char *name, size_t depth)
{
	if (depth == DEPTH_MAX || kx_capture_names(volume, name))
		return true;
	for (size_t i = 0; i < plan->n_volumes; i++) {
		const struct kx_capture_volume *below = &plan->volume[i];

		if (below->name && kx_capture_names(volume, below->name) &&
		    stands_on(plan, below, name, depth + 1))
			return true;
	}
	return false;
}

bool kx_capture_stands_on(const struct kx_capture_plan *plan,
			  const struct kx_capture_volume *volume, const char *name)
{
	return stands_on(plan, volume, name, 0);
}

bool kx_capture_is_part(const struct kx_capture_plan *plan, const struct kx_capture_target *target,
			const char *name)
{
	for (size_t i = 0; i < target->volume.count; i++) {
		const struct kx_capture_volume *above =
			kx_capture_find_volume(plan, target->volume.item[i]);

		if (above && above->kind == KX_CAPTURE_DM && above->least &&
		    kx_capture_names(above, name))
			return true;
	}
	return false;
}
