//! The flags of `run` and `check`: Ansible's where Ansible has them.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::division::{Shard, given_run_id, shard};
use super::duration::duration;
use super::vault_arguments::VaultArguments;
use crate::inventory::Variables;
use crate::model::{ReportRequest, ReportSource, Severity, nearest_hint};
use crate::report::{CsvStyle, Delimiter};

/// `tokenfleet run`
#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub plan: PlanArguments,
    /// Hosts under way at once
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub forks: Option<u32>,
    /// Seconds for each stage of a connection up to the first prompt
    #[arg(short = 'T', long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
    /// Seconds for the whole examination of one host
    #[arg(long, default_value_t = 1800, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub host_timeout: u64,
    /// Try a connection that did not come about so many times again, with growing pauses; a login never [default: 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10))]
    pub retries: Option<u32>,
    /// Connections that may begin in one second
    #[arg(long, value_name = "N")]
    pub ramp: Option<NonZeroU32>,
    /// Connections that may begin in one second through each jump host
    #[arg(long, value_name = "N")]
    pub jump_ramp: Option<NonZeroU32>,
    /// Stop offering a user's password or key when so many devices have refused it and none
    /// accepted it between
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_refused_logins: u32,
    /// Wait before the run for up to so long, by chance, so that not all machines begin at once (30m)
    #[arg(long, value_name = "DURATION", env = "TOKENFLEET_SPLAY", value_parser = duration)]
    pub splay: Option<Duration>,
    /// Show tasks and hosts; -vv commands too
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Show which hosts would be examined, and do nothing else
    #[arg(long)]
    pub list_hosts: bool,
    /// Show which tasks would run, and do nothing else
    #[arg(long)]
    pub list_tasks: bool,
    /// Show which tags there are, and do nothing else
    #[arg(long)]
    pub list_tags: bool,
    /// Check the playbook, and do nothing else
    #[arg(long)]
    pub syntax_check: bool,
    /// Show what would be asked of each host, and do nothing else
    #[arg(short = 'C', long)]
    pub check: bool,
    /// Write the hosts that failed or were not reached into this file, for --limit @FILE
    #[arg(long, value_name = "FILE")]
    pub retry_file: Option<PathBuf>,
    /// Tell of the run as this file of notifications says
    #[arg(long, value_name = "FILE", env = "TOKENFLEET_NOTIFY")]
    pub notify: Option<PathBuf>,
    /// Write what goes over the session with each host into a file HOST.log in this folder, without
    /// secrets; only its owner may read it
    #[arg(long, value_name = "FOLDER")]
    pub session_log: Option<PathBuf>,
    /// Begin at the first task of that name, in which * and ? stand for any characters
    #[arg(long, value_name = "NAME")]
    pub start_at_task: Option<String>,
    /// Go on with this run, its id or the beginning of it, or latest: only what was not examined
    #[arg(long, value_name = "RUN")]
    pub resume: Option<String>,
    /// Wait so long for another run of the playbook on these hosts to end: seconds, 30m, 2h [default: 0]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub lock_wait: Option<Duration>,
    /// Examine only this part of the hosts, such as 3/8, and leave the others to other processes with
    /// the same store; job/8 in a Kubernetes job
    #[arg(long, value_name = "K/N", value_parser = shard, conflicts_with_all = ["claim", "resume"])]
    pub shard: Option<Shard>,
    /// Share the hosts with other processes with the same store: each takes the next when it has room
    #[arg(long, conflicts_with = "resume")]
    pub claim: bool,
    /// With --shard and --claim: share a run that began so long ago, instead of beginning one
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "15m")]
    pub join: Duration,
    /// The run's id; processes that share a run give the same [default: made of the time]
    #[arg(long, value_name = "ID", value_parser = given_run_id, conflicts_with = "resume")]
    pub run_id: Option<String>,
    #[command(flatten)]
    pub output: OutputArguments,
}

/// What is to be run, and on whom.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// The playbook
    pub playbook: PathBuf,
    /// Inventory file or folder, or a list of hosts with commas; may be repeated [default: that of ansible.cfg]
    #[arg(short, long = "inventory", value_name = "PATH")]
    pub inventories: Vec<String>,
    /// Only the hosts that this pattern means, or the file behind @
    #[arg(short, long, value_name = "PATTERN")]
    pub limit: Option<String>,
    /// Variables as name=value, as a mapping in YAML or JSON, or from @FILE; may be repeated
    #[arg(short, long, value_name = "VARS")]
    pub extra_vars: Vec<String>,
    /// Only tasks with one of these tags
    #[arg(short, long, value_name = "TAGS")]
    pub tags: Vec<String>,
    /// No tasks with one of these tags
    #[arg(long, value_name = "TAGS")]
    pub skip_tags: Vec<String>,
    /// Login name, where the inventory gives none [default: admin]
    #[arg(short, long, value_name = "NAME")]
    pub user: Option<String>,
    /// Ask for the password, for hosts for which the inventory gives none
    #[arg(short = 'k', long)]
    pub ask_pass: bool,
    /// Private key, where the inventory gives none
    #[arg(long, visible_alias = "key-file", value_name = "FILE")]
    pub private_key: Option<PathBuf>,
    /// Ask for the passphrase of the private keys, where the inventory gives none
    #[arg(long)]
    pub ask_key_passphrase: bool,
    /// What to do about host keys, where the inventory says nothing [default: strict]
    #[arg(long, value_enum)]
    pub host_key_checking: Option<HostKeyChecking>,
    /// Lines of OpenSSH's known_hosts to check host keys against, where the inventory names no file [default: ~/.ssh/known_hosts]
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,
    /// OpenSSH's configuration, for what neither inventory nor flags say; or none [default: ~/.ssh/config and the system's]
    #[arg(long, value_name = "FILE")]
    pub ssh_config: Option<PathBuf>,
    /// Options for OpenSSH, where the inventory has no ansible_ssh_common_args
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    pub ssh_common_args: Option<String>,
    /// Options for OpenSSH, where the inventory has no ansible_ssh_extra_args
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    pub ssh_extra_args: Option<String>,
    /// Folder of templates; those beside the playbook and the built-in ones stand behind them
    #[arg(long, value_name = "FOLDER")]
    pub templates: Option<PathBuf>,
    #[command(flatten)]
    pub vault: VaultArguments,
    /// What ansible.cfg and flags say of connections.
    #[arg(skip)]
    pub settings: Variables,
}

/// What comes out of a run, and where to.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// Folder of the reports [default: one named after the run in --reports-dir]
    #[arg(short, long, value_name = "FOLDER")]
    pub output_dir: Option<PathBuf>,
    /// Folder in which each run gets a folder for its reports
    #[arg(long, value_name = "FOLDER", env = "TOKENFLEET_REPORTS", default_value = "reports")]
    pub reports_dir: PathBuf,
    /// Database of all runs: a file, sqlite://FILE, postgres://USER@HOST/DATABASE, or none [default: in the user's data folder]
    #[arg(long, value_name = "URL", env = "TOKENFLEET_STORE", hide_env_values = true)]
    pub store: Option<String>,
    /// Compare with this run: its id or the beginning of it, latest, or previous (the last one of the
    /// same playbook and inventories)
    #[arg(long, value_name = "RUN")]
    pub baseline: Option<String>,
    /// Report only what is new or changed since the run of --baseline [default: previous], and exit by
    /// new findings alone; the coverage stays whole
    #[arg(long)]
    pub only_changes: bool,
    /// What standard output gets: the summary, the whole report as JSON, or what Ansible would print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// What stands between the cells of CSV tables
    #[arg(long, value_enum, default_value_t = CsvDelimiter::Comma)]
    pub csv_delimiter: CsvDelimiter,
    /// Begin CSV tables with a byte order mark, so that Excel takes them for UTF-8
    #[arg(long)]
    pub csv_bom: bool,
    /// Write this too: json, xlsx, junit, sarif or prometheus, into the output folder or a file; may be
    /// repeated
    #[arg(long = "report", value_name = "FORM[=FILE]", value_parser = extra_report)]
    pub extra_reports: Vec<ExtraReport>,
    /// Send the numbers for Prometheus to this Pushgateway
    #[arg(long, value_name = "URL", env = "TOKENFLEET_PUSH_METRICS")]
    pub push_metrics: Option<String>,
    /// Exit with bit 8 when there is a finding of this severity or above
    #[arg(long, value_name = "SEVERITY", default_value_t = Severity::Error)]
    pub fail_on: Severity,
    /// Exit with 0 when all reports are written, whatever they say
    #[arg(long)]
    pub exit_zero: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HostKeyChecking {
    /// Only keys that known_hosts has
    Strict,
    /// New ones are added to it, changed ones refused
    AcceptNew,
    /// No check at all
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
    /// What `ansible-playbook` would print, for those who read its output
    Ansible,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CsvDelimiter {
    /// For most programs
    #[value(name = ",", alias = "comma")]
    Comma,
    /// For Excel where the decimal separator is a comma
    #[value(name = ";", alias = "semicolon")]
    Semicolon,
    #[value(name = "tab", alias = "\t")]
    Tab,
}

/// A report that a flag asks for, besides those of the playbook.
#[derive(Debug, Clone)]
pub struct ExtraReport {
    pub request: ReportRequest,
    /// `None`: into the output folder, under its usual name.
    pub file: Option<PathBuf>,
}

fn extra_report(text: &str) -> Result<ExtraReport, String> {
    let (key, file) = text.split_once('=').map_or((text, None), |(key, file)| (key, Some(file)));
    let Some(form) = ReportSource::WHOLE.into_iter().find(|form| form.key == key) else {
        let known = ReportSource::WHOLE.map(|form| form.key);
        return Err(format!("unknown form `{key}`: {}", nearest_hint(key, &known)));
    };
    if file == Some("") {
        return Err(format!("the file is missing: write `{key}=FILE`, or `{key}` alone"));
    }
    let request = ReportRequest {
        source: (form.source)(),
        dest: form.dest.to_owned(),
        each: None,
        place: None,
    };
    Ok(ExtraReport { request, file: file.map(PathBuf::from) })
}

impl OutputArguments {
    /// The run to compare with.
    pub(super) fn baseline(&self) -> Option<&str> {
        self.baseline.as_deref().or(self.only_changes.then_some("previous"))
    }

    pub(super) fn csv_style(&self) -> CsvStyle {
        CsvStyle { delimiter: self.csv_delimiter.into(), bom: self.csv_bom }
    }
}

impl From<CsvDelimiter> for Delimiter {
    fn from(delimiter: CsvDelimiter) -> Self {
        match delimiter {
            CsvDelimiter::Comma => Self::Comma,
            CsvDelimiter::Semicolon => Self::Semicolon,
            CsvDelimiter::Tab => Self::Tab,
        }
    }
}
