//! The flags of `tokenfleet schedule`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::duration::duration;
use crate::schedule::Calendar;

/// `tokenfleet schedule`
#[derive(Debug, Args)]
pub struct ScheduleCommandArguments {
    #[command(subcommand)]
    pub command: ScheduleCommand,
}

#[derive(Debug, Subcommand)]
pub enum ScheduleCommand {
    /// Have a command of tokenfleet run again and again
    Install(Box<ScheduleInstallArguments>),
    /// Show what is installed, and when it runs
    Show(ScheduleShowArguments),
    /// Remove what was installed; what it stored stays
    Remove(ScheduleRemoveArguments),
}

#[derive(Debug, Args)]
pub struct ScheduleInstallArguments {
    /// Name of the schedule
    #[arg(value_parser = schedule_name)]
    pub name: String,
    /// When: five fields as in a crontab, a time of day (03:15), @daily or @weekly
    #[arg(long, value_name = "TIME", value_parser = Calendar::parse)]
    pub at: Calendar,
    /// Begin later by up to so long, by chance, so that not all machines begin at once (30m)
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub splay: Option<Duration>,
    /// Time zone of --at, like Europe/Vienna [default: that of the machine]
    #[arg(long, value_name = "ZONE", value_parser = time_zone)]
    pub time_zone: Option<String>,
    /// What shall hold the schedule
    #[arg(long, value_enum, default_value_t = Engine::Systemd)]
    pub engine: Engine,
    /// Print what would be installed, and do nothing else
    #[arg(long)]
    pub print: bool,
    /// Run as this user of the machine, instead of one that exists only while it runs
    #[arg(long = "as", value_name = "USER", conflicts_with = "user")]
    pub as_user: Option<String>,
    /// Container image, for Kubernetes
    #[arg(long, value_name = "IMAGE", default_value = concat!("tokenfleet:", env!("CARGO_PKG_VERSION")))]
    pub image: String,
    #[command(flatten)]
    pub units: UnitArguments,
    /// What shall run, as on the command line: run PLAYBOOK -i INVENTORY …
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ScheduleShowArguments {
    /// Only this one, with its units
    #[arg(value_parser = schedule_name)]
    pub name: Option<String>,
    #[command(flatten)]
    pub units: UnitArguments,
}

#[derive(Debug, Args)]
pub struct ScheduleRemoveArguments {
    #[arg(value_parser = schedule_name)]
    pub name: String,
    #[command(flatten)]
    pub units: UnitArguments,
}

/// Where the units of systemd are.
#[derive(Debug, Args)]
pub struct UnitArguments {
    /// By your own service manager instead of the system's
    #[arg(long)]
    pub user: bool,
    /// Folder of the units; systemd is then told nothing [default: where systemd looks for them]
    #[arg(long, value_name = "FOLDER")]
    pub units: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// A service and a timer
    Systemd,
    /// A line for crontab, which is printed
    Cron,
    /// A CronJob, which is printed
    Kubernetes,
}

fn schedule_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_name = (1..=40).contains(&text.len())
        && text.chars().all(is_plain)
        && !text.starts_with('-')
        && !text.ends_with('-');
    if is_name {
        return Ok(text.to_owned());
    }
    Err("a name is made of up to 40 lower-case letters, digits and hyphens".to_owned())
}

fn time_zone(text: &str) -> Result<String, String> {
    match jiff::tz::TimeZone::get(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("no time zone of that name is known here".to_owned()),
    }
}
