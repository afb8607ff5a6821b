"""Writes templates.json: what Python's Jinja makes of a table of templates, for JinjaGoldenTest.

Run by hand after changing the table (needs jinja2 3.1.6 or later):

    python make_templates.py > ../resources/golden/templates.json

Jinja is set up as Hugging Face's transformers sets it up for chat templates.
"""

import datetime
import json
import sys

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 3, 7, 15, 4, 5)


class Generation(jinja2.ext.Extension):
    """transformers' {% generation %} tag, which renders its body."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


CONVERSATION = [
    {"role": "system", "content": " Be brief. "},
    {"role": "user", "content": "Hi\n"},
    {"role": "assistant", "content": "<think>\n  hm \n\n</think>\n\n  Hello!"},
    {"role": "user", "content": "你好 😀 \"quoted\" it's <b>"},
]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Get the weather – today",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": [], "x": None},
        },
    }
]
V = {
    "messages": CONVERSATION,
    "tools": TOOLS,
    "documents": None,
    "add_generation_prompt": True,
    "bos_token": "<s>",
    "eos_token": "</s>",
    "n": 7,
    "f": 2.5,
    "yes": True,
    "no": False,
    "nothing": None,
    "text": " Hello, World \n",
    "word": "Straße",
    "emoji": "a😀b",
    "items_": [3, 1, 2],
    "mixed": [1, "a", None, True, 2.0, ["x"], {"k": "v"}],
    "names": ["bob", "Alice", "carol", "alice"],
    "empty": [],
    "map": {"b": 2, "a": 1, "items": "mine"},
    "people": [{"name": "Ann", "age": 30, "at": {"city": "Rome"}}, {"name": "Bo", "age": 4, "at": {"city": "Oslo"}}],
}

# Each is one feature, or one way in which a rendering could go wrong without a word.
FEATURES = r"""
{{ text }}|{{ text.strip() }}|{{ text|trim }}|{{ text.lstrip() }}|{{ text.rstrip() }}
{{ 'x \n'.rstrip('\n') }}|{{ '\n\n x'.lstrip('\n') }}|{{ 'abcba'.strip('ab') }}|{{ '..x..'|trim('.') }}
{{ ' a﻿ '|trim|length }}|{{ '\x1c a\x85 '|trim }}|{{ '   　x'.strip() }}
{{ true }} {{ false }} {{ none }} {{ True }} {{ None }} {{ nothing }} {{ yes }} {{ no }}
{{ missing }}|{{ missing is defined }}|{{ map.missing is undefined }}|{{ missing|default('d') }}|{{ ''|default('e', true) }}
{{ missing.attribute }}
{{ missing + 'x' }}
{{ missing ~ 'x' ~ none ~ 1 ~ 2.0 ~ true }}
{{ 'a' + 1 }}
{{ 'a' + none }}
{{ 1 + true }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 7.5 % 2 }} {{ -7.5 // 2 }}
{{ 1 / 0 }}
{{ 1 % 0 }}
{{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1.5e-5 }} {{ 123456789.0 }} {{ 1e22 }} {{ 100.0 ** 2 }} {{ 3.0 * 2 }} {{ -0.0 }}
{{ 1_000 }} {{ 1e3 }} {{ 1.5E2 }}
{{ '1' == 1 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ none == false }} {{ [1, 2] == [1, 2.0] }} {{ {'a': 1} == {'a': 1} }} {{ (1,) == [1] }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ 2 >= 2.0 }} {{ 'B' < 'a' }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ 'a' in 'abc' }} {{ 'z' not in 'abc' }} {{ 2 in items_ }} {{ '2' in items_ }} {{ 'a' in map }} {{ 1 in missing }} {{ none in [none] }}
{{ 1 in 'abc' }}
{{ not yes and no or 'x' }} {{ '' or 'y' }} {{ 'p' and 'q' }} {{ not '' }} {{ [] or {} }} {{ 0 and 1 }}
{{ 'a' if yes else 'b' }} {{ 'a' if no }}| {{ 'a' if no else 'b' if no else 'c' }} {{ 1 if missing else 2 }}
{{ mixed }} {{ map }} {{ (1, 'a') }} {{ (1,) }} {{ [] }} {{ {} }} {{ () }}
{{ ["it's", 'say "x"', 'both \' and "', 'tab\t', 'nl\n', 'back\\', '\x01', 'é', '\u200b', '😀'] }}
{{ mixed|tojson }}|{{ map|tojson }}|{{ 'é"\n\t\\/<>&\x7f\x1f'|tojson }}|{{ 'é😀'|tojson(ensure_ascii=true) }}
{{ tools|tojson }}
{{ tools|tojson(indent=4) }}
{{ tools[0]|tojson(indent=2, sort_keys=true) }}
{{ map|tojson(separators=(',', ':')) }} {{ [1, 2]|tojson(separators=[';', '=']) }} {{ [[], {}]|tojson(indent=2) }} {{ {'a': [1]}|tojson(indent='>') }}
{{ {1: 'a', true: 'b', none: 'c', 2.5: 'd'}|tojson }}
{{ missing|tojson }}
{{ 1.0|tojson }} {{ 1e16|tojson }} {{ 12345678901|tojson }} {{ 'x'|tojson|length }}
{{ emoji|length }} {{ emoji[1] }} {{ emoji[::-1] }} {{ emoji[-1] }} {{ emoji|reverse }} {{ emoji[:2] }} {{ emoji|list }} {{ emoji|first }}{{ emoji|last }}
{{ items_[0] }} {{ items_[-1] }} {{ items_[9] is defined }} {{ items_[1:] }} {{ items_[:-1] }} {{ items_[::-1] }} {{ items_[::2] }} {{ items_[5:] }} {{ items_[-2:] }} {{ items_[2:0:-1] }}
{{ items_.0 }} {{ people[0].name }} {{ people[0]['at']['city'] }} {{ people.1.at.city }}
{{ map['items'] }} {{ map.a }} {{ map['zz'] is defined }} {{ map.get('zz', 'none') }} {{ map.get('a') }} {{ map.get('zz') }}
{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %} {{ map.keys()|list }} {{ map.values()|list }} {{ map|length }} {{ map|list }}
{% for k in map %}{{ k }}{% endfor %} {% for k, v in map|items %}{{ k }}{{ v }}{% endfor %} {% for k, v in map|dictsort %}{{ k }}{{ v }}{% endfor %} {% for k, v in {'x': 2, 'y': 1}|dictsort(by='value', reverse=true) %}{{ k }}{% endfor %}
{% for c in 'ab😀' %}{{ c }},{% endfor %} {% for x in missing %}x{% else %}nothing{% endfor %} {% for x in [] %}x{% else %}none{% endfor %}
{% for x in none %}x{% endfor %}
{% for x in 5 %}x{% endfor %}
{% for m in [1, 2, 3] %}{% if not s %}a{% set s = true %}{% endif %}{% endfor %}|{{ s is defined }}
{% set s = 0 %}{% for m in [1, 2, 3] %}{% set s = s + m %}{{ s }},{% endfor %}|{{ s }}
{% set ns = namespace(n=0, t='') %}{% for m in [1, 2, 3] %}{% set ns.n = ns.n + m %}{% endfor %}{{ ns.n }}{{ ns.t }}{{ ns.zz is defined }}
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}
{% set map.a = 5 %}
{% if yes %}{% set inner = 1 %}{% endif %}{{ inner }}
{% for x in items_ %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a', 'b') }};{% endfor %}
{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{% endfor %} {% for x in [1] %}{% for y in [1] %}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}{{ loop.depth }}{% endfor %}
{% for x in [1, 2, 3, 4] if x % 2 == 0 %}{{ x }}{{ loop.index }}{{ loop.last }}{% endfor %} {% for x in [1] if x > 5 %}x{% else %}empty{% endfor %}
{% for x in [1, 2, 3, 4] %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }}{% endfor %} {% for x in 1, 2 %}{{ x }}{% endfor %} {% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, b in [1] %}{{ a }}{% endfor %}
{% set a, b = 1, 2 %}{{ a }}{{ b }} {% set t = 1, 2 %}{{ t }}
{% set x %} in {{ n }} {% endset %}[{{ x }}]{% set y | trim | upper %} abc {% endset %}[{{ y }}]
{% filter upper %}a{{ word }}b{% endfilter %} {% filter trim|length %}  abc {% endfilter %}
{% macro m(a, b='d', c=a) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=5, a=4) }}{{ m() }}
{% macro m(a) %}{{ outer }}{{ a }}{% endmacro %}{% set outer = 'late' %}{{ m(1) }}
{% macro m(a) %}{% set inner = a %}{{ inner }}{% endmacro %}{{ m(1) }}{{ inner is defined }}
{% macro m() %}{{ x is defined }}{% endmacro %}{% for x in [1] %}{{ m() }}{% endfor %}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}
{% macro outer(x) %}<{{ caller() }}{{ x }}>{% endmacro %}{% call outer(1) %}body{% endcall %} {% macro each() %}{{ caller(1) }}{{ caller(2) }}{% endmacro %}{% call(v) each() %}({{ v }}){% endcall %}
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(4) }}
{% macro m() %} x {% endmacro %}[{{ m() }}][{{ m()|trim }}][{{ m() ~ '!' }}]
{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}
{% generation %}answer{{ n }}{% endgeneration %}!
{% raw %}{{ not }} {% this %}{% endraw %}|{%- raw -%}  x  {%- endraw %}|
{# comment #}a{#- strips -#}  b {# {{ x }} #}
{{ names|sort }} {{ names|sort(reverse=true) }} {{ names|sort(case_sensitive=true) }} {{ people|sort(attribute='age')|map(attribute='name')|join(',') }}
{{ names|unique|list }} {{ [1, 1.0, true, 2]|unique|list }} {{ names|unique(case_sensitive=true)|list }}
{{ people|map(attribute='at.city')|join('/') }} {{ people|map(attribute='zz', default='-')|list }} {{ names|map('upper')|join(' ') }} {{ ['a ', ' b']|map('trim')|list }} {{ items_|map('string')|list }}
{{ people|selectattr('age', 'gt', 10)|map(attribute='name')|list }} {{ people|rejectattr('name', 'equalto', 'Ann')|map(attribute='name')|list }} {{ people|selectattr('zz')|list }} {{ people|selectattr('zz', 'defined')|list|length }}
{{ items_|select('odd')|list }} {{ items_|reject('odd')|list }} {{ [0, 1, '']|select|list }} {{ mixed|select('string')|list }} {{ items_|select('in', [1, 2])|list }}
{{ messages|selectattr('role', 'equalto', 'user')|list|length }} {{ (messages|selectattr('role', 'equalto', 'user')|list)[-1].content }} {{ messages|selectattr('role', 'equalto', 'tool')|first is defined }}
{% if messages|selectattr('role', 'equalto', 'nobody') %}always{% endif %}
{{ (items_|map('string'))|length }}
{{ items_|min }} {{ items_|max }} {{ items_|sum }} {{ people|sum(attribute='age') }} {{ []|min is defined }} {{ names|max }}
{{ items_|join }} {{ items_|join('-') }} {{ 'abc'|join(',') }} {{ mixed|join(',') }} {{ ', '.join(names) }} {{ people|join('+', attribute='name') }}
{{ ','.join(items_) }}
{{ items_|first }} {{ items_|last }} {{ []|first is defined }} {{ items_|reverse|list }} {{ items_|list == items_ }}
{{ 'hello world-foo (bar) it\'s'|title }} {{ 'hELLO wORLD it\'s 3rd'.title() }} {{ 'hELLO'|capitalize }} {{ 'ßx'.capitalize() }} {{ word|upper }} {{ 'ǆ'.capitalize() }}
{{ 'ABC'|lower }} {{ 'İ'.lower()|length }} {{ 'ΑΣ'.lower() }} {{ n|upper }} {{ none|lower }}
{{ 'a-b-c'.split('-') }} {{ ' a  b '.split() }} {{ 'a-b-c'.split('-', 1) }} {{ 'a-b-c'.rsplit('-', 1) }} {{ ''.split() }} {{ ''.split('-') }} {{ ' a b c '.split(none, 1) }} {{ 'a b'.split(maxsplit=1) }} {{ 'abab'.split('ab') }} {{ ' a  b '.rsplit(none, 1) }}
{{ 'a'.split('') }}
{{ 'aXbX'.replace('X', '-') }} {{ 'aXbX'.replace('X', '-', 1) }} {{ 'ab'.replace('', '.') }} {{ 'aaa'|replace('aa', 'b') }} {{ 'aXbX'|replace('X', '-', 1) }} {{ 'abc'.replace('', '-', 2) }}
{{ 'abc'.startswith('a') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.startswith(('x', 'y')) }} {{ 'abc'.find('c') }} {{ 'abc'.find('z') }} {{ '😀c'.find('c') }} {{ 'banana'.count('an') }} {{ 'banana'.rfind('an') }} {{ 'abc'.removeprefix('a').removesuffix('c') }} {{ 'aaa'.count('') }}
{{ 'a\nb\r\nc\n'.splitlines() }} {{ ''.splitlines() }} {{ 'ab1'.isalnum() }} {{ 'ab'.isalpha() }} {{ '12'.isdigit() }} {{ ' '.isspace() }} {{ ''.isspace() }} {{ '½'.isalnum() }}
{{ 'a\nb\n\nc'|indent }}|{{ 'a\n\nb'|indent(2, true, true) }}|{{ 'a\nb'|indent('> ') }}|{{ 'a\n'|indent }}|
{{ '12'|int }} {{ 'x'|int }} {{ '3.9'|int }} {{ 'x'|int(5) }} {{ 3.9|int }} {{ -3.9|int }} {{ none|int }} {{ ' 7 '|int }} {{ '1.5'|float }} {{ 'x'|float }} {{ true|int }} {{ 'x'|float(2.5) }}
{{ -3|abs }} {{ -2.5|abs }} {{ 2.5|round }} {{ 3.5|round }} {{ 2.567|round(2) }} {{ 2.1|round(0, 'ceil') }} {{ 2.9|round(method='floor') }} {{ 7|round }}
{{ n is number }} {{ yes is number }} {{ n is integer }} {{ yes is integer }} {{ f is float }} {{ yes is boolean }} {{ n is boolean }} {{ none is none }} {{ missing is none }}
{{ 'a' is string }} {{ [] is iterable }} {{ 'a' is iterable }} {{ map is iterable }} {{ n is iterable }} {{ map is mapping }} {{ [] is mapping }} {{ [] is sequence }} {{ 'a' is sequence }} {{ map is sequence }} {{ n is sequence }} {{ missing is iterable }} {{ missing is string }}
{{ 3 is odd }} {{ 4 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 'abc' is lower }} {{ 'ABC' is upper }} {{ '1' is lower }} {{ 1 is eq 1 }} {{ 1 is ne 1 }} {{ 1 is lt 2 }} {{ 1 is in [1] }} {{ 2 is not in [1] }} {{ true is true }} {{ 1 is true }} {{ false is false }} {{ 0 is false }} {{ true is sameas true }} {{ 1 is sameas true }}
{{ x is not defined and n is defined }} {{ not n is string }} {{ n is not string or no }} {{ n is defined and n == 7 }} {{ 'a' if n is defined else 'b' }}
{{ range(3)|list }} {{ range(1, 4)|list }} {{ range(5, 0, -2)|list }} {% for i in range(2) %}{{ i }}{% endfor %} {{ range(3)|length }} {{ range(3)[1] }}
{{ range(1000000)|length }}
{{ range(1, 2, 0)|list }}
{{ dict(a=1, b='x') }} {{ dict({'z': 1}, y=2)|tojson }}
{{ strftime_now('%d %b %Y') }} {{ strftime_now('%A, %B %d, %Y %H:%M:%S') }} {{ strftime_now('%Y-%m-%d %I:%M %p %y %a %j %%') }} {{ strftime_now('%-d/%-m') }}
{{ raise_exception('Only user and assistant roles are supported!') }}
{{ 'a' 'b' "c" }} {{ "\u0041\x42\103\n|\'\"\\\q" }} {{ 'multi
line' }} {{ '\U0001F600' }}
{{ -n }} {{ +n }} {{ - 3 }} {{ 2 - -3 }} {{ -3|string + '!' }} {{ not not n }} {{ 2 * 3 + 4 * 5 }} {{ (2 + 3) * 4 }} {{ 2 + 3 ~ 4 }} {{ 10 - 2 - 3 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}
{{ 'ab' * 2 }} {{ 3 * 'x' }} {{ [1] * 2 }} {{ [1] + [2] }} {{ (1,) + (2,) }} {{ 'a' * -1 }}|
{{ [1] + (2,) }}
{{ {'a': 1}.a }} {{ [1, 2, ][1] }} {{ {'a': 1, }.a }} {{ {'a': {'b': 1}}['a']['b'] }} {{ [[1, 2], [3]][0][1] }} {{ {'a': 1}|length }}
{{ {'a': {'b': {}}} }}|{{ {} }}|{{ '}}' }}|{{ "{%" }}
{{ messages[0].role }} {{ messages[-1]['content'] }} {{ messages|length }} {{ messages[1:]|length }} {{ messages[::-1][0].role }} {{ (messages|last).role }} {{ messages[0]['content']|trim + 'x' }}
{{ messages[0].get('tool_calls') }} {{ messages[0].tool_calls is defined }} {{ messages[0]['tool_calls'] is none }} {{ messages[0].role == 'system' and messages[0].content is string }}
{{ n.foo is defined }} {{ text.foo is defined }} {{ none.foo is defined }} {{ n['x'] is defined }} {{ text['x'] is defined }}
{{ items_.index(1) }} {{ items_.count(3) }} {{ 'abc'.index is defined }}
{{ n() }}
{{ map.nothing() }}
{{ items_.append(1) }}
{{ 'x'|unknown_filter }}
{{ 'x' is unknown_test }}
{% unknown_statement %}
{{ 'unclosed }}
{% if yes %}unclosed
{{ items_|list|tojson|safe }}
{% if no %}a{% elif n == 7 %}b{% else %}c{% endif %}{% if no %}x{% else %}y{% endif %}{% if missing %}z{% endif %}{% if 0.0 %}z{% endif %}{% if 'False' %}t{% endif %}
{%if yes%}tight{%endif%} {%- if yes -%} x {%- endif -%} y
""".strip("\n")

# White space around tags, where every character counts.
WHITE_SPACE = [
    "a\n{% if yes %}\n  b\n{% endif %}\nc\n",
    "a\n  {% if yes %}  \n  b\n  {% endif %}\nc",
    "  {% if yes %}x{% endif %}  y",
    "a  {% if yes %}  b  {% endif %}  c",
    "{%- for x in items_ %}\n  {{- x }}\n{%- endfor %}\n",
    "{% for x in items_ -%}\n  {{ x }}\n{% endfor -%}\n\n  end",
    "{{ n }}\n\n{{ n }}\n",
    "{{ n -}}\n\n {{- n }}",
    "line\r\n{% if yes %}\r\nwin\r\n{% endif %}\r\n",
    "  {# comment #}\nx\n  {# c #}  \ny",
    "  {%+ if yes %}x{% endif +%}\ny",
    "{% if yes %}\n\n\nx{% endif %}\n\n",
    "\t {% set a = 1 %}\n\t{{ a }}\n",
    "{% set a = 1 %}\n\n{% set b = 2 %}\n{{ a }}{{ b }}\n\n",
    "{% raw %}\n  x\n{% endraw %}\ny",
    "a\n   {% raw %}x{% endraw %}\n",
    "a\n   {{ n }}\n",
    "{{ '{%' }}{# {% if %} #}\n{{ \"}}\" }}",
    "{%- if yes %}\n  {{- '<|im_start|>' }}\n\n  {%- if no %}\n  {%- endif %}\n  x\n{%- endif %}",
    "\u00a0{% if yes %}x{% endif %}",
    "\u2003{%- if yes -%}\u3000x{%- endif %}",
    "x {%- if yes %} y{% endif %}\n\n\n",
    "",
    "\n",
    "\n\n",
    "{% if yes %}{% endif %}\n",
    "{{ n }}}}",
    "{ n } #}",
    "{% for x in items_ %}\n{{ x }}\n{% if x == 1 %}\n  one\n{% endif %}\n{% endfor %}\n",
]

# Templates in the manner of those that models are published with, with each of their devices.
CHAT = {
    "chatml": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are helpful<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "llama-3": """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not tools_in_user_message is defined %}
    {%- set tools_in_user_message = true %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- This block extracts the system message, so we can slot it into the right place. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{%- if builtin_tools is defined %}
    {{- "Tools: " + builtin_tools | reject('equalto', 'code_interpreter') | join(", ") + "\\n\\n"}}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- if tools_in_user_message and not tools is none %}
    {%- if messages | length != 0 %}
        {%- set first_user_message = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("Cannot put tools in the first user message when there's no first user message!") }}
{%- endif %}
    {{- '<|start_header_id|>user<|end_header_id|>\\n\\n' -}}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
    {{- first_user_message + "<|eot_id|>"}}
{%- endif %}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    "thinking": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index or loop.last or (not loop.last and reasoning_content) %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    "full-width marks": "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, system_prompt='', is_first_sp=true) %}{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = ns.system_prompt + '\\n\\n' + message['content'] if not ns.is_first_sp else message['content'] %}{% set ns.is_first_sp = false %}{%- endif %}{%- endfor %}{{bos_token}}{{ns.system_prompt}}{%- for message in messages %}{%- if message['role'] == 'user' %}{{'<｜User｜>' + message['content']}}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] is not none %}{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}{%- endif %}{%- endfor -%}{% if add_generation_prompt %}{{'<｜Assistant｜><think>\\n'}}{% endif %}",
    "instructions": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set filtered_messages = [] %}
{%- for message in loop_messages %}
    {%- if message["role"] not in ["tool", "tool_results"] and not message.get("tool_calls") %}
        {%- set filtered_messages = filtered_messages + [message] %}
    {%- endif %}
{%- endfor %}
{%- for message in loop_messages | rejectattr("role", "equalto", "tool") %}
    {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
        {{- raise_exception("After the optional system message, conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"] + eos_token}}
    {%- endif %}
{%- endfor %}
{%- if tools is not none and (loop_messages[-1] == user_messages[-1]) %}
    {%- for tool in tools %}
        {%- set tool = tool.function %}
        {%- for key, val in tool.items() if key != "return" %}
            {%- if val is string %}
                {{- '"' + key + '": "' + val + '"' }}
            {%- else %}
                {{- '"' + key + '": ' + val|tojson }}
            {%- endif %}
            {%- if not loop.last %}
                {{- ", " }}
            {%- endif %}
        {%- endfor %}
    {%- endfor %}
{%- endif %}
""",
    "alternating": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
    "continued lines": "{%- set today = strftime_now(\"%Y-%m-%d\") %}\n{%- set default_system_message = \"You are a model.\\\nThe date is \" + today + \".\\\n\\\nAsk (e.g. \\\"Where?\\\")\" %}\n\n{{- bos_token }}{{- default_system_message }}\n",
    "headers": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
}
CONVERSATIONS = [
    CONVERSATION,
    CONVERSATION[1:],
    [{"role": "user", "content": "  one \n"}],
    [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
    [{"role": "assistant", "content": "a"}],
]


def outcome(env, source, variables):
    try:
        template = env.from_string(source)
    except jinja2.exceptions.TemplateSyntaxError as error:
        return {"error": "load", "python": str(error)}
    try:
        return {"expected": template.render(**variables)}
    except jinja2.exceptions.TemplateError as error:
        kind = "refusal" if type(error) is jinja2.exceptions.TemplateError else "render"
        return {"error": kind, "python": str(error)}
    except Exception as error:
        return {"error": "render", "python": str(error)}


def cases(env):
    blocks, lines = [], FEATURES.split("\n")
    while lines:
        block = lines.pop(0)
        if block.endswith("{{ 'multi"):
            block += "\n" + lines.pop(0)
        blocks.append(block)
    for source in blocks + WHITE_SPACE:
        yield {"template": source, **outcome(env, source, V)}
    for name, source in CHAT.items():
        for messages in CONVERSATIONS:
            for tools in (None, TOOLS):
                for opened in (True, False):
                    change = {"messages": messages, "tools": tools, "add_generation_prompt": opened}
                    yield {"chat": name, "with": change, **outcome(env, source, {**V, **change})}


def main():
    result = {"now": NOW.isoformat(), "variables": V, "chat": CHAT, "cases": list(cases(environment()))}
    json.dump(result, sys.stdout, ensure_ascii=True, indent=1)
    print()


if __name__ == "__main__":
    main()
