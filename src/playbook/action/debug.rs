//! `debug`: says something.

use crate::model::Value;
use crate::playbook::Expression;
use crate::playbook::check::{Parameters, Reader};

/// What to show, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Debug {
    /// `None`: a greeting, as in Ansible.
    pub saying: Option<Saying>,
    /// It is said when `-v` is given as often, or more often.
    pub verbosity: u64,
}

/// What to show.
#[derive(Debug, Clone, PartialEq)]
pub enum Saying {
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
        let verbosity = parameters.get("verbosity").map(|node| reader.number("verbosity", node));
        let saying = match (parameters.get("msg"), parameters.get("var")) {
            (Some(message), None) => Some(Saying::Message(reader.value(message))),
            (None, Some(variable)) => Some(Saying::Variable(reader.expression("var", variable)?)),
            (Some(_), Some(variable)) => {
                reader.refuse(
                    variable,
                    "`debug` takes `msg` or `var`, not both",
                    "write two tasks, or name the variable in `msg`",
                );
                return None;
            }
            (None, None) => None,
        };
        Some(Self { saying, verbosity: verbosity.flatten().unwrap_or(0) })
    }
}
