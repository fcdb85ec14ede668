//! `serial:`, `order:`, `strategy:` and `max_fail_percentage:` of a play.

use crate::inventory::Order;
use crate::model::nearest_hint;
use crate::playbook::BatchSize;
use crate::yaml::Node;

use super::Reader;
use super::keywords::Sifted;

/// What a play says of how its hosts go along.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    pub serial: Vec<BatchSize>,
    pub order: Order,
    /// `strategy: linear` is written.
    pub is_linear: bool,
    pub max_fail: Option<f64>,
}

const STRATEGIES: [(&str, bool); 3] = [("linear", true), ("free", false), ("host_pinned", false)];

pub(super) fn read(keys: &Sifted<'_>, reader: &mut Reader<'_>) -> Pace {
    let mut pace = Pace::default();
    if let Some(node) = keys.get("serial") {
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        pace.serial = nodes.iter().filter_map(|node| size(node, reader)).collect();
    }
    if let Some(node) = keys.get("order") {
        pace.order = order(node, reader).unwrap_or_default();
    }
    if let Some(node) = keys.get("strategy") {
        pace.is_linear = named("strategy", &STRATEGIES, node, reader).unwrap_or_default();
    }
    if let Some(node) = keys.get("max_fail_percentage") {
        let number = node.scalar_text().and_then(|text| text.trim_end_matches('%').parse().ok());
        pace.max_fail = number.filter(|number| (0.0..=100.0).contains(number));
        if pace.max_fail.is_none() {
            let message = "`max_fail_percentage` must be a number from 0 to 100";
            reader.refuse(node, message, "write a number, such as `max_fail_percentage: 30`");
        }
    }
    pace
}

fn named<V: Copy>(
    key: &str,
    known: &[(&str, V)],
    node: &Node,
    reader: &mut Reader<'_>,
) -> Option<V> {
    let name = reader.literal(key, node)?;
    let short = name.strip_prefix("ansible.builtin.").unwrap_or(name);
    let found = known.iter().find(|(known, _)| *known == short);
    if found.is_none() {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        reader.refuse(node, format!("unknown {key} `{name}`"), nearest_hint(short, &names));
    }
    found.map(|(_, value)| *value)
}

fn order(node: &Node, reader: &mut Reader<'_>) -> Option<Order> {
    let text = reader.literal("order", node)?;
    let order = Order::named(text);
    if order.is_none() {
        let hint = nearest_hint(text, &Order::NAMES);
        reader.refuse(node, format!("`{text}` is no order of hosts"), hint);
    }
    order
}

fn size(node: &Node, reader: &mut Reader<'_>) -> Option<BatchSize> {
    let text = node.scalar_text().unwrap_or_default().trim();
    let size = match text.strip_suffix('%') {
        Some(percent) => {
            let percent = percent.trim().parse::<f64>().ok();
            percent.filter(|percent| (0.0..=100.0).contains(percent)).map(BatchSize::Percent)
        }
        None => text.parse().ok().map(BatchSize::Hosts),
    };
    if size.is_none() {
        let message =
            format!("`serial` must be a number of hosts or a percentage, not {}", node.kind());
        reader.refuse(node, message, "write `serial: 10`, `serial: \"30%\"`, or a list of such");
    }
    size
}
