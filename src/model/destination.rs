//! Where documents may go.

use std::collections::HashMap;

/// Names that Windows keeps for devices, with any extension.
const RESERVED: [&str; 24] = [
    "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
    "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The longest name of a file or folder that common file systems take, in bytes.
const LONGEST_NAME: usize = 255;

/// Whether Windows keeps a name of a file for a device.
pub fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(stem))
}

/// Why a path cannot be that of a document, one sentence without a full stop.
pub fn refused_destination(path: &str) -> Option<String> {
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
pub struct Destinations {
    taken: HashMap<String, Taken>,
    /// For a path that was wanted several times, the number that was given last.
    numbers: HashMap<String, usize>,
}

/// Why a path cannot be that of another document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// It is one already.
    File,
    /// It is the folder of one.
    Folder,
    /// This part of it is one, and so is no folder.
    Within(String),
}

impl Clash {
    /// In a sentence without a full stop.
    pub fn told(&self, path: &str) -> String {
        match self {
            Self::File => format!("two reports are written to `{path}`"),
            Self::Folder => {
                format!("no report can be written to `{path}`: it is the folder of another")
            }
            Self::Within(file) => {
                format!("no report can be written to `{path}`: `{file}` is another, and no folder")
            }
        }
    }
}

impl Destinations {
    /// Takes a path for a file.
    ///
    /// # Errors
    /// A document has it already, needs it as a folder, or is one of its folders.
    pub fn take(&mut self, path: &str) -> Result<(), Clash> {
        let key = path.to_lowercase();
        let folders: Vec<&str> = key.match_indices('/').map(|(end, _)| &key[..end]).collect();
        let is_file = |path: &&str| self.taken.get(*path) == Some(&Taken::File);
        if let Some(depth) = folders.iter().position(is_file) {
            let names: Vec<&str> = path.split('/').take(depth + 1).collect();
            return Err(Clash::Within(names.join("/")));
        }
        match self.taken.get(&key) {
            Some(Taken::File) => return Err(Clash::File),
            Some(Taken::Folder) => return Err(Clash::Folder),
            None => {}
        }
        for folder in folders {
            self.taken.insert(folder.to_owned(), Taken::Folder);
        }
        self.taken.insert(key, Taken::File);
        Ok(())
    }

    /// Takes a path; where it is taken, one with a number before the extension: `fw-2.txt`.
    ///
    /// # Errors
    /// A document is one of its folders, which no number helps against.
    pub fn take_near(&mut self, path: &str) -> Result<String, Clash> {
        match self.take(path) {
            Ok(()) => return Ok(path.to_owned()),
            Err(clash @ Clash::Within(_)) => return Err(clash),
            Err(Clash::File | Clash::Folder) => {}
        }
        let name = path.rfind('/').map_or(0, |slash| slash + 1);
        let dot = path[name..].rfind('.').map_or(path.len(), |dot| name + dot);
        let (stem, extension) = path.split_at(dot);
        let mut number = self.numbers.get(&path.to_lowercase()).copied().unwrap_or(1);
        loop {
            number += 1;
            let near = format!("{stem}-{number}{extension}");
            if self.take(&near).is_ok() {
                self.numbers.insert(path.to_lowercase(), number);
                return Ok(near);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(refused_destination(path).is_some(), "{path}");
        }
        for path in ["report.html", "tickets/fgt 1.txt", "a/b/c", ".hidden", "größe.md"] {
            assert_eq!(refused_destination(path), None, "{path}");
        }
    }

    #[test]
    fn no_two_documents_have_one_path() {
        let mut paths = Destinations::default();
        assert_eq!(paths.take("tickets/fw.txt"), Ok(()));
        assert_eq!(paths.take("tickets/FW.txt"), Err(Clash::File), "the same on Windows");
        assert_eq!(paths.take("tickets"), Err(Clash::Folder));
        let within = Err(Clash::Within("tickets/fw.txt".to_owned()));
        assert_eq!(paths.take("tickets/fw.txt/a"), within);
        assert_eq!(paths.take_near("tickets/FW.txt").unwrap(), "tickets/FW-2.txt");
        assert_eq!(paths.take_near("tickets/fw.txt").unwrap(), "tickets/fw-3.txt");
        assert_eq!(paths.take_near("tickets").unwrap(), "tickets-2");
        assert_eq!(paths.take_near("new").unwrap(), "new");
        assert!(paths.take_near("new/a").is_err(), "no number makes a folder of a file");
    }
}
