//! The template ring from outside: variables that refer to one another, what users are told of
//! their mistakes, and template files that include one another.

// Tests fail by panicking.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use proptest::prelude::*;
use tokenfleet::model::{InputIssue, SourceFile, Value};
use tokenfleet::template::{Scope, Templar, TemplateError, TemplateSet, is_template};

#[derive(Debug)]
struct Variables(IndexMap<String, Value>);

impl Scope for Variables {
    fn get(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn scope(variables: &[(&str, Value)]) -> Arc<dyn Scope> {
    let named = variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Arc::new(Variables(named.collect()))
}

fn templar() -> Templar {
    Templar::new(Timestamp::UNIX_EPOCH)
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| Value::text(*item)).collect())
}

fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

fn fill(text: &str, variables: &[(&str, Value)]) -> Result<Value, TemplateError> {
    templar().fill(&Value::text(text), &scope(variables))
}

/// What a user is told: cause, remedy, and the part of the text that is underlined.
fn told(text: &str, error: &TemplateError) -> String {
    let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let marked = error.spot.as_ref().map(|spot| {
        let line = text.lines().nth(spot.line as usize - 1).unwrap_or("");
        let skipped = line.chars().skip(spot.column as usize - 1);
        skipped.take(spot.width as usize).collect::<String>()
    });
    format!("{}{hint} at <{}>", error.message, marked.unwrap_or_default())
}

fn refusal(text: &str, variables: &[(&str, Value)]) -> String {
    told(text, &fill(text, variables).unwrap_err())
}

fn refusal_of_check(text: &str) -> String {
    told(text, &templar().check(text).unwrap_err())
}

// Values of playbooks

#[test]
fn a_lone_expression_keeps_its_type_and_all_else_is_text() {
    let count = [("count", Value::Int(3)), ("rows", list(&["a"]))];
    assert_eq!(fill("{{ count }}", &count), Ok(Value::Int(3)));
    assert_eq!(fill("{{- rows -}}", &count), Ok(list(&["a"])));
    assert_eq!(fill("{# why #}{{ count }}", &count), Ok(Value::Int(3)));
    assert_eq!(fill("{{ count }} ", &count), Ok(Value::text("3 ")));
    assert_eq!(fill("{{ count }}{{ count }}", &count), Ok(Value::text("33")));
    assert_eq!(fill("{% if count %}{{ count }}{% endif %}", &count), Ok(Value::text("3")));
    assert_eq!(fill("{{ '}}' }}", &count), Ok(Value::text("}}")));
    assert_eq!(fill("{{ '{' }} {{ '%}' }}", &count), Ok(Value::text("{ %}")));
    assert_eq!(fill("{{ {'a': {'b': count}} }}", &count).unwrap().kind(), "a mapping");
    assert_eq!(
        fill("{{ (1, count) }}", &count),
        Ok(Value::List(vec![Value::Int(1), Value::Int(3)]))
    );
}

#[test]
fn templates_in_lists_and_mappings_are_filled_in_too() {
    let value = map(&[("a", list(&["{{ x }}", "-{{ x }}"])), ("{{ x }}", Value::Bool(true))]);
    let filled = templar().fill(&value, &scope(&[("x", Value::Int(1))])).unwrap();
    let expected = Value::List(vec![Value::Int(1), Value::text("-1")]);
    assert_eq!(filled, map(&[("a", expected), ("{{ x }}", Value::Bool(true))]));
}

#[test]
fn backslashes_stay_in_values_and_not_in_conditions() {
    assert_eq!(fill(r"{{ 'a\nb' }}", &[]), Ok(Value::text(r"a\nb")));
    let lines = [("lines", Value::text("a\nb"))];
    assert_eq!(
        templar().evaluate(r"lines.split('\n') | length", &scope(&lines)),
        Ok(Value::Int(2))
    );
    assert_eq!(fill(r"{{ 'T1 x' | regex_search('T\d') }}", &[]), Ok(Value::text("T1")));
}

#[test]
fn variables_are_filled_in_when_they_are_used_and_not_before() {
    let variables = [
        ("a", Value::text("{{ b }}!")),
        ("b", Value::text("{{ c + 1 }}")),
        ("c", Value::Int(1)),
        ("broken", Value::text("{{ nope.nope }")),
    ];
    assert_eq!(fill("{{ a }}", &variables), Ok(Value::text("2!")));
    assert_eq!(fill("{{ b }}", &variables), Ok(Value::Int(2)));
}

#[test]
fn text_that_came_out_of_a_template_is_no_template() {
    let variables = [
        ("safe", Value::Unsafe("{{ x }}".to_owned())),
        ("through", Value::text("{{ safe }}")),
        ("made", Value::text("{{ '{{' ~ ' x }}' }}")),
    ];
    let text = Value::Unsafe("{{ x }}".to_owned());
    assert_eq!(fill("{{ through }}", &variables), Ok(text.clone()));
    assert_eq!(fill("{{ made }}", &variables), Ok(text));
}

#[test]
fn a_variable_made_of_an_undefined_one_is_undefined() {
    let variables = [("address", Value::text("{{ manged_ip }}")), ("managed_ip", Value::Int(1))];
    assert_eq!(fill("{{ address | default('x') }}", &variables), Ok(Value::text("x")));
    assert_eq!(fill("{{ address is defined }}", &variables), Ok(Value::Bool(false)));
    assert_eq!(
        refusal("{{ address }}", &variables),
        "in the variable `address`: `manged_ip` is undefined (did you mean `managed_ip`?) at <address>"
    );
}

#[test]
fn variables_that_refer_to_one_another_are_named() {
    let variables = [
        ("a", Value::text("{{ b }}")),
        ("b", Value::text("x{{ c }}")),
        ("c", Value::text("{{ a }}")),
    ];
    assert_eq!(
        refusal("{{ a }}", &variables),
        "variables refer to one another: a -> b -> c -> a (give one of them a value without the others) at <a>"
    );
    let deep: Vec<(String, Value)> = (0..60)
        .map(|at| (format!("v{at}"), Value::text(format!("{{{{ v{} }}}}", at + 1))))
        .collect();
    let deep: Vec<(&str, Value)> = deep.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    assert!(refusal("{{ v0 }}", &deep).contains("more than 30 deep"));
}

#[test]
fn a_part_that_cannot_be_filled_in_harms_only_who_uses_it() {
    let variables =
        [("d", map(&[("good", Value::Int(1)), ("bad", Value::text("{{ 1 | int + [] }}"))]))];
    assert_eq!(fill("{{ d.good }}", &variables), Ok(Value::Int(1)));
    let told = refusal("{{ d.bad }}", &variables);
    assert!(told.starts_with("in the variable `d.bad`: "), "{told}");
}

#[test]
fn what_is_omitted_is_left_out_of_what_it_lies_in() {
    let omitted = || Value::text("{{ nobody | default(omit) }}");
    let value = map(&[
        ("gone", omitted()),
        ("kept", Value::text("{{ 1 | default(omit) }}")),
        ("list", Value::List(vec![Value::Int(1), omitted()])),
        ("inside", Value::text("{{ {'a': omit, 'b': [omit, 2]} }}")),
        ("text", Value::text("is {{ {'a': omit, 'b': [omit, 2]} }}")),
    ]);
    let filled = templar().fill(&value, &scope(&[])).unwrap();
    let expected = map(&[
        ("kept", Value::Int(1)),
        ("list", Value::List(vec![Value::Int(1)])),
        ("inside", map(&[("b", Value::List(vec![Value::Int(2)]))])),
        ("text", Value::text("is {'b': [2]}")),
    ]);
    assert_eq!(filled, expected);
    assert_eq!(
        refusal("{{ omit }}", &[]),
        "the value is omitted where one is needed (use `default('')`, or leave the key out) at <>"
    );
}

#[test]
fn a_vaulted_value_is_named_when_it_is_used() {
    let secret = Value::Vault("CIPHER".to_owned());
    let variables = [("login", map(&[("user", Value::text("amy")), ("password", secret)]))];
    assert_eq!(fill("{{ login.user }}", &variables), Ok(Value::text("amy")));
    assert_eq!(
        refusal("{{ login.password }}", &variables),
        "in the variable `login.password`: the vaulted value cannot be opened: no vault password was \
         given (give it with `--vault-password-file FILE`, `--vault-id LABEL@FILE` or `-J`) at \
         <login.password>"
    );
    assert!(!refusal("{{ login }}", &variables).contains("CIPHER"));
}

#[test]
fn a_condition_gives_what_it_gives() {
    let rows = scope(&[("rows", list(&["a"])), ("version", Value::text("v7.4.5"))]);
    let evaluate = |text| templar().evaluate(text, &rows);
    assert_eq!(
        evaluate("rows | length > 0 and version is version('v7.4', '>=')"),
        Ok(Value::Bool(true))
    );
    assert_eq!(evaluate("'{{ rows }}'"), Ok(Value::Unsafe("{{ rows }}".to_owned())));
    assert_eq!(evaluate("rowz").unwrap_err().hint.as_deref(), Some("did you mean `rows`?"));
}

#[test]
fn a_text_that_says_nothing_at_all_is_nothing() {
    let none = scope(&[("x", Value::text("")), ("l", list(&[]))]);
    let fill = |text: &str| templar().fill(&Value::text(text), &none).unwrap();
    assert_eq!(fill("{% if false %}a{% endif %}"), Value::Null);
    assert_eq!(fill("{% for i in l %}{{ i }};{% endfor %}"), Value::Null);
    assert_eq!(fill("{{ x }}{{ x }}"), Value::text(""));
    assert_eq!(fill("{% if false %}a{% endif %}{{ x }}"), Value::text(""));
    assert_eq!(fill("{% if true %}a{% endif %}"), Value::text("a"));
}

// What users are told

#[test]
fn mistakes_are_found_before_the_run_even_where_it_may_never_come_to() {
    let told = [
        "{{ x | defualt(1) }}",
        "{% if false %}{{ x | ansible.builtin.to_jsn }}{% endif %}",
        "{{ x is mtach('a') }}",
        "{{ rows | map('uper') | list }}",
        "{{ rows | selectattr('a', 'equaltoo', 1) }}",
        "{{ lookup('env', 'HOME') }}",
        "{{ query('fileglobs', '*.yml') }}",
        "{{ x | ipaddr('network') }}",
        "{{ x | community.general.json_query('a') }}",
        "{{ x is file }}",
        "{%- filter uppper %}x{% endfilter %}",
    ]
    .map(refusal_of_check)
    .join("\n");
    insta::assert_snapshot!(told, @r"
    there is no filter `defualt` (did you mean `default`?) at <defualt>
    there is no filter `ansible.builtin.to_jsn` (did you mean `to_json`?) at <ansible.builtin.to_jsn>
    there is no test `mtach` (did you mean `match`?) at <mtach>
    there is no filter `uper` (did you mean `upper`?) at <'uper'>
    there is no test `equaltoo` (did you mean `equalto`?) at <'equaltoo'>
    the lookup `env` is not offered here (give what the environment holds with `-e`) at <'env'>
    there is no lookup `fileglobs` (did you mean `fileglob`?) at <'fileglobs'>
    the filter `ipaddr` is not offered here (addresses are not taken apart yet) at <ipaddr>
    the filter `community.general.json_query` is not offered here (use `selectattr`, `map` and `dict2items` instead) at <community.general.json_query>
    the test `file` is not offered here (templates do not read files here) at <file>
    there is no filter `uppper` (did you mean `upper`?) at <uppper>
    ");
}

#[test]
fn broken_syntax_is_found_at_its_place() {
    let told = [
        "{{ a b }}",
        "x\n{{ a | }}",
        "{{ a",
        "{{ 'a }}",
        "{% if a %}",
        "{% endif %}",
        "{% nonsense %}",
        "{{ a.b.c | default('x') b }}",
    ]
    .map(refusal_of_check)
    .join("\n");
    insta::assert_snapshot!(told, @r"
    unexpected identifier, expected end of variable block at <b>
    unexpected end of variable block, expected identifier at <}}>
    the expression is not finished at <a>
    a string is not closed at <>
    the expression is not finished at <%}>
    unknown statement endif at <endif>
    unknown statement nonsense at <nonsense>
    unexpected identifier, expected end of variable block at <b>
    ");
}

#[test]
fn what_goes_wrong_while_filling_in_says_what_and_where() {
    let variables = [
        ("tokens", Value::Int(1)),
        ("result", map(&[("rows", Value::List(vec![map(&[("sn", Value::text("A"))])]))])),
        ("secret", Value::text("hunter2")),
    ];
    let told = [
        "{{ toknes }}",
        "{{ toknes | length }}",
        "{{ toknes | to_json }}",
        "{{ result.row | length }}",
        "{{ result.rows[0].user }}",
        "{{ result.rows | map(attribute='user') | list }}",
        "{{ result.rows | selectattr('user', 'equalto', 'x') | list }}",
        "a\n  {{ secret + 1 }}",
        "{{ secret % 1 }}",
        "{{ secret | from_json }}",
        "{{ secret | combine({}) }}",
        "{{ secret | truncate(nope=1) }}",
        "{{ secret | ternary }}",
        "{{ secret.nope() }}",
        "{{ secret() }}",
        "{{ secret is version('1', '>') }}",
        "{{ secret | regex_search('(') }}",
        "{{ 'x' | default(omit) }} {{ omit }}",
        "{{ now }} ",
        "{{ undef(hint='give me a site') }}",
        "{{ 'x' | hash('md5') }}",
        "{{ [1, 2] | mandatory | first / 0 }}",
    ]
    .map(|text| refusal(text, &variables));
    assert!(!told.iter().any(|told| told.contains("hunter2")), "{told:?}");
    insta::assert_snapshot!(told.join("\n"), @r"
    `toknes` is undefined (did you mean `tokens`?) at <toknes>
    `toknes` is undefined (did you mean `tokens`?) at <toknes>
    `toknes` is undefined (did you mean `tokens`?) at <toknes>
    `result.row` is undefined (did you mean `rows`?) at <result.row>
    `result.rows[0].user` is undefined (`result.rows[0]` has `sn`) at <result.rows[0].user>
    `user` is undefined in item 1 of the list (leave such items out with `selectattr(…, 'defined')`) at <user>
    `user` is undefined in item 1 of the list (leave such items out with `selectattr(…, 'defined')`) at <user>
    tried to use + operator on unsupported types string and number at <secret + 1>
    text has no operator `%` here (use `'%s' | format(…)`) at <secret % 1>
    the text is not JSON: a mistake at line 1, column 1 of it at <from_json>
    a mapping is needed, and this is text at <combine({})>
    `truncate` has no argument `nope` at <truncate(nope=1)>
    the argument `true_val` is missing at <ternary>
    string has no method named nope at <.nope()>
    value of type string is not callable at <secret()>
    the versions cannot be compared: a number stands in one where letters stand in the other, or they are not of this type at <version('1', '>')>
    the pattern is not a regular expression at <regex_search('(')>
    the value is omitted where one is needed (use `default('')`, or leave the key out) at <omit>
    a function is printed, and not what it gives at <now>
    give me a site at <undef(hint='give me a site')>
    MD5 is not offered; use `hash('sha256')` at <hash('md5')>
    the numbers cannot be calculated with: one is zero, or the result too large at <[1, 2] | mandatory | first / 0>
    ");
}

#[test]
fn work_without_end_is_given_up() {
    let told = refusal(
        "{% for a in range(100000) %}{% for b in range(100000) %}{{ b }}{% endfor %}{% endfor %}",
        &[],
    );
    assert!(told.starts_with("the template does too much work"), "{told}");
}

// Template files

fn set(templates: &[(&str, &str)]) -> Result<TemplateSet, Vec<InputIssue>> {
    let files = templates.iter().map(|(name, text)| {
        ((*name).to_owned(), SourceFile::new(format!("templates/{name}"), *text))
    });
    TemplateSet::new(files, Timestamp::UNIX_EPOCH)
}

fn rendered(templates: &[(&str, &str)], context: serde_json::Value) -> String {
    let context = TemplateSet::context(&context);
    match set(templates).unwrap().render(templates[0].0, &context) {
        Ok(text) => text,
        Err(issue) => issue.to_string(),
    }
}

#[test]
fn files_are_read_as_ansible_reads_template_files() {
    let rows = serde_json::json!({"rows": [1, 2]});
    assert_eq!(
        rendered(
            &[("t", "{% for r in rows %}\r\n  {{ r }}\r\n{% endfor %}\r\nend\r\n")],
            rows.clone()
        ),
        "  1\n  2\nend\n"
    );
    assert_eq!(rendered(&[("t", "{{ 'a\\nb' }}")], rows.clone()), "a\nb");
    assert_eq!(
        rendered(
            &[(
                "t",
                "#jinja2: trim_blocks:False, lstrip_blocks:True\n  {% if rows %}\nx{% endif %}\n"
            )],
            rows.clone()
        ),
        "\nx\n"
    );
    assert_eq!(
        rendered(
            &[("t", "{% for r in rows %}{% if r == 2 %}{% break %}{% endif %}{{ r }}{% endfor %}")],
            rows
        ),
        "1"
    );
}

#[test]
fn only_html_and_xml_are_escaped() {
    let context = serde_json::json!({"x": "<'\">", "none": null});
    let shown = "&lt;&#39;&#34;&gt;";
    for (name, expected) in [
        ("t.html", shown),
        ("t.html.j2", shown),
        ("t.xml", shown),
        ("t.csv", "<'\">"),
        ("t.json", "<'\">"),
        ("t", "<'\">"),
    ] {
        assert_eq!(rendered(&[(name, "{{ x }}{{ none }}")], context.clone()), expected, "{name}");
    }
    assert_eq!(
        rendered(&[("t.html", "{{ x | e }}{{ x | safe }}{{ [x] }}")], context),
        "&lt;&#39;&#34;&gt;<'\">[&#39;&lt;\\&#39;&#34;&gt;&#39;]"
    );
}

#[test]
fn templates_include_extend_and_import_one_another() {
    let files = [
        (
            "report.txt",
            "{% extends 'base.txt' %}{% from 'macros/rows.txt' import row %}{% block body %}{{ row(1) }}{% include 'part.txt' %}{% endblock %}",
        ),
        ("base.txt", "<{% block body %}{% endblock %}>\n"),
        ("part.txt", "[{{ x }}]{% include 'gone.txt' ignore missing %}"),
        ("macros/rows.txt", "{% macro row(n, pad='-') %}{{ pad }}{{ n }}{% endmacro %}"),
    ];
    assert_eq!(rendered(&files, serde_json::json!({"x": 7})), "<-1[7]>\n");
}

#[test]
fn all_files_with_a_mistake_are_named() {
    let issues = set(&[
        ("a.txt", "ok"),
        ("b.txt", "x\n{{ y | uper }}"),
        ("c.txt", "{% include 'a.tx' %}"),
        ("d.txt", "{% if %}"),
        ("e.txt", "#jinja2: trim_blocks:False\n{{ x | nope_nope }}"),
    ])
    .unwrap_err();
    let told: Vec<String> = issues.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    templates/b.txt:2:8: there is no filter `uper` (did you mean `upper`?)
    templates/c.txt:1:12: there is no template `a.tx` (did you mean `a.txt`?)
    templates/d.txt:1:7: unexpected end of block
    templates/e.txt:2:8: there is no filter `nope_nope`
    ");
}

#[test]
fn a_mistake_is_placed_in_the_file_that_holds_it() {
    let files = [
        ("report.txt", "\n{% include 'part.txt' %}"),
        ("part.txt", "{% import 'm.txt' as m %}\n\n  {{ m.row(fleet) }}"),
        ("m.txt", "{% macro row(f) %}\n{{ f.nme }}{% endmacro %}"),
    ];
    let context = serde_json::json!({"fleet": {"name": "x"}});
    insta::assert_snapshot!(rendered(&files, context.clone()), @"templates/m.txt:2:4: `f.nme` is undefined");
    insta::assert_snapshot!(rendered(&[("t", "a\nb {{ flet.name }}")], context.clone()), @"templates/t:2:6: `flet` is undefined (did you mean `fleet`?)");
    insta::assert_snapshot!(rendered(&[("t", "{% include fleet.name ~ '.txt' %}")], context), @"templates/t:1:4: tried to include non-existing template 'x.txt'");
}

#[test]
fn what_is_undefined_never_passes_as_nothing() {
    let context = serde_json::json!({"rows": [{"a": 1}, {}]});
    for text in [
        "{{ nope }}",
        "{% for x in nope %}{% endfor %}",
        "{% if nope %}{% endif %}",
        "{{ nope ~ 'x' }}",
        "{{ nope == 1 }}",
        "{{ 1 in nope }}",
        "{{ not nope }}",
        "{{ [nope] }}",
        "{{ nope | list }}",
        "{{ nope | string }}",
        "{{ nope | length }}",
        "{{ nope is match('x') }}",
        "{{ 'x' | regex_search(nope) }}",
        "{{ rows | map(attribute='a') | list }}",
        "{{ rows | selectattr('a', 'gt', 0) | list }}",
        "{{ rows | rejectattr('a') | list }}",
        "{{ rows | sort(attribute='a') }}",
        "{{ rows | sum(attribute='a') }}",
        "{{ rows | groupby('a') }}",
        "{{ rows | unique(attribute='a') }}",
        "{{ rows | join(',', attribute='a') }}",
        "{{ rows | items2dict('a', 'a') }}",
        "{{ rows[1].a }}",
        "{{ rows[5] }}",
    ] {
        let told = rendered(&[("t", text)], context.clone());
        assert!(told.contains("undefined"), "{text}: {told}");
    }
}

#[test]
fn a_report_may_have_very_many_rows_and_not_endlessly_many() {
    let told = rendered(
        &[("t", "{% for a in range(90000) %}{{ x }}{% endfor %}")],
        serde_json::json!({"x": "y".repeat(4000)}),
    );
    assert_eq!(
        told,
        "templates/t:1:1: the template writes too much text (look for a loop that repeats what it wrote)"
    );
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let _ = templar().check(&text);
        let _ = templar().check_expression(&text);
        let _ = is_template(&text);
        let _ = fill(&text, &[]);
        let _ = set(&[("t.html", &text)]);
    }

    #[test]
    fn no_text_made_of_what_templates_are_made_of_is_too_strange(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "\r\n", "'", "\"", "\\", "|", ".",
            "[", "]", "(", ")", "{", "}", ":", ",", "a", "b.c", "is", "not", "defined", "default",
            "if", "endif", "for", "in", "endfor", "raw", "endraw", "filter", "map", "1", "0.5", "é☃",
            "include", "set", "=", "~", "to_yaml", "regex_search", "#jinja2: trim_blocks:False\n",
        ]), 0..24)
    ) {
        let text = parts.concat();
        let variables = [("a", Value::text("{{ b }}")), ("b", map(&[("c", list(&["{{ a }}"]))]))];
        let _ = templar().check(&text);
        if let Err(error) = fill(&text, &variables) {
            prop_assert!(!error.message.is_empty());
        }
        let _ = templar().evaluate(&text, &scope(&variables));
        if let Ok(set) = set(&[("t", &text)]) {
            let _ = set.render("t", &TemplateSet::context(&serde_json::json!({"a": [1]})));
        }
    }
}

#[test]
fn no_depth_is_too_deep() {
    for open in
        ["(", "[", "{'a':", "not ", "-", "a.b(", "x if ", "{{", "{% if a %}", "{% for a in b %}"]
    {
        let text = format!("{{{{ {} }}}}", open.repeat(50_000));
        assert!(templar().check(&text).is_err(), "{open}");
        assert!(templar().check_expression(&open.repeat(50_000)).is_err(), "{open}");
    }
    for step in [" + 1", " | string", " is string", "[0]", ".a", "(1)", " and 1", " ~ 1", " if 1"] {
        let chain = |steps| format!("{{{{ 1{} }}}}", step.repeat(steps));
        let told = refusal(&chain(50_000), &[]);
        assert!(told.starts_with("an expression has more than"), "{step}: {told}");
        let _ = templar().check(&chain(900));
        let _ = fill(&chain(900), &[]);
        let _ = set(&[("t", &chain(900))]);
    }
    let arms = format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(50_000));
    let _ = templar().check(&arms);
    let _ = fill(&arms, &[]);
    let deep = format!("{}{}", "[".repeat(90), "]".repeat(90));
    let chain: Vec<(String, Value)> = (0..29)
        .map(|at| (format!("v{at}"), Value::text(format!("x{{{{ v{} | upper }}}}", at + 1))))
        .chain([("v29".to_owned(), Value::text(format!("{{{{ '{deep}' | from_json }}}}")))])
        .collect();
    let chain: Vec<(&str, Value)> = chain.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    assert!(fill("{{ v0 }}", &chain).is_ok());
}
