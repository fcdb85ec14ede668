//! The flags of `history`, `diff` and `store`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::run_arguments::CsvDelimiter;

/// Where the runs are.
#[derive(Debug, Args)]
pub struct StoreArguments {
    /// Database of all runs: a file, or sqlite://FILE [default: in the user's data folder]
    #[arg(long, value_name = "URL", env = "TOKENFLEET_STORE")]
    pub store: Option<String>,
}

/// `tokenfleet history`
#[derive(Debug, Args)]
pub struct HistoryArguments {
    /// Show so many runs, the newest ones
    #[arg(short, long, value_name = "N", default_value = "20")]
    pub number: NonZeroUsize,
    /// Only runs of this playbook
    #[arg(long, value_name = "FILE")]
    pub playbook: Option<String>,
    /// The states of one host over the runs
    #[arg(long, value_name = "NAME", conflicts_with = "token")]
    pub host: Option<String>,
    /// The states of one token over the runs
    #[arg(long, value_name = "SERIAL")]
    pub token: Option<String>,
    #[arg(long, value_enum, default_value_t = HistoryFormat::Text)]
    pub format: HistoryFormat,
    #[command(flatten)]
    pub store: StoreArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    Text,
    Json,
    Csv,
}

/// `tokenfleet diff`
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// The earlier run: its id or the beginning of it, latest, or previous (the one that the later
    /// run goes on from)
    #[arg(default_value = "previous")]
    pub before: String,
    /// The later run
    #[arg(default_value = "latest")]
    pub after: String,
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
    /// What stands between the cells of CSV tables
    #[arg(long, value_enum, default_value_t = CsvDelimiter::Comma)]
    pub csv_delimiter: CsvDelimiter,
    /// End with exit code 8 when something is different
    #[arg(long)]
    pub exit_code: bool,
    #[command(flatten)]
    pub store: StoreArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    Text,
    Json,
    Csv,
    Markdown,
}

/// `tokenfleet store`
#[derive(Debug, Args)]
pub struct StoreCommandArguments {
    #[command(subcommand)]
    pub command: StoreCommand,
}

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Remove old runs
    Prune(PruneArguments),
    /// Look for what is damaged, unreadable or unfinished
    Check(StoreArguments),
    /// Write a run into one file
    Export(ExportArguments),
    /// Take a run out of such a file
    Import(ImportArguments),
}

#[derive(Debug, Args)]
pub struct PruneArguments {
    #[command(flatten)]
    pub keep: Keep,
    /// Show what would be removed, and do nothing else
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub store: StoreArguments,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Keep {
    /// Keep what is no older than this, such as 90d, 12w or 36h
    #[arg(long = "keep", value_name = "AGE")]
    pub age: Option<String>,
    /// Keep so many runs of each playbook and its inventories, the newest ones
    #[arg(long = "keep-runs", value_name = "N")]
    pub runs: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Id of a run, the beginning of one, or latest
    pub run: String,
    /// The file [default: RUN.tokenfleet]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub store: StoreArguments,
}

#[derive(Debug, Args)]
pub struct ImportArguments {
    /// What `tokenfleet store export` wrote
    pub file: PathBuf,
    #[command(flatten)]
    pub store: StoreArguments,
}
