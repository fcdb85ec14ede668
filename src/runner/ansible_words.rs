//! The words in which Ansible tells what went wrong: people's playbooks look at `msg`.

use crate::model::Value;
use crate::template::TemplateError;

/// What is wrong with a template, without where it stands.
pub(super) fn mistake(error: &TemplateError) -> String {
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    match error.undefined.as_deref() {
        Some(name) if is_name(name) && !name.is_empty() => format!("'{name}' is undefined"),
        Some(path) => match path.rsplit_once('.') {
            Some((_, last)) if is_name(last) && !last.is_empty() => {
                format!("object of type 'dict' has no attribute '{last}'")
            }
            _ => error.message.clone(),
        },
        None if error.message.starts_with("variables refer to one another") => {
            "Recursive loop detected in template: maximum recursion depth exceeded".to_owned()
        }
        None => error.message.clone(),
    }
}

/// A condition that is neither true nor false.
pub(super) fn not_boolean(value: &Value) -> String {
    let truth = if is_true(value) { "True" } else { "False" };
    format!(
        "Conditional result ({truth}) was derived from value of type '{}'. Conditionals must have \
         a boolean result.",
        type_name(value)
    )
}

/// The name of its type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::BigInt(_) => "int",
        Value::Float(_) => "float",
        Value::Text(_) | Value::Unsafe(_) | Value::Vault(_) => "str",
        Value::List(_) => "list",
        Value::Map(_) => "dict",
    }
}

/// Whether Python takes it for true.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::BigInt(text) | Value::Text(text) | Value::Unsafe(text) | Value::Vault(text) => {
            !text.is_empty()
        }
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_are_no_booleans_are_told_as_ansible_does() {
        assert_eq!(
            not_boolean(&Value::List(Vec::new())),
            "Conditional result (False) was derived from value of type 'list'. Conditionals must \
             have a boolean result."
        );
        assert!(
            not_boolean(&Value::text("no")).contains("(True) was derived from value of type 'str'")
        );
    }
}
