//! `debug`: says something.

use crate::model::Value;
use crate::playbook::Expression;
use crate::playbook::check::{Parameters, Reader};

/// What to show.
#[derive(Debug, Clone, PartialEq)]
pub enum Debug {
    /// `msg`: any value, with templates in it.
    Message(Value),
    /// `var`: the value of an expression, shown under its text.
    Variable(Expression),
}

impl Debug {
    pub(in crate::playbook) fn read(
        parameters: &Parameters,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        if let Some(node) = parameters.get("verbosity")
            && node.scalar_text() != Some("0")
        {
            reader.refuse(
                node,
                "`verbosity` is Ansible's, and this version of tokenfleet does not know it",
                "leave it out: what `debug` says is shown with `-v`, and kept in any case",
            );
        }
        match (parameters.get("msg"), parameters.get("var")) {
            (Some(message), None) => Some(Self::Message(reader.value(message))),
            (None, Some(variable)) => reader.expression("var", variable).map(Self::Variable),
            (Some(_), Some(variable)) => {
                reader.refuse(
                    variable,
                    "`debug` takes `msg` or `var`, not both",
                    "write two tasks, or name the variable in `msg`",
                );
                None
            }
            (None, None) => {
                parameters.report_missing(
                    "`debug` has nothing to say",
                    "write `msg: TEXT` or `var: EXPRESSION` below it",
                    reader,
                );
                None
            }
        }
    }
}
