//! `assert`: conditions that must hold.

use crate::playbook::check::{Parameters, Reader};
use crate::playbook::{Expression, Template};

/// Fails the task at the first condition that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assert {
    pub that: Vec<Expression>,
    /// `fail_msg`, or its alias `msg`.
    pub fail_msg: Option<Template>,
    pub success_msg: Option<Template>,
    /// Says nothing when all hold.
    pub quiet: bool,
}

impl Assert {
    pub(in crate::playbook) fn read(
        parameters: &Parameters,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let that = parameters.get("that").map(|node| reader.conditions("that", node));
        let fail_msg = match (parameters.get("fail_msg"), parameters.get("msg")) {
            (Some(_), Some(msg)) => {
                reader.refuse(msg, "`msg` is another name of `fail_msg`", "remove one of the two");
                None
            }
            (fail_msg, msg) => fail_msg.or(msg).and_then(|node| reader.template("fail_msg", node)),
        };
        let success_msg =
            parameters.get("success_msg").and_then(|node| reader.template("success_msg", node));
        let quiet = parameters.get("quiet").and_then(|node| reader.boolean("quiet", node));
        let is_empty = match parameters.get("that") {
            None => true,
            Some(node) => node.as_list().is_some_and(<[_]>::is_empty),
        };
        if is_empty {
            parameters.report_missing(
                "`assert` has nothing to assert",
                "write conditions under `that:`",
                reader,
            );
        }
        Some(Self { that: that?, fail_msg, success_msg, quiet: quiet.unwrap_or(false) })
    }
}
