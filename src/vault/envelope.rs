//! The text form of ciphertext: a header, then hexadecimal digits.

use super::{DEFAULT_LABEL, VaultError};

const HEADER: &str = "$ANSIBLE_VAULT";
const CIPHER: &str = "AES256";
/// Where Ansible breaks its lines.
const WIDTH: usize = 80;
const BLOCK: usize = 16;
/// Bytes of an HMAC-SHA256.
const TAG: usize = 32;

/// Whether a text is ciphertext of Ansible Vault: whether it begins with its header.
pub fn is_vaulted(text: &str) -> bool {
    text.starts_with(HEADER)
}

/// Ciphertext with all that belongs to it.
///
/// Read as Ansible 2.19 does: the version is not looked at, CRLF, blank lines, lines of any length
/// and digits of either case are fine; white space before the header or at the end of a line of
/// digits is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The vault id; `default` where the header has none.
    pub label: String,
    pub(super) salt: Vec<u8>,
    /// HMAC-SHA256 of `ciphertext`.
    pub(super) tag: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
}

impl Envelope {
    /// Takes a text apart.
    ///
    /// # Errors
    /// [`VaultError::Malformed`] and [`VaultError::UnknownCipher`].
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let header = lines.next().unwrap_or("");
        let mut parts = header.trim().split(';').map(str::trim);
        let (Some(HEADER), Some(_version), Some(cipher)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed("its header is not `$ANSIBLE_VAULT;1.1;AES256`", 1, 1));
        };
        if cipher != CIPHER {
            return Err(VaultError::UnknownCipher(cipher.to_owned()));
        }
        let label = parts.next().unwrap_or(DEFAULT_LABEL).to_owned();
        let inside = bytes_of_lines(lines)?;
        let mut parts = inside.splitn(3, |byte| *byte == b'\n').map(bytes_of);
        let damaged = || malformed("it is damaged, or its end is missing", 2, 1);
        let (Some(Some(salt)), Some(Some(tag)), Some(Some(ciphertext))) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(damaged());
        };
        let is_whole = !ciphertext.is_empty() && ciphertext.len().is_multiple_of(BLOCK);
        if tag.len() != TAG || !is_whole {
            return Err(damaged());
        }
        Ok(Self { label, salt, tag, ciphertext })
    }

    /// The text, with a line break at its end: the format 1.2 where there is a label, else 1.1.
    pub(super) fn print(&self) -> String {
        let inside =
            [&self.salt, &self.tag, &self.ciphertext].map(|bytes| digits_of(bytes)).join("\n");
        let digits = digits_of(inside.as_bytes());
        let mut text = match self.label.as_str() {
            DEFAULT_LABEL => format!("{HEADER};1.1;{CIPHER}"),
            label => format!("{HEADER};1.2;{CIPHER};{label}"),
        };
        let mut rest = digits.as_str();
        while !rest.is_empty() {
            let (line, more) = rest.split_at(WIDTH.min(rest.len()));
            text.push('\n');
            text.push_str(line);
            rest = more;
        }
        text.push('\n');
        text
    }
}

fn malformed(what: &'static str, line: u32, column: u32) -> VaultError {
    VaultError::Malformed { what, line, column }
}

/// The bytes of all lines together; the first of them is the second of the text.
fn bytes_of_lines<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Vec<u8>, VaultError> {
    let mut bytes = Vec::new();
    let mut half = None;
    for (number, line) in (2..).zip(lines) {
        for (column, character) in (1..).zip(line.chars()) {
            let Some(digit) = digit(character) else {
                let what = if character.is_whitespace() {
                    "it has white space among its hexadecimal digits"
                } else {
                    "it has a character that is no hexadecimal digit"
                };
                return Err(malformed(what, number, column));
            };
            match half.take() {
                Some(high) => bytes.push(high << 4 | digit),
                None => half = Some(digit),
            }
        }
    }
    match half {
        Some(_) => Err(malformed("its last digit is missing, and perhaps more", 2, 1)),
        None => Ok(bytes),
    }
}

fn bytes_of(digits: &[u8]) -> Option<Vec<u8>> {
    let digits = digits.iter().map(|byte| digit(char::from(*byte)));
    let digits = digits.collect::<Option<Vec<u8>>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

fn digit(character: char) -> Option<u8> {
    character.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn digits_of(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn envelope(label: &str, salt: &[u8], blocks: u8) -> Envelope {
        Envelope {
            label: label.to_owned(),
            salt: salt.to_vec(),
            tag: vec![7; TAG],
            ciphertext: vec![0xab; BLOCK * usize::from(blocks)],
        }
    }

    #[test]
    fn lines_are_broken_where_ansible_breaks_them() {
        let text = envelope("default", &[1; 32], 1).print();
        let lengths: Vec<_> = text.lines().map(str::len).collect();
        assert_eq!(lengths, [25, 80, 80, 80, 80, 4]);
        assert!(text.starts_with("$ANSIBLE_VAULT;1.1;AES256\n30313031"));
        let labelled = envelope("prod", &[1], 1).print();
        assert!(labelled.starts_with("$ANSIBLE_VAULT;1.2;AES256;prod\n"));
    }

    #[test]
    fn a_text_may_be_laid_out_otherwise() {
        let sealed = envelope("prod", &[1; 32], 3);
        let text = sealed.print();
        let (header, digits) = text.split_once('\n').unwrap();
        let one_line = format!("{header}\n{}", digits.replace('\n', ""));
        let upper = format!("{header}\n{}", digits.to_uppercase());
        for text in [
            text.replace('\n', "\r\n"),
            format!("{text}\n\n"),
            text.trim_end().to_owned(),
            one_line,
            upper,
            text.replace("1.2;AES256;prod", "9.9; AES256 ;prod "),
        ] {
            assert_eq!(Envelope::parse(&text).as_ref(), Ok(&sealed), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_placed() {
        let text = envelope("default", &[1; 32], 1).print();
        let (header, digits) = text.split_once('\n').unwrap();
        for (text, told) in [
            (" $ANSIBLE_VAULT;1.1;AES256\n".to_owned(), ""),
            ("$ANSIBLE_VAULT\n".to_owned(), "header"),
            (text.replace("AES256", "AES512"), "its cipher is `AES512`"),
            (format!("{header}\n"), "damaged, or its end is missing"),
            (format!("{header}\n{}", digits.replace('\n', " \n")), "white space"),
            (format!("{header}\n{}", &digits[..200]), "damaged, or its end is missing"),
            (format!("{header}\n{}", &digits[..201]), "last digit is missing"),
            (format!("{header}\n{}", digits.replacen('3', "g", 1)), "no hexadecimal digit"),
            (format!("{header}\n{}", digits.replacen('3', "4", 1)), "damaged"),
        ] {
            let error = Envelope::parse(&text).unwrap_err();
            assert!(error.to_string().contains(told), "{text}: {error}");
        }
        let text = format!("{header}\n{}", digits.replace("\n3", "\n!"));
        let error = Envelope::parse(&text).unwrap_err();
        assert!(matches!(error, VaultError::Malformed { line: 3, column: 1, .. }), "{error:?}");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(
            label in "[a-z_-]{1,12}", salt in prop::collection::vec(any::<u8>(), 0..40), blocks in 1u8..9,
        ) {
            let sealed = envelope(&label, &salt, blocks);
            prop_assert_eq!(Envelope::parse(&sealed.print()), Ok(sealed));
        }

        #[test]
        fn no_text_harms_the_reader(text in "\\PC{0,200}", digits in "[0-9a-f\\r\\n]{0,300}") {
            let _ = Envelope::parse(&text);
            let _ = Envelope::parse(&format!("$ANSIBLE_VAULT;1.1;AES256\n{digits}"));
        }
    }
}
