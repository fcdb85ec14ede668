//! Secrets in answers are replaced before anything is stored or shown.

use std::borrow::Cow;

use memchr::memchr;

use super::text::{lines, trim_start};

/// What stands in a secret's place.
pub const MASK: &str = "<redacted>";

/// Replaces the secrets in an answer: what follows `ENC`, the values of secret settings in
/// `set KEY VALUE` and `KEY : VALUE`, and private keys. The number of lines does not change, so
/// that evidence keeps its line numbers. A text without any, or one that was redacted before, is not
/// copied.
pub fn redact(text: &str) -> Cow<'_, str> {
    let signs = Signs::of(text);
    if !signs.private_key && !signs.encrypted && !lines(text).any(shows_secret) {
        return text.into();
    }
    let mut redacted = String::with_capacity(text.len());
    let mut within = Within::Plain;
    for (index, line) in lines(text).enumerate() {
        if index > 0 {
            redacted.push('\n');
        }
        within = within.line(line, signs, &mut redacted);
    }
    redacted.into()
}

/// Whether the line has the value of a secret setting, and not just its mask.
fn shows_secret(line: &str) -> bool {
    secret_value(line).is_some_and(|at| {
        let value = &line[at..];
        value.strip_suffix(MARK).unwrap_or(value) != MASK
    })
}

/// How `grep -f` marks the lines that it found.
const MARK: &str = " <---";

/// Signs of secrets that a text has somewhere: hardly any has one, and then no line needs a look.
#[derive(Clone, Copy)]
struct Signs {
    private_key: bool,
    encrypted: bool,
}

impl Signs {
    fn of(text: &str) -> Self {
        Self { private_key: text.contains(PRIVATE_KEY), encrypted: text.contains(ENCRYPTED) }
    }
}

const PRIVATE_KEY: &str = "-----BEGIN ";
const ENCRYPTED: &str = "ENC ";

/// What a line begins in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Plain,
    /// A quoted secret that goes on from the line before.
    Quoted,
    /// A private key that is not part of a quoted value.
    PrivateKey,
}

impl Within {
    /// Writes one line without its secrets and says what the next begins in.
    fn line(self, line: &str, signs: Signs, out: &mut String) -> Self {
        match self {
            Self::Quoted => {
                out.push_str(MASK);
                if closes_quote(line) { Self::Plain } else { Self::Quoted }
            }
            Self::PrivateKey => {
                out.push_str(MASK);
                if line.contains("-----END ") { Self::Plain } else { Self::PrivateKey }
            }
            Self::Plain => plain(line, signs, out),
        }
    }
}

fn plain(line: &str, signs: Signs, out: &mut String) -> Within {
    if let Some(at) = secret_value(line) {
        let value = &line[at..];
        out.push_str(&line[..at]);
        out.push_str(MASK);
        if value.ends_with(MARK) {
            out.push_str(MARK);
        }
        return match value.trim_start().strip_prefix('"') {
            Some(inside) if !closes_quote(inside) => Within::Quoted,
            _ => Within::Plain,
        };
    }
    if signs.private_key
        && let Some(at) = line.find(PRIVATE_KEY).filter(|_| line.contains("PRIVATE KEY-----"))
    {
        out.push_str(&line[..at]);
        out.push_str(MASK);
        let closed = line[at..].contains("-----END ");
        return if closed { Within::Plain } else { Within::PrivateKey };
    }
    match signs.encrypted {
        true => mask_encrypted(line, out),
        false => out.push_str(line),
    }
    Within::Plain
}

/// Where the value of a secret setting begins, in `set KEY VALUE` and `KEY : VALUE`.
fn secret_value(line: &str) -> Option<usize> {
    let body = trim_start(line);
    let (body, separator) = match body.strip_prefix("set ") {
        Some(setting) => (trim_start(setting), b' '),
        None => (body, b':'),
    };
    let at = memchr(separator, body.as_bytes())?;
    let (key, value) = (&body[..at], &body[at + 1..]);
    if is_harmless(key) {
        return None;
    }
    let value = trim_start(value);
    (may_be_secret(key.trim_end()) && !value.is_empty()).then(|| line.len() - value.len())
}

/// Settings that are in every answer, and no secrets by what follows: it takes a while to say so.
fn is_harmless(key: &str) -> bool {
    matches!(
        key,
        "type"
            | "two-factor"
            | "fortitoken"
            | "email-to"
            | "status"
            | "license"
            | "activation-expire"
            | "accprofile"
            | "sms-phone"
    )
}

/// Whether a setting of that name holds a secret. Too many is harmless, too few is not.
fn may_be_secret(key: &str) -> bool {
    const WHOLE: [&str; 9] = [
        "activation-code",
        "seed",
        "reg-id",
        "key",
        "token",
        "secret",
        "private-key",
        "passphrase",
        "md5-keys",
    ];
    /// Stands anywhere in the name.
    const PART: [&str; 7] =
        ["passw", "-pwd", "psk", "secret", "passphrase", "private-key", "preshared"];
    let last = key.rsplit(['-', '_']).next().unwrap_or_default();
    let begins =
        |start: &str| key.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    WHOLE.iter().any(|whole| key.eq_ignore_ascii_case(whole))
        || (last.eq_ignore_ascii_case("key") && !begins("ssh-public"))
        || (key.len() > last.len() && last.eq_ignore_ascii_case("token"))
        || (0..key.len()).any(|at| {
            // The letters with which the parts begin, in either case.
            let may_begin = matches!(key.as_bytes()[at] | 0x20, b'p' | b's' | b'-');
            may_begin && PART.iter().any(|part| has_at(key, at, part))
        })
}

/// Whether `part` stands at this byte, in whatever case.
fn has_at(text: &str, at: usize, part: &str) -> bool {
    let found = text.as_bytes().get(at..at + part.len());
    found.is_some_and(|found| found.eq_ignore_ascii_case(part.as_bytes()))
}

/// Whether the text has a quote that ends a quoted value which began before it.
fn closes_quote(text: &str) -> bool {
    let mut escaped = false;
    text.bytes().any(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    })
}

/// Masks the word behind each word `ENC`, wherever it stands.
fn mask_encrypted(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find(ENCRYPTED) {
        let stands_alone = rest[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let value = at + ENCRYPTED.len();
        out.push_str(&rest[..value]);
        rest = &rest[value..];
        let end = rest.find([' ', '"']).unwrap_or(rest.len());
        if stands_alone && end > 0 {
            out.push_str(MASK);
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        for (line, expected) in [
            ("    set seed ENC AAAA", "    set seed <redacted>"),
            ("    set passwd ENC AAAA==", "    set passwd <redacted>"),
            ("    set password ENC AAAA <---", "    set password <redacted> <---"),
            ("    set auth-pwd ENC AAAA", "    set auth-pwd <redacted>"),
            ("    set activation-code \"ABCD EFGH\"", "    set activation-code <redacted>"),
            ("    set reg-id \"xyz\"", "    set reg-id <redacted>"),
            ("    set psksecret ENC AAAA", "    set psksecret <redacted>"),
            ("    set secondary-key ENC AAAA", "    set secondary-key <redacted>"),
            ("activation-code     : ABCDEFGH", "activation-code     : <redacted>"),
            ("passwd              : *", "passwd              : <redacted>"),
            ("    set community ENC AAAA", "    set community ENC <redacted>"),
            ("    set values ENC AAAA ENC BBBB", "    set values ENC <redacted> ENC <redacted>"),
            ("    set fortitoken \"FTKMOB0000000001\"", "    set fortitoken \"FTKMOB0000000001\""),
            ("    set two-factor fortitoken", "    set two-factor fortitoken"),
            ("    set type password", "    set type password"),
            ("    set keylife 86400", "    set keylife 86400"),
            ("    set email-to \"a@b.example\"", "    set email-to \"a@b.example\""),
            ("Total activated token: 3", "Total activated token: 3"),
            ("Token server status: reachable", "Token server status: reachable"),
            ("FRESENC E x", "FRESENC E x"),
        ] {
            assert_eq!(redact(line), expected);
        }
    }

    #[test]
    fn keys_over_many_lines_keep_their_lines() {
        let text = "set private-key \"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END \
                    ENCRYPTED PRIVATE KEY-----\"\nset certificate \"-----BEGIN CERTIFICATE-----\n\
                    BBBB\n-----END CERTIFICATE-----\"\n-----BEGIN RSA PRIVATE KEY-----\nCCCC\n\
                    -----END RSA PRIVATE KEY-----\nset comment \"x\"";
        assert_eq!(
            redact(text),
            "set private-key <redacted>\n<redacted>\n<redacted>\nset certificate \"-----BEGIN \
             CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\"\n<redacted>\n<redacted>\n\
             <redacted>\nset comment \"x\""
        );
    }

    proptest! {
        #[test]
        fn what_is_passed_over_is_harmless(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("type"), Just("two-factor"), Just("fortitoken"), Just("email-to"),
                    Just("status"), Just("license"), Just("activation-expire"),
                    Just("accprofile"), Just("sms-phone"), Just("-"),
                ],
                1..3,
            ),
        ) {
            let key = parts.concat();
            prop_assert!(!is_harmless(&key) || !may_be_secret(&key));
        }
    }

    proptest! {
        #[test]
        fn what_was_redacted_stays_as_it_is(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("set passwd "), Just("set Pre-Shared-pSk x"), Just("\n"), Just("ENC "),
                    Just("y"), Just(MASK), Just(MARK), Just("seed : "), Just(" "), Just("\u{e9}"),
                ],
                0..20,
            ),
        ) {
            let once = redact(&parts.concat()).into_owned();
            prop_assert_eq!(redact(&once), once.as_str());
        }

        #[test]
        fn lines_are_kept(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("set passwd "), Just("\""), Just("\n"), Just("ENC "), Just("\\"), Just("x"),
                    Just("-----BEGIN PRIVATE KEY-----"), Just("-----END PRIVATE KEY-----"),
                    Just("seed : "), Just(" "),
                ],
                0..40,
            ),
        ) {
            let text: String = parts.concat();
            prop_assert_eq!(redact(&text).split('\n').count(), text.split('\n').count());
        }

        #[test]
        fn a_canary_never_survives(
            key in "(passwd|password|psksecret|seed|activation-code|reg-id|key|auth-pwd|private-key)",
            indent in " {0,8}",
            encrypted in "(ENC )?",
        ) {
            let text = format!("{indent}set {key} {encrypted}CANARY\n{indent}set {key} \"a\nCANARY\"");
            prop_assert!(!redact(&text).contains("CANARY"));
        }
    }
}
