//! The prompt: what it looks like, and whether it is the one that was learned.

/// A prompt taken apart: `[(M) ]name[(role)][ (context)] # `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Usually the host name; it may differ from it, and long ones are cut with `~`.
    pub name: String,
    /// `Primary`, where the release prints the role in the cluster behind the name.
    pub role: Option<String>,
    /// What stands in parentheses: `global`, `vdom`, the name of a VDOM. Long ones are cut with
    /// `~`.
    pub context: Option<String>,
    /// Ends with `$`: the administrator's profile is restricted.
    pub restricted: bool,
}

impl Prompt {
    /// Reads a line that is wholly a prompt.
    ///
    /// Names are made of letters, digits, `._~+-` and inner blanks. What a Linux shell shows
    /// (`root@box:~#`) is therefore none, and neither is a banner drawn with `#`.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim_end();
        let restricted = match line.chars().next_back()? {
            '#' => false,
            '$' => true,
            _ => return None,
        };
        let body = line[..line.len() - 1].strip_suffix(' ')?.trim_end();
        let body = strip_mark(body);
        let (rest, context) = split_context(body);
        let (name, role) = split_role(rest);
        let valid = name.starts_with(|c: char| is_name_character(c) && c != ' ')
            && !name.ends_with(' ')
            && name.chars().all(is_name_character)
            && context.as_deref().is_none_or(|c| !c.is_empty() && !c.contains(['(', ')']));
        valid.then(|| Self {
            name: name.to_owned(),
            role: role.map(str::to_owned),
            context,
            restricted,
        })
    }

    /// Whether the other is a prompt of the same session. The role may change in a failover, the
    /// sign and the context with the place, and a long name may be cut differently.
    pub fn same_device(&self, other: &Self) -> bool {
        is_same(&self.name, &other.name)
    }

    /// Whether the context is `name`, or the beginning of it cut with `~`.
    pub fn is_in(&self, name: &str) -> bool {
        self.context.as_deref().is_some_and(|context| is_cut_of(context, name))
    }
}

/// Whether `shown` is `name`, whole or cut with `~`.
pub fn is_cut_of(shown: &str, name: &str) -> bool {
    shown == name
        || shown.strip_suffix('~').is_some_and(|start| {
            !start.is_empty() && name.len() > start.len() && name.starts_with(start)
        })
}

fn is_same(a: &str, b: &str) -> bool {
    is_cut_of(a, b) || is_cut_of(b, a)
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || "._~+- ".contains(c)
}

/// Leaves out the mark before the name that some units print: `(M) name`.
fn strip_mark(body: &str) -> &str {
    body.strip_prefix('(')
        .and_then(|rest| rest.split_once(") "))
        .filter(|(mark, _)| mark.chars().all(char::is_alphanumeric))
        .map_or(body, |(_, rest)| rest)
}

/// Splits `name (context)`, `name (conte~)`, `name (conte)~` and `name (conte~`.
fn split_context(body: &str) -> (&str, Option<String>) {
    let Some((name, context)) = body.split_once(" (") else { return (body, None) };
    let context = match (context.strip_suffix(')'), context.strip_suffix(")~")) {
        (Some(context), _) => context.to_owned(),
        (_, Some(start)) => format!("{start}~"),
        _ if context.ends_with('~') => context.to_owned(),
        _ => return (body, None),
    };
    (name, Some(context))
}

fn split_role(name: &str) -> (&str, Option<&str>) {
    match name.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        Some((name, role)) if !name.ends_with(' ') => (name, Some(role)),
        _ => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(line: &str) -> Option<(String, Option<String>, Option<String>, bool)> {
        Prompt::parse(line).map(|p| (p.name, p.role, p.context, p.restricted))
    }

    #[test]
    fn every_shape_is_taken_apart() {
        for (line, name, role, context, restricted) in [
            ("fgt # ", "fgt", None, None, false),
            ("fgt #", "fgt", None, None, false),
            ("fgt $ ", "fgt", None, None, true),
            ("(M) fgt $ ", "fgt", None, None, true),
            ("FGT-60F.branch_1~ # ", "FGT-60F.branch_1~", None, None, false),
            ("fgt (global) # ", "fgt", None, Some("global"), false),
            ("fgt (vdom) $ ", "fgt", None, Some("vdom"), true),
            ("fgt (CUST-A.north_2) # ", "fgt", None, Some("CUST-A.north_2"), false),
            ("fgt (a customer) # ", "fgt", None, Some("a customer"), false),
            ("fgt (a-very-long-na~) # ", "fgt", None, Some("a-very-long-na~"), false),
            ("fgt (a-very-long-na~ # ", "fgt", None, Some("a-very-long-na~"), false),
            ("fgt (a-very-long-na)~ # ", "fgt", None, Some("a-very-long-na~"), false),
            ("fgt(Primary) # ", "fgt", Some("Primary"), None, false),
            ("fgt(Primary) (global) # ", "fgt", Some("Primary"), Some("global"), false),
            ("my fgt (root) # ", "my fgt", None, Some("root"), false),
        ] {
            let expected =
                (name.to_owned(), role.map(str::to_owned), context.map(str::to_owned), restricted);
            assert_eq!(seen(line), Some(expected), "{line:?}");
        }
    }

    #[test]
    fn other_lines_are_no_prompts() {
        for line in [
            "",
            "# ",
            "############ # ",
            "# Authorised use only # ",
            "fgt# ",
            "root@box:~# ",
            "root@box:~ # ",
            "[admin@box ~]$ ",
            "fgt > ",
            "fgt # get system status",
            "    set comment x # ",
            "fgt (root # ",
            "fgt () # ",
            "fgt (a) (b) # ",
            "--More-- ",
            "Price: 10 $ ",
        ] {
            assert_eq!(seen(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_cut_context_matches_the_names_that_begin_so() {
        let prompt = Prompt::parse("fgt (customer-no~) # ").unwrap();
        assert!(prompt.is_in("customer-north-1") && prompt.is_in("customer-no~"));
        assert!(!prompt.is_in("customer-south") && !prompt.is_in("customer-no"));
        assert!(!Prompt::parse("fgt (~) # ").unwrap().is_in("root"));
        assert!(!Prompt::parse("fgt # ").unwrap().is_in("root"));
    }

    #[test]
    fn the_same_device_in_another_place_or_role() {
        let learned = Prompt::parse("fgt-north(Primary) # ").unwrap();
        let same = |line: &str| Prompt::parse(line).unwrap().same_device(&learned);
        assert!(same("fgt-north(Secondary) (global) $ ") && same("fgt-no~ (root) # "));
        assert!(!same("fgt # ") && !same("fgt-south # "));
    }
}
