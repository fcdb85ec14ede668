//! `diagnose fortitoken info` and `show user fortitoken`.

use std::fmt::Write;

use crate::lab::command::Standing;
use crate::lab::device::Token;
use crate::lab::status::{ACTIVE, LOCKED, NEW, PROVISIONING};

/// `diagnose fortitoken info [SERIAL]`
pub fn info(standing: Standing, rest: &[&str]) -> Option<String> {
    let vdom = standing.vdom?;
    let wanted = match rest {
        [] => None,
        [serial] => Some(*serial),
        _ => return None,
    };
    let rows =
        vdom.tokens.iter().filter(|token| wanted.is_none_or(|serial| token.serial == serial));
    let mut text = "FORTITOKEN        DRIFT  STATUS\n".to_owned();
    for Token { serial, drift, status, .. } in rows {
        let _ = writeln!(text, "{serial:<16}  {drift:<5}  {status}");
    }
    let _ = write!(
        text,
        "\nTotal activated token: {}\nTotal global activated token: {}\n\n\
         Token server status: {}\n",
        activated(&vdom.tokens),
        standing.device.vdoms.iter().map(|vdom| activated(&vdom.tokens)).sum::<usize>(),
        standing.device.token_server,
    );
    Some(text)
}

/// Mobile tokens do not count, as in the published samples.
fn activated(tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| !token.is_mobile() && token.status == ACTIVE).count()
}

/// `show user fortitoken`, with everything in it that must not be shown to anybody.
pub fn configuration(standing: Standing, rest: &[&str]) -> Option<String> {
    let vdom = standing.vdom.filter(|_| rest.is_empty())?;
    let mut text = "config user fortitoken\n".to_owned();
    for token in &vdom.tokens {
        entry(&mut text, token);
    }
    text.push_str("end\n");
    Some(text)
}

fn entry(text: &mut String, token: &Token) {
    let _ = writeln!(text, "    edit \"{}\"", token.serial);
    if let Some(license) = &token.license {
        let _ = writeln!(text, "        set license \"{license}\"");
    }
    if !token.is_mobile() {
        if token.has_seed() {
            let _ = writeln!(text, "        set seed ENC {}", token.seed());
        }
    } else if token.status == PROVISIONING {
        let code = token.activation_code();
        let end = now() + token.code_hours * 3600;
        let _ = write!(
            text,
            "        set activation-code \"{code}\"\n        set activation-expire {end}\n"
        );
    } else if token.status != NEW {
        let _ = write!(
            text,
            "        set reg-id \"{}\"\n        set os-ver \"18.1\"\n",
            token.registration()
        );
    }
    if token.status == LOCKED {
        text.push_str("        set status lock\n");
    }
    text.push_str("    next\n");
}

/// Seconds since 1970. The units live in the present, as those who ask them do: a code that was sent
/// yesterday ends tomorrow.
#[allow(clippy::disallowed_methods)] // the clock of a simulated unit
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
