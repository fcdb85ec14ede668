//! Facts and findings to documents.
//!
//! Comes in: a run with its facts. Goes out: findings, those of the playbook's own rules among them,
//! the view (the documented contract of the templates), and from it pages, tables and tickets.
//! Does not know: files, colours.
//!
//! Start reading at [`judge`] and [`View`], then [`Renderer`]. `docs/templates.md` describes the view.

mod content;
mod context;
mod csv_style;
mod csv_table;
mod default_templates;
mod example;
mod example_history;
mod example_swap;
mod judgement;
mod junit;
mod measure;
mod own_rules;
mod path;
mod prometheus;
mod renderer;
mod rule_check;
mod sarif;
mod table;
mod text;
mod texts;
mod view;
mod workbook;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod documents;

pub use content::Content;
pub use csv_style::{CsvStyle, Delimiter};
pub use csv_table::{changes_csv, plain_csv};
pub use default_templates::default_templates;
pub use example::example_view;
pub use judgement::{Judgement, is_of_fleet, judge};
pub use prometheus::{METRICS, Metric};
pub use renderer::{Document, Renderer, SUMMARY, check};
pub use rule_check::check_mutes;
pub use table::columns;
pub use text::Text;
pub use view::{
    ActionCounts, ChangeCounts, ChangeView, ChangesView, DeviceTokens, DeviceView, EvidenceView,
    FailureGroup, FailureView, FindingSummary, FindingView, HaMemberView, HaView, HostSummary,
    KindCount, MuteView, MutedView, OwnerView, ReplacedTokenView, ReplacementStateView,
    ReplacementView, ReprovisionToken, ReprovisionView, RmaFateView, RmaHurdleView, RmaStepView,
    RmaTicketView, RmaTokenView, RmaUserView, RmaView, RuleCount, RunView, SeverityCounts,
    StatusCount, Summary, TicketView, TokenSummary, TokenView, TrendRun, TrendStatus, TrendView,
    UserView, View, status_class,
};
