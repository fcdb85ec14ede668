//! Facts and findings to texts.
//!
//! Comes in: facts and findings. Goes out: the view (the documented contract of the templates),
//! and from it pages, tables and tickets as text. Does not know: files, colours.
//!
//! Start reading at [`View`], then [`Renderer`]. `docs/templates.md` describes the view.

mod csv_table;
mod default_templates;
mod example;
mod path;
mod renderer;
mod text;
mod view;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod documents;

pub use csv_table::columns;
pub use default_templates::default_templates;
pub use example::example_view;
pub use renderer::{Document, Renderer, SUMMARY, check};
pub use text::Text;
pub use view::{
    ActionCounts, DeviceTokens, DeviceView, EvidenceView, FailureGroup, FailureView,
    FindingSummary, FindingView, HaMemberView, HaView, HostSummary, KindCount, OwnerView,
    ReprovisionToken, ReprovisionView, RuleCount, RunView, SeverityCounts, StatusCount, Summary,
    TicketView, TokenSummary, TokenView, View,
};
