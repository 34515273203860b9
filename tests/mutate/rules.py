# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules by which tests/mutate/run changes C: text in, single changes out. Runs nothing."""
import re

TOKEN = re.compile(
    r'(?P<skip>/\*.*?\*/|//[^\n]*|\s+|^[ \t]*#(?:\\\n|[^\n])*)'
    r'|(?P<string>"(?:\\.|[^"\\])*")'
    r"|(?P<char>'(?:\\.|[^'\\])*')"
    r'|(?P<number>\d(?:[eEpP][-+]|[\w.])*)'
    r'|(?P<word>[A-Za-z_]\w*)'
    r'|(?P<op><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)',
    re.S | re.M)

SWAPS = {
    'boundary': {'<': '<=', '<=': '<', '>': '>=', '>=': '>'},
    'equality': {'==': '!=', '!=': '=='},
    'logic': {'&&': '||', '||': '&&'},
    'arithmetic': {'+': '-', '-': '+', '+=': '-=', '-=': '+=', '/': '*', '%': '/'},
    'bits': {'&': '|', '|': '&', '<<': '>>', '>>': '<<', '|=': '&=', '&=': '|=', '^': '|'},
}
WORDS = {'true': 'false', 'false': 'true'}
CONTROL = {'if', 'for', 'while', 'switch'}
# A statement that starts so is no call and no assignment, or one that cannot be left out.
KEYWORDS = CONTROL | {
    'return', 'else', 'do', 'case', 'default', 'goto', 'break', 'continue', 'sizeof', 'struct',
    'union', 'enum', 'static', 'const', 'extern', 'typedef', 'static_assert', '_Static_assert',
    '_Noreturn', 'inline', 'volatile', 'unsigned', 'register'}
# What these are told is read by people who look for a fault in the suite itself (kexec -d).
LOG_CALLS = {'kx_plan_note'}
ASSERTS = {'static_assert', '_Static_assert', '__attribute__', '__builtin_unreachable'}
COMPARISONS = ('==', '!=', '<', '>', '<=', '>=')
OPEN = {'(': ')', '[': ']', '{': '}'}


class Change:
    """One change: @old of @path, at @start, becomes @new. @before and @after tell it to people."""

    def __init__(self, path, function, rule, start, old, new, before, after):
        self.path, self.function, self.rule = path, function, rule
        self.start, self.old, self.new = start, old, new
        self.before, self.after = before, after
        self.line = 0
        self.nth = 1

    @property
    def key(self):
        """What names it however the lines of the file move."""
        nth = f' #{self.nth}' if self.nth > 1 else ''
        return f'{self.path}: {self.function}: {self.before} => {self.after}{nth}'

    def apply(self, text):
        assert text[self.start:self.start + len(self.old)] == self.old
        return text[:self.start] + self.new + text[self.start + len(self.old):]


class Token:
    def __init__(self, kind, text, start):
        self.kind, self.text, self.start = kind, text, start
        self.end = start + len(text)
        self.pair = None        # index of the bracket that it opens or closes

    def ends_value(self):
        if self.kind == 'word':
            return self.text not in KEYWORDS
        return self.kind in ('number', 'char', 'string') or self.text in (')', ']')


def tokens_of(text):
    """The tokens that are code, brackets paired."""
    tokens, stack = [], []
    for m in TOKEN.finditer(text):
        if m.lastgroup == 'skip':
            continue
        t = Token(m.lastgroup, m.group(), m.start())
        if t.text in OPEN and t.kind == 'op':
            stack.append(len(tokens))
        elif t.text in OPEN.values() and t.kind == 'op' and stack:
            t.pair = stack.pop()
            tokens[t.pair].pair = len(tokens)
        tokens.append(t)
    return tokens


def squeeze(text):
    return ' '.join(text.split())


class Source:
    """A file, its functions and statements."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.tokens = tokens_of(text)
        self.functions = []     # (first token of the body, last, name)
        self.blocks = set()     # tokens "{" that open blocks of statements
        self.hidden = [False] * len(self.tokens)
        self.changes = []
        self._find_functions()
        self._hide()

    def _find_functions(self):
        for i, t in enumerate(self.tokens):
            if t.text != '{' or t.pair is None or t.start == 0 or \
               self.text[t.start - 1] != '\n' or i == 0 or self.tokens[i - 1].text != ')':
                continue
            name = self.tokens[self.tokens[i - 1].pair - 1].text
            self.functions.append((i, t.pair, name))
            self.blocks.add(i)
            self._find_blocks(i, t.pair)

    def _find_blocks(self, first, last):
        for i in range(first + 1, last):
            t, before = self.tokens[i], self.tokens[i - 1]
            if t.text != '{':
                continue
            if before.text in ('else', 'do', ';', '{', '}', ':'):
                self.blocks.add(i)
            elif before.text == ')' and self._controls(before.pair):
                self.blocks.add(i)

    def _controls(self, i):
        name = self.tokens[i - 1].text
        return name in CONTROL or name.endswith('for_each') or name.isupper()

    def _hide(self):
        """Nothing of these calls is changed."""
        for i, t in enumerate(self.tokens[:-1]):
            if t.text in LOG_CALLS | ASSERTS and self.tokens[i + 1].text == '(':
                for k in range(i, (self.tokens[i + 1].pair or i) + 1):
                    self.hidden[k] = True

    def function_at(self, i):
        for first, last, name in self.functions:
            if first < i < last:
                return name
        return None

    # ---- saying what was changed ----

    def _line(self, start, end):
        a = self.text.rfind('\n', 0, start) + 1
        b = self.text.find('\n', end)
        return a, b if b >= 0 else len(self.text)

    def _add(self, rule, i, start, end, new, whole=False):
        old = self.text[start:end]
        if whole:
            before = squeeze(old)
            after = squeeze(new) if new != ';' else 'nothing'
        else:
            a, b = self._line(start, end)
            before = squeeze(self.text[a:b])
            after = squeeze(self.text[a:start] + new + self.text[end:b])
        # Lines keep their numbers.
        new += '\n' * (old.count('\n') - new.count('\n'))
        name = self.function_at(i) or '-'
        self.changes.append(Change(self.path, name, rule, start, old, new, before, after))

    # ---- the rules ----

    def _operator(self, i):
        t, before = self.tokens[i], self.tokens[i - 1]
        if t.text == '!':
            self._add('negation', i, t.start, t.end, '')
            return
        if not before.ends_value():
            return
        for rule, swap in SWAPS.items():
            if t.text in swap:
                self._add(rule, i, t.start, t.end, swap[t.text])
        if t.text in '+-' and i + 1 < len(self.tokens) and \
           self.tokens[i + 1].kind == 'number' and self.tokens[i + 2].text not in '*/<<%':
            self._add('offset', i, t.start, self.tokens[i + 1].end, '')

    def _is_size(self, i):
        """A number that is the size of an array which is declared here."""
        if self.tokens[i - 1].text != '[' or self.tokens[i + 1].text != ']':
            return False
        k = i - 2
        while self.tokens[k].text == ']':
            k = self.tokens[k].pair - 1
        return self.tokens[k].kind == 'word' and \
            (self.tokens[k - 1].kind == 'word' and
             self.tokens[k - 1].text not in KEYWORDS - {'const', 'unsigned'} or
             self.tokens[k - 1].text == '*')

    def _number(self, i):
        t = self.tokens[i]
        compared = self.tokens[i - 1].text in COMPARISONS and t.text == '0'
        # Comparisons with 0 have a rule of their own, and "rc == 1" would only look good.
        if '.' in t.text or compared or self._is_size(i):
            return
        self._add('constant', i, t.start, t.end, f'({t.text} + 1)')
        if not re.fullmatch(r'0[xX]?0*[uUlL]*', t.text):
            self._add('constant', i, t.start, t.end, f'({t.text} - 1)')

    def _condition(self, i):
        t, bracket = self.tokens[i], self.tokens[i + 1]
        if bracket.text != '(' or bracket.pair is None:
            return
        start, end = bracket.end, self.tokens[bracket.pair].start
        self._whole_condition(i, 'never', t.start, start, end, '0')
        if t.text == 'if':
            self._whole_condition(i, 'always', t.start, start, end, '1')

    def _whole_condition(self, i, rule, keyword, start, end, value):
        condition = self.text[start:end]
        head = self.text[keyword:start]
        name = self.function_at(i) or '-'
        new = value + '\n' * condition.count('\n')
        self.changes.append(Change(self.path, name, rule, start, condition, new,
                                   squeeze(f'{head}{condition})'), squeeze(f'{head}{value})')))

    def _initializer(self, i):
        """.name = value, of which there are others."""
        end = i + 3
        while self.tokens[end].text not in (',', '}', ';'):
            end = (self.tokens[end].pair or end) + 1
        if self.tokens[end].text == ',':
            self._add('initializer', i, self.tokens[i].start, self.tokens[end].end, '')
            self.changes[-1].before = squeeze(self.text[self.tokens[i].start:self.tokens[end].end])
            self.changes[-1].after = 'nothing'

    def _statement(self, i):
        """A call, an assignment or a jump that starts at token @i is left out."""
        t = self.tokens[i]
        end = i
        assigns = None
        if t.kind != 'word' and t.text not in ('*', '(', '++', '--'):
            return
        while self.tokens[end].text != ';':
            x = self.tokens[end]
            if assigns is None and (x.text in ('=', '++', '--') or
                                    x.text[-1] == '=' and len(x.text) > 1 and x.kind == 'op' and
                                    x.text not in COMPARISONS):
                assigns = end
            if x.text in OPEN and x.pair is not None:
                end = x.pair
            end += 1
            if end >= len(self.tokens):
                return
        stop = self.tokens[end].end
        if t.text in ('break', 'continue', 'goto'):
            self._add('jump', i, t.start, stop, ';', whole=True)
            return
        if t.kind == 'word' and t.text in KEYWORDS:
            return
        if assigns is not None:
            left = self.tokens[i:assigns]
            words = [x for x in left if x.kind == 'word']
            declares = len(left) > 1 and left[0].kind == 'word' and \
                (left[1].kind == 'word' or left[1].text == '*')
            if not declares and (words or self.tokens[assigns].text in ('++', '--')):
                self._add('assignment', i, t.start, stop, ';', whole=True)
            return
        if self.tokens[end - 1].text == ')' and t.text not in ASSERTS and \
           (t.kind == 'word' or t.text in '(*') and not (
                   self.tokens[i + 1].kind == 'word' or self.tokens[i + 1].text == '*' and
                   t.kind == 'word'):
            self._add('call', i, t.start, stop, ';', whole=True)

    def _starts_statement(self, i):
        before = self.tokens[i - 1]
        if before.text == ';':
            return self._depth_is_block(i)
        if before.text == '{':
            return i - 1 in self.blocks
        if before.text == '}':
            return before.pair in self.blocks
        if before.text in ('else', 'do'):
            return True
        if before.text == ':':
            return self.tokens[i - 2].kind in ('word', 'number') and self._is_label(i - 1)
        return before.text == ')' and before.pair is not None and self._controls(before.pair)

    def _is_label(self, i):
        k = i - 1
        while self.tokens[k].text not in (';', '{', '}', ':', '?'):
            if self.tokens[k].text in ('case', 'default'):
                return True
            k -= 1
        return k == i - 2 and self.tokens[k].text != '?'

    def _depth_is_block(self, i):
        """Not between the semicolons of a for."""
        k = i - 1
        while k >= 0:
            t = self.tokens[k]
            if t.text in OPEN.values() and t.kind == 'op' and t.pair is not None:
                k = t.pair
            elif t.text in OPEN and t.kind == 'op':
                return k in self.blocks
            k -= 1
        return False

    def find(self):
        """All changes, in the order of the file."""
        header = self.path.endswith('.h')
        for i, t in enumerate(self.tokens):
            function = self.function_at(i)
            if self.hidden[i] or i == 0 or (header and not function):
                continue
            if t.kind == 'number' and (function or not self._in_declaration(i)):
                self._number(i)
            elif t.kind == 'op' and function:
                self._operator(i)
            elif t.text in WORDS:
                self._add('truth', i, t.start, t.end, WORDS[t.text])
            elif t.text in ('if', 'while') and function:
                self._condition(i)
            if t.text == '.' and self.tokens[i - 1].text in ('{', ',') and \
               self.tokens[i + 2].text == '=':
                self._initializer(i)
            if function and self._starts_statement(i):
                self._statement(i)
        return self._number_twins()

    def _in_declaration(self, i):
        """Outside functions numbers count where they are values: after "=", in enums and tables."""
        k = i - 1
        while k > 0 and self.tokens[k].text not in (';', '=', '{'):
            k -= 1
        return self.tokens[k].text not in ('=', '{')

    def _number_twins(self):
        seen = {}
        for c in self.changes:
            c.line = self.text.count('\n', 0, c.start) + 1
            words = (c.function, c.before, c.after)
            c.nth = seen[words] = seen.get(words, 0) + 1
        return self.changes


def changes_of(path, text):
    """All changes that the rules make to the C file @path, which holds @text."""
    return Source(path, text).find()
