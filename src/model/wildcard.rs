//! Wildcards as OpenSSH has them.

/// Whether `pattern` covers all of `name`: `*` is any run of characters, `?` any one. Takes time
/// in proportion to both at worst, since only the last `*` is ever gone back to.
pub fn matches_wildcards(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_many_stars_take_no_time() {
        let pattern = "*a".repeat(200) + "b";
        assert!(!matches_wildcards(&pattern, &"a".repeat(2000)));
        assert!(matches_wildcards("**a*?", "xayz"));
        assert!(!matches_wildcards("", "x"));
        assert!(matches_wildcards("*", ""));
    }
}
