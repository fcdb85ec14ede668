//! What a run is made from, so that another can be held against it.

use sha2::{Digest, Sha256};

use crate::cli::division::division;
use crate::cli::run_arguments::RunArguments;
use crate::model::{Origin, SourceFile};

/// Of texts that were read for the playbook and for the inventory. What was in a vault is not among
/// them: nothing that a secret could be guessed from is kept.
pub(super) fn origin(
    playbook: &[SourceFile],
    inventory: &[SourceFile],
    arguments: &RunArguments,
) -> Origin {
    let texts = |files: &[SourceFile]| digest(files.iter().map(|file| &*file.text));
    let plan = &arguments.plan;
    let mut flags = vec![plan.limit.as_deref().unwrap_or_default()];
    for list in [&plan.tags, &plan.skip_tags] {
        flags.push("|");
        flags.extend(list.iter().map(String::as_str));
    }
    flags.extend(["|", arguments.start_at_task.as_deref().unwrap_or_default(), "|"]);
    // What they are set to may be a secret.
    flags.extend(plan.extra_vars.iter().filter_map(|given| Some(given.split_once('=')?.0)));
    Origin {
        playbook: texts(playbook),
        inventory: texts(inventory),
        flags: digest(flags),
        division: division(arguments),
    }
}

fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        // So that no text can be taken for two.
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
