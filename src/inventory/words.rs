//! A host line cut into words as a POSIX shell cuts them, which is how Ansible reads it.

/// One word, quotes and escapes undone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub text: String,
    /// Where it begins and how long it is as written, in characters of the line.
    pub start: usize,
    pub width: usize,
}

/// The words of a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Words {
    pub words: Vec<Word>,
    /// Where a `#` inside a word began a comment and so cut the word.
    pub cut: Option<usize>,
}

/// Why a line cannot be cut, with the character that is to blame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum BadWords {
    OpenQuote(usize),
    LoneBackslash(usize),
}

/// Quotes join and are removed, a backslash takes the next character as it is (in double quotes
/// only before `"` and itself), and an unquoted `#` begins a comment, even inside a word.
pub(super) fn split(line: &str) -> Result<Words, BadWords> {
    cut(line, true)
}

/// The words of a command's arguments, in which a `#` is a character as any other.
pub(super) fn split_arguments(text: &str) -> Result<Vec<String>, BadWords> {
    Ok(cut(text, false)?.words.into_iter().map(|word| word.text).collect())
}

fn cut(line: &str, has_comments: bool) -> Result<Words, BadWords> {
    let mut found = Words::default();
    let mut word: Option<Word> = None;
    let mut chars = line.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        if matches!(c, ' ' | '\t' | '\r' | '\n') {
            found.words.extend(word.take());
            continue;
        }
        if c == '#' && has_comments {
            if word.as_ref().is_some() {
                found.cut = Some(at);
            }
            break;
        }
        let current = word.get_or_insert_with(|| Word { text: String::new(), start: at, width: 0 });
        match c {
            '\\' => {
                let (_, next) = chars.next().ok_or(BadWords::LoneBackslash(at))?;
                current.text.push(next);
            }
            '\'' => loop {
                match chars.next().ok_or(BadWords::OpenQuote(at))? {
                    (_, '\'') => break,
                    (_, inner) => current.text.push(inner),
                }
            },
            '"' => loop {
                match chars.next().ok_or(BadWords::OpenQuote(at))? {
                    (_, '"') => break,
                    (_, '\\') => {
                        let (_, next) = chars.next().ok_or(BadWords::OpenQuote(at))?;
                        if next != '"' && next != '\\' {
                            current.text.push('\\');
                        }
                        current.text.push(next);
                    }
                    (_, inner) => current.text.push(inner),
                }
            },
            other => current.text.push(other),
        }
        let end = chars.peek().map_or_else(|| line.chars().count(), |(next, _)| *next);
        current.width = end - current.start;
    }
    found.words.extend(word);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line).unwrap().words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn quotes_join_and_go() {
        assert_eq!(texts(r#"h a="x y"'z' b='' c=\"q"#), ["h", "a=x yz", "b=", "c=\"q"]);
        assert_eq!(texts(r#"a\b "a\b" "a\\b" 'a\\b'"#), ["ab", r"a\b", r"a\b", r"a\\b"]);
    }

    #[test]
    fn a_hash_cuts_a_word_and_says_so() {
        let words = split("h p=p#ss after=1").unwrap();
        assert_eq!(words.words[1].text, "p=p");
        assert_eq!(words.words.len(), 2);
        assert_eq!(words.cut, Some(5));
        assert_eq!(split("h a=1 # about").unwrap().cut, None);
        assert_eq!(texts("h a='#1'"), ["h", "a=#1"]);
    }

    #[test]
    fn arguments_have_no_comments() {
        assert_eq!(split_arguments("-o 'a b' #c d#e").unwrap(), ["-o", "a b", "#c", "d#e"]);
    }

    #[test]
    fn words_know_where_they_stand() {
        let words = split("h  a=\"x\" b").unwrap().words;
        assert_eq!((words[1].start, words[1].width), (3, 5));
        assert_eq!((words[2].start, words[2].width), (9, 1));
    }

    #[test]
    fn open_ends_are_refused() {
        assert_eq!(split("h a=\"x"), Err(BadWords::OpenQuote(4)));
        assert_eq!(split("h a=x'"), Err(BadWords::OpenQuote(5)));
        assert_eq!(split("h a=\\"), Err(BadWords::LoneBackslash(4)));
    }
}
