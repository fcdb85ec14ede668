//! Many things in one sentence.

/// How many are named and cited in one finding; the rest is counted.
pub(super) const NAMED: usize = 5;

/// `a, b, c, d, e and 3 more`
pub(super) fn names<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> String {
    let mut all = all.into_iter();
    let named: Vec<T> = all.by_ref().take(NAMED).collect();
    let named = named.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
    match all.count() {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// `1 token`, `2 tokens`
pub(super) fn number(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_five_are_counted() {
        assert_eq!(names(["a"]), "a");
        assert_eq!(names(["a", "b", "c", "d", "e"]), "a, b, c, d, e");
        assert_eq!(names(["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
        assert_eq!((number(1, "token"), number(2, "token")), ("1 token".into(), "2 tokens".into()));
    }
}
