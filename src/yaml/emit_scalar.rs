//! One text as a scalar of YAML: which styles can hold it, and how it is escaped.

use crate::model::Value as Plain;

use super::resolve_plain;

pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}') || !is_printable(c)
}

/// As libyaml has it, which escapes all beyond the basic plane, emoji for one.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
}

pub(super) fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        c => {
            return match u32::from(c) {
                code @ ..=0xff => format!("\\x{code:02X}"),
                code @ ..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}

/// Whether a plain scalar of this text would be read as text again.
pub(super) fn reads_as_text(text: &str) -> bool {
    let is_date = text.len() >= 8
        && text.as_bytes().get(4) == Some(&b'-')
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "-:.+ TtZz".contains(c));
    !is_date && !matches!(text, "=" | "<<") && matches!(resolve_plain(text), Plain::Text(_))
}

/// Which styles can hold a text: PyYAML's `analyze_scalar`.
pub(super) struct Analysis {
    pub multiline: bool,
    /// Unquoted within `[…]` and `{…}`.
    pub flow_plain: bool,
    /// Unquoted elsewhere.
    pub block_plain: bool,
    /// In single quotes.
    pub single: bool,
}

impl Analysis {
    pub fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self { multiline: false, flow_plain: false, block_plain: true, single: true };
        }
        let marks_document = text.starts_with("---") || text.starts_with("...");
        let (mut block, mut flow) = (marks_document, marks_document);
        let (mut breaks, mut special, mut break_space, mut space_break) =
            (false, false, false, false);
        let is_gap = |c: char| matches!(c, '\0' | ' ' | '\t' | '\r') || is_break(c);
        let mut previous = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let preceded = previous.is_none_or(is_gap);
            let followed = chars.peek().is_none_or(|next| is_gap(*next));
            match (previous.is_none(), c) {
                (
                    true,
                    '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
                    | '%' | '@' | '`',
                ) => (flow, block) = (true, true),
                (true, '-') if followed => (flow, block) = (true, true),
                (_, '?' | ':') => {
                    flow = true;
                    block |= followed && (c == ':' || previous.is_none());
                }
                (false, ',' | '[' | ']' | '{' | '}') => flow = true,
                (false, '#') if preceded => (flow, block) = (true, true),
                _ => {}
            }
            breaks |= is_break(c);
            special |= !(c == '\n' || is_break(c) || is_printable(c)) || c == '\u{feff}';
            break_space |= c == ' ' && previous.is_some_and(is_break);
            space_break |= is_break(c) && previous == Some(' ');
            previous = Some(c);
        }
        let is_edge = |c: char| c == ' ' || is_break(c);
        let edges = text.starts_with(is_edge) || text.ends_with(is_edge);
        let plain = !(edges || breaks || break_space || space_break || special);
        Self {
            multiline: breaks,
            flow_plain: plain && !flow,
            block_plain: plain && !block,
            single: !(break_space || space_break || special),
        }
    }
}
