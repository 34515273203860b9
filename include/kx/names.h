/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Levels and facilities by the names that dmesg(1) and syslog(3) have for them. */
#ifndef KX_NAMES_H
#define KX_NAMES_H

enum { KX_LEVELS = 8, KX_FACILITIES = 24 };

/** kx_level_name() - "emerg" to "debug"; NULL for a number from KX_LEVELS on */
const char *kx_level_name(unsigned int level);

/** kx_facility_name() - "kern" to "local7"; NULL for a number without a name, as some below KX_FACILITIES are */
const char *kx_facility_name(unsigned int facility);

#endif
