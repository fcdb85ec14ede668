//! Where documents may go.

use std::collections::HashMap;

/// Names that Windows keeps for devices, with any extension.
const RESERVED: [&str; 24] = [
    "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
    "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The longest name of a file or folder that common file systems take, in bytes.
const LONGEST_NAME: usize = 255;

/// How much of a text goes into a name, in bytes; the rest is for what stands around it.
const LONGEST_PIECE: usize = 120;

/// A text as a part of a file's name: letters, digits, `.`, `-` and `_`, anything else as `_`. It
/// neither begins nor ends with a dot, and is no folder of its own.
pub(super) fn piece(text: &str) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let mut piece: String = text.chars().map(allowed).collect();
    while piece.len() > LONGEST_PIECE {
        piece.pop();
    }
    if piece.starts_with('.') {
        piece.replace_range(..1, "_");
    }
    if piece.ends_with('.') {
        piece.pop();
        piece.push('_');
    }
    if piece.is_empty() || is_reserved(&piece) {
        piece.insert(0, '_');
    }
    piece
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(stem))
}

/// Why a path cannot be that of a document, one sentence without a full stop.
pub(super) fn refusal(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some("the destination of a report is empty".to_owned());
    }
    if path.starts_with('/') {
        return Some(format!("the destination `{path}` leads out of the output folder"));
    }
    let forbidden = |c: char| c.is_control() || "\\<>:\"|?*".contains(c);
    if let Some(c) = path.chars().find(|c| forbidden(*c)) {
        return Some(format!(
            "the destination `{path}` holds `{}`, which not every system takes in a file name",
            c.escape_debug()
        ));
    }
    path.split('/').find_map(|name| {
        Some(match name {
            "" | "." => format!("the destination `{path}` has a folder without a name"),
            ".." => format!("the destination `{path}` leads out of the output folder"),
            _ if name.len() > LONGEST_NAME => {
                format!("the destination `{path}` has a name of more than {LONGEST_NAME} bytes")
            }
            _ if name.ends_with(['.', ' ']) || name.starts_with(' ') || is_reserved(name) => {
                format!("the destination `{path}` has a name that Windows does not take: `{name}`")
            }
            _ => return None,
        })
    })
}

/// What a path is taken by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    File,
    Folder,
}

/// The paths of all documents so far. Some file systems do not tell upper from lower case, so
/// neither does this.
#[derive(Debug, Default)]
pub(super) struct Paths {
    taken: HashMap<String, Taken>,
    /// For a path that was wanted several times, the number that was given last.
    numbers: HashMap<String, usize>,
}

impl Paths {
    /// Takes a path for a file. False when a document has it already, or needs it as a folder.
    pub(super) fn take(&mut self, path: &str) -> bool {
        let key = path.to_lowercase();
        let folders: Vec<&str> = key.match_indices('/').map(|(end, _)| &key[..end]).collect();
        let is_file = |path: &&str| self.taken.get(*path) == Some(&Taken::File);
        if self.taken.contains_key(&key) || folders.iter().any(is_file) {
            return false;
        }
        for folder in folders {
            self.taken.insert(folder.to_owned(), Taken::Folder);
        }
        self.taken.insert(key, Taken::File);
        true
    }

    /// Takes a path; where it is taken, one with a number before the extension: `fw-2.txt`.
    pub(super) fn take_near(&mut self, path: &str) -> String {
        if self.take(path) {
            return path.to_owned();
        }
        let name = path.rfind('/').map_or(0, |slash| slash + 1);
        let dot = path[name..].rfind('.').map_or(path.len(), |dot| name + dot);
        let (stem, extension) = path.split_at(dot);
        let mut number = self.numbers.get(&path.to_lowercase()).copied().unwrap_or(1);
        loop {
            number += 1;
            let near = format!("{stem}-{number}{extension}");
            if self.take(&near) {
                self.numbers.insert(path.to_lowercase(), number);
                return near;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_host_name_stays_one_name() {
        for (text, expected) in [
            ("fgt-fra-01.example", "fgt-fra-01.example"),
            ("../../etc/passwd", "_._.._etc_passwd"),
            ("..", "__"),
            ("2001:db8::1", "2001_db8__1"),
            ("größe", "größe"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("a\\b c", "a_b_c"),
            ("", "_"),
        ] {
            assert_eq!(piece(text), expected, "{text}");
        }
    }

    #[test]
    fn a_destination_stays_in_its_folder() {
        for path in [
            "",
            "/etc/x",
            "../x",
            "a/../x",
            "a//b",
            "./a",
            "a/",
            "C:/x",
            "a\\b",
            "aux",
            "a/nul.txt",
            "a.",
            "a\nb",
        ] {
            assert!(refusal(path).is_some(), "{path}");
        }
        for path in ["report.html", "tickets/fgt 1.txt", "a/b/c", ".hidden", "größe.md"] {
            assert_eq!(refusal(path), None, "{path}");
        }
    }

    #[test]
    fn no_two_documents_have_one_path() {
        let mut paths = Paths::default();
        assert!(paths.take("tickets/fw.txt"));
        assert!(!paths.take("tickets/FW.txt"), "the same on Windows");
        assert!(!paths.take("tickets"), "a folder");
        assert!(!paths.take("tickets/fw.txt/a"), "a file is no folder");
        assert_eq!(paths.take_near("tickets/FW.txt"), "tickets/FW-2.txt");
        assert_eq!(paths.take_near("tickets/fw.txt"), "tickets/fw-3.txt");
        assert_eq!(paths.take_near("new"), "new");
    }

    proptest! {
        #[test]
        fn any_text_makes_a_good_name(text in "(?s:.){0,300}") {
            prop_assert_eq!(refusal(&piece(&text)), None);
        }
    }
}
