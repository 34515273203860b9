#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Stands for all unit tests in builds without cmocka.
. "${srcdir:-.}/tests/lib.sh"
skip 'no unit test was built: configure did not find cmocka (Debian: libcmocka-dev)'
