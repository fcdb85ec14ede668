//! `show user local` and `show system admin`.

use std::fmt::Write;

use crate::lab::command::{Standing, alone};
use crate::lab::device::Account;

/// `show user local`, one table per VDOM.
pub fn local_users(standing: Standing, rest: &[&str]) -> Option<String> {
    let users = &standing.vdom?.users;
    alone(rest, || {
        table("config user local", users, |text, user| {
            if user.disabled {
                text.push_str("        set status disable\n");
            }
            text.push_str("        set type password\n");
            two_factor(text, user);
            let _ = writeln!(text, "        set passwd ENC {}", user.password_hash());
        })
    })
}

/// `show system admin`, global.
pub fn administrators(standing: Standing, rest: &[&str]) -> Option<String> {
    alone(rest, || {
        table("config system admin", &standing.device.administrators, |text, admin| {
            let profile = admin.profile.unwrap_or("super_admin");
            let _ =
                write!(text, "        set accprofile \"{profile}\"\n        set vdom \"root\"\n");
            two_factor(text, admin);
            let _ = writeln!(text, "        set password ENC {}", admin.password_hash());
        })
    })
}

fn table(head: &str, accounts: &[Account], body: impl Fn(&mut String, &Account)) -> String {
    let mut text = format!("{head}\n");
    for account in accounts {
        let _ = writeln!(text, "    edit \"{}\"", quoted(&account.name));
        body(&mut text, account);
        text.push_str("    next\n");
    }
    text.push_str("end\n");
    text
}

fn two_factor(text: &mut String, account: &Account) {
    if let Some(token) = &account.token {
        let _ =
            write!(text, "        set two-factor fortitoken\n        set fortitoken \"{token}\"\n");
    }
    if let Some(email) = &account.email {
        let _ = writeln!(text, "        set email-to \"{}\"", quoted(email));
    }
}

/// FortiOS puts a backslash before quotes and backslashes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
