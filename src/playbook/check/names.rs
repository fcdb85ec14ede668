//! Names that a playbook may give to variables.

use crate::inventory::{is_connection_name, is_secret_name};
use crate::playbook::scope::MAGIC;

/// Names with a meaning of their own in Ansible that are set where they apply.
const RESERVED: [&str; 6] = [
    "ansible_facts",
    "ansible_loop",
    "ansible_loop_var",
    "ansible_index_var",
    "ansible_failed_task",
    "ansible_failed_result",
];

/// Words of Python, which Ansible refuses as names, and of Jinja, where they would be no variable.
const WORDS: [&str; 38] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "false", "finally", "for", "from", "global", "if",
    "import", "in", "is", "lambda", "none", "nonlocal", "not", "or", "pass", "raise", "return",
    "true", "try", "while", "with", "yield",
];

/// Why a name cannot be used, and what to do instead.
pub(super) struct BadName {
    pub message: String,
    pub hint: &'static str,
}

fn bad(message: String, hint: &'static str) -> Result<(), BadName> {
    Err(BadName { message, hint })
}

/// Holds for all variables: letters, digits and `_`, and nobody else's name.
pub(super) fn variable(name: &str) -> Result<(), BadName> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return bad(
            format!("`{name}` cannot be the name of a variable"),
            "use letters, digits and `_`, and begin with no digit",
        );
    }
    if WORDS.contains(&name) {
        return bad(
            format!("`{name}` is a word of expressions and cannot be the name of a variable"),
            "choose another name",
        );
    }
    if MAGIC.contains(&name) || RESERVED.contains(&name) {
        return bad(
            format!("`{name}` is reserved: it means something of its own"),
            "choose another name",
        );
    }
    Ok(())
}

/// Holds for variables that are set while a run goes on, when connections are made already.
pub(super) fn variable_of_a_run(name: &str) -> Result<(), BadName> {
    variable(name)?;
    if is_connection_name(name) || is_secret_name(name) {
        return bad(
            format!("`{name}` belongs to the connection, which is made before any task"),
            "set it in the inventory or in the `vars:` of the play, or choose another name",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers_and_nobody_elses() {
        for name in ["x", "_x1", "ansible_user", "ansible_password", "fortitoken_drift_limit"] {
            assert!(variable(name).is_ok(), "{name}");
        }
        for name in ["", "1x", "a-b", "a b", "é", "in", "True", "groups", "hostvars", "x.y"] {
            assert!(variable(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_run_cannot_change_how_its_hosts_are_reached() {
        for name in ["ansible_user", "ansible_password", "ansible_become_pass", "groups"] {
            assert!(variable_of_a_run(name).is_err(), "{name}");
        }
        assert!(variable_of_a_run("status").is_ok());
    }
}
