//! `-e`: variables from the command line.

use std::sync::Arc;

use crate::model::{InputIssue, SourceFile, Value};
use crate::vault::Keyring;

use super::draft::Draft;
use super::load::variables_in;
use super::pairs::{BadPairs, pairs};
use super::{Located, Variables};

/// One `-e`.
#[derive(Debug, Clone, PartialEq)]
pub enum ExtraVars {
    /// `name=value name2="value 2"`, or a mapping in YAML or JSON.
    Text(String),
    /// `@FILE`, its contents.
    File(SourceFile),
}

/// The variables of all `-e`s; of two that set the same, the later counts. Values in the form
/// `name=value` are text, as in Ansible; a mapping keeps its types. A vaulted file is opened.
///
/// # Errors
/// All that is wrong with them.
pub fn extra_vars(
    given: &[ExtraVars],
    keyring: &Arc<Keyring>,
) -> Result<Variables, Vec<InputIssue>> {
    let mut draft = Draft::new(keyring.clone());
    let mut variables = Variables::default();
    for given in given {
        let found = match given {
            ExtraVars::File(file) => variables_in(file, &mut draft),
            ExtraVars::Text(text) if text.trim_start().starts_with(['{', '[']) => {
                variables_in(&SourceFile::new("-e", text.as_str()), &mut draft)
            }
            ExtraVars::Text(text) => of_pairs(text, &mut draft),
        };
        for (name, value) in found.iter() {
            variables.set(name, value.clone());
        }
    }
    let issues = draft.issues;
    if issues.iter().any(InputIssue::is_error) { Err(issues) } else { Ok(variables) }
}

fn of_pairs(text: &str, draft: &mut Draft) -> Variables {
    let mut variables = Variables::default();
    // The text itself is not shown: it may hold a password.
    let wrong = |what: String| {
        InputIssue::error(format!("`-e`: {what}"))
            .hint("write `-e name=value`, `-e '{\"name\": value}'` or `-e @FILE`")
    };
    match pairs(text) {
        Ok(pairs) => {
            for (name, value) in pairs {
                variables.set(name, Located::new(Value::text(value), None));
            }
        }
        Err(bad) => draft.issues.push(wrong(match bad {
            BadPairs::OpenQuote => "a quote is not closed".to_owned(),
            BadPairs::OpenTemplate => "a `{{` is not closed".to_owned(),
            BadPairs::NoPair(number) => format!("word {number} is not `name=value`"),
        })),
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> ExtraVars {
        ExtraVars::Text(text.to_owned())
    }

    #[test]
    fn pairs_are_text_and_mappings_keep_their_types() {
        let file = ExtraVars::File(SourceFile::new("vars.yml", "c: 3\nd: yes\n"));
        let given = [text("a=1 b='x y'"), text("{\"a\": 2, \"e\": [1]}"), file];
        let variables = extra_vars(&given, &Arc::default()).unwrap();
        let value = |name: &str| variables.get(name).unwrap().value.clone();
        assert_eq!(value("a"), Value::Int(2));
        assert_eq!(value("b"), Value::text("x y"));
        assert_eq!((value("c"), value("d")), (Value::Int(3), Value::Bool(true)));
        assert_eq!(value("e"), Value::List(vec![Value::Int(1)]));
    }

    #[test]
    fn what_is_neither_is_told() {
        for (wrong, word) in
            [("novalue", "not `name=value`"), ("a='x", "quote"), ("[1]", "mapping")]
        {
            let issues = extra_vars(&[text(wrong)], &Arc::default()).unwrap_err();
            assert!(issues[0].message.contains(word), "{issues:?}");
        }
    }
}
