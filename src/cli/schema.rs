//! `tokenfleet schema`: what editors check playbooks and inventories by.

use crate::cli::arguments::{SchemaArguments, SchemaOf};
use crate::cli::exit::Exit;
use crate::cli::stream::print;
use crate::{inventory, notification, playbook};

pub(super) fn schema(arguments: &SchemaArguments) -> Exit {
    let schema = match arguments.of {
        SchemaOf::Playbook => playbook::schema(),
        SchemaOf::Inventory => inventory::schema(),
        SchemaOf::Notifications => notification::schema(),
    };
    print(&format!("{schema:#}\n"))
}
