//! Lists of tasks, and blocks of them.

use crate::playbook::{Block, Step};
use crate::yaml::Node;

use super::inherited::Inherited;
use super::keywords::{self, Level, Sifted};
use super::{Reader, actions, task};

/// How deep blocks may stand in blocks.
const MOST_DEPTH: usize = 20;

/// Reads lists of tasks and numbers the tasks through all of a play.
#[derive(Debug, Default)]
pub(super) struct Steps {
    count: usize,
    depth: usize,
}

impl Steps {
    /// The list under `key`.
    pub fn list(
        &mut self,
        key: &str,
        node: &Node,
        outer: &Inherited,
        reader: &mut Reader<'_>,
    ) -> Vec<Step> {
        if node.is_null() {
            return Vec::new();
        }
        let Some(nodes) = node.as_list() else {
            let message = format!("`{key}` must be a list, not {}", node.kind());
            reader.refuse(node, message, "begin each task with `- `");
            return Vec::new();
        };
        nodes.iter().flat_map(|node| self.steps(node, outer, reader)).collect()
    }

    fn steps(&mut self, node: &Node, outer: &Inherited, reader: &mut Reader<'_>) -> Vec<Step> {
        if node.get("block").is_some() {
            return self.block(node, outer, reader).map(Step::Block).into_iter().collect();
        }
        task::read(node, outer, self, reader)
    }

    /// The number of the next task.
    pub fn number(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    fn block(&mut self, node: &Node, outer: &Inherited, reader: &mut Reader<'_>) -> Option<Block> {
        if self.depth == MOST_DEPTH {
            let message = format!("blocks stand in blocks more than {MOST_DEPTH} deep");
            reader.refuse(node, message, "move some of the tasks out of their block");
            return None;
        }
        let keys = Sifted::of(node.as_map()?, Level::Block, reader);
        for (key, _) in &keys.others {
            let issue = keywords::unknown(key, Level::Block, &[]);
            reader.report(match actions::by_name(&key.key_text()) {
                Some(action) => issue.hint(format!(
                    "`{}` is an action: it belongs to a task, below `block:`",
                    action.name
                )),
                None => issue,
            });
        }
        if let Some(name) = keys.get("name") {
            reader.template("name", name);
        }
        let inner = outer.with(&keys, reader);
        self.depth += 1;
        let mut part = |key: &str| match keys.get(key) {
            Some(node) => self.list(key, node, &inner, reader),
            None => Vec::new(),
        };
        // In the order in which they are done, wherever they are written.
        let block = Block { body: part("block"), rescue: part("rescue"), always: part("always") };
        self.depth -= 1;
        Some(block)
    }
}
