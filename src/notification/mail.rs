//! One letter over SMTP.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Attachment as Part, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};

use super::delivery::quoted;
use super::{DeliveryError, Encryption, Mail};
use crate::model::{Secret, clean_line};

/// A report in a letter.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A letter that is ready.
#[derive(Debug)]
pub struct Letter<'a> {
    pub mail: &'a Mail,
    pub password: Option<&'a Secret>,
    pub subject: &'a str,
    pub text: &'a str,
    pub attachments: &'a [Attachment],
    pub timeout: Duration,
    /// Certificates (PEM) to trust in place of the system's.
    pub ca: Option<&'a [u8]>,
}

/// Hands it to the server once.
///
/// # Errors
/// It was not handed over, or not taken.
pub fn send_mail(letter: &Letter<'_>) -> Result<(), DeliveryError> {
    let message = message(letter)?;
    let mail = letter.mail;
    let tls = match mail.encryption {
        Encryption::None => Tls::None,
        Encryption::StartTls => Tls::Required(parameters(letter)?),
        Encryption::Tls => Tls::Wrapper(parameters(letter)?),
    };
    let mut transport = SmtpTransport::builder_dangerous(mail.server.as_str())
        .port(mail.port)
        .tls(tls)
        .timeout(Some(letter.timeout));
    if let (Some(user), Some(password)) = (&mail.user, letter.password) {
        let credentials = Credentials::new(user.clone(), password.expose().to_owned());
        transport = transport.credentials(credentials);
    }
    transport.build().send(&message).map(drop).map_err(|error| {
        let mut said = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            if !said.contains(&inner.to_string()) {
                said = format!("{said}: {inner}");
            }
            source = inner.source();
        }
        let said = quoted(&said, letter.password);
        let message = format!("the mail server {}: {said}", mail.server);
        // A login that was refused is refused again, and may lock the account.
        let is_lasting = error.is_permanent() || error.is_tls() || error.is_client();
        DeliveryError { message, may_pass: !is_lasting }
    })
}

fn parameters(letter: &Letter<'_>) -> Result<TlsParameters, DeliveryError> {
    let failed = |_| DeliveryError::lasting("the `ca_file` holds no certificate in PEM");
    let mut builder = TlsParameters::builder(letter.mail.server.clone());
    if let Some(pem) = letter.ca {
        let certificate = Certificate::from_pem(pem).map_err(failed)?;
        builder =
            builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(failed)
}

fn message(letter: &Letter<'_>) -> Result<Message, DeliveryError> {
    let address = |text: &str| {
        text.parse::<Mailbox>()
            .map_err(|_| DeliveryError::lasting(format!("`{text}` is no mail address")))
    };
    let mut builder =
        Message::builder().from(address(&letter.mail.from)?).subject(&*clean_line(letter.subject));
    for to in &letter.mail.to {
        builder = builder.to(address(to)?);
    }
    let text = SinglePart::plain(letter.text.to_owned());
    let mut parts = MultiPart::mixed().singlepart(text);
    for Attachment { name, bytes } in letter.attachments {
        let kind = ContentType::parse(content_type(name)).unwrap_or(ContentType::TEXT_PLAIN);
        let name = name.rsplit('/').next().unwrap_or(name).to_owned();
        parts = parts.singlepart(Part::new(name).body(bytes.clone(), kind));
    }
    builder
        .multipart(parts)
        .map_err(|error| DeliveryError::lasting(format!("the letter cannot be written: {error}")))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "json" | "sarif" => "application/json",
        "xml" => "application/xml",
        "md" | "txt" | "prom" => "text/plain; charset=utf-8",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}
