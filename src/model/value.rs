//! The value of a variable, as inventories, playbooks and results hold it.

use indexmap::IndexMap;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// A value as Ansible knows it. Maps keep the order in which their keys were written.
///
/// It serialises as `ansible-inventory --list` prints it: vaulted text as
/// `{"__ansible_vault": CIPHERTEXT}`, unsafe text as `{"__ansible_unsafe": TEXT}`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(from = "serde_json::Value")]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number beyond 64 bits, kept as its decimal digits.
    BigInt(String),
    Float(f64),
    Text(String),
    /// Text that is never templated (`!unsafe`).
    Unsafe(String),
    /// Ansible Vault ciphertext (`!vault`), decrypted only when used.
    Vault(String),
    List(Vec<Value>),
    Map(IndexMap<String, Value>),
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text of a text value, templated or not; `None` for every other kind.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Unsafe(text) => Some(text),
            _ => None,
        }
    }

    /// The kind in the user's words, for messages: "a list", "text".
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::BigInt(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) | Self::Unsafe(_) => "text",
            Self::Vault(_) => "a vaulted value",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tagged = |serializer: S, tag: &str, text: &str| {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(tag, text)?;
            map.end()
        };
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::BigInt(digits) => serializer.serialize_str(digits),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Unsafe(text) => tagged(serializer, "__ansible_unsafe", text),
            Self::Vault(text) => tagged(serializer, "__ansible_vault", text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(map) => serializer.collect_map(map),
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Self::Int(value),
                (None, Some(value)) => Self::BigInt(value.to_string()),
                _ => number.as_f64().map_or(Self::Null, Self::Float),
            },
            Json::String(text) => Self::Text(text),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(map) => {
                if map.len() == 1 {
                    if let Some(Json::String(text)) = map.get("__ansible_vault") {
                        return Self::Vault(text.clone());
                    }
                    if let Some(Json::String(text)) = map.get("__ansible_unsafe") {
                        return Self::Unsafe(text.clone());
                    }
                }
                Self::Map(map.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}
