//! `tokenfleet lab`: the simulated fleet, served alone.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use crate::cli::arguments::LabArguments;
use crate::cli::exit::Exit;
use crate::cli::stream::{print, say};
use crate::files;
use crate::lab::{Fleet, Hosting, LabError, Serving, inventory_text, known_hosts_text};

pub(super) fn lab(arguments: &LabArguments) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("error: no threads could be started: {error}\n"));
            return Exit::INPUT;
        }
    };
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &LabArguments) -> Exit {
    let fleet = match (arguments.faults.as_slice(), arguments.devices) {
        ([], Some(devices)) if arguments.uniform => {
            let (first, tokens) = (arguments.first_unit as usize, arguments.tokens as usize);
            Fleet::uniform(first, devices, tokens, Fleet::SEED)
        }
        ([], devices) => Fleet::new(devices.unwrap_or(Fleet::CHARACTERS), Fleet::SEED),
        (faults, devices) => Fleet::faulty(devices.unwrap_or(faults.len()), Fleet::SEED, faults),
    };
    let hosting = Hosting {
        address: arguments.listen,
        first_port: arguments.first_port,
        latency: Duration::from_millis(arguments.latency),
        ..Hosting::default()
    };
    let serving = match fleet.serve(&hosting).await {
        Ok(serving) => serving,
        Err(error) => {
            say(&described(&error));
            return Exit::INPUT;
        }
    };
    if let Some(folder) = &arguments.write_inventory
        && let Err(exit) = write_inventory(&serving, folder)
    {
        return exit;
    }
    let lines: Vec<String> = serving
        .devices()
        .iter()
        .map(|device| {
            format!("{}\t{}\t{}\t{}\n", device.name, device.address, device.user, device.password)
        })
        .collect();
    let exit = print(&lines.concat());
    say(&format!("{} simulated FortiGates are served; Ctrl-C ends it\n", lines.len()));
    if let Err(error) = tokio::signal::ctrl_c().await {
        say(&format!("error: Ctrl-C cannot be heard: {error}\n"));
    }
    serving.shutdown().await;
    exit
}

fn write_inventory(serving: &Serving, folder: &Path) -> Result<(), Exit> {
    let outputs =
        [("hosts.yml", inventory_text(serving)), ("known_hosts", known_hosts_text(serving))];
    for (name, text) in outputs {
        if let Err(error) = files::write_atomically(&folder.join(name), text.as_bytes()) {
            say(&format!("error: {error}\nhelp: {}\n", error.remedy()));
            return Err(Exit::INPUT);
        }
    }
    Ok(())
}

fn described(error: &LabError) -> String {
    match error.source() {
        Some(source) => format!("error: {error}: {source}\n"),
        None => format!("error: {error}\n"),
    }
}
