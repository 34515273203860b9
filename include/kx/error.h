/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One error text that travels from where a failure arises to main(), which alone prints it. */
#ifndef KX_ERROR_H
#define KX_ERROR_H

/**
 * struct kx_err - the reason of a failure, owned by the caller
 * @text: one line: the thing, the value found, the limit, what to do. Empty while nothing failed.
 *
 * It needs no memory but its own, so that a failing allocation can be reported too.
 */
struct kx_err {
	char text[512];
};

/**
 * kx_fail() - start an error
 * @err: gets the formatted text; of a longer one the middle is left out, since reasons stand at the
 *	end: no path needs a limit of its own in @format
 * @code: negative errno
 *
 * Return: @code, so that a caller can write `return kx_fail(...)`.
 */
int kx_fail(struct kx_err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * kx_context() - put "where: " before an error that a callee started
 * @err: an error that holds a text, which stays whole as far as that leaves 160 bytes for "where";
 *	what is too long loses its middle
 * @code: negative errno
 *
 * Return: @code.
 */
int kx_context(struct kx_err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * kx_advise() - put "; what to do" behind an error
 * @err: an error that holds a text; what does not fit is cut
 */
void kx_advise(struct kx_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
