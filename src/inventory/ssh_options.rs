//! OpenSSH's options, as far as they mean something here.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::HostKeyPolicy;

use super::words::{self, BadWords};

/// What options say of one host. As in OpenSSH, the first value of each counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SshOptions {
    /// The name or address behind the name that was given; `%h` is not filled in yet.
    pub host_name: Option<String>,
    pub user: Option<String>,
    pub port: Option<u16>,
    pub private_key_file: Option<PathBuf>,
    pub identities_only: Option<bool>,
    pub host_key: Option<HostKeyPolicy>,
    /// Files with known host keys, as written; none when `none` is said.
    pub user_known_hosts: Option<Vec<String>>,
    pub global_known_hosts: Option<Vec<String>>,
    pub connect_timeout: Option<Duration>,
    pub proxy: Option<Proxy>,
    /// `-F`: the configuration to read in place of the user's.
    pub config_file: Option<String>,
    /// The options that were passed over, as written, each once.
    pub ignored: Vec<String>,
}

/// The way to a host. Jump hosts and a command compete: the first of either counts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Proxy {
    /// `none`: straight, whatever is said elsewhere.
    None,
    /// In the order in which they are passed.
    Jump(Vec<Hop>),
    /// `%h` and its like are not filled in yet.
    Command(String),
}

/// One jump host: `[user@]host[:port]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hop {
    pub user: Option<String>,
    pub host: String,
    pub port: Option<u16>,
}

/// What is wrong with an option, and what to do about it.
pub(super) type Wrong = (String, String);

/// ssh's flags that take no value. None of them means anything here.
const BARE_FLAGS: &str = "1246AaCfGgKkMNnqsTtVvXxYy";
/// ssh's flags with a value, in the same word or the next.
const VALUE_FLAGS: &str = "BbcDEeFIiJLlmOopQRSWwP";
/// More hosts one behind the other are a slip.
pub(super) const MOST_HOPS: usize = 8;

impl SshOptions {
    /// Where the host of that name is.
    pub fn address_of(&self, name: &str) -> String {
        match &self.host_name {
            Some(written) => written.replace("%h", name).replace("%%", "%"),
            None => name.to_owned(),
        }
    }

    /// Adds the words of `ansible_ssh_common_args` and its like.
    pub fn add_arguments(&mut self, text: &str) -> Result<(), Wrong> {
        let words = words::split_arguments(text).map_err(|bad| {
            let what = match bad {
                BadWords::OpenQuote(_) => "has a quote that is not closed",
                BadWords::LoneBackslash(_) => "ends with a lone backslash",
            };
            (what.to_owned(), "quote it as for a shell".to_owned())
        })?;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
                return Err((
                    format!("has the word `{word}`, which is no option"),
                    "options begin with `-`; quote a value that has blanks".to_owned(),
                ));
            };
            for (at, flag) in flags.char_indices() {
                if BARE_FLAGS.contains(flag) {
                    self.ignore(format!("-{flag}"));
                    continue;
                }
                if !VALUE_FLAGS.contains(flag) {
                    return Err((
                        format!("has the option `-{flag}`, which ssh does not have"),
                        "see ssh(1) for its options".to_owned(),
                    ));
                }
                let rest = &flags[at + flag.len_utf8()..];
                let value = if rest.is_empty() { words.next() } else { Some(rest.to_owned()) };
                let value = value.ok_or_else(|| {
                    (format!("ends with `-{flag}`"), "a value must follow it".to_owned())
                })?;
                self.add_flag(flag, &value)?;
                break;
            }
        }
        Ok(())
    }

    fn add_flag(&mut self, flag: char, value: &str) -> Result<(), Wrong> {
        match flag {
            'o' => {
                let (name, value) = option(value);
                if !self.add(name, value)? {
                    self.ignore(format!("-o {name}"));
                }
                Ok(())
            }
            'F' => {
                self.config_file.get_or_insert_with(|| value.to_owned());
                Ok(())
            }
            'J' => self.add("ProxyJump", value).map(drop),
            'i' => self.add("IdentityFile", value).map(drop),
            'l' => self.add("User", value).map(drop),
            'p' => self.add("Port", value).map(drop),
            other => {
                self.ignore(format!("-{other}"));
                Ok(())
            }
        }
    }

    /// Adds one option by its name in ssh_config(5), of any case. `false`: it means nothing here.
    pub fn add(&mut self, name: &str, value: &str) -> Result<bool, Wrong> {
        let wrong = |hint: &str| {
            (format!("sets `{name}` to `{value}`, which cannot be used"), hint.to_owned())
        };
        match name.to_ascii_lowercase().as_str() {
            "user" | "hostname" if value.is_empty() => return Err(wrong("give a name")),
            "user" => {
                self.user.get_or_insert_with(|| value.to_owned());
            }
            "hostname" => {
                self.host_name.get_or_insert_with(|| value.to_owned());
            }
            "port" => {
                let port =
                    port(value).ok_or_else(|| wrong("a port is a number from 1 to 65535"))?;
                self.port.get_or_insert(port);
            }
            "identityfile" => {
                if !value.eq_ignore_ascii_case("none") {
                    self.private_key_file.get_or_insert_with(|| PathBuf::from(value));
                }
            }
            "identitiesonly" => {
                let only = match value.to_ascii_lowercase().as_str() {
                    "yes" | "true" => true,
                    "no" | "false" => false,
                    _ => return Err(wrong("write `yes` or `no`")),
                };
                self.identities_only.get_or_insert(only);
            }
            "stricthostkeychecking" => {
                let policy = match value.to_ascii_lowercase().as_str() {
                    "no" | "off" | "false" => HostKeyPolicy::Off,
                    "accept-new" => HostKeyPolicy::AcceptNew,
                    // Nothing is ever asked during a run.
                    "yes" | "true" | "ask" => HostKeyPolicy::Strict,
                    _ => return Err(wrong("write `yes`, `accept-new` or `no`")),
                };
                self.host_key.get_or_insert(policy);
            }
            "connecttimeout" => {
                let seconds = value.parse().ok().filter(|seconds| *seconds > 0);
                let seconds: u32 = seconds.ok_or_else(|| wrong("give a number of seconds"))?;
                self.connect_timeout.get_or_insert(Duration::from_secs(seconds.into()));
            }
            "proxyjump" => {
                let proxy = jump(value).ok_or_else(|| {
                    wrong("write `[user@]host[:port]`, several with commas between them")
                })?;
                self.proxy.get_or_insert(proxy);
            }
            "proxycommand" => {
                self.proxy.get_or_insert_with(|| match value {
                    "" => Proxy::None,
                    _ if value.eq_ignore_ascii_case("none") => Proxy::None,
                    _ => Proxy::Command(value.to_owned()),
                });
            }
            "userknownhostsfile" | "globalknownhostsfile" if value.trim().is_empty() => {
                return Err(wrong("name a file, several with blanks between them, or `none`"));
            }
            "userknownhostsfile" => {
                self.user_known_hosts.get_or_insert_with(|| files(value));
            }
            "globalknownhostsfile" => {
                self.global_known_hosts.get_or_insert_with(|| files(value));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn ignore(&mut self, option: String) {
        if !self.ignored.contains(&option) {
            self.ignored.push(option);
        }
    }
}

/// `Name=value` or `Name value`, the value in double quotes or not.
pub(super) fn option(text: &str) -> (&str, &str) {
    let blank = [' ', '\t'];
    let text = text.trim_matches(blank);
    let end = text.find(|c| c == '=' || blank.contains(&c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(blank);
    let value = rest.strip_prefix('=').unwrap_or(rest).trim_matches(blank);
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    (name, inner.unwrap_or(value))
}

/// Names of files between blanks, or `none`.
fn files(text: &str) -> Vec<String> {
    let names = text.split_whitespace();
    names.filter(|name| !name.eq_ignore_ascii_case("none")).map(str::to_owned).collect()
}

/// Jump hosts, in the order in which they are passed; `None` when they cannot be read.
pub(super) fn jump(text: &str) -> Option<Proxy> {
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Some(Proxy::None);
    }
    let hops: Vec<Hop> =
        text.split(',').map(|hop| Hop::parse(hop.trim())).collect::<Option<_>>()?;
    (hops.len() <= MOST_HOPS).then_some(Proxy::Jump(hops))
}

impl Hop {
    pub fn is_called(&self, name: &str) -> bool {
        self.host.eq_ignore_ascii_case(name)
    }

    /// `[user@]host[:port]` or `ssh://[user@]host[:port]`, an IPv6 address in brackets where a
    /// port follows it.
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("ssh://").map_or(text, |rest| rest.trim_end_matches('/'));
        let (user, place) = match text.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, text),
        };
        let (host, given) = match place.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']')?;
                let given = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
                (host, given)
            }
            None if place.matches(':').count() > 1 => (place, None),
            None => match place.split_once(':') {
                Some((host, given)) => (host, Some(given)),
                None => (place, None),
            },
        };
        let port = match given {
            Some(given) => Some(port(given)?),
            None => None,
        };
        let is_name = |text: &str| {
            !text.is_empty()
                && !text.starts_with('-')
                && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/')
        };
        if !is_name(host) || !user.is_none_or(is_name) {
            return None;
        }
        Some(Self { user: user.map(str::to_owned), host: host.to_owned(), port })
    }
}

fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> SshOptions {
        let mut options = SshOptions::default();
        options.add_arguments(text).unwrap();
        options
    }

    fn told(text: &str) -> String {
        SshOptions::default().add_arguments(text).unwrap_err().0
    }

    fn hops(text: &str) -> Vec<(Option<String>, String, Option<u16>)> {
        let Some(Proxy::Jump(hops)) = read(text).proxy else { return Vec::new() };
        hops.into_iter().map(|hop| (hop.user, hop.host, hop.port)).collect()
    }

    #[test]
    fn jump_hosts_are_read_in_every_spelling() {
        let one = (Some("ops".to_owned()), "bastion".to_owned(), Some(2222));
        for text in [
            "-J ops@bastion:2222",
            "-Jops@bastion:2222",
            "-vJ ops@bastion:2222",
            "-o ProxyJump=ops@bastion:2222",
            "-oproxyjump=ops@bastion:2222",
            "-o 'ProxyJump ops@bastion:2222'",
            "-o ProxyJump='\"ops@bastion:2222\"'",
            "-J ssh://ops@bastion:2222/",
        ] {
            assert_eq!(hops(text), std::slice::from_ref(&one), "{text}");
        }
        let names: Vec<_> =
            hops("-J a,[2001:db8::1]:22,2001:db8::2,u@[2001:db8::3]").into_iter().collect();
        assert_eq!(
            names,
            [
                (None, "a".to_owned(), None),
                (None, "2001:db8::1".to_owned(), Some(22)),
                (None, "2001:db8::2".to_owned(), None),
                (Some("u".to_owned()), "2001:db8::3".to_owned(), None),
            ]
        );
        for wrong in ["-J ''x,", "-J a:0", "-J a:b", "-J @a", "-J -a", "-J [::1", "-J [::1]22"] {
            assert!(told(wrong).contains("ProxyJump"), "{wrong}");
        }
    }

    #[test]
    fn the_first_value_counts_and_the_ways_compete() {
        let options = read("-o Port=1 -p 2 -l a -o User=b -i x -i y -o ConnectTimeout=3");
        assert_eq!((options.port, options.user.as_deref()), (Some(1), Some("a")));
        assert_eq!(options.private_key_file, Some(PathBuf::from("x")));
        assert_eq!(options.connect_timeout, Some(Duration::from_secs(3)));
        let command = Proxy::Command("nc %h %p".to_owned());
        assert_eq!(read("-o 'ProxyCommand=nc %h %p' -J b").proxy, Some(command.clone()));
        assert_eq!(read(r#"-o ProxyCommand="nc %h %p""#).proxy, Some(command));
        assert_eq!(read("-o ProxyJump=none -J b").proxy, Some(Proxy::None));
    }

    #[test]
    fn what_means_nothing_here_is_named_once() {
        let options = read("-C -o ControlMaster=auto -o ControlPersist=60s -CC -L 1:b:2 -4");
        let ignored = ["-C", "-o ControlMaster", "-o ControlPersist", "-L", "-4"];
        assert_eq!(options.ignored, ignored);
        let options = read("-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no");
        assert_eq!((options.host_key, options.ignored), (Some(HostKeyPolicy::Off), Vec::new()));
    }

    #[test]
    fn files_of_known_hosts_are_listed_with_blanks() {
        let options = read("-o 'UserKnownHostsFile=a ~/.ssh/b' -o GlobalKnownHostsFile=none");
        assert_eq!(options.user_known_hosts, Some(vec!["a".to_owned(), "~/.ssh/b".to_owned()]));
        assert_eq!(options.global_known_hosts, Some(vec![]));
        assert!(told("-o UserKnownHostsFile=''").contains("UserKnownHostsFile"));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (text, word) in [
            ("-o", "ends with `-o`"),
            ("bastion", "no option"),
            ("-J 'a", "not closed"),
            ("-z", "which ssh does not have"),
            ("-p ssh", "Port"),
            ("-o StrictHostKeyChecking=perhaps", "StrictHostKeyChecking"),
            ("-o ConnectTimeout=0", "ConnectTimeout"),
        ] {
            assert!(told(text).contains(word), "{text}: {}", told(text));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}", hop in "[a-z@:,\\[\\]%.é-]{0,20}") {
            let _ = SshOptions::default().add_arguments(&text);
            let _ = SshOptions::default().add_arguments(&format!("-J {hop} -o ProxyJump={hop}"));
        }
    }
}
