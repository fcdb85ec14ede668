//! One example at least for each filter, test and function, with what Ansible 2.19 makes of
//! it; `md`, `csv` and `dateformat` are our own.

use std::sync::Arc;

use super::filters::filter_names;
use super::value_tests::test_names;
use super::{Scope, Templar, TemplateSet};
use crate::model::{SourceFile, Value};

const VARIABLES: &str = r#"{
    "name": "edge one", "count": 12, "ratio": 2.5, "yes": true, "nothing": null, "blank": "",
    "numbers": [4, 9, 2], "words": ["pear", "Fig", "fig", "apple"],
    "sizes": {"small": 1, "large": 30, "medium": 5},
    "deep": {"a": {"b": [7, 8]}},
    "rows": [
        {"serial": "T1", "state": "ok", "skew": 3, "owner": "ann"},
        {"serial": "T2", "state": "bad", "skew": -1, "owner": null},
        {"serial": "U3", "state": "ok", "skew": 9}
    ],
    "lines": "T1 ok 3\nT2 bad -1\n",
    "markup": "<i>\"a\" & 'b'</i>",
    "path": "/srv/fleet/hosts.tar.gz",
    "result": {"failed": false, "changed": true, "rows": []}
}"#;

#[derive(Debug)]
struct Variables(indexmap::IndexMap<String, Value>);

impl Scope for Variables {
    fn get(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn variables() -> Arc<dyn Scope> {
    let Value::Map(map) = serde_json::from_str(VARIABLES).unwrap() else { unreachable!() };
    Arc::new(Variables(map))
}

fn now() -> jiff::Timestamp {
    "2026-03-04T05:06:07.089Z".parse().unwrap()
}

const MAPS: &[(&str, &str)] = &[
    ("sizes | combine({'small': 2})", "{'small': 2, 'large': 30, 'medium': 5}"),
    ("{'a': {'x': 1}} | combine({'a': {'y': 2}})", "{'a': {'y': 2}}"),
    ("{'a': {'x': 1}} | combine({'a': {'y': 2}}, recursive=true)", "{'a': {'x': 1, 'y': 2}}"),
    ("{'a': [1, 2]} | combine({'a': [2, 3]}, list_merge='append_rp')", "{'a': [1, 2, 3]}"),
    ("{'a': [1]} | combine({'a': [2]}, {'b': 1}, list_merge='prepend')", "{'a': [2, 1], 'b': 1}"),
    ("[{'a': 1}, {'b': 2}] | combine", "{'a': 1, 'b': 2}"),
    ("{'a': 1} | dict2items", "[{'key': 'a', 'value': 1}]"),
    ("{'a': 1} | dict2items(key_name='k', value_name='v')", "[{'k': 'a', 'v': 1}]"),
    ("rows | items2dict('serial', 'skew')", "{'T1': 3, 'T2': -1, 'U3': 9}"),
    ("sizes | dictsort", "[['large', 30], ['medium', 5], ['small', 1]]"),
    ("sizes | dictsort(false, 'value')", "[['small', 1], ['medium', 5], ['large', 30]]"),
    ("{'a': 1} | items | list", "[['a', 1]]"),
    ("{'class': 'x', 'id': none} | xmlattr", " class=\"x\""),
    ("dict([('a', 1)], b=2)", "{'a': 1, 'b': 2}"),
];

const LISTS: &[(&str, &str)] = &[
    ("[1, [2, [3, none]]] | flatten", "[1, 2, 3]"),
    ("[1, [2, [3]]] | flatten(levels=1)", "[1, 2, [3]]"),
    ("[none, [1]] | flatten(skip_nulls=false)", "[None, 1]"),
    ("[1, 2] | zip(['a', 'b', 'c'])", "[[1, 'a'], [2, 'b']]"),
    ("[1, 2] | zip_longest(['a'], fillvalue='-')", "[[1, 'a'], [2, '-']]"),
    ("[1, 2] | product(['a']) | map('join') | list", "['1a', '2a']"),
    ("[1, 2] | product(repeat=2) | list", "[[1, 1], [1, 2], [2, 1], [2, 2]]"),
    ("numbers | combinations(2) | list", "[[4, 9], [4, 2], [9, 2]]"),
    ("[1, 2] | permutations | list", "[[1, 2], [2, 1]]"),
    ("[{'n': 'a', 'k': [1, 2]}] | subelements('k') | map('last') | list", "[1, 2]"),
    ("[{'n': 'a'}] | subelements('k', skip_missing=true)", "[]"),
    ("[0, 2] | map('extract', ['x', 'y', 'z']) | list", "['x', 'z']"),
    ("'a' | extract(deep, ['b', 1])", "8"),
    ("numbers | batch(2, '-') | list", "[[4, 9], [2, '-']]"),
    ("numbers | slice(2) | list", "[[4, 9], [2]]"),
    ("numbers | first ~ numbers | last", "42"),
    ("numbers | length ~ numbers | count", "33"),
    ("numbers | reverse | list", "[2, 9, 4]"),
    ("'abc' | list", "['a', 'b', 'c']"),
    ("numbers | select('gt', 3) | list", "[4, 9]"),
    ("numbers | reject('odd') | list", "[4, 2]"),
];

const ATTRIBUTES: &[(&str, &str)] = &[
    ("rows | map(attribute='serial') | join(' ')", "T1 T2 U3"),
    ("rows | map(attribute='owner', default='-') | list", "['ann', None, '-']"),
    (
        "rows | selectattr('state', 'equalto', 'ok') | map(attribute='serial') | list",
        "['T1', 'U3']",
    ),
    ("rows | selectattr('owner', 'defined') | list | length", "2"),
    ("rows | selectattr('serial', 'match', 'T') | list | length", "2"),
    ("rows | rejectattr('skew', 'lt', 0) | map(attribute='skew') | list", "[3, 9]"),
    ("rows | sort(attribute='skew') | map(attribute='serial') | list", "['T2', 'T1', 'U3']"),
    (
        "rows | sort(true, attribute='state,serial') | map(attribute='serial') | list",
        "['U3', 'T1', 'T2']",
    ),
    ("rows | groupby('state') | map('first') | list", "['bad', 'ok']"),
    ("rows | groupby('owner', default='x') | list | length", "3"),
    ("words | unique | list", "['pear', 'Fig', 'apple']"),
    ("words | unique(true) | list", "['pear', 'Fig', 'fig', 'apple']"),
    ("words | sort", "['apple', 'Fig', 'fig', 'pear']"),
    ("rows | min(attribute='skew') | attr('serial')", "T2"),
    ("numbers | max", "9"),
    ("rows | sum(attribute='skew')", "11"),
    ("rows | join('/', attribute='state')", "ok/bad/ok"),
];

const SETS: &[(&str, &str)] = &[
    ("[1, 2, 3, 2] | difference([1])", "[2, 3]"),
    ("[1, 2, 2] | intersect([2, 3])", "[2]"),
    ("[2, 1] | union([3, 1])", "[2, 1, 3]"),
    ("[1, 2] | symmetric_difference([2, 3])", "[1, 3]"),
    ("[1] is subset([1, 2])", "True"),
    ("[1] is issubset([2])", "False"),
    ("[1, 2] is superset([2])", "True"),
    ("[1] is issuperset([2])", "False"),
    ("[1, 2] is contains(2)", "True"),
    ("[true, false] is any", "True"),
    ("[true, false] is all", "False"),
    ("'ab' is sequence", "True"),
    ("numbers is sequence", "True"),
    ("2 is sequence", "False"),
    ("numbers is iterable", "True"),
    ("sizes is mapping", "True"),
    ("4 in numbers and 4 is in numbers", "True"),
];

const JSON: &[(&str, &str)] = &[
    ("{'b': 1, 'a': [true, none, 1.5]} | to_json", r#"{"b": 1, "a": [true, null, 1.5]}"#),
    ("{'b': 1, 'a': 2} | to_json(sort_keys=true)", r#"{"a": 2, "b": 1}"#),
    ("'é☃😀\t' | to_json", r#""\u00e9\u2603\ud83d\ude00\t""#),
    ("'é' | to_json(ensure_ascii=false)", r#""é""#),
    ("{'b': [], 'a': [1]} | to_nice_json", "{\n    \"a\": [\n        1\n    ],\n    \"b\": []\n}"),
    ("{'a': 1} | to_nice_json(indent=1)", "{\n \"a\": 1\n}"),
    ("{'b': '<', 'a': 1} | tojson", r#"{"a": 1, "b": "\u003c"}"#),
    ("('[1, {\"z\": 2, \"a\": null}]' | from_json)[1]", "{'z': 2, 'a': None}"),
];

const YAML: &[(&str, &str)] = &[
    ("{'b': [1, 'no'], 'a': none} | to_nice_yaml", "a: null\nb:\n- 1\n- 'no'\n"),
    ("[{'b': 1, 'a': {'c': ''}}] | to_nice_yaml", "-   a:\n        c: ''\n    b: 1\n"),
    ("{'a': [1, 2], 'b': {'c': [3]}} | to_yaml", "a: [1, 2]\nb:\n  c: [3]\n"),
    ("{'b': 1, 'a': 2} | to_nice_yaml(sort_keys=false, indent=2)", "b: 1\na: 2\n"),
    (
        "['a: b', '- c', '#d', '10:30', '2024-01-02', 'x'] | to_yaml",
        "['a: b', '- c', '#d', '10:30', '2024-01-02', x]\n",
    ),
    ("'plain' | to_yaml", "plain\n...\n"),
    (
        "('word ' * 20) | to_yaml",
        concat!(
            "'word word word word word word word word word word word word word word word word word\n",
            "  word word word '\n"
        ),
    ),
    ("'a: [1, yes]' | from_yaml", "{'a': [1, True]}"),
    ("'a: 1' | from_yaml_all | list", "[{'a': 1}]"),
];

const REGEX: &[(&str, &str)] = &[
    ("lines | regex_search('T\\d')", "T1"),
    ("lines | regex_search('nope') is none", "True"),
    (r"lines | regex_search('(T\d) (\w+)', '\\2', '\\1')", "['ok', 'T1']"),
    (r"lines | regex_search('(?P<state>bad)', '\\g<state>')", "['bad']"),
    ("lines | regex_search('^t2', ignorecase=true, multiline=true)", "T2"),
    ("lines | regex_findall('T\\d')", "['T1', 'T2']"),
    ("lines | regex_findall('(T\\d) (\\w+)')", "[['T1', 'ok'], ['T2', 'bad']]"),
    (r"'a-b' | regex_replace('(\w)-(?P<x>\w)', '\\g<x>-\\1')", "b-a"),
    ("'aaa' | regex_replace('a', 'b', count=2)", "bba"),
    ("name | regex_replace('^', '>')", ">edge one"),
    ("'a.b' | regex_escape", "a\\.b"),
    ("'abc' is match('ab')", "True"),
    ("'abc' is match('bc')", "False"),
    ("'abc' is search('bc')", "True"),
    ("'abc' is regex('^AB', ignorecase=true)", "True"),
    ("'abc' is regex('ab', match_type='fullmatch')", "False"),
];

const NUMBERS: &[(&str, &str)] = &[
    ("'42' | int + '4x' | int + 'z' | int(1)", "43"),
    ("'ff' | int(0, 16)", "255"),
    ("' -3.9 ' | int", "-3"),
    ("'2.5' | float + 'x' | float", "2.5"),
    ("'x' | float(default=1.5)", "1.5"),
    ("8 | log(2)", "3.0"),
    ("100 | log(10)", "2.0"),
    ("2 | pow(5)", "32.0"),
    ("9 | root", "3.0"),
    ("27 | root(3)", "3.0"),
    ("-3 | abs", "3"),
    ("(-3) | abs", "3"),
    ("2.5 | round ~ ' ' ~ 2.345 | round(1) ~ ' ' ~ 2.1 | round(0, 'ceil')", "2.0 2.3 3.0"),
    ("3 is odd and 4 is even and 9 is divisibleby(3)", "True"),
    ("3 is number and 3 is integer and 3 is int and 2.5 is float", "True"),
    ("2 is eq(2) and 2 is equalto(2) and 2 is ne(3) and 2 is sameas(2)", "True"),
    (
        "2 is lt(3) and 2 is lessthan(3) and 2 is le(2) and 3 is gt(2) and 3 is greaterthan(2)",
        "True",
    ),
    ("3 is ge(3)", "True"),
    ("2 is nan", "False"),
    ("1e16 ~ ''", "10000000000000000.0"),
    ("1e16 | string", "1e+16"),
    ("1536 | human_readable", "1.50 KB"),
    ("1000 | human_readable(isbits=true, unit='K')", "0.98 Kb"),
    ("'1.5 GB' | human_to_bytes", "1610612736"),
    ("'10' | human_to_bytes('M')", "10485760"),
    ("1500000 | filesizeformat", "1.5 MB"),
];

const TEXT: &[(&str, &str)] = &[
    ("name | upper ~ name | lower ~ name | capitalize", "EDGE ONEedge oneEdge one"),
    ("name | title | replace('e', '3')", "Edg3 On3"),
    ("'  x ' | trim", "x"),
    ("name | center(12)", "  edge one  "),
    ("name ~ ' and two' | truncate(8)", "edge one and two"),
    ("(name ~ ' and more') | truncate(8, true, '..', 0)", "edge o.."),
    ("name | wordwrap(4)", "edge\none"),
    ("'a' | indent(2, true)", "  a"),
    ("'a b' | split", "['a', 'b']"),
    ("'a,b' | split(',')", "['a', 'b']"),
    ("'%s-%03d' | format('a', 7)", "a-007"),
    ("'{:>4}'.format(7)", "   7"),
    ("name | wordcount", "2"),
    ("'a b/c' | urlencode", "a%20b/c"),
    ("{'a/b': 'c d', 'n': 1} | urlencode", "a%2Fb=c+d&n=1"),
    ("[['a', 'ü']] | urlencode", "a=%C3%BC"),
    ("'<b>x</b>' | striptags", "x"),
    ("'a | b*' | md", "a \\| b\\*"),
    (
        "['a, b', '=1', -2, true, none, 'say \"x\"'] | csv",
        "\"a, b\",'=1,-2,true,,\"say \"\"x\"\"\"",
    ),
    ("['a', 2.5] | csv(delimiter=';')", "a;2.5"),
    ("markup | e", "&lt;i&gt;&#34;a&#34; &amp; &#39;b&#39;&lt;/i&gt;"),
    ("'<' | escape ~ '<' | safe | string", "&lt;<"),
    ("('<' | e) | forceescape", "&amp;lt;"),
    ("'<' | e is escaped and '<' | e is safe", "True"),
    ("\"it's\" | quote", "'it'\"'\"'s'"),
    ("'a/b' | quote", "a/b"),
    ("'a\nb' | comment", "#\n# a\n# b\n#"),
    ("'a' | comment('cblock')", "/*\n *\n * a\n *\n */"),
    ("'x' | b64encode", "eA=="),
    ("'eA==' | b64decode", "x"),
    ("'x' | hash", "11f6ad8ec52a2984abaafd7c3b516503785c2072"),
    ("'x' | hash('sha256') | length", "64"),
    ("'x' | sha1 == 'x' | checksum", "True"),
    ("'ab' is string and 'ab' is lower and 'AB' is upper", "True"),
    ("'ab' is startingwith('a') and 'ab' is endingwith('b')", "True"),
    ("'https://a.b/c' is url", "True"),
    ("[1] | pprint", "[\n    1,\n]"),
];

const PATHS: &[(&str, &str)] = &[
    ("path | basename", "hosts.tar.gz"),
    ("path | dirname", "/srv/fleet"),
    ("path | splitext", "['/srv/fleet/hosts.tar', '.gz']"),
    ("['/srv', 'a', 'b'] | path_join", "/srv/a/b"),
    ("'https://u:p@H.x:8443/a?b=c#d' | urlsplit('hostname')", "h.x"),
    ("('https://u:p@H.x:8443/a?b=c#d' | urlsplit).port", "8443"),
];

const TIME: &[(&str, &str)] = &[
    ("now()", "2026-03-04 05:06:07.089000"),
    ("now(utc=true, fmt='%Y-%m-%d')", "2026-03-04"),
    ("now().strftime('%H:%M %f')", "05:06 089000"),
    ("now().year ~ now().isoformat()", "20262026-03-04T05:06:07.089000"),
    ("'%Y-%m-%dT%H' | strftime(1700000000)", "2023-11-14T22"),
    ("'%d' | strftime", "04"),
    ("'2024-01-02T03:04:05Z' | dateformat('%d.%m.%Y %H:%M')", "02.01.2024 03:04"),
    ("'2024-01-02' | dateformat", "2024-01-02"),
    ("now() | dateformat('%B %Y')", "March 2026"),
    ("'2024-01-02 03:04:05' | to_datetime", "2024-01-02 03:04:05"),
    ("('02/01/2024' | to_datetime('%d/%m/%Y')).timestamp()", "1704153600.0"),
    ("('2024-01-02 03:04:05' | to_datetime) < now()", "True"),
];

const LOGIC: &[(&str, &str)] = &[
    ("missing | default('x') ~ missing | d('y')", "xy"),
    ("missing | default(lost) | default('z')", "z"),
    ("blank | default('x', true) ~ nothing | default('y', boolean=true)", "xy"),
    ("deep.x.y.z | default('x')", "x"),
    ("deep['x']['y'] is defined or rows[9].serial is undefined", "True"),
    ("deep.a.b is defined and deep.a.b[1] is not undefined", "True"),
    ("name | mandatory", "edge one"),
    ("yes | ternary('a', 'b') ~ (not yes) | ternary('a', 'b')", "ab"),
    ("nothing | ternary('a', 'b', 'c')", "c"),
    ("'no' | bool or '0' | bool or 'off' | bool or 2 | bool", "False"),
    ("'Yes' | bool and 'on' | bool and 1 | bool and '1' | bool", "True"),
    (
        "[count, name, ratio, yes, nothing, rows, sizes] | map('type_debug') | join(' ')",
        "int str float bool NoneType list dict",
    ),
    ("nothing is none and yes is boolean and yes is true and (not yes) is false", "True"),
    ("'upper' is filter and 'match' is test", "True"),
    ("'x' is truthy and '' is falsy and 'no' is falsy(convert_bool=true)", "True"),
];

const RESULTS: &[(&str, &str)] = &[
    ("result is failed or result is failure", "False"),
    ("result is success and result is succeeded and result is successful", "True"),
    ("result is changed and result is change", "True"),
    ("{'results': [{'changed': true}]} is changed", "True"),
    ("result is skipped or result is skip or result is unreachable or result is timedout", "False"),
    ("result is reachable and result is finished and result is started", "True"),
    ("'v7.4.10' is version('v7.4.9', '>')", "True"),
    ("'7.4' is version_compare('7.4.1', 'lt')", "True"),
    ("'7.4.0' is version('7.4', 'eq', strict=true)", "True"),
    ("'1.2.3-rc1' is version('1.2.3', '<', version_type='semver')", "True"),
];

const PRINTED: &[(&str, &str)] = &[
    ("nothing", ""),
    ("[nothing, yes, 'it\\'s', 2.0]", "[None, True, \"it's\", 2.0]"),
    ("(1, 'a')", "[1, 'a']"),
    ("sizes.items() | list | first", "['small', 1]"),
    ("range(3)", "[0, 1, 2]"),
    ("cycler('a', 'b').next()", "a"),
    ("joiner(',')()", ""),
    ("namespace(a=1).a", "1"),
    ("name | ansible.builtin.upper | ansible.legacy.lower", "edge one"),
    ("numbers | map('ansible.builtin.string') | list", "['4', '9', '2']"),
    ("4 is ansible.builtin.even", "True"),
];

const FAMILIES: &[&[(&str, &str)]] = &[
    MAPS, LISTS, ATTRIBUTES, SETS, JSON, YAML, REGEX, NUMBERS, TEXT, PATHS, TIME, LOGIC, RESULTS,
    PRINTED,
];

fn examples() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    FAMILIES.iter().copied().flatten()
}

#[test]
fn each_example_gives_what_ansible_gives() {
    let context: serde_json::Value = serde_json::from_str(VARIABLES).unwrap();
    let context = TemplateSet::context(&context);
    let mut wrong = Vec::new();
    for (expression, expected) in examples() {
        let text = format!("{{{{ {expression} }}}}");
        let given = TemplateSet::new([("t".to_owned(), SourceFile::new("t", text))], now())
            .map_err(|issues| issues[0].to_string())
            .and_then(|set| set.render("t", &context).map_err(|issue| issue.to_string()));
        if given.as_deref() != Ok(*expected) {
            wrong.push(format!("{expression}\n  gives    {given:?}\n  and not  {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_example_is_found_right_before_it_is_used() {
    let templar = Templar::new(now());
    for (expression, _) in examples() {
        templar.check_expression(expression).unwrap();
        templar.check(&format!("{{{{ {expression} }}}}")).unwrap();
        templar.evaluate(expression, &variables()).unwrap();
    }
}

/// A filter without an example is one that nobody has tried.
#[test]
fn each_filter_and_each_test_has_an_example() {
    let words: Vec<Vec<&str>> = examples()
        .map(|(expression, _)| {
            let is_part = |c: char| !(c.is_alphanumeric() || "_=!<>".contains(c));
            expression.split(is_part).filter(|word| !word.is_empty()).collect()
        })
        .collect();
    let has = |name: &str| words.iter().flatten().any(|word| *word == name);
    let signs = ["==", "!=", "<", "<=", ">", ">="];
    let missing: Vec<&str> = filter_names()
        .into_iter()
        .chain(test_names())
        .filter(|name| !signs.contains(name) && !has(name))
        .collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
}
