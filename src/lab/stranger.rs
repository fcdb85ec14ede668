//! Units that are no FortiGates.

use super::line_editor::{Key, LineEditor};
use super::shell::Step;

/// The command line of another product at an address that the inventory believes a FortiGate's.
#[derive(Debug)]
pub struct Stranger {
    greeting: &'static str,
    prompt: &'static str,
    farewell: &'static str,
    answer: fn(&str) -> String,
    editor: LineEditor,
}

impl Stranger {
    pub fn linux() -> Self {
        Self {
            greeting: "Linux jump01 6.12.48+deb13-amd64\r\n\r\n\
                       Last login: Mon Nov 23 17:02:11 2026 from 192.0.2.7\r\n",
            prompt: "auditor@jump01:~$ ",
            farewell: "logout\r\n",
            answer: |line| {
                let word = line.split_whitespace().next().unwrap_or_default();
                format!("-bash: {word}: command not found\r\n")
            },
            editor: LineEditor::default(),
        }
    }

    pub fn fortimanager() -> Self {
        Self {
            greeting: "",
            prompt: "FMG-VM64 # ",
            farewell: "",
            answer: |line| match line {
                "get system status" => "Platform Type                   : FMG-VM64\r\n\
                     Platform Full Name              : FortiManager-VM64\r\n\
                     Version                         : v7.4.6-build2588 241218 (GA.M)\r\n\
                     Serial Number                   : FMG-VMTM20000000\r\n\
                     BIOS version                    : 04000002\r\n\
                     Hostname                        : FMG-VM64\r\n\
                     Max Number of Admin Domains     : 100\r\n\
                     Admin Domain Configuration      : Disabled\r\n\
                     FIPS Mode                       : Disabled\r\n\r\n"
                    .to_owned(),
                _ => "Unknown action 0\r\n\r\n".to_owned(),
            },
            editor: LineEditor::default(),
        }
    }

    pub fn open(&self) -> Vec<Step> {
        vec![Step::Write(format!("{}{}", self.greeting, self.prompt).into_bytes())]
    }

    pub fn receive(&mut self, bytes: &[u8]) -> Vec<Step> {
        let mut output = Vec::new();
        for byte in bytes {
            match self.editor.press(*byte) {
                Key::Echo(echo) => output.extend(echo),
                Key::Help | Key::Nothing => {}
                Key::Interrupt(_) => output.extend(format!("^C\r\n{}", self.prompt).bytes()),
                Key::Enter(line) if line.trim() == "exit" => {
                    output.extend(format!("\r\n{}", self.farewell).bytes());
                    return vec![Step::Write(output), Step::Close];
                }
                Key::Enter(line) => {
                    let line = line.trim();
                    let answer = if line.is_empty() { String::new() } else { (self.answer)(line) };
                    output.extend(format!("\r\n{answer}{}", self.prompt).bytes());
                }
            }
        }
        vec![Step::Write(output)]
    }
}
