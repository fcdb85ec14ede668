//! A URL taken apart, as Python's `urlsplit` does.

use minijinja::Value;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Url<'a> {
    scheme: String,
    netloc: &'a str,
    path: &'a str,
    query: &'a str,
    fragment: &'a str,
}

impl<'a> Url<'a> {
    /// `None` where the port is no number.
    pub fn split(text: &'a str) -> Option<Self> {
        let mut url = Self::default();
        let mut rest = text;
        if let Some((scheme, behind)) = text.split_once(':')
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        {
            url.scheme = scheme.to_ascii_lowercase();
            rest = behind;
        }
        if let Some(behind) = rest.strip_prefix("//") {
            let end = behind.find(['/', '?', '#']).unwrap_or(behind.len());
            (url.netloc, rest) = behind.split_at(end);
        }
        (rest, url.fragment) = rest.split_once('#').unwrap_or((rest, ""));
        (url.path, url.query) = rest.split_once('?').unwrap_or((rest, ""));
        let port = url.port();
        (port.is_empty() || port.parse::<u16>().is_ok()).then_some(url)
    }

    fn user(&self) -> Option<&'a str> {
        self.netloc.rsplit_once('@').map(|(user, _)| user)
    }

    fn host_and_port(&self) -> &'a str {
        self.netloc.rsplit_once('@').map_or(self.netloc, |(_, host)| host)
    }

    fn host(&self) -> &'a str {
        let host = self.host_and_port();
        match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            Some((address, _)) => address,
            None => host.split_once(':').map_or(host, |(host, _)| host),
        }
    }

    fn port(&self) -> &'a str {
        let host = self.host_and_port();
        let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
        behind.split_once(':').map_or("", |(_, port)| port)
    }

    /// The parts by the names that Ansible gives them; none where one is missing.
    pub fn parts(&self) -> [(&'static str, Value); 9] {
        let optional = |part: Option<&str>| part.map_or(Value::from(()), Value::from);
        let host = self.host().to_ascii_lowercase();
        [
            ("fragment", Value::from(self.fragment)),
            ("hostname", optional(Some(host.as_str()).filter(|host| !host.is_empty()))),
            ("netloc", Value::from(self.netloc)),
            (
                "password",
                optional(self.user().and_then(|user| user.split_once(':')).map(|(_, word)| word)),
            ),
            ("path", Value::from(self.path)),
            ("port", self.port().parse::<u16>().map_or(Value::from(()), Value::from)),
            ("query", Value::from(self.query)),
            ("scheme", Value::from(self.scheme.as_str())),
            (
                "username",
                optional(self.user().map(|user| user.split_once(':').map_or(user, |(u, _)| u))),
            ),
        ]
    }
}
