//! The classic mistakes of YAML, told in the user's words.

use std::sync::Arc;

use saphyr_parser::ScanError;

use crate::model::{InputIssue, Place};

use super::{Node, parse::place};

const QUOTE_TEMPLATE: &str =
    "put the whole value in quotes: \"{{ … }}\" (a bare `{` begins a mapping)";

/// Turns the parser's error into one that names the likely cause and its remedy.
pub(super) fn explain(error: &ScanError, file: &Arc<str>, lines: &[&str]) -> InputIssue {
    let number = error.marker().line().clamp(1, lines.len().max(1));
    let line = |number: usize| {
        number.checked_sub(1).and_then(|index| lines.get(index)).copied().unwrap_or("")
    };
    // The parser often notices a line late or early, so its neighbours are looked at as well.
    for near in [number, number - 1, number + 1] {
        let indent: &str = leading_blanks(line(near));
        if let Some(column) = indent.chars().position(|c| c == '\t') {
            return InputIssue::error("a tab indents this line, which YAML does not allow")
                .at(place(file, near, column), 1)
                .hint("indent with spaces");
        }
        if let Some(column) = bare_template(line(near)) {
            return InputIssue::error("this value begins with an unquoted `{{`")
                .at(place(file, near, column), 2)
                .hint(QUOTE_TEMPLATE);
        }
    }
    let column = error.marker().col().min(line(number).chars().count());
    InputIssue::error(format!("invalid YAML: {}", error.info()))
        .at(place(file, number, column), 1)
        .hint(remedy(error.info(), line(number)))
}

/// Whether a line within brackets is not indented deeper than the key before them.
pub(super) fn is_too_far_left(error: &ScanError) -> bool {
    matches!(error.info(), "invalid indentation" | "invalid indentation in flow construct")
}

/// A mapping or list where a key was expected; `outer` is where the mapping begins.
pub(super) fn collection_as_key(key: &Node, outer: Place) -> InputIssue {
    let is_template = key.as_map().is_some()
        && key.place.line == outer.line
        && key.place.column == outer.column + 1;
    if is_template {
        InputIssue::error("this value begins with an unquoted `{{`")
            .at(outer, 2)
            .hint(QUOTE_TEMPLATE)
    } else {
        key.error(format!("the key of a mapping must be text, not {}", key.kind()))
            .hint("quote the value if it is meant as text")
    }
}

fn leading_blanks(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The column, from 0, of a `{{` that begins a value in this line.
fn bare_template(line: &str) -> Option<usize> {
    let at = line.find("{{")?;
    let before = line[..at].trim_end();
    let begins_value = before.ends_with(':') && before.len() < at
        || before.trim_start() == "-" && before.len() < at;
    (begins_value && !before.contains(['"', '\''])).then(|| line[..at].chars().count())
}

fn remedy(info: &str, line: &str) -> &'static str {
    if info.contains("invalid indentation in quoted scalar") {
        "look for a quote that is not closed, or indent its further lines deeper than the key"
    } else if info.contains("invalid indentation") {
        "indent what stands within brackets and braces deeper than the key before them"
    } else if info.contains("mapping values are not allowed") {
        "a value that contains `: ` needs quotes; else look at the indentation"
    } else if info.contains("recursion limit") {
        "lists and mappings are nested too deep: flatten the structure"
    } else if info.contains("illegal placement of ':'") {
        "look for a bracket, brace or quote above that is not closed, or quote the value with `: `"
    } else if info.contains("quoted scalar") && info.contains("escape") {
        "inside double quotes write `\\\\` for a backslash, or use single quotes"
    } else if info.contains("quoted scalar") || info.contains("invalid trailing content") {
        "look for a quote that is not closed, or text behind a closing one"
    } else if info.contains("unknown anchor") {
        "an alias `*name` needs an anchor `&name` above it; quote a value that begins with `*`"
    } else if info.contains("unexpected character") || info.contains("cannot start") {
        "quote a value that begins with this character"
    } else if info.contains("',' or") || info.contains("flow") {
        "look for a bracket or brace that is not closed, or a missing comma"
    } else if info.contains("simple key") || info.contains("did not find expected key") {
        "look for a missing `: ` between key and value, or an indentation that fits no line above"
    } else if line.trim_start().starts_with('*') || line.contains(": *") {
        "quote a value that begins with `*`"
    } else {
        "look at the indentation and the quotes of this line and the one before"
    }
}

#[cfg(test)]
mod tests {
    use crate::model::SourceFile;
    use crate::yaml::parse;

    fn issue(text: &str) -> String {
        let parsed = parse(&SourceFile::new("test.yml", text));
        assert!(parsed.has_errors(), "{text:?} was read as {:?}", parsed.node);
        parsed.issues[0].to_string()
    }

    #[test]
    fn a_tab_as_indentation_is_called_one() {
        let told = "a tab indents this line, which YAML does not allow (indent with spaces)";
        assert_eq!(issue("a:\n\tb: 1\n"), format!("test.yml:2:1: {told}"));
        assert_eq!(issue("a:\n  - x\n\t- y\n"), format!("test.yml:3:1: {told}"));
    }

    #[test]
    fn a_bare_template_is_called_one() {
        let told = "this value begins with an unquoted `{{` \
                    (put the whole value in quotes: \"{{ … }}\" (a bare `{` begins a mapping))";
        assert_eq!(issue("a:\n  msg: {{ x }}\n"), format!("test.yml:2:8: {told}"));
        assert_eq!(issue("msg: {{ x }} and more\n"), format!("test.yml:1:6: {told}"));
        assert_eq!(issue("- {{ x | default('a') }}\n"), format!("test.yml:1:3: {told}"));
        assert_eq!(issue("a: {{ x.y }}/b\nc: 1\n"), format!("test.yml:1:4: {told}"));
    }

    #[test]
    fn other_mistakes_come_with_a_remedy() {
        for (text, place, word) in [
            ("a: b: c\n", "test.yml:1:5", "needs quotes"),
            ("a: \"x\nb: 1\n", "test.yml:", "not closed"),
            ("a: [1, 2\nb: 3\n", "test.yml:", "not closed"),
            ("a: *nope\n", "test.yml:1:4", "anchor"),
            ("a: @x\n", "test.yml:1:4", "quote a value"),
            ("a:\n  b: [1,\n  two\n", "test.yml:3:3", "deeper than the key"),
            ("a: 'x' y\n", "test.yml:1:", "quote"),
            ("? [a]\n: 1\n", "test.yml:1:3", "must be text"),
            ("a: \"\\d\"\n", "test.yml:1:", "single quotes"),
        ] {
            let told = issue(text);
            assert!(told.starts_with(place) && told.contains(word), "{text:?}: {told}");
        }
    }
}
