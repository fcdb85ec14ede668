//! `--tags` and `--skip-tags`: which tasks are meant this time.

/// Decides as Ansible does, its words `all`, `tagged`, `untagged`, `always` and `never` included.
#[derive(Debug)]
pub(super) struct Tags {
    run: Vec<String>,
    skip: Vec<String>,
}

impl Tags {
    /// Each flag may hold several tags with commas between them.
    pub fn new(run: &[String], skip: &[String]) -> Self {
        let split = |flags: &[String]| {
            let tags = flags.iter().flat_map(|flag| flag.split(','));
            let tags = tags.map(str::trim).filter(|tag| !tag.is_empty());
            tags.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut run = split(run);
        if run.is_empty() {
            run.push("all".to_owned());
        }
        Self { run, skip: split(skip) }
    }

    /// Whether a task with these tags runs. Skipping beats running.
    pub fn select(&self, tags: &[String]) -> bool {
        let has = |name: &str| tags.iter().any(|tag| tag == name);
        let named = |list: &[String], name: &str| list.iter().any(|tag| tag == name);
        let meets = |list: &[String]| match tags.is_empty() {
            true => named(list, "untagged"),
            false => tags.iter().any(|tag| list.contains(tag)),
        };
        let runs = has("always")
            || meets(&self.run)
            || (!has("never")
                && (named(&self.run, "all") || (named(&self.run, "tagged") && !tags.is_empty())));
        let skipped = if named(&self.skip, "all") {
            !has("always") || named(&self.skip, "always")
        } else {
            meets(&self.skip) || (named(&self.skip, "tagged") && !tags.is_empty())
        };
        runs && !skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(run: &str, skip: &str) -> Vec<&'static str> {
        let tags = Tags::new(&[run.to_owned()], &[skip.to_owned()]);
        let tasks = ["", "a", "b", "a b", "always", "never", "never a", "always a"];
        let words = |task: &str| task.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        tasks.into_iter().filter(|task| tags.select(&words(task))).collect()
    }

    #[test]
    fn without_flags_all_run_but_never() {
        assert_eq!(selected("", ""), ["", "a", "b", "a b", "always", "always a"]);
    }

    #[test]
    fn a_tag_runs_its_tasks_and_those_that_always_run() {
        assert_eq!(selected("a", ""), ["a", "a b", "always", "never a", "always a"]);
        assert_eq!(selected("nope", ""), ["always", "always a"]);
        assert_eq!(selected("b, a", ""), ["a", "b", "a b", "always", "never a", "always a"]);
        assert_eq!(selected("never", ""), ["always", "never", "never a", "always a"]);
    }

    #[test]
    fn skipping_beats_running() {
        assert_eq!(selected("a", "a"), ["always"]);
        assert_eq!(selected("", "always"), ["", "a", "b", "a b"]);
        assert_eq!(selected("", "all"), ["always", "always a"]);
    }

    #[test]
    fn tagged_and_untagged_are_words() {
        assert_eq!(selected("tagged", ""), ["a", "b", "a b", "always", "always a"]);
        assert_eq!(selected("untagged", ""), ["", "always", "always a"]);
        assert_eq!(selected("", "tagged"), [""]);
        assert_eq!(selected("", "untagged"), ["a", "b", "a b", "always", "always a"]);
    }
}
