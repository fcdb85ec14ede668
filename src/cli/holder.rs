//! Who runs this program, and where.

use std::env;

use crate::files;
use crate::store::Holder;

/// This process as other processes and their users are told of it.
pub(super) fn this_process() -> Holder {
    let user = named("USER").or_else(|| named("LOGNAME")).unwrap_or_else(|| "somebody".to_owned());
    Holder::this_process(&user, &machine())
}

/// The name of this machine or container.
pub(super) fn machine() -> String {
    let told = files::read_text("/proc/sys/kernel/hostname".as_ref());
    let told = told.map(|file| file.text.trim().to_owned()).ok();
    told.or_else(|| named("HOSTNAME")).unwrap_or_else(|| "this machine".to_owned())
}

#[allow(clippy::disallowed_methods, reason = "the environment is read in cli")]
fn named(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|name| !name.is_empty())
}
