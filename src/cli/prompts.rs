//! `vars_prompt`: what a playbook asks a person, before the run and once.

use std::io::{self, BufRead, IsTerminal};

use crate::cli::stream::say;
use crate::inventory::Variables;
use crate::model::{InputIssue, Value};
use crate::playbook::{Playbook, Prompt};
use crate::template::text_of;

/// Asks for the variables that `extra_vars` do not set, and gives the answers, each for its play.
/// Where nothing is done, nothing is asked.
pub(super) fn ask_prompts(
    playbook: &Playbook,
    extra_vars: &Variables,
    is_look_only: bool,
) -> Result<Vec<(usize, String, Value)>, InputIssue> {
    let mut answers: Vec<(usize, String, Value)> = Vec::new();
    for (index, play) in playbook.plays.iter().enumerate() {
        for prompt in play.prompts.iter().filter(|p| extra_vars.get(&p.name).is_none()) {
            let known = answers.iter().find(|(_, name, _)| *name == prompt.name);
            let answer = match known {
                Some((.., answer)) => answer.clone(),
                None if is_look_only => prompt.default.clone().unwrap_or_default(),
                None => ask(prompt)?,
            };
            answers.push((index, prompt.name.clone(), answer));
        }
    }
    Ok(answers)
}

fn ask(prompt: &Prompt) -> Result<Value, InputIssue> {
    if !io::stdin().is_terminal() {
        return prompt.default.clone().ok_or_else(|| {
            let name = &prompt.name;
            InputIssue::error(format!("`{name}` is asked for, and there is no terminal to ask at"))
                .at(prompt.place.clone(), 1)
                .hint(format!("give it with `-e {name}=VALUE`"))
        });
    }
    loop {
        let shown = match &prompt.default {
            Some(default) if !prompt.is_private => {
                format!("{} [{}]: ", prompt.text, text_of(default))
            }
            _ => format!("{}: ", prompt.text),
        };
        let answer = read(prompt, &shown)?;
        if prompt.is_confirmed && answer != read(prompt, &format!("confirm {shown}"))? {
            say("The two answers are not the same.\n");
            continue;
        }
        return Ok(match (&prompt.default, answer.is_empty()) {
            (Some(default), true) => default.clone(),
            // What a person types is no template.
            _ => Value::Unsafe(answer),
        });
    }
}

fn read(prompt: &Prompt, shown: &str) -> Result<String, InputIssue> {
    let read = match prompt.is_private {
        true => rpassword::prompt_password(shown),
        false => {
            say(shown);
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map(|_| line.trim_end_matches('\n').to_owned())
        }
    };
    read.map_err(|error| {
        InputIssue::error(format!("`{}` could not be asked for: {error}", prompt.name))
            .hint(format!("give it with `-e {}=VALUE`", prompt.name))
    })
}
