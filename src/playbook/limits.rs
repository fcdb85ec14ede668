//! The limits of a host: the variables of [`Limits::VARIABLES`].

use crate::inventory::Located;
use crate::model::{InputIssue, Value};

/// What one variable says.
pub(super) fn limit(name: &str, located: &Located) -> Result<Option<u64>, InputIssue> {
    let number = match &located.value {
        Value::Null => return Ok(None),
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Text(text) | Value::Unsafe(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.map(Some).ok_or_else(|| {
        let kind = located.value.kind();
        InputIssue::error(format!("`{name}` is {kind}, where a whole number from 0 on is needed"))
            .hint("write a number, or `null` for no limit")
    })
}
