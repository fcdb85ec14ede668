//! What `ansible-playbook` prints, without what is meant to differ.

use regex::Regex;

use crate::ansible_core::Played;

/// What is left out of both, or made the same: where the two are not meant to agree.
const DIFFERENCES: [(&str, &str); 12] = [
    // Nobody reads tracebacks of Python here, and a value does not know the line it comes from.
    (r#"(?m)^ *"exception": "\(traceback unavailable\)",\n"#, ""),
    (r" was derived from value of type '(\w+)' at '[^']*'", " was derived from value of type '$1'"),
    // What came of a run that was not the last is not told.
    (r"(retries left\)\.)Result was: \{\n(?: .*\n)*\}", "$1"),
    // Ours say why, and where everybody looks for it.
    (
        r#""msg": "(Task failed: Action failed: Unknown error\.|`(failed_when|until|changed_when)(?:[^"\\]|\\.)*|there is no (file|folder)[^"]*)""#,
        "UNKNOWN",
    ),
    (
        r#""ansible_facts": \{\}, "ansible_included_var_files": \[\], "changed": false, "message": "[^"]*", UNKNOWN"#,
        r#""changed": false, UNKNOWN"#,
    ),
    // Whom a task is delegated to is known, even where its loop cannot be made.
    (r" -> \{\{ groups.b \| first \}\}\]", " -> h3]"),
    (r"\[h3 -> h3\]", "[h3]"),
    // What else an include was written with is not kept.
    (r#""include_args": \{\n +"apply": \{\n.*\n +\}\n +\}"#, r#""include_args": {}"#),
    // A result does not hold what was warned of.
    (r#",\n *"warnings": \[\n(?: +".*\n)* *\]"#, ""),
    // One mistake in a template is one error.
    ("<< error [0-9]+ - template potentially truncated >>", ""),
    ("<< error [0-9]+ - ", "<< error - "),
    // What minijinja says of a value that it cannot use is no concern of Jinja.
    (
        r#"(Error while (?:resolving value for '\w+'|evaluating conditional)): (?:Error rendering template: |The \w+ plugin|tried to|the numbers|invalid|cannot|unable|`\w+` (?:asks|needs|takes))(?:[^"\\]|\\.)*"#,
        "$1",
    ),
];

/// The stream of a run, ready to be compared.
pub fn settled(played: &Played) -> String {
    let mut text = by_host(&played.out);
    for (pattern, instead) in DIFFERENCES {
        text = Regex::new(pattern).unwrap().replace_all(&text, instead).into_owned();
    }
    text
}

/// The lines of each task by their hosts, since Ansible lets the workers of several hosts speak at a
/// time, and without those that are not compared.
fn by_host(out: &str) -> String {
    let said = Regex::new(r"^(?:ok|changed|skipping|fatal|failed|FAILED - RETRYING): \[([^\] ]+)")
        .unwrap();
    let mut sections: Vec<Vec<(String, Vec<&str>)>> = vec![Vec::new()];
    let (mut is_dropped, mut is_explained) = (false, false);
    for line in out.lines().filter(|line| !line.is_empty()) {
        let host = said.captures(line).map(|found| found[1].to_owned());
        let is_heading = ["TASK [", "PLAY "].iter().any(|begin| line.starts_with(begin));
        // A `meta` task has no lines here, and what went wrong is told with the task.
        let is_meta = line.starts_with("TASK [meta] ");
        is_dropped = match is_heading {
            true => is_meta,
            false => is_dropped,
        };
        is_explained =
            line.starts_with("[ERROR]: ") || is_explained && host.is_none() && !is_heading;
        if is_dropped || is_explained {
            continue;
        }
        if is_heading {
            sections.push(Vec::new());
        }
        let section = sections.last_mut().unwrap();
        let begins =
            is_heading || host.is_some() || line == "...ignoring" || line.starts_with("included: ");
        match section.last_mut().filter(|_| !begins) {
            Some((_, lines)) => lines.push(line),
            // Nobody knows whom it is about: the number counts.
            None if line == "...ignoring" => section.push(("~".to_owned(), vec![line])),
            None => section.push((host.unwrap_or_default(), vec![line])),
        }
    }
    let hosts_left = Regex::new(r#"\d+ (\['h1', 'h2', 'h3', 'h4'\])""#).unwrap();
    let sections = sections.into_iter().map(|mut section| {
        section.sort_by(|(a, _), (b, _)| a.cmp(b));
        let text = section.iter().flat_map(|(_, lines)| lines).copied().collect::<Vec<_>>();
        let text = text.join("\n");
        // Who fails in a task counts in it already, or not yet: it depends on whose worker was first.
        match text.contains("FAILED! => ") {
            true => hosts_left.replace_all(&text, "N $1\"").into_owned(),
            false => text,
        }
    });
    sections.filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}
