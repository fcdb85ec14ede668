//! One request over HTTP.

use std::io::Read;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error};

use super::DeliveryError;
use super::delivery::quoted;
use crate::model::Secret;

/// As much of an answer is read, in bytes.
const MOST_ANSWER: u64 = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    Post,
    Put,
}

/// What is sent.
#[derive(Debug)]
pub struct HttpRequest<'a> {
    pub method: HttpMethod,
    pub url: &'a Secret,
    pub headers: &'a [(String, Secret)],
    pub content_type: &'a str,
    pub body: &'a [u8],
    /// For the whole of it.
    pub timeout: Duration,
    /// Certificates (PEM) to trust in place of the system's.
    pub ca: Option<&'a [u8]>,
}

/// Sends it once. Redirections are not followed: they would carry secrets to another place.
///
/// # Errors
/// It was not sent, or not taken. What is said names the server, never the address.
pub fn send_http(request: &HttpRequest<'_>) -> Result<(), DeliveryError> {
    let server = server_of(request.url.expose());
    let roots = match request.ca {
        None => RootCerts::PlatformVerifier,
        Some(pem) => {
            let certificates = certificates(pem);
            if certificates.is_empty() {
                return Err(DeliveryError::lasting("the `ca_file` holds no certificate in PEM"));
            }
            RootCerts::from(certificates)
        }
    };
    let config = Agent::config_builder()
        .timeout_global(Some(request.timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .user_agent(concat!("tokenfleet/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent: Agent = config.into();
    let mut builder = match request.method {
        HttpMethod::Post => agent.post(request.url.expose()),
        HttpMethod::Put => agent.put(request.url.expose()),
    };
    builder = builder.header("Content-Type", request.content_type);
    for (name, value) in request.headers {
        builder = builder.header(name, value.expose());
    }
    let mut response =
        builder.send(request.body).map_err(|error| explained(&error, &server, request))?;
    let status = response.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(());
    }
    let mut answer = Vec::new();
    // A server that does not finish its complaint has complained all the same.
    let _ = response.body_mut().as_reader().take(MOST_ANSWER).read_to_end(&mut answer);
    let said = quoted(&String::from_utf8_lossy(&answer), &secrets(request));
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    let message = format!("{server} answered {status}{said}");
    Err(DeliveryError { message, may_pass: status >= 500 || [408, 425, 429].contains(&status) })
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(Result::ok);
    items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect()
}

/// What a server might say back: the address and the headers, and the longer parts of them.
fn secrets(request: &HttpRequest<'_>) -> Vec<Secret> {
    const SHORTEST: usize = 6;
    let headers = request.headers.iter().map(|(_, value)| value.expose());
    let path = request.url.expose().split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let whole = [request.url.expose()].into_iter().chain(headers);
    let texts: Vec<&str> = whole.chain(path.map(|(_, path)| path)).collect();
    let parts = texts.iter().flat_map(|text| text.split([' ', '/', '?', '&', '=']));
    let all = texts.iter().copied().chain(parts.filter(|part| part.chars().count() >= SHORTEST));
    let mut secrets: Vec<&str> = all.filter(|text| !text.is_empty()).collect();
    // What holds another goes first, or a part of it would be left.
    secrets.sort_by_key(|text| std::cmp::Reverse(text.len()));
    secrets.into_iter().map(Secret::new).collect()
}

fn explained(error: &Error, server: &str, request: &HttpRequest<'_>) -> DeliveryError {
    let seconds = request.timeout.as_secs();
    match error {
        Error::Timeout(_) => {
            DeliveryError::passing(format!("no answer of {server} within {seconds} s"))
        }
        Error::HostNotFound => {
            DeliveryError::passing(format!("the name of {server} cannot be resolved"))
        }
        Error::ConnectionFailed => {
            DeliveryError::passing(format!("no connection to {server} came about"))
        }
        Error::Io(error) => {
            let said = quoted(&error.to_string(), &secrets(request));
            DeliveryError::passing(format!("the connection to {server} failed: {said}"))
        }
        Error::BadUri(_) | Error::Http(_) => {
            DeliveryError::lasting("the address or a header is not one that HTTP takes")
        }
        other => {
            let said = quoted(&other.to_string(), &secrets(request));
            DeliveryError::lasting(format!("{server}: {said}"))
        }
    }
}

/// The server in an address, without what may be secret: user, password, path and query.
fn server_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_by_its_server_alone() {
        assert_eq!(
            server_of("https://user:pw@hooks.example.net:8443/T0/B0/key?x"),
            "hooks.example.net:8443"
        );
    }
}
