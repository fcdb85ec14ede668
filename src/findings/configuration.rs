//! How a token is configured.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::fortios::parse::ConfiguredToken;
use crate::model::Transcript;

/// One entry of `show user fortitoken`, with the line that it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    pub token: ConfiguredToken,
    pub command: Arc<str>,
    /// The line of its `edit`.
    pub text: Box<str>,
}

impl Configuration {
    /// Whether the licence is one of the two free ones, which die with their unit.
    pub fn is_trial(&self) -> bool {
        self.token.license.as_deref().is_some_and(|license| license.starts_with("FTMTRIAL"))
    }

    /// Whether an administrator, or FortiOS itself, has locked it.
    pub fn is_locked(&self) -> bool {
        &*self.token.status == "lock"
    }

    /// When the activation code ends or ended. It stays in the configuration after the activation.
    pub fn activation_expires(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.token.activation_expire?).ok()?;
        Timestamp::from_second(seconds).ok()
    }
}

/// The configured tokens of one device. They belong to VDOMs, as their states do.
#[derive(Debug, Default)]
pub(super) struct Configurations(HashMap<(Option<String>, String), Configuration>);

impl Configurations {
    /// Takes one answer; of several, the last counts.
    pub fn add(&mut self, transcript: &Transcript, tokens: Vec<ConfiguredToken>) {
        let lines: Vec<&str> = transcript.text.lines().collect();
        let command: Arc<str> = transcript.command.as_str().into();
        self.0.reserve(tokens.len());
        for token in tokens {
            let line = token.line.checked_sub(1).and_then(|index| lines.get(index));
            let text = line.map_or("", |line| line.trim()).into();
            let key = (transcript.vdom.clone(), token.serial.to_ascii_uppercase());
            self.0.insert(key, Configuration { token, command: command.clone(), text });
        }
    }

    /// That of the token of a sheet; `serial` in upper case.
    pub fn take(&mut self, vdom: Option<&String>, serial: &str) -> Option<Configuration> {
        self.0.remove(&(vdom.cloned(), serial.to_owned()))
    }
}
