//! OpenSSH's client configuration (`~/.ssh/config`), as far as it means something here.

use std::path::{Path, PathBuf};

use crate::model::{InputIssue, Place, SourceFile, matches_wildcards, nearest_hint};

use super::ssh_options::{SshOptions, option};
use super::words;

/// Deeper nesting of `Include` is refused, as in OpenSSH.
const MOST_DEPTH: usize = 16;
/// More lines that say something are no configuration of a person.
const MOST_LINES: usize = 200_000;

/// The files of a configuration, in the order in which they count: the first value of each
/// option does.
#[derive(Debug, Clone, Default)]
pub struct SshConfig {
    blocks: Vec<Block>,
    /// What `~` means.
    home: Option<PathBuf>,
    lines: usize,
}

/// Lines that hold under the same conditions.
#[derive(Debug, Clone, Default)]
struct Block {
    /// All must hold: an included file stands under the conditions of the line that includes it.
    conditions: Vec<Condition>,
    options: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
enum Condition {
    /// `Host`: the name as it was given.
    Host(Vec<String>),
    /// `Match`: all of them.
    Match(Vec<Criterion>),
}

#[derive(Debug, Clone)]
struct Criterion {
    kind: Kind,
    negated: bool,
    patterns: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    All,
    /// The name after `HostName`.
    Host,
    /// The name as it was given.
    OriginalHost,
    /// The login name.
    User,
    /// What cannot be decided here. It never holds, negated or not.
    Unknown,
}

/// Gives the files that an `Include` means: what it says, and the file that says it.
pub type Includes<'a> = dyn FnMut(&str, &SourceFile) -> Result<Vec<SourceFile>, InputIssue> + 'a;

impl SshConfig {
    /// An empty one, which still knows what `~` means.
    pub fn new(home: Option<PathBuf>) -> Self {
        Self { home, ..Self::default() }
    }

    /// Adds a file behind those that are there, and says all that is wrong with it. Options that
    /// mean nothing here are passed over in silence: the file is for more programs than this.
    pub fn read(&mut self, source: &SourceFile, includes: &mut Includes<'_>) -> Vec<InputIssue> {
        let mut issues = Vec::new();
        self.read_below(source, &[], 0, includes, &mut issues);
        issues
    }

    fn read_below(
        &mut self,
        source: &SourceFile,
        above: &[Condition],
        depth: usize,
        includes: &mut Includes<'_>,
        issues: &mut Vec<InputIssue>,
    ) {
        let under = |own: Option<Condition>| Block {
            conditions: above.iter().cloned().chain(own).collect(),
            options: Vec::new(),
        };
        self.blocks.push(under(None));
        for (number, line) in (1..).zip(source.text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = Place::new(source.name.clone(), number, 1);
            let width = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
            self.lines += 1;
            if self.lines > MOST_LINES {
                issues.push(InputIssue::error("the SSH configuration never ends").at(place, width));
                return;
            }
            let (name, _) = option(line);
            let read = arguments(line).and_then(|arguments| {
                match (name.to_ascii_lowercase().as_str(), arguments.as_slice()) {
                    (_, []) => Err(InputIssue::error(format!("`{name}` says nothing"))),
                    ("host", patterns) => {
                        self.blocks.push(under(Some(Condition::Host(patterns.to_vec()))));
                        Ok(())
                    }
                    ("match", criteria) => {
                        let (criteria, unknown) = criteria_of(criteria)?;
                        issues.extend(unknown.map(|issue| issue.at(place.clone(), width)));
                        self.blocks.push(under(Some(Condition::Match(criteria))));
                        Ok(())
                    }
                    ("include", paths) => {
                        if depth >= MOST_DEPTH {
                            return Err(InputIssue::error("the files include each other")
                                .hint("end the circle of `Include`"));
                        }
                        let here = self.blocks.last().map(|block| block.conditions.clone());
                        let here = here.unwrap_or_default();
                        for path in paths {
                            for file in includes(path, source)? {
                                self.read_below(&file, &here, depth + 1, includes, issues);
                            }
                        }
                        self.blocks.push(Block { conditions: here, options: Vec::new() });
                        Ok(())
                    }
                    // The one option whose value is the rest of the line, quotes and all.
                    ("proxycommand", _) => self.add(name, rest(line)),
                    (_, arguments) => self.add(name, &arguments.join(" ")),
                }
            });
            if let Err(issue) = read {
                issues.push(if issue.place.is_none() { issue.at(place, width) } else { issue });
            }
        }
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), InputIssue> {
        let known = SshOptions::default()
            .add(name, value)
            .map_err(|(message, hint)| InputIssue::error(format!("it {message}")).hint(hint))?;
        if let Some(block) = self.blocks.last_mut().filter(|_| known) {
            block.options.push((name.to_owned(), value.to_owned()));
        }
        Ok(())
    }

    /// What the files say of the host of that name, for a login name that is known already or
    /// not.
    pub(super) fn options(&self, name: &str, user: Option<&str>) -> SshOptions {
        let mut options = SshOptions::default();
        for block in &self.blocks {
            if block.conditions.iter().all(|condition| condition.holds(name, user, &options)) {
                for (name, value) in &block.options {
                    // It was tried when the file was read.
                    let _ = options.add(name, value);
                }
            }
        }
        options
    }

    /// `path` with `~` and the `%` sequences of OpenSSH filled in.
    pub(super) fn expanded(&self, path: &Path) -> PathBuf {
        let Some((home, text)) = self.home.as_ref().zip(path.to_str()) else {
            return path.to_owned();
        };
        match text.strip_prefix("~/").or_else(|| text.strip_prefix("%d/")) {
            Some(rest) => home.join(rest),
            None => path.to_owned(),
        }
    }
}

impl Condition {
    fn holds(&self, name: &str, user: Option<&str>, so_far: &SshOptions) -> bool {
        match self {
            Self::Host(patterns) => covers(patterns, name),
            Self::Match(criteria) => criteria.iter().all(|criterion| {
                let held = match criterion.kind {
                    Kind::Unknown => return false,
                    Kind::All => true,
                    Kind::Host => covers(&criterion.patterns, &so_far.address_of(name)),
                    Kind::OriginalHost => covers(&criterion.patterns, name),
                    Kind::User => user
                        .or(so_far.user.as_deref())
                        .is_some_and(|user| covers(&criterion.patterns, user)),
                };
                held != criterion.negated
            }),
        }
    }
}

/// Whether one of the patterns matches, and none of the negated ones does.
fn covers(patterns: &[String], name: &str) -> bool {
    let name = name.to_lowercase();
    let mut covered = false;
    for pattern in patterns {
        let pattern = pattern.to_lowercase();
        match pattern.strip_prefix('!') {
            Some(negated) if matches_wildcards(negated, &name) => return false,
            Some(_) => {}
            None => covered |= matches_wildcards(&pattern, &name),
        }
    }
    covered
}

/// The criteria of a `Match`, and a warning when one of them cannot be decided.
fn criteria_of(words: &[String]) -> Result<(Vec<Criterion>, Option<InputIssue>), InputIssue> {
    const DECIDED: [&str; 4] = ["all", "host", "originalhost", "user"];
    const OTHERS: [&str; 8] = [
        "canonical",
        "final",
        "exec",
        "localuser",
        "localnetwork",
        "tagged",
        "command",
        "sessiontype",
    ];
    let mut criteria = Vec::new();
    let mut unknown = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (negated, name) = match word.strip_prefix('!') {
            Some(name) => (true, name),
            None => (false, word.as_str()),
        };
        let (name, joined) = match name.split_once('=') {
            Some((name, value)) => (name.to_ascii_lowercase(), Some(value.to_owned())),
            None => (name.to_ascii_lowercase(), None),
        };
        let kind = match name.as_str() {
            "all" => Kind::All,
            "host" => Kind::Host,
            "originalhost" => Kind::OriginalHost,
            "user" => Kind::User,
            other if OTHERS.contains(&other) => {
                unknown = Some(
                    InputIssue::warning(format!(
                        "`Match {other}` is not decided here: the lines below it are passed over"
                    ))
                    .hint("`host`, `originalhost`, `user` and `all` are"),
                );
                Kind::Unknown
            }
            other => {
                return Err(InputIssue::error(format!("`Match` has no criterion `{other}`"))
                    .hint(nearest_hint(other, &DECIDED)));
            }
        };
        let has_value = !["all", "canonical", "final"].contains(&name.as_str());
        let value = match joined {
            Some(value) => Some(value),
            None if has_value => words.next().cloned(),
            None => None,
        };
        if has_value && value.is_none() {
            return Err(InputIssue::error(format!("`Match {name}` says nothing")));
        }
        let patterns = value.unwrap_or_default().split(',').map(str::to_owned).collect();
        criteria.push(Criterion { kind, negated, patterns });
    }
    Ok((criteria, unknown))
}

/// The arguments of a line, its name left out and a comment at its end too.
fn arguments(line: &str) -> Result<Vec<String>, InputIssue> {
    let rest = rest(line);
    match words::split(rest) {
        Ok(words) => Ok(words.words.into_iter().map(|word| word.text).collect()),
        Err(_) => Err(InputIssue::error("a quote is not closed").hint("close it, or leave it out")),
    }
}

/// What stands behind the name.
fn rest(line: &str) -> &str {
    let blank = [' ', '\t'];
    let end = line.find(|c| c == '=' || blank.contains(&c)).unwrap_or(line.len());
    let rest = line[end..].trim_start_matches(blank);
    rest.strip_prefix('=').unwrap_or(rest).trim_matches(blank)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inventory::ssh_options::Proxy;

    fn read(text: &str) -> (SshConfig, Vec<String>) {
        let mut config = SshConfig::new(Some(PathBuf::from("/home/me")));
        let mut includes = |name: &str, _: &SourceFile| {
            let text = match name {
                "users" => "User included\nHost b\nPort 77\n",
                "circle" => "Include circle\n",
                _ => return Err(InputIssue::error("no such file")),
            };
            Ok(vec![SourceFile::new(name, text)])
        };
        let issues = config.read(&SourceFile::new("config", text), &mut includes);
        (config, issues.iter().map(ToString::to_string).collect())
    }

    fn options(text: &str, name: &str) -> SshOptions {
        let (config, issues) = read(text);
        assert_eq!(issues, Vec::<String>::new());
        config.options(name, None)
    }

    fn user(text: &str, name: &str) -> Option<String> {
        options(text, name).user
    }

    #[test]
    fn the_first_value_counts() {
        let text = "Port 1\nHost fw1\n  User one\n  Port 2\nHost fw*\n  User=two\n  HostName %h.example.net\n";
        assert_eq!(user(text, "fw1").as_deref(), Some("one"));
        assert_eq!(user(text, "FW2").as_deref(), Some("two"));
        assert_eq!(user(text, "other"), None);
        assert_eq!(options(text, "fw1").port, Some(1));
        assert_eq!(options(text, "fw1").address_of("fw1"), "fw1.example.net");
    }

    #[test]
    fn patterns_are_listed_quoted_and_negated() {
        let text = "Host \"fw?\" !fw3 *.lab # the lab\n  User \"a b\" # hers\n";
        assert_eq!(user(text, "fw2").as_deref(), Some("a b"));
        assert_eq!(user(text, "x.lab").as_deref(), Some("a b"));
        assert_eq!(user(text, "fw3"), None);
        assert_eq!(user("Host !fw1\nUser x\n", "fw2"), None);
    }

    #[test]
    fn match_looks_at_the_name_that_it_has_come_to() {
        let text = "Host fw1\n  HostName 192.0.2.1\nMatch host 192.0.2.*\n  User found\n\
                    Match originalhost fw2 !host 10.*\n  User two\nMatch all\n  Port 5\n";
        assert_eq!(user(text, "fw1").as_deref(), Some("found"));
        assert_eq!(user(text, "fw2").as_deref(), Some("two"));
        assert_eq!(options(text, "x").port, Some(5));
        let (config, _) = read("Match user admin,root\nPort 9\n");
        assert_eq!(config.options("x", Some("root")).port, Some(9));
        assert_eq!(config.options("x", Some("me")).port, None);
        assert_eq!(config.options("x", None).port, None);
    }

    #[test]
    fn what_cannot_be_decided_never_holds_and_is_told() {
        let (config, issues) =
            read("Match !exec \"true\" host a\n  User x\nMatch final\n  User y\n");
        assert_eq!(config.options("a", None).user, None);
        assert_eq!(
            issues[0],
            "config:1:1: `Match exec` is not decided here: the lines below it are passed over \
             (`host`, `originalhost`, `user` and `all` are)"
        );
        assert_eq!(issues.len(), 2);
    }

    #[test]
    fn an_included_file_stands_under_the_conditions_of_its_line() {
        let text = "Host a b\n  Include users\n  Port 5\nHost c\n  User later\n";
        assert_eq!(user(text, "a").as_deref(), Some("included"));
        assert_eq!((options(text, "a").port, options(text, "b").port), (Some(5), Some(77)));
        assert_eq!(user(text, "c").as_deref(), Some("later"));
        let (_, issues) = read("Include circle\nInclude missing\n");
        assert_eq!(
            issues[0],
            "circle:1:1: the files include each other (end the circle of `Include`)"
        );
        assert_eq!(issues[1], "config:2:1: no such file");
    }

    #[test]
    fn ways_and_keys() {
        let text = "Host a\n ProxyJump ops@b:22,c\n IdentityFile ~/.ssh/one\n IdentityFile two\n\
                    Host d\n ProxyCommand nc -X \"5\" %h %p # all of it\nHost *\n ProxyJump none\n";
        assert!(matches!(options(text, "a").proxy, Some(Proxy::Jump(hops)) if hops.len() == 2));
        let command = "nc -X \"5\" %h %p # all of it".to_owned();
        assert_eq!(options(text, "d").proxy, Some(Proxy::Command(command)));
        assert_eq!(options(text, "x").proxy, Some(Proxy::None));
        let (config, _) = read(text);
        let key = config.options("a", None).private_key_file.unwrap();
        assert_eq!(config.expanded(&key), PathBuf::from("/home/me/.ssh/one"));
    }

    #[test]
    fn mistakes_are_told_at_their_line() {
        let (_, issues) = read(
            "Host\nPort ssh\nUser \"x\nMatch hots a\nMatch host\nStrictHostKeyChecking maybe\n",
        );
        let begins = [
            "config:1:1: `Host` says nothing",
            "config:2:1: it sets `Port` to `ssh`",
            "config:3:1: a quote is not closed",
            "config:4:1: `Match` has no criterion `hots` (did you mean `host`?)",
            "config:5:1: `Match host` says nothing",
            "config:6:1: it sets `StrictHostKeyChecking` to `maybe`",
        ];
        assert_eq!(issues.len(), begins.len(), "{issues:?}");
        for (issue, begin) in issues.iter().zip(begins) {
            assert!(issue.starts_with(begin), "{issue}");
        }
        // Options for others are passed over, whatever they say.
        assert_eq!(read("SendEnv LANG LC_*\nHashKnownHosts perhaps\n").1, Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in "((Host|Match|Port|Include|ProxyJump|=|!|\\*|host|all|user|\"|#|é|[a-z:@,]|[ \t\n]){0,3}){0,20}"
        ) {
            read(&text).0.options("fw1", Some("me"));
        }
    }
}
