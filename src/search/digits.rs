//! Numbers as text that may stand in a script: 92 printable characters, of which the first half
//! ends a number and the second goes on. Small numbers take one character.

/// All characters, `"` and `\` left out.
pub const ALPHABET: &str =
    "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";

/// How many values one character ends with.
pub const BASE: u32 = 46;

/// Writes a number, lowest digits first.
pub fn put(out: &mut String, mut number: u32) {
    let alphabet = ALPHABET.as_bytes();
    while number >= BASE {
        out.push(char::from(alphabet[(BASE + number % BASE) as usize]));
        number /= BASE;
    }
    out.push(char::from(alphabet[number as usize]));
}

/// Reads the number at the beginning of `text`, and how many bytes it takes; `None` where there is
/// none.
pub fn take(text: &[u8]) -> Option<(u32, usize)> {
    let (mut number, mut scale) = (0_u32, 1_u32);
    for (at, byte) in text.iter().enumerate() {
        let digit = u32::try_from(ALPHABET.as_bytes().iter().position(|known| known == byte)?).ok()?;
        number = number.checked_add(scale.checked_mul(digit % BASE)?)?;
        if digit < BASE {
            return Some((number, at + 1));
        }
        scale = scale.checked_mul(BASE)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in proptest::collection::vec(any::<u32>().prop_map(|number| number >> 4), 1..20)) {
            let mut text = String::new();
            numbers.iter().for_each(|number| put(&mut text, *number));
            let mut at = 0;
            for number in numbers {
                let (read, length) = take(&text.as_bytes()[at..]).unwrap_or_default();
                prop_assert_eq!(read, number);
                at += length;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
