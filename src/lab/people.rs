//! Users, none of whom exists.

use std::collections::HashSet;

use super::device::Account;
use super::dice::Dice;

/// Makes up the users of one unit; each name is used once.
#[derive(Debug)]
pub struct People {
    mail: bool,
    used: HashSet<String>,
}

impl People {
    /// `mail`: whether they have e-mail addresses.
    pub fn new(mail: bool) -> Self {
        Self { mail, used: HashSet::new() }
    }

    pub fn next(&mut self, dice: &mut Dice) -> Account {
        let first = dice.pick([
            "ada", "bela", "chen", "dana", "emil", "farid", "gita", "hana", "igor", "jun", "kofi",
            "lena", "mara", "nils", "olga", "priya", "rosa", "sven", "tariq", "yuki",
        ]);
        let last = dice.pick([
            "adler", "bauer", "costa", "dubois", "eriksen", "ferrari", "garcia", "haddad",
            "ivanova", "jansen", "kowalski", "lund", "moreau", "novak", "okafor", "peters",
            "quist", "rossi", "silva", "tanaka",
        ]);
        let mut name = format!("{first}.{last}");
        let mut number = 2;
        while !self.used.insert(name.clone()) {
            name = format!("{first}.{last}{number}");
            number += 1;
        }
        // One in twelve never gave an address.
        let email = (self.mail && dice.below(12) > 0).then(|| format!("{name}@example.org"));
        Account { email, disabled: dice.below(40) == 0, name, ..Account::default() }
    }
}
