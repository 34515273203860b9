/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes assignments apart as POSIX says (Shell Command Language, 2.2 Quoting, 2.9.1 Simple
 * Commands), and refuses everything that a shell would have to be run for.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/import/shell.h"
#include "kx/array.h"

/** struct reader - @at: of @text, in @line; @value: that is being made; @total: bytes of all */
struct reader {
	struct kx_span text;
	size_t at;
	unsigned int line;
	struct shell_vars *vars;
	char *value;
	size_t len, room, total;
};

/* The character here; -1 at the end. */
static int peek(const struct reader *r)
{
	return r->at < r->text.len ? r->text.base[r->at] : -1;
}

static int next(struct reader *r)
{
	int c = peek(r);

	if (c >= 0)
		r->at++;
	if (c == '\n')
		r->line++;
	return c;
}

static int refuse(const struct reader *r, struct kx_err *err, const char *why)
{
	return kx_fail(err, -EINVAL, "line %u: %s; only NAME=value can be imported", r->line, why);
}

static int add(struct reader *r, char c, struct kx_err *err)
{
	if (r->len >= SHELL_VALUE_MAX || r->total++ >= SHELL_TOTAL_MAX)
		return kx_fail(err, -EFBIG, "line %u: a value of more than %d bytes, or %d in all",
			       r->line, SHELL_VALUE_MAX, SHELL_TOTAL_MAX);
	if (kx_array_grow(&r->value, &r->room, r->len) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	r->value[r->len++] = c;
	return 0;
}

static bool is_name(int c, bool first)
{
	return c == '_' || (c > 0 && c < 128 && (isalpha(c) || (!first && isdigit(c))));
}

static struct kx_span take_name(struct reader *r)
{
	struct kx_span name = { r->text.base ? r->text.base + r->at : NULL, 0 };

	while (is_name(peek(r), name.len == 0)) {
		r->at++;
		name.len++;
	}
	return name;
}

static struct shell_var *find(const struct shell_vars *vars, struct kx_span name)
{
	for (size_t i = 0; i < vars->count; i++) {
		if (kx_span_equal(name, vars->var[i].name))
			return &vars->var[i];
	}
	return NULL;
}

/* Behind "$". */
static int take_variable(struct reader *r, struct kx_err *err)
{
	bool brace = peek(r) == '{';
	struct shell_var *var;
	struct kx_span name;
	int rc = 0;

	if (brace)
		next(r);
	name = take_name(r);
	if (name.len == 0 || (brace && next(r) != '}'))
		return refuse(r, err, "$ stands before something else than a name");
	var = find(r->vars, name);
	if (!var)
		return kx_fail(err, -EINVAL, "line %u: $%.*s was not given a value before", r->line,
			       name.len < 60 ? (int)name.len : 60, (const char *)name.base);
	var->used = true;
	for (const char *c = var->value; *c && rc == 0; c++)
		rc = add(r, *c, err);
	return rc;
}

static int take_single(struct reader *r, struct kx_err *err)
{
	int c, rc = 0;

	while (rc == 0 && (c = next(r)) != '\'') {
		if (c < 0)
			return refuse(r, err, "a ' is not closed");
		rc = add(r, (char)c, err);
	}
	return rc;
}

/* Behind "\" in double quotes: it goes only before what would mean something there. */
static int take_escaped(struct reader *r, struct kx_err *err)
{
	int c = peek(r), rc = 0;

	if (c < 0 || !strchr("$`\"\\\n", c))
		return add(r, '\\', err);
	next(r);
	if (c != '\n')
		rc = add(r, (char)c, err);
	return rc;
}

static int take_double(struct reader *r, struct kx_err *err)
{
	int c, rc = 0;

	while (rc == 0 && (c = next(r)) != '"') {
		if (c < 0)
			return refuse(r, err, "a \" is not closed");
		if (c == '`')
			return refuse(r, err, "a command in it");
		if (c == '$')
			rc = take_variable(r, err);
		else if (c == '\\')
			rc = take_escaped(r, err);
		else
			rc = add(r, (char)c, err);
	}
	return rc;
}

static int take_plain(struct reader *r, int c, struct kx_err *err)
{
	int escaped;

	switch (c) {
	case '\'': return take_single(r, err);
	case '"': return take_double(r, err);
	case '$': return take_variable(r, err);
	case '\\':
		escaped = next(r);
		return escaped < 0 || escaped == '\n' ? 0 : add(r, (char)escaped, err);
	case '`': case '(': case ')': case ';': case '&': case '|': case '<': case '>':
		return refuse(r, err, "a command in it");
	case '\0': return refuse(r, err, "a NUL byte");
	default: return add(r, (char)c, err);
	}
}

/* The value, up to a blank that is in no quotes, or the line's end. */
static int take_word(struct reader *r, struct kx_err *err)
{
	int rc = 0;

	while (rc == 0 && peek(r) >= 0 && !isspace(peek(r)))
		rc = take_plain(r, next(r), err);
	return rc == 0 ? add(r, '\0', err) : rc;
}

static void skip_blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\r')
		next(r);
}

static void skip_comment(struct reader *r)
{
	while (peek(r) >= 0 && peek(r) != '\n')
		next(r);
}

/* Give @name what r->value holds, which is this variable's from now on. */
static int keep(struct reader *r, struct kx_span name, unsigned int line, struct kx_err *err)
{
	struct shell_vars *vars = r->vars;
	struct shell_var *var = find(vars, name);

	/* The first NUL is the value's end; there is none but the last. */
	if (!var) {
		if (kx_array_grow(&vars->var, &vars->room, vars->count) < 0)
			return kx_fail(err, -ENOMEM, "no memory");
		var = &vars->var[vars->count];
		*var = (struct shell_var){ .name = strndup((const char *)name.base, name.len) };
		if (!var->name)
			return kx_fail(err, -ENOMEM, "no memory");
		vars->count++;
	}
	free(var->value);
	var->value = r->value;
	var->line = line;
	r->value = NULL;
	return 0;
}

/* The name and "=" or "+=", with which the value begins that it has. */
static int take_left(struct reader *r, struct kx_span *ret_name, struct kx_err *err)
{
	const struct shell_var *old;
	bool more;
	int rc = 0;

	*ret_name = take_name(r);
	if (kx_span_equal(*ret_name, "export") && peek(r) == ' ') {
		skip_blanks(r);
		*ret_name = take_name(r);
	}
	more = peek(r) == '+';
	if (more)
		next(r);
	if (ret_name->len == 0 || next(r) != '=')
		return refuse(r, err, "something else than an assignment");
	old = more ? find(r->vars, *ret_name) : NULL;
	for (const char *c = old ? old->value : ""; *c && rc == 0; c++)
		rc = add(r, *c, err);
	return rc;
}

static int take_assignment(struct reader *r, struct kx_err *err)
{
	unsigned int line = r->line;
	struct kx_span name;
	int rc;

	r->value = NULL;
	r->len = r->room = 0;
	rc = take_left(r, &name, err);
	if (rc == 0)
		rc = take_word(r, err);
	if (rc < 0)
		return rc;
	skip_blanks(r);
	if (peek(r) == '#')
		skip_comment(r);
	if (peek(r) >= 0 && peek(r) != '\n')
		return refuse(r, err, "a command behind the assignment");
	if (strlen(r->value) + 1 != r->len)
		return refuse(r, err, "a NUL byte");
	return keep(r, name, line, err);
}

int shell_read(struct kx_span text, struct shell_vars *ret, struct kx_err *err)
{
	struct reader r = { .text = text, .line = 1, .vars = ret };
	int rc = 0;

	*ret = (struct shell_vars){ .var = NULL };
	while (rc == 0) {
		skip_blanks(&r);
		if (peek(&r) < 0)
			break;
		if (peek(&r) == '#')
			skip_comment(&r);
		else if (peek(&r) == '\n')
			next(&r);
		else
			rc = take_assignment(&r, err);
	}
	free(r.value);
	return rc;
}

const struct shell_var *shell_find(const struct shell_vars *vars, const char *name)
{
	return find(vars, kx_span_of(name));
}

void shell_done(struct shell_vars *vars)
{
	for (size_t i = 0; i < vars->count; i++) {
		free(vars->var[i].name);
		free(vars->var[i].value);
	}
	free(vars->var);
	*vars = (struct shell_vars){ .var = NULL };
}
