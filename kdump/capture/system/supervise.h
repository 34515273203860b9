/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work that may hang is done by processes; whoever supervises them never waits for anything else
 * than for time to pass.
 */
#ifndef KDUMP_CAPTURE_SYSTEM_SUPERVISE_H
#define KDUMP_CAPTURE_SYSTEM_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum capture_step - how far a worker is; it only ever goes on */
enum capture_step {
	CAPTURE_PREPARE, /* the target, until something can be written there */
	CAPTURE_BEGIN,	 /* log and first manifest */
	CAPTURE_SAVE,	 /* pages */
	CAPTURE_FINISH,	 /* names, last manifest, sync */
	CAPTURE_STEPS
};

/**
 * struct capture_shared - what a worker and its supervisor both see; in memory that they share
 * @step: how far it is; for workers that do other things, just a number
 * @moved: counts all that shows that something goes on
 * @stop: it shall come to an end, and keep what there is
 * @low_kib: least memory that was available so far; 0: unknown
 * @logged: the log is there; @whole, @partly: so is the dump
 * @ended: it came to its end, whatever that was; @status: errno of it, negative, or 0
 * @place: where it saves to; @error: what went wrong, or is waited for
 * @disk: that is being read from to know what it is, since @disk_since on the process's clock;
 *	@own_disk: the target's own
 * @step_ms: how long each step took, as far as it is over
 *
 * The supervisor writes @stop, @low_kib and @step_ms, its worker all the rest. Texts are read when
 * there is no worker any more; a killed one may have left half of one, so that they always end.
 */
struct capture_shared {
	int step;
	uint64_t moved;
	int stop;
	uint64_t low_kib;
	int logged, whole, partly, ended, status;
	char place[512], error[512];
	char disk[64], own_disk[64];
	uint64_t disk_since;
	uint64_t step_ms[CAPTURE_STEPS];
};

/** struct capture_hung - disks that workers hung at, from which nothing is read any more */
struct capture_hung {
	char name[16][64];
	size_t count;
};

/** capture_get() - a member that the other one may write meanwhile */
#define capture_get(shared, member) __atomic_load_n(&(shared)->member, __ATOMIC_ACQUIRE)
#define capture_put(shared, member, value) \
	__atomic_store_n(&(shared)->member, value, __ATOMIC_RELEASE)

/** struct capture_limits - milliseconds; 0: none */
struct capture_limits {
	uint64_t step[CAPTURE_STEPS]; /* of each step */
	uint64_t stall;		      /* in CAPTURE_SAVE, without any movement */
	uint64_t until;		      /* on the clock: then it is asked to stop */
	uint64_t stopping;	      /* and has so long to do it */
};

/** enum capture_end - what became of a worker */
enum capture_end {
	CAPTURE_ENDED,	  /* by itself */
	CAPTURE_KILLED,	  /* it had to be */
	CAPTURE_ABANDONED /* it could not be: it hangs in the kernel */
};

/**
 * struct capture_watch - what a supervisor needs of the world; tests have another one
 * @now: milliseconds on a clock that only goes on
 * @wait: at most that many milliseconds; true: the worker has ended
 * @kill: end the worker
 * @tick: called after each wait, however long it was (optional); @moves: something moved since
 */
struct capture_watch {
	uint64_t (*now)(void *data);
	bool (*wait)(void *data, uint64_t ms);
	void (*kill)(void *data);
	void (*tick)(void *data, bool moves);
	void *data;
};

/* How often is looked, and how long a killed process may take to end. */
enum { CAPTURE_LOOK_MS = 100, CAPTURE_KILL_MS = 5000 };

/**
 * capture_supervise() - until the worker has ended, or was given up
 * @why: which limit was over; untouched when it ended by itself
 *
 * It takes no longer than the limits say, and CAPTURE_KILL_MS.
 */
enum capture_end capture_supervise(struct capture_shared *shared,
				   const struct capture_limits *limits,
				   const struct capture_watch *watch, char why[128]);

/**
 * struct capture_process - a worker that is a process
 * @pid: its; 0: none; @status: as waitpid() tells
 * @group: that it has begun, with all that it starts; 0: none
 */
struct capture_process {
	int pid, status, group;
};

/**
 * capture_fork() - begin one: @run is called in the new process, whose exit status it returns
 *
 * Whoever calls this has SIGCHLD blocked. Return: 0 or negative errno.
 */
int capture_fork(struct capture_process *process, int (*run)(void *data), void *data);

/** capture_process_now() - for capture_watch.now: time since the machine started */
uint64_t capture_process_now(void *process);

/** capture_process_wait() - for capture_watch.wait: @process is a struct capture_process */
bool capture_process_wait(void *process, uint64_t ms);

/** capture_process_kill() - for capture_watch.kill: it alone, not what it has started */
void capture_process_kill(void *process);

/**
 * capture_process_clear() - end what it has started, however it came to its end, or did not
 *
 * Nothing of it shall take the next one's memory, or go on with what is half sent as if it were
 * all. Programs that send have some two seconds to take that back.
 */
void capture_process_clear(struct capture_process *process);

/** capture_shared_new() - zeros in memory that children share; NULL without memory */
struct capture_shared *capture_shared_new(void);

/** capture_shared_free() - NULL is fine */
void capture_shared_free(struct capture_shared *shared);

#endif
