//! `tokenfleet vault encrypt-string`: values to be pasted into YAML.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::exit::Exit;
use crate::cli::stream::say;
use crate::cli::vault::{seal_now, sealing_password, tell, write};
use crate::cli::vault_arguments::EncryptStringArguments;
use crate::files::MAX_TEXT;
use crate::model::InputIssue;

/// Where `ansible-vault` lets the ciphertext begin.
const INDENT: &str = "          ";

/// A text to be encrypted.
struct Plain {
    name: Option<String>,
    text: Zeroizing<String>,
    /// Where it came from, in Ansible's words.
    origin: &'static str,
}

pub(super) fn encrypt_string(arguments: &EncryptStringArguments) -> Result<Exit, InputIssue> {
    let password = sealing_password(&arguments.key)?;
    let texts = texts(arguments)?;
    let mut output = String::new();
    for (number, plain) in (1..).zip(&texts) {
        if texts.len() > 1 {
            let of = match &plain.name {
                Some(name) => format!("variable (\"{name}\", the string #{number}"),
                None => format!("the string (#{number}"),
            };
            say(&format!("# The encrypted version of {of} from {})\n", plain.origin));
        }
        let name = plain.name.as_ref().map_or(String::new(), |name| format!("{name}: "));
        output.push_str(&format!("{name}!vault |\n"));
        for line in seal_now(plain.text.as_bytes(), &password)?.lines() {
            output.push_str(&format!("{INDENT}{line}\n"));
        }
    }
    let exit = write(Path::new("-"), arguments.output.as_deref(), output.as_bytes())?;
    tell("Encryption successful");
    Ok(exit)
}

/// All texts, in Ansible's order: asked for, from standard input, from the command line.
fn texts(arguments: &EncryptStringArguments) -> Result<Vec<Plain>, InputIssue> {
    let reads_stdin = arguments.texts.iter().any(|text| text == "-")
        || arguments.stdin_name.is_some()
        || (arguments.texts.is_empty() && !arguments.prompt);
    if arguments.prompt && reads_stdin {
        return Err(InputIssue::error("`--prompt` and standard input exclude each other")
            .hint("leave out `--prompt`, or `-` and `--stdin-name`"));
    }
    let mut texts = Vec::new();
    if arguments.prompt {
        let name = line("Variable name (enter for no name): ")?;
        let name = Some(name.to_string()).filter(|name| !name.is_empty());
        let text = match arguments.show_input {
            true => line("String to encrypt: ")?,
            false => Zeroizing::new(
                rpassword::prompt_password("String to encrypt (hidden): ").map_err(unasked)?,
            ),
        };
        texts.push(Plain { name, text, origin: "the interactive prompt" });
    }
    if reads_stdin {
        let name = arguments.stdin_name.clone();
        texts.push(Plain { name, text: standard_input()?, origin: "stdin" });
    }
    let mut names = arguments.names.iter().cloned();
    let given = arguments.texts.iter().filter(|text| *text != "-");
    texts.extend(given.map(|text| Plain {
        name: names.next(),
        text: Zeroizing::new(text.clone()),
        origin: "the command line args",
    }));
    match texts.iter().find(|plain| plain.text.is_empty()) {
        Some(plain) => Err(InputIssue::error(format!("the text from {} is empty", plain.origin))
            .hint("give it a text")),
        None => Ok(texts),
    }
}

fn standard_input() -> Result<Zeroizing<String>, InputIssue> {
    if io::stdin().is_terminal() {
        say(
            "Reading plaintext input from stdin. (ctrl-d to end input, twice if your content does \
             not already have a newline)\n",
        );
    }
    let mut text = Zeroizing::new(String::new());
    io::stdin().lock().take(MAX_TEXT).read_to_string(&mut text).map_err(unasked)?;
    Ok(text)
}

/// A line that a person types, and sees.
fn line(prompt: &str) -> Result<Zeroizing<String>, InputIssue> {
    say(prompt);
    let mut text = String::new();
    io::stdin().read_line(&mut text).map_err(unasked)?;
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn unasked(error: io::Error) -> InputIssue {
    InputIssue::error(format!("the text could not be read: {error}"))
        .hint("asking needs a terminal; without one, use standard input")
}
