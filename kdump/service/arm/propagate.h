/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump propagate */
#ifndef KDUMP_SERVICE_ARM_PROPAGATE_H
#define KDUMP_SERVICE_ARM_PROPAGATE_H

/** propagate_main() - make kdump's own key and take it to the ssh servers; the exit status */
int propagate_main(int argc, char **argv);

#endif
