//! The service manager: where its units are, and how it is told of them.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use directories::BaseDirs;

use crate::cli::schedule_arguments::UnitArguments;
use crate::model::InputIssue;

/// The service manager of the system or of the user.
pub(super) struct Systemd {
    folder: PathBuf,
    is_user: bool,
    /// Whether it is told of changes.
    is_told: bool,
}

impl Systemd {
    /// The one that the flags mean.
    ///
    /// # Errors
    /// When the user has no home.
    pub fn of(arguments: &UnitArguments) -> Result<Self, InputIssue> {
        let is_user = arguments.user;
        if let Some(folder) = &arguments.units {
            return Ok(Self { folder: folder.clone(), is_user, is_told: false });
        }
        let folder = if is_user {
            let home = BaseDirs::new().ok_or_else(|| {
                InputIssue::error("the folder of your units cannot be told")
                    .hint("set HOME, or name the folder: `--units FOLDER`")
            })?;
            home.config_dir().join("systemd/user")
        } else {
            PathBuf::from("/etc/systemd/system")
        };
        Ok(Self { folder, is_user, is_told: true })
    }

    /// Where its units are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Has it read its units anew.
    pub fn reload(&self) -> Result<(), InputIssue> {
        self.tell(&["daemon-reload"])
    }

    /// Starts a timer, now and whenever the machine starts.
    pub fn enable(&self, timer: &str) -> Result<(), InputIssue> {
        self.tell(&["enable", "--now", timer])
    }

    /// Stops a timer for good.
    pub fn disable(&self, timer: &str) -> Result<(), InputIssue> {
        self.tell(&["disable", "--now", timer])
    }

    /// What it says of the timers, or of one of them with its last run; nothing where it cannot be
    /// asked.
    pub fn state(&self, name: Option<&str>) -> String {
        let timers = match name {
            Some(name) => format!("tokenfleet-{name}.timer"),
            None => "tokenfleet-*.timer".to_owned(),
        };
        if !self.is_told {
            return String::new();
        }
        let output = self.systemctl(&["list-timers", "--all", "--no-pager", &timers]).output();
        output
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .unwrap_or_default()
    }

    fn systemctl(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("systemctl");
        if self.is_user {
            command.arg("--user");
        }
        command.args(arguments);
        command
    }

    fn tell(&self, arguments: &[&str]) -> Result<(), InputIssue> {
        if !self.is_told {
            return Ok(());
        }
        let said = arguments.join(" ");
        let cause = match self.systemctl(arguments).output() {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                "there is no systemctl on this machine".to_owned()
            }
            Err(error) => error.to_string(),
        };
        Err(InputIssue::error(format!("`systemctl {said}` failed: {cause}")).hint(
            "without systemd, use `--engine cron`; to write the units alone, `--units FOLDER`",
        ))
    }
}
