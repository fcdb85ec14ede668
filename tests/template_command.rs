//! `tokenfleet template`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

#[test]
fn a_template_is_filled_in_with_variables_of_many_kinds() {
    let desk = Desk::new();
    let main = desk.file(
        "page.md.j2",
        "#jinja2: trim_blocks:False\n{% include 'parts/row.md.j2' %}\n{% for n in numbers %}{{ n }} \
         {% endfor %}\n{{ greeting }}\n",
    );
    desk.file("parts/row.md.j2", "| {{ site }} |\n");
    desk.file("unrelated.j2", "{{ broken");
    let vars = desk.file("vars.json", r#"{"numbers": [1, 2.5], "greeting": "to {{ site }}"}"#);
    let file = format!("@{vars}");
    let printed = desk.run(&["template", &main, "-e", &file, "-e", "site=lyon"]);
    assert_eq!((printed.err.as_str(), printed.code), ("", 0));
    assert_eq!(printed.out, "| lyon |\n\n1 2.5 \nto lyon\n");
    let page = desk.file("page.html", "{{ site }}");
    assert_eq!(desk.run(&["template", &page, "-e", "site=<a>"]).out, "&lt;a&gt;");
}

#[test]
fn a_mistake_in_a_template_is_shown_in_its_line() {
    let desk = Desk::new();
    let told = |text: &str| {
        let path = desk.file("t.j2", text);
        let told = desk.run(&["template", &path, "-e", "serial=1"]);
        assert_eq!((told.out.as_str(), told.code), ("", 1));
        told.err.replace(&path, "t.j2")
    };
    assert_eq!(
        told("first\n{{ seriall }}\n"),
        "error: `seriall` is undefined\n --> t.j2:2:4\n  |\n2 | {{ seriall }}\n  |    ^^^^^^^\n  |\n  = \
         help: did you mean `serial`?\n\n1 error\n"
    );
    assert_eq!(
        told("{{ serial | uper }}"),
        "error: there is no filter `uper`\n --> t.j2:1:13\n  |\n1 | {{ serial | uper }}\n  |             \
         ^^^^\n  |\n  = help: did you mean `upper`?\n\n1 error\n"
    );
    // Beside the file, and below it: nowhere else.
    for name in ["../../etc/passwd", "/etc/passwd"] {
        let told = told(&format!("{{% include '{name}' %}}"));
        assert!(told.starts_with(&format!("error: there is no template `{name}`\n")), "{told}");
    }
    let missing = told("{% include 'none.j2' %}");
    assert!(
        missing.starts_with("error: there is no template `none.j2`\n --> t.j2:1:12\n"),
        "{missing}"
    );
}
