//! Checksums, and bytes as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Error, State, Value};
use sha1::{Digest, Sha1};

use super::super::arguments::{Arguments, invalid};
use super::super::text_form::text;
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("hash", &["hashtype"], hash),
    Filter::new("sha1", &[], sha1),
    Filter::new("checksum", &[], sha1),
    Filter::new("b64encode", &["encoding"], b64encode),
    Filter::new("b64decode", &["encoding"], b64decode),
];

fn hex(digest: impl AsRef<[u8]>) -> Value {
    Value::from(digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn hash(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let subject = text(value)?;
    match arguments.text("hashtype", "sha1")?.as_str() {
        "sha1" => Ok(hex(Sha1::digest(subject))),
        "sha224" => Ok(hex(sha2::Sha224::digest(subject))),
        "sha256" => Ok(hex(sha2::Sha256::digest(subject))),
        "sha384" => Ok(hex(sha2::Sha384::digest(subject))),
        "sha512" => Ok(hex(sha2::Sha512::digest(subject))),
        "md5" => Err(invalid("MD5 is not offered; use `hash('sha256')`")),
        _ => Err(invalid("this hash is not known; `sha1`, `sha256` and `sha512` are")),
    }
}

fn sha1(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    Ok(hex(Sha1::digest(text(value)?)))
}

fn b64encode(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    Ok(Value::from(STANDARD.encode(text(value)?)))
}

fn b64decode(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let written: String = text(value)?.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(written).map_err(|_| invalid("the text is not base64"))?;
    String::from_utf8(bytes).map(Value::from).map_err(|_| invalid("the bytes are not UTF-8 text"))
}
