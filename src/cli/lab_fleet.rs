//! The simulated fleet, for hosts with `ansible_connection: lab`.

use crate::lab::{Fleet, Hosting, Serving};
use crate::model::{Connection, HostKeyPolicy, InputIssue, Target, nearest_hint};
use crate::playbook::Plan;

/// Serves the lab where a host of the plan wants it, and tells these hosts where they are. `None`
/// when no host does. The fleet is served for as long as the returned value lives.
pub(super) async fn serve_lab(plan: &mut Plan) -> Result<Option<Serving>, Vec<InputIssue>> {
    let is_simulated = |target: &Target| target.connection == Connection::Lab;
    if !plan.hosts.iter().any(|host| is_simulated(&host.target)) {
        return Ok(None);
    }
    let fleet = Fleet::new(Fleet::CHARACTERS, Fleet::SEED);
    let serving = fleet.serve(&Hosting::default()).await.map_err(|error| {
        vec![
            InputIssue::error(format!("the simulated fleet cannot be served: {error}"))
                .hint("close programs that hold many open files or ports, and try again"),
        ]
    })?;
    let names: Vec<&str> = serving.devices().iter().map(|device| device.name.as_str()).collect();
    let mut issues = Vec::new();
    for host in plan.hosts.iter_mut().filter(|host| is_simulated(&host.target)) {
        let name = host.entry.host.as_str();
        let Some(device) = serving.device(name) else {
            issues.push(
                InputIssue::error(format!("the lab simulates no unit `{name}`"))
                    .hint(nearest_hint(name, &names)),
            );
            continue;
        };
        host.target.address = device.address.ip().to_string();
        host.target.port = device.address.port();
        host.target.host_key = HostKeyPolicy::Pinned(serving.host_key().to_owned());
        // The port is another one each time, and means nothing to a reader.
        host.entry.address = "lab".to_owned();
    }
    if issues.is_empty() { Ok(Some(serving)) } else { Err(issues) }
}
