//! Inventories as tables: a row for each host.
//!
//! The header names the columns: `inventory_hostname`, `groups` (several with `;` or `,` between
//! them), and variables. A cell is text, whatever it looks like; an empty one sets nothing.

use std::collections::HashMap;

use crate::model::{InputIssue, Place, SourceFile, Value, nearest};

use super::Located;
use super::csv_rows::{Cell, Row, rows};
use super::draft::Draft;
use super::inventory::UNGROUPED;

const NAME: &str = "inventory_hostname";
const GROUPS: &str = "groups";

/// What a column is for.
enum Column {
    Name,
    Groups,
    Variable(String),
    /// Without a header; its cells must be empty.
    Unnamed,
}

/// Reads one file into `draft`; what is wrong goes to its issues.
pub(super) fn read(source: &SourceFile, draft: &mut Draft) {
    let rows = match rows(source) {
        Ok(rows) => rows,
        Err(issue) => return draft.issues.push(issue),
    };
    let mut rows = rows.into_iter();
    let Some(header) = rows.next() else {
        let issue = InputIssue::error("this table is empty");
        let place = Place::new(source.name.clone(), 1, 1);
        return draft.issues.push(
            issue
                .at(place, 1)
                .hint(format!("its first line names the columns: `{NAME},ansible_host,{GROUPS}`")),
        );
    };
    let Some(columns) = columns(&header, draft) else { return };
    let mut reader = Reader { source, columns, hosts: HashMap::new(), draft };
    for row in rows {
        reader.row(&row);
    }
}

/// The columns, unless the header is wrong.
fn columns(header: &Row, draft: &mut Draft) -> Option<Vec<Column>> {
    let before = draft.issues.len();
    let mut known: HashMap<&str, &Cell> = HashMap::new();
    let mut columns = Vec::new();
    for cell in header {
        if let Some(first) = known.insert(&cell.text, cell).filter(|_| !cell.text.is_empty()) {
            let column = first.spot.place.column;
            let issue = cell.spot.error(format!(
                "the column `{}` was already named at column {column} of this line",
                cell.text
            ));
            draft.issues.push(issue.hint("remove or rename one of the two"));
        }
        columns.push(match cell.text.as_str() {
            NAME => Column::Name,
            GROUPS => Column::Groups,
            "" => Column::Unnamed,
            name => {
                draft.check_name(name, &cell.spot);
                Column::Variable(name.to_owned())
            }
        });
    }
    if !known.contains_key(NAME) {
        let names: Vec<&str> = header.iter().map(|cell| cell.text.as_str()).collect();
        let like_it = nearest(NAME, &names)
            .or_else(|| names.iter().copied().find(|name| name.to_lowercase().contains("name")));
        let issue = header.first()?.spot.error(format!("no column is named `{NAME}`"));
        draft.issues.push(issue.hint(match like_it {
            Some(name) => format!("rename `{name}`, if it holds the names of the hosts"),
            None => "the first line names the columns: give the one of the hosts this name".into(),
        }));
    }
    let is_fine = draft.issues[before..].iter().all(|issue| !issue.is_error());
    is_fine.then_some(columns)
}

struct Reader<'a> {
    source: &'a SourceFile,
    columns: Vec<Column>,
    /// The line in which a host was named.
    hosts: HashMap<String, u32>,
    draft: &'a mut Draft,
}

impl Reader<'_> {
    fn row(&mut self, row: &Row) {
        let Some(first) = row.first() else { return };
        if row.len() != self.columns.len() {
            let issue = first.spot.error(format!(
                "this row has {} cells, and the header {}",
                row.len(),
                self.columns.len()
            ));
            self.draft.issues.push(issue.hint("quote a cell that holds what stands between cells"));
            return;
        }
        let name = self.columns.iter().position(|column| matches!(column, Column::Name));
        let Some(name) = name.and_then(|at| row.get(at)) else { return };
        if name.text.is_empty() {
            let issue = name.spot.error(format!("this row has no `{NAME}`"));
            self.draft.issues.push(issue.hint("name the host, or remove the row"));
            return;
        }
        if let Some(line) = self.hosts.insert(name.text.clone(), name.spot.place.line) {
            let issue = name
                .spot
                .error(format!("the host `{}` was already named in line {line}", name.text));
            self.draft.issues.push(issue.hint("keep one row for each host"));
            return;
        }
        self.groups(&name.text, name, row);
        for (column, cell) in self.columns.iter().zip(row) {
            match column {
                Column::Variable(variable) if !cell.text.is_empty() => {
                    let value =
                        Located::new(Value::text(&*cell.text), Some(cell.spot.place.clone()));
                    self.draft.set_host(&name.text, variable, value, &cell.spot);
                }
                Column::Unnamed if !cell.text.is_empty() => {
                    let issue = cell.spot.error("this cell stands in a column without a name");
                    self.draft.issues.push(issue.hint("name the column in the first line"));
                }
                _ => {}
            }
        }
    }

    fn groups(&mut self, host: &str, name: &Cell, row: &Row) {
        let cell = self
            .columns
            .iter()
            .zip(row)
            .find_map(|(column, cell)| matches!(column, Column::Groups).then_some(cell));
        let names = cell.map_or("", |cell| cell.text.as_str()).split([';', ',']).map(str::trim);
        let mut names: Vec<&str> = names.filter(|group| !group.is_empty()).collect();
        if names.is_empty() {
            names.push(UNGROUPED);
        }
        for group in names {
            let group = self.draft.group(group, cell.map_or(&name.spot, |cell| &cell.spot));
            let spot = Some(&name.spot);
            self.draft.host(host, None, group, &self.source.name, spot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{InventorySource, Loaded, Sources, load};

    fn loaded(text: &str) -> Loaded {
        let file = InventorySource::File(SourceFile::new("fleet.csv", text));
        load(&Sources { inventories: vec![file], ..Sources::default() })
    }

    fn told(text: &str) -> String {
        loaded(text).issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_row_is_a_host_with_groups_and_variables() {
        let Loaded { inventory, issues } = loaded(
            "inventory_hostname;ansible_host;groups;site;serial\n\
             fw-lon-01;192.0.2.1;uk, hq;\"London; EC1\";0644\n\
             fw-par-01;192.0.2.2;;;FGT60F\n",
        );
        assert!(issues.is_empty(), "{issues:?}");
        assert_eq!(inventory.groups_of("fw-lon-01"), ["hq", "uk"]);
        assert_eq!(inventory.groups_of("fw-par-01"), ["ungrouped"]);
        let variables = inventory.variables("fw-lon-01");
        assert_eq!(variables.value("site"), Some(&Value::text("London; EC1")));
        assert_eq!(variables.value("serial"), Some(&Value::text("0644")));
        assert_eq!(
            variables.get("site").unwrap().place.as_ref().unwrap().to_string(),
            "fleet.csv:2:28"
        );
        assert!(inventory.variables("fw-par-01").get("site").is_none());
    }

    #[test]
    fn all_that_is_wrong_with_the_rows_is_told_at_once() {
        assert_eq!(
            told("inventory_hostname,a,\nfw1,1,\n,2,\nfw1,3,\nfw2,4\nfw3,5,x\n"),
            "fleet.csv:3:1: this row has no `inventory_hostname` (name the host, or remove the row)\n\
             fleet.csv:4:1: the host `fw1` was already named in line 2 (keep one row for each host)\n\
             fleet.csv:5:1: this row has 2 cells, and the header 3 (quote a cell that holds what \
             stands between cells)\n\
             fleet.csv:6:7: this cell stands in a column without a name (name the column in the \
             first line)"
        );
    }

    #[test]
    fn a_header_that_cannot_be_used_says_why() {
        assert_eq!(
            told("Device Name,IP\nfw1,192.0.2.1\n").lines().last().unwrap(),
            "fleet.csv:1:1: no column is named `inventory_hostname` (rename `Device Name`, if it \
             holds the names of the hosts)"
        );
        assert_eq!(
            told("inventory_hostname,a,a\n"),
            "fleet.csv:1:22: the column `a` was already named at column 20 of this line (remove \
             or rename one of the two)"
        );
        assert!(told("").contains("this table is empty"));
    }
}
