//! FortiGates that came, went or changed.

use super::{DeviceState, Known, KnownHost, KnownStates, Moment};

/// What became of one host. A host is its name in the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceChange {
    pub kind: DeviceChangeKind,
    pub host: String,
    /// What is another: `outcome`, `serial`, `model`, `firmware`, `ha`.
    pub fields: Vec<Field>,
    /// The run that saw it last, where that is not the later one.
    pub seen: Option<Moment>,
    /// That of two serials both are of its cluster: another member answered.
    pub is_failover: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceChangeKind {
    New,
    Changed,
    /// It is no longer in the inventory, or no longer among the hosts of the plays.
    Left,
}

/// One thing that is another than before. Empty: it was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub before: String,
    pub after: String,
}

impl DeviceChangeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Left => "left",
        }
    }
}

pub(super) fn push_field(
    fields: &mut Vec<Field>,
    name: &'static str,
    before: Option<String>,
    after: Option<String>,
) {
    if before != after {
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        fields.push(Field { name, before, after });
    }
}

impl DeviceChange {
    pub(super) fn all(
        (before, states_before): (&Known, &KnownStates),
        (after, states_after): (&Known, &KnownStates),
    ) -> Vec<Self> {
        let mut changes = Vec::new();
        for (name, now) in &after.hosts {
            let seen = now.seen.filter(|run| *run > 0).and_then(|run| after.runs.get(run));
            let mut change = Self {
                kind: DeviceChangeKind::New,
                host: name.clone(),
                fields: Vec::new(),
                seen: seen.map(Moment::of),
                is_failover: false,
            };
            if let Some(then) = before.hosts.get(name) {
                change.kind = DeviceChangeKind::Changed;
                let states = (states_before.devices.get(name), states_after.devices.get(name));
                change.compare(then, now, states);
                if change.fields.is_empty() {
                    continue;
                }
            }
            changes.push(change);
        }
        let left = before.hosts.keys().filter(|name| !after.hosts.contains_key(*name));
        changes.extend(left.map(|name| Self {
            kind: DeviceChangeKind::Left,
            host: name.clone(),
            fields: Vec::new(),
            seen: None,
            is_failover: false,
        }));
        changes
    }

    fn compare(
        &mut self,
        then: &KnownHost,
        now: &KnownHost,
        states: (Option<&DeviceState>, Option<&DeviceState>),
    ) {
        // A run that did not ask a host says nothing about whether it is reached.
        if let (Some(before), Some(after)) = (&then.outcome, &now.outcome) {
            push_field(&mut self.fields, "outcome", Some(before.clone()), Some(after.clone()));
        }
        let (Some(then), Some(now)) = states else { return };
        let mut field = |name, of: fn(&DeviceState) -> &String| {
            // What was not read has not changed.
            if !of(then).is_empty() && !of(now).is_empty() {
                push_field(&mut self.fields, name, Some(of(then).clone()), Some(of(now).clone()));
            }
        };
        field("serial", |state| &state.serial);
        field("model", |state| &state.model);
        field("firmware", |state| &state.firmware);
        field("ha", |state| &state.ha);
        let is_member = |state: &DeviceState, serial: &str| {
            state.members.split(',').any(|member| member == serial)
        };
        self.is_failover = then.serial != now.serial
            && (is_member(now, &then.serial) || is_member(then, &now.serial));
    }
}
