//! A FortiOS release, and how its command line differs from others.

use std::fmt;

/// Version, build and date, as `Version:` of `get system status` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Firmware {
    pub major: u8,
    pub minor: u8,
    pub patch: u8,
    pub build: u16,
    /// `yymmdd`
    pub date: &'static str,
    /// `GA`, `GA.F` or `GA.M`; releases before 7.0 know `GA` alone.
    pub maturity: &'static str,
}

impl Firmware {
    const fn new(
        (major, minor, patch): (u8, u8, u8),
        build: u16,
        date: &'static str,
        maturity: &'static str,
    ) -> Self {
        Self { major, minor, patch, build, date, maturity }
    }

    pub const V6_0_7: Self = Self::new((6, 0, 7), 302, "191112", "GA");
    pub const V6_0_18: Self = Self::new((6, 0, 18), 549, "240123", "GA");
    pub const V6_2_6: Self = Self::new((6, 2, 6), 1175, "201110", "GA");
    pub const V6_2_16: Self = Self::new((6, 2, 16), 1392, "231205", "GA");
    pub const V6_4_9: Self = Self::new((6, 4, 9), 1966, "220330", "GA");
    pub const V6_4_15: Self = Self::new((6, 4, 15), 2095, "231128", "GA");
    pub const V7_0_7: Self = Self::new((7, 0, 7), 367, "221005", "GA.F");
    pub const V7_0_11: Self = Self::new((7, 0, 11), 489, "230314", "GA.M");
    pub const V7_0_17: Self = Self::new((7, 0, 17), 682, "250113", "GA.M");
    pub const V7_2_8: Self = Self::new((7, 2, 8), 1639, "240313", "GA.M");
    pub const V7_2_11: Self = Self::new((7, 2, 11), 1740, "250210", "GA.M");
    pub const V7_4_7: Self = Self::new((7, 4, 7), 2731, "250120", "GA.M");
    pub const V7_4_8: Self = Self::new((7, 4, 8), 2795, "250523", "GA.M");
    pub const V7_4_9: Self = Self::new((7, 4, 9), 2829, "250924", "GA.M");
    pub const V7_6_3: Self = Self::new((7, 6, 3), 3510, "250415", "GA.F");

    fn at_least(self, major: u8, minor: u8) -> bool {
        (self.major, self.minor) >= (major, minor)
    }

    /// Releases from 6.2 on: `multiple` instead of `enable`, and a few more lines of status.
    pub fn is_6_2(self) -> bool {
        self.at_least(6, 2)
    }

    /// Releases from 6.4 on call the units of a cluster primary and secondary in
    /// `get system ha status`.
    pub fn is_6_4(self) -> bool {
        self.at_least(6, 4)
    }

    /// Releases from 7.0 on do so in `get system status` as well, and put their process number
    /// before `Unknown action`.
    pub fn is_7_0(self) -> bool {
        self.at_least(7, 0)
    }

    /// Releases from 7.4 on print no role on a cluster's member lines.
    pub fn is_7_4(self) -> bool {
        self.at_least(7, 4)
    }

    pub fn is_7_6(self) -> bool {
        self.at_least(7, 6)
    }
}

/// `v7.4.8,build2795,250523 (GA.M)`
impl fmt::Display for Firmware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, patch, build, date, maturity } = self;
        write!(f, "v{major}.{minor}.{patch},build{build:04},{date} ({maturity})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_a_device_does() {
        assert_eq!(Firmware::V6_0_7.to_string(), "v6.0.7,build0302,191112 (GA)");
        assert_eq!(Firmware::V7_4_8.to_string(), "v7.4.8,build2795,250523 (GA.M)");
    }
}
