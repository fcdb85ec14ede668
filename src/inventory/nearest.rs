//! The known name that a user may have meant.

/// The known name nearest to `wrong`, if it is near enough to be a slip.
pub(super) fn name<'a, S: AsRef<str>>(wrong: &str, known: &'a [S]) -> Option<&'a str> {
    let allowed = (wrong.chars().count() / 3).clamp(1, 3);
    known
        .iter()
        .map(AsRef::as_ref)
        .map(|known| (strsim::damerau_levenshtein(wrong, known), known))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, known)| known)
}

/// "did you mean `vars`?", else the names that there are.
pub(super) fn hint<const N: usize>(wrong: &str, known: [&str; N]) -> String {
    match name(wrong, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are `{}`", known.join("`, `")),
    }
}
