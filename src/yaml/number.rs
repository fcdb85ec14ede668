//! Whole numbers of any size and base.

use crate::model::Value;

/// Python refuses to read longer ones too, since the work grows with the square of the length.
const MOST_DIGITS: usize = 4300;

/// The whole number that `digits` spell in base `radix` (2 to 16); beyond 64 bits it is kept as
/// decimal digits. `None` when there are no digits, a strange one, or too many.
pub fn whole_number(digits: &str, radix: u32, negative: bool) -> Option<Value> {
    if digits.is_empty() || digits.len() > MOST_DIGITS || !digits.chars().all(|c| c.is_digit(radix))
    {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    if let Ok(value) = i64::from_str_radix(&format!("{sign}{digits}"), radix) {
        return Some(Value::Int(value));
    }
    Some(Value::BigInt(format!("{sign}{}", to_decimal(digits, radix))))
}

/// School arithmetic on limbs of nine decimal digits, the lowest first.
fn to_decimal(digits: &str, radix: u32) -> String {
    const LIMB: u64 = 1_000_000_000;
    let mut limbs: Vec<u64> = vec![0];
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let value = *limb * u64::from(radix) + carry;
            *limb = value % LIMB;
            carry = value / LIMB;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut text = limbs.pop().unwrap_or(0).to_string();
    for limb in limbs.iter().rev() {
        text.push_str(&format!("{limb:09}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_64_bits_keep_all_digits() {
        let big = "123456789012345678901234567890";
        assert_eq!(whole_number(big, 10, true), Some(Value::BigInt(format!("-{big}"))));
        assert_eq!(
            whole_number("10000000000000000", 16, false),
            Some(Value::BigInt("18446744073709551616".to_owned()))
        );
        assert_eq!(whole_number("8000000000000000", 16, true), Some(Value::Int(i64::MIN)));
        assert_eq!(whole_number("09", 8, false), None);
        assert_eq!(whole_number("", 10, false), None);
    }
}
