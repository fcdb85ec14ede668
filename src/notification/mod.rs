//! Tells people and other programs of a run: webhooks, mail, commands, and the Pushgateway.
//!
//! Comes in: a file of notifications, and what is to be sent. Goes out: deliveries, each tried again for a
//! while. Does not know: reports, templates, the store, how runs are compared, where secrets come from.
//!
//! Start reading at [`read`] and [`Notification`], then [`deliver`].

mod changes;
mod command;
mod delivery;
mod http;
mod mail;
#[allow(clippy::module_inception, reason = "a noun has the file of its name")]
mod notification;
mod read;
mod schema;
mod secret_source;

pub use changes::{Changes, ToldFinding};
pub use command::run_command;
pub use delivery::{Delivered, DeliveryError, deliver};
pub use http::{HttpMethod, HttpRequest, send_http};
pub use mail::{Attachment, Letter, send_mail};
pub use notification::{
    CommandCall, Encryption, Mail, Notification, Occasion, Preset, Way, Webhook,
};
pub use read::read;
pub use schema::schema;
pub use secret_source::SecretSource;
