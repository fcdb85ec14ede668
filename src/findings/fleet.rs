//! The facts of a whole fleet.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::device::DeviceFacts;
use super::units::units;
use crate::model::{HostName, HostRecord, RunRecord};

/// What a run found out, host by host: the only thing that rules look at. A pure function of the
/// record, so that an old run is judged anew by today's parsers and rules.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetFacts {
    /// When the run started: the present, as far as rules are concerned.
    now: Timestamp,
    /// Every device of the run, in inventory order.
    devices: IndexMap<HostName, DeviceFacts>,
    sightings: Sightings,
    /// For each device, the number of its unit.
    units: Vec<usize>,
}

/// The devices that show a token, for each serial in upper case: their positions, each once, in
/// order. It is nearly always one.
#[derive(Debug, Clone, PartialEq)]
struct Sightings {
    first: HashMap<Arc<str>, u32>,
    others: HashMap<Arc<str>, Vec<u32>>,
}

impl Sightings {
    fn of(devices: &IndexMap<HostName, DeviceFacts>) -> Self {
        let tokens = devices.values().flat_map(|device| &device.sheets).map(|s| s.tokens.len());
        let first = HashMap::with_capacity(tokens.sum());
        let mut sightings = Self { first, others: HashMap::new() };
        for (place, device) in (0..).zip(devices.values()) {
            for serial in device.sheets.iter().flat_map(|sheet| sheet.tokens.keys()) {
                sightings.add(serial, place);
            }
        }
        sightings
    }

    fn add(&mut self, serial: &Arc<str>, place: u32) {
        let first = *self.first.entry(Arc::clone(serial)).or_insert(place);
        if first != place {
            let others = self.others.entry(Arc::clone(serial)).or_default();
            if others.last() != Some(&place) {
                others.push(place);
            }
        }
    }

    fn of_token<'a>(&'a self, serial: &str) -> impl Iterator<Item = usize> + use<'a> {
        let others = self.others.get(serial).into_iter().flatten();
        self.first.get(serial).into_iter().chain(others).map(|&place| place as usize)
    }
}

impl FleetFacts {
    pub fn from_record(record: &RunRecord) -> Self {
        let hosts = record.hosts.values().filter(|host| !host.entry.is_controller);
        let devices = hosts.map(DeviceFacts::from_record).collect();
        Self::new(record.header.started, devices)
    }

    /// The same, and the record keeps nothing of what the devices answered: of a large fleet that is
    /// much, and each answer goes as soon as it is understood.
    pub fn taken_from(record: &mut RunRecord) -> Self {
        let hosts = record.hosts.values_mut().filter(|host| !host.entry.is_controller);
        let understood = |host: &mut HostRecord| {
            let facts = DeviceFacts::from_record(host);
            host.transcripts = Vec::new();
            facts
        };
        let devices = hosts.map(understood).collect();
        record.forget_transcripts();
        Self::new(record.header.started, devices)
    }

    fn new(now: Timestamp, devices: Vec<DeviceFacts>) -> Self {
        let devices: IndexMap<_, _> =
            devices.into_iter().map(|device| (device.entry.host.clone(), device)).collect();
        let sightings = Sightings::of(&devices);
        let units = units(devices.values());
        Self { now, devices, sightings, units }
    }

    /// When the run started. Rules know no other present, so that an old run is judged as of then.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Every host of the run, in inventory order.
    pub fn devices(&self) -> impl ExactSizeIterator<Item = &DeviceFacts> {
        self.devices.values()
    }

    pub fn device(&self, host: &HostName) -> Option<&DeviceFacts> {
        self.devices.get(host)
    }

    /// The other FortiGates that show a token, in inventory order. The members of one cluster,
    /// and a FortiGate that the inventory has under two names, are one.
    pub fn elsewhere<'a>(
        &'a self,
        device: &DeviceFacts,
        serial: &str,
    ) -> impl Iterator<Item = &'a DeviceFacts> {
        let unit = self.devices.get_index_of(&device.entry.host).map(|index| self.units[index]);
        self.sightings
            .of_token(&serial.to_ascii_uppercase())
            .filter(move |&place| Some(self.units[place]) != unit)
            .filter_map(|place| self.devices.get_index(place).map(|(_, device)| device))
    }

    /// For each device, in order, the number of its unit: hosts with equal numbers are one FortiGate
    /// under several names, or members of one cluster.
    pub fn units(&self) -> &[usize] {
        &self.units
    }

    /// One device for each unit, in inventory order: the first of those whose tokens were read.
    pub fn distinct_units(&self) -> impl Iterator<Item = &DeviceFacts> {
        let mut seen = HashSet::new();
        let devices = self.units.iter().zip(self.devices.values());
        devices
            .filter(|(_, device)| !device.sheets.is_empty())
            .filter(move |(unit, _)| seen.insert(**unit))
            .map(|(_, device)| device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::specimen::Specimen;

    const TOKEN: &str = "FTK2000000000001 0 active";

    fn names<'a>(devices: impl Iterator<Item = &'a DeviceFacts>) -> Vec<&'a str> {
        devices.map(|device| device.entry.host.as_str()).collect()
    }

    fn elsewhere(fleet: &FleetFacts, host: &str) -> Vec<String> {
        let device = fleet.device(&HostName::from(host)).unwrap();
        let others = names(fleet.elsewhere(device, "ftk2000000000001"));
        others.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn every_host_of_the_inventory_is_there() {
        let fleet = Specimen::new(&["b", "a"]).facts();
        assert_eq!(names(fleet.devices()), ["b", "a"]);
    }

    #[test]
    fn members_of_one_cluster_are_one() {
        let members = "Mode: HA A-P\nfw1 , FGT60F0000000001, HA cluster index = 0\n\
                       fw2 , FGT60F0000000002, HA cluster index = 1\n";
        let fleet = Specimen::new(&["fw1", "fw2", "fw3"])
            .status("fw1", "FGT60F0000000001", "disable")
            .status("fw2", "FGT60F0000000002", "disable")
            .status("fw3", "FGT60F0000000003", "disable")
            .answer("fw1", None, "get system ha status", members)
            .tokens("fw1", None, &[TOKEN], "reachable")
            .tokens("fw2", None, &[TOKEN], "reachable")
            .tokens("fw3", None, &[TOKEN], "reachable")
            .facts();
        assert_eq!(elsewhere(&fleet, "fw1"), ["fw3"]);
        assert_eq!(elsewhere(&fleet, "fw2"), ["fw3"]);
        assert_eq!(elsewhere(&fleet, "fw3"), ["fw1", "fw2"]);
    }

    #[test]
    fn one_unit_under_two_names_is_one() {
        let fleet = Specimen::new(&["fw1", "alias"])
            .status("fw1", "FGT60F0000000001", "disable")
            .status("alias", "FGT60F0000000001", "disable")
            .tokens("fw1", None, &[TOKEN], "reachable")
            .tokens("alias", None, &[TOKEN], "reachable")
            .facts();
        assert!(elsewhere(&fleet, "fw1").is_empty());
    }

    #[test]
    fn units_without_a_serial_are_different_ones() {
        let fleet = Specimen::new(&["fw1", "fw2"])
            .tokens("fw1", None, &[TOKEN], "reachable")
            .tokens("fw2", None, &[TOKEN], "reachable")
            .facts();
        assert_eq!(elsewhere(&fleet, "fw1"), ["fw2"]);
    }
}
