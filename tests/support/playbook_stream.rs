//! What `ansible-playbook` prints, without what is meant to differ.

use regex::Regex;

use crate::ansible_core::Played;

/// What is left out of both, or made the same: where the two are not meant to agree.
const DIFFERENCES: [(&str, &str); 5] = [
    // Nobody reads tracebacks of Python here, and a value does not know the line it comes from.
    (r#"(?m)^ *"exception": "\(traceback unavailable\)",\n"#, ""),
    (r" was derived from value of type '(\w+)' at '[^']*'", " was derived from value of type '$1'"),
    // Ours say why, and where everybody looks for it.
    (
        r#""msg": "(Task failed: Action failed: Unknown error\.|`(failed_when|until|changed_when)[^"]*|there is no (file|folder)[^"]*)""#,
        "UNKNOWN",
    ),
    (
        r#""ansible_facts": \{\}, "ansible_included_var_files": \[\], "changed": false, "message": "[^"]*", UNKNOWN"#,
        r#""changed": false, UNKNOWN"#,
    ),
    // What minijinja says of a value that it cannot use is no concern of Jinja.
    (
        r#"(Error while (?:resolving value for '\w+'|evaluating conditional)): (?:Error rendering template: |tried to|the numbers|invalid|cannot|unable)[^"]*"#,
        "$1",
    ),
];

/// The stream of a run, ready to be compared.
pub fn settled(played: &Played) -> String {
    let mut kept = Vec::new();
    let mut is_dropped = false;
    for line in played.out.lines() {
        is_dropped = match line {
            // A `meta` task has no lines here.
            _ if line.starts_with("TASK [meta] ") || line.starts_with("[ERROR]: ") => true,
            _ if line.starts_with("fatal: [") || line.starts_with("failed: [") => false,
            _ if ["TASK [", "PLAY "].iter().any(|begin| line.starts_with(begin)) => false,
            _ => is_dropped,
        };
        if !is_dropped && !line.is_empty() {
            kept.push(line);
        }
    }
    let mut text = kept.join("\n");
    for (pattern, instead) in DIFFERENCES {
        text = Regex::new(pattern).unwrap().replace_all(&text, instead).into_owned();
    }
    text
}
