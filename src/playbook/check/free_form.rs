//! Parameters on one line: `debug: msg="x y"`.

/// One `name=value`. Positions count characters of the whole text from 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair<'a> {
    pub name: &'a str,
    pub name_at: usize,
    /// Without the quotes around it.
    pub value: &'a str,
    /// Where the value begins and how long it is, its quotes included.
    pub value_at: usize,
    pub value_width: usize,
}

/// Why a text is not a line of parameters, and the character to blame.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum BadLine {
    OpenQuote(usize),
    OpenTemplate(usize),
    /// A word without `=`, with its length.
    NoPair(usize, usize),
}

/// Cuts at blanks that stand neither in quotes nor in `{{ … }}`, as Ansible does.
pub(super) fn pairs(text: &str) -> Result<Vec<Pair<'_>>, BadLine> {
    let mut pairs = Vec::new();
    let mut rest = text;
    let mut at = 0;
    loop {
        let blanks = rest.len() - rest.trim_start().len();
        at += rest[..blanks].chars().count();
        rest = &rest[blanks..];
        if rest.is_empty() {
            return Ok(pairs);
        }
        let word = &rest[..word_end(rest, at)?];
        let width = word.chars().count();
        let (name, value) = word.split_once('=').ok_or(BadLine::NoPair(at, width))?;
        let name_width = name.chars().count();
        pairs.push(Pair {
            name,
            name_at: at,
            value: unquoted(value),
            value_at: at + name_width + 1,
            value_width: width - name_width - 1,
        });
        at += width;
        rest = &rest[word.len()..];
    }
}

/// Where the first word of `text` ends, in bytes. `at` is where `text` begins.
fn word_end(text: &str, at: usize) -> Result<usize, BadLine> {
    let mut quote: Option<(char, usize)> = None;
    let mut template: Option<(&str, usize)> = None;
    let mut before = '\0';
    for (index, (offset, c)) in text.char_indices().enumerate() {
        let here = &text[offset..];
        match (quote, template) {
            (Some((open, _)), _) => {
                if c == open && before != '\\' {
                    quote = None;
                }
            }
            (None, Some((close, _))) => {
                if here.starts_with(close) {
                    template = None;
                }
            }
            (None, None) if c.is_whitespace() => return Ok(offset),
            (None, None) => {
                let close = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
                let opened = close.into_iter().find(|(open, _)| here.starts_with(open));
                template = opened.map(|(_, close)| (close, at + index));
                if matches!(c, '\'' | '"') && before != '\\' {
                    quote = Some((c, at + index));
                }
            }
        }
        before = c;
    }
    match (quote, template) {
        (Some((_, at)), _) => Err(BadLine::OpenQuote(at)),
        (None, Some((_, at))) => Err(BadLine::OpenTemplate(at)),
        (None, None) => Ok(text.len()),
    }
}

fn unquoted(value: &str) -> &str {
    ['\'', '"']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, &str)> {
        pairs(text).unwrap().into_iter().map(|pair| (pair.name, pair.value)).collect()
    }

    #[test]
    fn blanks_in_quotes_and_templates_do_not_cut() {
        assert_eq!(read(r#"msg="x y"  quiet=yes "#), [("msg", "x y"), ("quiet", "yes")]);
        assert_eq!(read("msg={{ a | d('x y') }}"), [("msg", "{{ a | d('x y') }}")]);
        assert_eq!(read("that='a == 1' msg=a=b"), [("that", "a == 1"), ("msg", "a=b")]);
        assert_eq!(read("  "), []);
    }

    #[test]
    fn values_know_where_they_stand() {
        let pairs = pairs("é=1 msg='x'").unwrap();
        assert_eq!((pairs[1].name_at, pairs[1].value_at, pairs[1].value_width), (4, 8, 3));
    }

    #[test]
    fn what_is_no_line_of_parameters_is_refused_where_it_stands() {
        assert_eq!(pairs("a=1 hello"), Err(BadLine::NoPair(4, 5)));
        assert_eq!(pairs("a=1 b=\"x"), Err(BadLine::OpenQuote(6)));
        assert_eq!(pairs("a={{ x"), Err(BadLine::OpenTemplate(2)));
    }
}
