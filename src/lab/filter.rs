//! `| grep`

use regex::RegexBuilder;

/// Longest pattern, and the memory that one may take once compiled, in bytes.
const PATTERN: usize = 256;
const COMPILED: usize = 1 << 20;

/// Keeps the lines of `answer` that `filter` (`grep [-iv] [-An] WORD`) asks for. `None` when it is no
/// such filter.
pub fn grep(answer: &str, filter: &str) -> Option<String> {
    let mut words = filter.split_whitespace();
    words.next().filter(|word| *word == "grep")?;
    let (mut ignore_case, mut invert, mut after) = (false, false, 0);
    let mut pattern = None;
    for word in words {
        match word.strip_prefix('-').filter(|_| pattern.is_none()) {
            Some("i") => ignore_case = true,
            Some("v") => invert = true,
            Some(flag) => after = flag.strip_prefix('A')?.parse::<usize>().ok()?,
            None if pattern.is_none() => pattern = Some(word.trim_matches('"')),
            None => return None,
        }
    }
    let pattern = pattern.filter(|pattern| pattern.len() <= PATTERN)?;
    let pattern = RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .size_limit(COMPILED)
        .build()
        .ok()?;
    let mut kept = String::new();
    let mut follow = 0;
    for line in answer.lines() {
        if pattern.is_match(line) != invert {
            follow = after + 1;
        }
        if follow > 0 {
            follow -= 1;
            kept.push_str(line);
            kept.push('\n');
        }
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_asked_for() {
        let answer = "one\n\ntwo\nthree\n";
        assert_eq!(grep(answer, "grep .").as_deref(), Some("one\ntwo\nthree\n"));
        assert_eq!(grep(answer, "grep -v t").as_deref(), Some("one\n\n"));
        assert_eq!(grep(answer, "grep -i -A1 TWO").as_deref(), Some("two\nthree\n"));
        assert_eq!(grep(answer, "grep ("), None);
        assert_eq!(grep(answer, "sort"), None);
    }
}
