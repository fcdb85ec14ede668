//! The numbers of a run to a Pushgateway: `--push-metrics URL`.

use std::time::Duration;

use crate::cli::stream::say;
use crate::model::{InputIssue, ReportRequest, ReportSource, Secret};
use crate::notification::{HttpMethod, HttpRequest, deliver, send_http};
use crate::report::Renderer;

const TIMEOUT: Duration = Duration::from_secs(10);
const RETRIES: u32 = 2;

/// Where an address without a path leads.
const USUAL_PATH: &str = "/metrics/job/tokenfleet";

/// Puts all metrics in the place of what the job sent before.
pub(super) fn push(url: &str, renderer: &Renderer<'_>) -> Result<(), InputIssue> {
    let request = ReportRequest {
        source: ReportSource::Prometheus,
        dest: String::new(),
        each: None,
        place: None,
    };
    let mut body = Vec::new();
    let content = renderer.content(&request)?;
    content.write_to(&mut body).map_err(|error| InputIssue::error(error.to_string()))?;
    let url = Secret::new(whole(url));
    let request = HttpRequest {
        method: HttpMethod::Put,
        url: &url,
        headers: &[],
        content_type: "text/plain; version=0.0.4; charset=utf-8",
        body: &body,
        timeout: TIMEOUT,
        ca: None,
    };
    let delivered = tokio::task::block_in_place(|| deliver(RETRIES, || send_http(&request)));
    delivered.outcome.map_err(|error| {
        InputIssue::error(format!("the metrics were not pushed: {}", error.message))
            .hint("the address is that of a Pushgateway: `http://pushgateway:9091/metrics/job/JOB`")
    })?;
    say("Metrics pushed\n");
    Ok(())
}

/// With the usual path, where it has none.
fn whole(url: &str) -> String {
    let bare = url.trim_end_matches('/');
    let has_path = bare.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
    if has_path { url.to_owned() } else { format!("{bare}{USUAL_PATH}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_path_gets_the_usual_one() {
        assert_eq!(whole("http://gw:9091/"), "http://gw:9091/metrics/job/tokenfleet");
        assert_eq!(whole("http://gw:9091/metrics/job/x"), "http://gw:9091/metrics/job/x");
    }
}
