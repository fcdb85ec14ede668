//! `name=value name2="value 2"`, as Ansible reads it behind `-e`.
//!
//! Not as a shell would: quotes count where they stand around a whole value, escapes such as `\n`
//! are undone everywhere, blanks within `{{ … }}` do not part words, and a `#` is a character.

/// Why a text is no list of pairs. Words count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadPairs {
    OpenQuote,
    OpenTemplate,
    NoPair(usize),
}

/// Names and values, in order.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, BadPairs> {
    let words = words(text)?;
    let words = (1..).zip(words.iter().map(|word| unescaped(word)));
    words.map(|(number, word)| pair(&word).ok_or(BadPairs::NoPair(number))).collect()
}

fn pair(word: &str) -> Option<(String, String)> {
    let (at, _) =
        word.match_indices('=').find(|(at, _)| *at > 0 && !word[..*at].ends_with('\\'))?;
    let (name, value) = (word[..at].trim(), word[at + 1..].trim());
    (!name.is_empty()).then(|| (name.to_owned(), unquoted(value).to_owned()))
}

/// Cuts at blanks that stand neither in quotes nor in a template.
fn words(text: &str) -> Result<Vec<String>, BadPairs> {
    const TEMPLATES: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut depths = [0_usize; 3];
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        if quote.is_none() && depths == [0; 3] && matches!(c, ' ' | '\n') {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            previous = c;
            continue;
        }
        for (depth, (open, close)) in depths.iter_mut().zip(TEMPLATES) {
            if text[at..].starts_with(open) {
                *depth += 1;
            } else if text[at..].starts_with(close) {
                *depth = depth.saturating_sub(1);
            }
        }
        if matches!(c, '\'' | '"') && previous != '\\' {
            quote = match quote {
                None => Some(c),
                Some(open) if open == c => None,
                other => other,
            };
        }
        previous = c;
        word.push(c);
    }
    if quote.is_some() {
        return Err(BadPairs::OpenQuote);
    }
    if depths != [0; 3] {
        return Err(BadPairs::OpenTemplate);
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// The text with Python's escapes undone.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (c, length) = match behind.chars().next() {
            Some(c @ ('\\' | '\'' | '"')) => (Some(c), 1),
            Some('a') => (Some('\x07'), 1),
            Some('b') => (Some('\x08'), 1),
            Some('f') => (Some('\x0c'), 1),
            Some('n') => (Some('\n'), 1),
            Some('r') => (Some('\r'), 1),
            Some('t') => (Some('\t'), 1),
            Some('v') => (Some('\x0b'), 1),
            Some('x') => (code(behind, 2), 3),
            Some('u') => (code(behind, 4), 5),
            Some('U') => (code(behind, 8), 9),
            _ => (None, 0),
        };
        match c {
            Some(c) => {
                out.push(c);
                rest = &behind[length..];
            }
            None => {
                out.push('\\');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The character of so many digits behind the letter.
fn code(behind: &str, digits: usize) -> Option<char> {
    let digits = behind.get(1..=digits)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

fn unquoted(value: &str) -> &str {
    let inner = ['\'', '"'].into_iter().find_map(|quote| {
        value.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.ends_with('\\'))
    });
    inner.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> String {
        pairs(text).unwrap().iter().map(|(n, v)| format!("{n}→{v}")).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn pairs_are_read_as_ansible_reads_them() {
        for (text, expected) in [
            ("a=p#ss b=2", "a→p#ss|b→2"),
            ("a='x y' b=\"z\"", "a→x y|b→z"),
            ("a={{ 1 + 2 }} b=3", "a→{{ 1 + 2 }}|b→3"),
            ("a={% if x %}y{% endif %}", "a→{% if x %}y{% endif %}"),
            ("a=x\\ny", "a→x\ny"),
            ("a=it\\'s", "a→it's"),
            ("a='b'c", "a→'b'c"),
            ("a=b'c d'e", "a→b'c d'e"),
            ("a=\\x41\\u00e9\\q", "a→Aé\\q"),
            ("a==b c=", "a→=b|c→"),
            ("a=x\ny=2", "a→x|y→2"),
            ("a='1' b=\"'2'\"", "a→1|b→'2'"),
            ("", ""),
        ] {
            assert_eq!(one(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for (text, bad) in [
            ("a", BadPairs::NoPair(1)),
            ("a=1 b c=2", BadPairs::NoPair(2)),
            ("=1", BadPairs::NoPair(1)),
            ("a='x", BadPairs::OpenQuote),
            ("a={{ x", BadPairs::OpenTemplate),
        ] {
            assert_eq!(pairs(text), Err(bad), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a=' \"\\\\{}%#xuU0é\n]{0,24}") {
            let _ = pairs(&text);
        }
    }
}
