//! The command line, as clap reads it.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::history_arguments::{DiffArguments, HistoryArguments, StoreCommandArguments};
use super::log::LogFormat;
use super::run_arguments::{HostKeyChecking, OutputArguments, RunArguments};
use super::schedule_arguments::ScheduleCommandArguments;
use super::vault_arguments::{VaultArguments, VaultCommandArguments};
use crate::inventory::Variables;
use crate::lab::Fault;

/// Audits the FortiTokens of a fleet of FortiGates, read-only.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub struct Arguments {
    /// How standard error is written: sentences, or one JSON object a line
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Human, env = "TOKENFLEET_LOG_FORMAT", hide_possible_values = true)]
    pub log_format: LogFormat,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a playbook over a fleet and write its reports
    Run(Box<RunArguments>),
    /// Check a playbook, its templates and its inventory without any connection
    Check(CheckArguments),
    /// Render the reports of an earlier run anew
    Report(ReportArguments),
    /// List the runs in the store, or what they saw of one host or token
    History(HistoryArguments),
    /// Show what changed from one run to another
    Diff(DiffArguments),
    /// Remove old runs, check the store, move a run from one store to another
    Store(StoreCommandArguments),
    /// Show the inventory as it is understood
    Inventory(InventoryArguments),
    /// Read a pasted answer of a FortiGate and print it as JSON
    Parse(ParseArguments),
    /// Gather the host keys of a fleet for review, without logging in
    ScanKeys(ScanKeysArguments),
    /// Walk the way to a host step by step and say at the first obstacle what to do
    Doctor(DoctorArguments),
    /// Print the JSON Schema by which editors check playbooks or inventories
    Schema(SchemaArguments),
    /// Say what a rule means; without a rule, list them
    Explain(ExplainArguments),
    /// Encrypt, decrypt and edit files as ansible-vault does
    Vault(VaultCommandArguments),
    /// Fill one template in and print it
    Template(TemplateArguments),
    /// Have an audit run every night, by systemd, cron or Kubernetes
    Schedule(ScheduleCommandArguments),
    /// Show the settings of ansible.cfg and the environment, and who set them
    Config(ConfigArguments),
    /// Serve the simulated fleet alone, for rehearsals with any SSH client
    Lab(LabArguments),
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The playbooks
    #[arg(required = true)]
    pub playbooks: Vec<PathBuf>,
    /// Inventory file or folder, or a list of hosts with commas: the plan is checked as well [default: that of ansible.cfg]
    #[arg(short, long = "inventory", value_name = "PATH")]
    pub inventories: Vec<String>,
    /// Folder of templates; those beside the playbook and the built-in ones stand behind them
    #[arg(long, value_name = "FOLDER")]
    pub templates: Option<PathBuf>,
    /// A file of notifications, checked as well
    #[arg(long, value_name = "FILE")]
    pub notify: Option<PathBuf>,
    #[command(flatten)]
    pub vault: VaultArguments,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Id of a run, the beginning of one, or `latest`
    pub run: String,
    /// Folder of templates; those beside the playbook and the built-in ones stand behind them
    #[arg(long, value_name = "FOLDER")]
    pub templates: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
pub struct InventoryArguments {
    /// Inventory file or folder, or a list of hosts with commas; may be repeated [default: that of ansible.cfg]
    #[arg(short, long = "inventory", value_name = "PATH")]
    pub inventories: Vec<String>,
    /// With --list: only the hosts that this pattern means, or the file behind @
    #[arg(short, long, value_name = "PATTERN")]
    pub limit: Option<String>,
    /// Variables as name=value, as a mapping in YAML or JSON, or from @FILE; may be repeated
    #[arg(short, long, value_name = "VARS")]
    pub extra_vars: Vec<String>,
    /// Folder of playbooks, for the group_vars/ and host_vars/ beside them
    #[arg(long, value_name = "FOLDER")]
    pub playbook_dir: Option<PathBuf>,
    #[command(flatten)]
    pub form: InventoryForm,
    /// With --list and --host: YAML instead of JSON
    #[arg(short, long)]
    pub yaml: bool,
    /// Not written: see --yaml
    #[arg(long, hide = true)]
    pub toml: bool,
    /// With --list and --host: variables stand where they were set, instead of at every host
    #[arg(long)]
    pub export: bool,
    /// With --graph: show variables too
    #[arg(long)]
    pub vars: bool,
    /// Write into this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub vault: VaultArguments,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct InventoryForm {
    /// All groups, hosts and variables
    #[arg(long)]
    pub list: bool,
    /// The groups as a tree, from GROUP down
    #[arg(long, value_name = "GROUP", num_args = 0..=1, default_missing_value = "all")]
    pub graph: Option<String>,
    /// The variables of one host
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Where each variable of one host was set, and what it overrode
    #[arg(long, value_names = ["HOST", "VAR"], num_args = 1..=2)]
    pub explain: Option<Vec<String>>,
}

#[derive(Debug, Args)]
pub struct ParseArguments {
    /// The command whose answer it is, such as "diagnose fortitoken info", or a parser's name
    pub command: String,
    /// The answer; standard input when it is not given
    pub file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ScanKeysArguments {
    /// Inventory file or folder, or a list of hosts with commas; may be repeated [default: that of ansible.cfg]
    #[arg(short, long = "inventory", value_name = "PATH")]
    pub inventories: Vec<String>,
    /// Only the hosts that this pattern means, or the file behind @
    #[arg(short, long, value_name = "PATTERN")]
    pub limit: Option<String>,
    /// Variables as name=value, as a mapping in YAML or JSON, or from @FILE; may be repeated
    #[arg(short, long, value_name = "VARS")]
    pub extra_vars: Vec<String>,
    /// Hosts under way at once
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub forks: Option<u32>,
    /// Seconds for each stage of a connection
    #[arg(short = 'T', long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
    /// Lines of OpenSSH's known_hosts to hold the keys against [default: ~/.ssh/known_hosts]
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,
    /// OpenSSH's configuration, for what the inventory does not say; or none [default: ~/.ssh/config and the system's]
    #[arg(long, value_name = "FILE")]
    pub ssh_config: Option<PathBuf>,
    /// Write the lines into this file instead of standard output
    #[arg(short, long, value_name = "FILE", conflicts_with = "append")]
    pub output: Option<PathBuf>,
    /// Add the keys that are new to known_hosts, once they are reviewed
    #[arg(long)]
    pub append: bool,
    /// What ansible.cfg says of connections.
    #[arg(skip)]
    pub settings: Variables,
    #[command(flatten)]
    pub vault: VaultArguments,
}

#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Inventory file or folder, or a list of hosts with commas; may be repeated [default: that of ansible.cfg]
    #[arg(short, long = "inventory", value_name = "PATH")]
    pub inventories: Vec<String>,
    /// The hosts that this pattern means, or the file behind @
    #[arg(short, long, value_name = "PATTERN")]
    pub limit: String,
    /// Variables as name=value, as a mapping in YAML or JSON, or from @FILE; may be repeated
    #[arg(short, long, value_name = "VARS")]
    pub extra_vars: Vec<String>,
    /// Login name, where the inventory gives none [default: admin]
    #[arg(short, long, value_name = "NAME")]
    pub user: Option<String>,
    /// Ask for the password, for hosts for which the inventory gives none
    #[arg(short = 'k', long)]
    pub ask_pass: bool,
    /// Private key, where the inventory gives none
    #[arg(long, visible_alias = "key-file", value_name = "FILE")]
    pub private_key: Option<PathBuf>,
    /// What to do about host keys, where the inventory says nothing [default: strict]
    #[arg(long, value_enum)]
    pub host_key_checking: Option<HostKeyChecking>,
    /// Lines of OpenSSH's known_hosts to hold the keys against [default: ~/.ssh/known_hosts]
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,
    /// OpenSSH's configuration, for what the inventory does not say; or none [default: ~/.ssh/config and the system's]
    #[arg(long, value_name = "FILE")]
    pub ssh_config: Option<PathBuf>,
    /// Seconds for each step
    #[arg(short = 'T', long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
    /// What standard output gets
    #[arg(long, value_enum, default_value_t = DoctorFormat::Human)]
    pub format: DoctorFormat,
    /// What ansible.cfg says of connections.
    #[arg(skip)]
    pub settings: Variables,
    #[command(flatten)]
    pub vault: VaultArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DoctorFormat {
    Human,
    Json,
}

#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// What is to be checked
    #[arg(value_enum)]
    pub of: SchemaOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    Playbook,
    Inventory,
    Notifications,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// Id of a rule, such as token-provision-timeout
    pub rule: Option<String>,
    /// A playbook whose own rules (`findings:`) are told of too
    #[arg(long, value_name = "FILE")]
    pub playbook: Option<PathBuf>,
    #[command(flatten)]
    pub vault: VaultArguments,
}

#[derive(Debug, Args)]
pub struct TemplateArguments {
    /// The template; those that it includes lie beside it
    pub file: PathBuf,
    /// Variables as name=value, as a mapping in YAML or JSON, or from @FILE; may be repeated
    #[arg(short, long, value_name = "VARS")]
    pub extra_vars: Vec<String>,
    #[command(flatten)]
    pub vault: VaultArguments,
}

#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// Only what is set
    #[arg(long)]
    pub only_changed: bool,
}

#[derive(Debug, Args)]
pub struct LabArguments {
    /// How many FortiGates to simulate [default: the 66 of the lab, or one for each --fault]
    #[arg(long, value_name = "N")]
    pub devices: Option<usize>,
    /// Simulate units with this fault instead; may be repeated, and the units have them in turn
    #[arg(long = "fault", value_name = "NAME", value_parser = fault_parser())]
    pub faults: Vec<Fault>,
    /// Simulate units that are all alike, without VDOMs, to measure with
    #[arg(long, requires = "devices", conflicts_with = "faults")]
    pub uniform: bool,
    /// With --uniform: tokens of each unit
    #[arg(long, default_value_t = 50, value_name = "N", requires = "uniform", value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub tokens: u32,
    /// With --uniform: number of the first unit, so that two labs can serve one fleet
    #[arg(long, default_value_t = 1, value_name = "N", requires = "uniform", value_parser = clap::value_parser!(u32).range(1..=99_999))]
    pub first_unit: u32,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub listen: IpAddr,
    /// Port of the first unit, the others follow; without it, ports that are free
    #[arg(long, value_name = "PORT")]
    pub first_port: Option<u16>,
    /// Milliseconds that a unit thinks before it answers a line
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub latency: u64,
    /// Write an inventory (hosts.yml) and the host keys (known_hosts) of the fleet into this folder
    #[arg(long, value_name = "FOLDER")]
    pub write_inventory: Option<PathBuf>,
}

/// The faults of the lab by name, each told in the help.
fn fault_parser() -> impl TypedValueParser<Value = Fault> {
    let names = Fault::ALL.map(|fault| PossibleValue::new(fault.as_str()).help(fault.says()));
    PossibleValuesParser::new(names)
        .try_map(|name| Fault::named(&name).ok_or_else(|| format!("there is no fault `{name}`")))
}
