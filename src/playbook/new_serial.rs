//! The serial of the unit that is to replace a host: the variable `new_serial`.

use std::collections::HashMap;

use crate::inventory::Located;
use crate::model::{InputIssue, Value};

use super::{Plan, PlannedHost};

pub(super) const NEW_SERIAL: &str = "new_serial";

/// What the variable says; nothing where it is empty or `null`. Its shape is judged by the report.
pub(super) fn new_serial(located: &Located) -> Result<Option<String>, InputIssue> {
    match &located.value {
        Value::Null => Ok(None),
        Value::Text(text) | Value::Unsafe(text) => {
            Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned))
        }
        other => Err(InputIssue::error(format!(
            "`{NEW_SERIAL}` is {}, where a serial is needed",
            other.kind()
        ))
        .hint("write the serial of the new unit in quotes, such as `FGT60F0000000001`")),
    }
}

/// `-e` says it for every host of a run, and a unit can replace one only.
pub(super) fn given_twice(plan: &Plan) -> Option<InputIssue> {
    if !plan.reports().iter().any(|request| request.is_of_swaps()) {
        return None;
    }
    let mut known: HashMap<&str, &PlannedHost> = HashMap::new();
    plan.hosts.iter().find_map(|host| {
        let serial = host.entry.new_serial.as_deref()?;
        let first = known.insert(serial, host)?;
        let (first, second) = (&first.entry.host, &host.entry.host);
        Some(
            InputIssue::error(format!(
                "the new unit {serial} cannot replace both `{first}` and `{second}`"
            ))
            .hint(
                "limit the run to one host with `-l`, or set `new_serial` for each in `host_vars/`",
            ),
        )
    })
}
