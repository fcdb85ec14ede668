//! The way to one device: a session, opened when it is first needed.

use super::action::Device;
use super::contact::Contact;
use super::device_session::DeviceSession;
use super::examination::Shared;
use super::patience;
use super::port::{Clock, Connector, Transport};
use super::reporter::Reporter;
use super::session_log::Recorder;
use crate::model::{HostFailure, Target};

/// One host's session, or none yet.
pub(super) struct Link<'a, C: Connector, K> {
    pub shared: &'a Shared<C, K>,
    pub target: &'a Target,
    pub reporter: &'a Reporter<'a, K>,
    pub open: Option<Device<C::Transport>>,
    /// What came of the wish for one.
    pub contact: Contact,
}

impl<C: Connector, K: Clock> Link<'_, C, K> {
    /// The device, which is connected to where it is not yet. What it is asked at its login is
    /// reported.
    ///
    /// # Errors
    /// No session came about.
    pub async fn device(&mut self) -> Result<&mut Device<C::Transport>, HostFailure> {
        match &mut self.open {
            Some(device) => Ok(device),
            none => {
                let device = connect(self.shared, self.target, self.reporter).await?;
                self.contact = Contact::Made;
                Ok(none.insert(device))
            }
        }
    }

    /// Remembers why there is no session. The next use tries to open another.
    pub async fn lose(&mut self, failure: HostFailure) {
        self.contact = Contact::Lost(self.reporter.redactor.failure(failure));
        self.leave().await;
    }

    /// Logs out, where there is a session. The next use opens another.
    pub async fn leave(&mut self) {
        if let Some(device) = &mut self.open {
            device.session.leave(self.shared.settings.leave).await;
        }
        self.open = None;
    }
}

async fn connect<C: Connector, K: Clock>(
    shared: &Shared<C, K>,
    target: &Target,
    reporter: &Reporter<'_, K>,
) -> Result<Device<C::Transport>, HostFailure> {
    let retries = shared.settings.retries;
    let connected = patience::connect(&shared.connector, target, retries).await;
    let recorder = shared.settings.session_log.as_ref().map(|log| {
        let (host, redactor) = (reporter.host.clone(), reporter.redactor.clone());
        Recorder::new(log.clone(), host, redactor, heading(target, reporter, &connected))
    });
    let transport = connected?;
    if let Some(negotiated) = transport.negotiated() {
        reporter.connected(negotiated.clone()).await;
    }
    let limits = shared.settings.session_of(target);
    let (session, mut survey) = DeviceSession::open(transport, limits, recorder).await?;
    for transcript in std::mem::take(&mut survey.transcripts) {
        reporter.answered(transcript).await;
    }
    Ok(Device { session, survey })
}

/// What a session log begins with.
fn heading<T: Transport, K: Clock>(
    target: &Target,
    reporter: &Reporter<'_, K>,
    connected: &Result<T, HostFailure>,
) -> String {
    let Target { host, address, port, user, .. } = target;
    let at = reporter.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ");
    let came = match connected {
        Err(failure) => format!("no session at {}: {failure}", failure.stage),
        Ok(transport) => match transport.negotiated() {
            Some(negotiated) => format!("the device calls itself {}", negotiated.server),
            None => "no SSH".to_owned(),
        },
    };
    format!("{at} {host}, {user} at {address} port {port}: {came}")
}
