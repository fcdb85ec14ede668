//! One play.

use crate::model::ReportRequest;
use crate::playbook::Play;
use crate::yaml::Node;

use super::block::Steps;
use super::import::Imported;
use super::inherited::Inherited;
use super::keywords::{self, Level, Sifted};
use super::{Reader, actions, findings, mute, pace, reports, variables};

pub(super) fn read(node: &Node, outer: &Imported, reader: &mut Reader<'_>) -> Option<Play> {
    let Some(entries) = node.as_map() else {
        let message = format!("a play must be a mapping, not {}", node.kind());
        reader.refuse(node, message, "write `- hosts: all`, and `tasks:` below it");
        return None;
    };
    reader.begin_play();
    let keys = Sifted::of(entries, Level::Play, reader);
    for (key, _) in &keys.others {
        let issue = keywords::unknown(key, Level::Play, &[]);
        reader.report(match actions::by_name(&key.key_text()) {
            Some(action) => issue.hint(format!(
                "`{}` is an action: it belongs to a task, below `tasks:`",
                action.name
            )),
            None => issue,
        });
    }
    let name = keys.get("name").and_then(|node| reader.literal("name", node));
    let hosts = hosts(node, entries, &keys, reader);
    let gathers = keys.get("gather_facts").and_then(|node| reader.boolean("gather_facts", node));
    let mut vars = keys.get("vars").map(|node| reader.play_variables(node)).unwrap_or_default();
    for (name, value) in outer.vars.iter() {
        vars.set(name, value.clone());
    }
    let prompts = keys.get("vars_prompt").map(|node| variables::prompts(node, reader));
    let files = keys.get("vars_files").map(|node| variables::files(node, reader));
    let inherited = Inherited::of_play(outer, &keys, reader);
    let mut steps = Steps::default();
    let steps = ["pre_tasks", "tasks", "post_tasks"].into_iter().flat_map(|key| {
        let list = keys.get(key).map(|node| steps.list(key, node, &inherited, reader));
        list.unwrap_or_default()
    });
    let steps = steps.collect();
    let reports = match keys.get("reports") {
        Some(node) => reports::read(node, reader),
        None => ReportRequest::usual(),
    };
    let rules = keys.get("findings").map(|node| findings::read(node, reader)).unwrap_or_default();
    let mutes = keys.get("mute").map(|node| mute::read(node, reader)).unwrap_or_default();
    let pace = pace::read(&keys, reader);
    let (hosts, at) = hosts?;
    Some(Play {
        name: name.map_or_else(|| hosts.join(","), str::to_owned),
        hosts,
        hosts_place: at.place.clone(),
        hosts_width: at.width,
        vars,
        prompts: prompts.unwrap_or_default(),
        files: files.unwrap_or_default(),
        steps,
        gathers,
        ignore_unreachable: inherited.ignore_unreachable,
        any_errors_fatal: inherited.any_errors_fatal,
        serial: pace.serial,
        order: pace.order,
        is_linear: pace.is_linear,
        max_fail: pace.max_fail,
        sees_others: reader.sees_others(),
        tags: inherited.tags,
        reports,
        rules,
        mutes,
        place: node.place.clone(),
    })
}

/// The patterns, and the node to underline when they match nobody.
fn hosts<'n>(
    play: &'n Node,
    entries: &'n [(Node, Node)],
    keys: &Sifted<'n>,
    reader: &mut Reader<'_>,
) -> Option<(Vec<String>, &'n Node)> {
    const HINT: &str = "write `hosts: all`, or names of hosts and groups of the inventory";
    let Some(node) = keys.get("hosts") else {
        let first = entries.first().map_or(play, |(key, _)| key);
        reader.refuse(first, "the play has no `hosts`", HINT);
        return None;
    };
    if node.is_null() || node.as_list().is_some_and(<[_]>::is_empty) {
        reader.refuse(node, "`hosts` is empty", HINT);
        return None;
    }
    let patterns = reader.literals("hosts", node);
    let at = match patterns.as_slice() {
        [(_, only)] => only,
        _ => node,
    };
    Some((patterns.iter().map(|(text, _)| (*text).to_owned()).collect(), at))
}
