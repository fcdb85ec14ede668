//! The known name that a user may have meant.

/// The known name nearest to `wrong`, if it is near enough to be a slip.
pub fn nearest<'a, S: AsRef<str>>(wrong: &str, known: &'a [S]) -> Option<&'a str> {
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
pub fn nearest_hint<S: AsRef<str>>(wrong: &str, known: &[S]) -> String {
    match nearest(wrong, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
            format!("known are `{}`", names.join("`, `"))
        }
    }
}
