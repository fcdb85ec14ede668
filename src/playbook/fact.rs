//! A variable that a run has set.

use std::sync::{Arc, LazyLock};

use crate::model::Value;

/// How a value is made.
type Making = Box<dyn FnOnce() -> Value + Send>;

/// What was registered or set for a host. The rows of a large answer become a value when somebody
/// looks at them, which hardly any playbook does.
#[derive(Debug, Clone)]
pub enum Fact {
    Known(Value),
    Later(Arc<LazyLock<Value, Making>>),
}

impl Fact {
    /// A value that is made at the first look.
    pub fn later(make: impl FnOnce() -> Value + Send + 'static) -> Self {
        Self::Later(Arc::new(LazyLock::new(Box::new(make))))
    }

    pub fn value(&self) -> &Value {
        match self {
            Self::Known(value) => value,
            Self::Later(value) => value,
        }
    }
}

impl From<Value> for Fact {
    fn from(value: Value) -> Self {
        Self::Known(value)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_value_is_made_once_and_only_for_those_who_look() {
        let made = Arc::new(AtomicUsize::new(0));
        let count = made.clone();
        let fact = Fact::later(move || Value::Int(count.fetch_add(1, Ordering::Relaxed) as i64));
        let same = fact.clone();
        assert_eq!(made.load(Ordering::Relaxed), 0);
        assert_eq!((fact.value(), same.value()), (&Value::Int(0), &Value::Int(0)));
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }
}
