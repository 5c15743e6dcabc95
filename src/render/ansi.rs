//! Text as a terminal would show it → HTML: colours, carriage returns, backspaces.
//!
//! SGR codes: ECMA-48, 8.3.117; the class names are nbconvert's (`ansi-red-fg`), which people
//! already style.

use std::fmt::Write;

use crate::html::escape_text_into;

/// What SGR codes have switched on.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Style {
    fg: Option<Color>,
    bg: Option<Color>,
    bold: bool,
    faint: bool,
    italic: bool,
    underline: bool,
    inverse: bool,
    strike: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Color {
    Named(u8),
    Rgb(u8, u8, u8),
}

const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "black-intense",
    "red-intense",
    "green-intense",
    "yellow-intense",
    "blue-intense",
    "magenta-intense",
    "cyan-intense",
    "white-intense",
];

impl Style {
    /// Applies the parameters of one `ESC [ … m`.
    fn apply(&mut self, parameters: &str) {
        let mut codes = parameters.split([';', ':']).map(|code| code.parse::<u16>().unwrap_or(0));
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.faint = true,
                3 => self.italic = true,
                4 => self.underline = true,
                7 => self.inverse = true,
                9 => self.strike = true,
                21 | 22 => (self.bold, self.faint) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                27 => self.inverse = false,
                29 => self.strike = false,
                30..=37 => self.fg = Some(Color::Named((code - 30) as u8)),
                40..=47 => self.bg = Some(Color::Named((code - 40) as u8)),
                90..=97 => self.fg = Some(Color::Named((code - 82) as u8)),
                100..=107 => self.bg = Some(Color::Named((code - 92) as u8)),
                38 => self.fg = extended(&mut codes).or(self.fg),
                48 => self.bg = extended(&mut codes).or(self.bg),
                39 => self.fg = None,
                49 => self.bg = None,
                _ => {}
            }
        }
    }

    fn open(&self, out: &mut String) {
        let (fg, bg) = if self.inverse { (self.bg, self.fg) } else { (self.fg, self.bg) };
        let mut classes: Vec<String> = Vec::new();
        let mut style = String::new();
        match fg {
            // Bold turns the eight basic colours bright, as terminals do.
            Some(Color::Named(n)) => {
                let n = if self.bold && n < 8 { n + 8 } else { n };
                classes.push(format!("ansi-{}-fg", NAMES[usize::from(n & 15)]));
            }
            // The theme keeps the hue of an exact colour, and its lightness as far as it can be read.
            Some(Color::Rgb(r, g, b)) => {
                classes.push("ansi-rgb-fg".into());
                let _ = write!(style, "--fg:#{r:02x}{g:02x}{b:02x}");
            }
            None if self.inverse => classes.push("ansi-default-inverse-fg".into()),
            None => {}
        }
        match bg {
            Some(Color::Named(n)) => classes.push(format!("ansi-{}-bg", NAMES[usize::from(n & 15)])),
            Some(Color::Rgb(r, g, b)) => {
                if !style.is_empty() {
                    style.push(';');
                }
                let light = 3 * u32::from(r) + 6 * u32::from(g) + u32::from(b) > 1200;
                classes.push(if light { "ansi-on-light" } else { "ansi-on-dark" }.into());
                let _ = write!(style, "background-color:#{r:02x}{g:02x}{b:02x}");
            }
            None if self.inverse => classes.push("ansi-default-inverse-bg".into()),
            None => {}
        }
        for (on, class) in [
            (self.bold, "ansi-bold"),
            (self.faint, "ansi-faint"),
            (self.italic, "ansi-italic"),
            (self.underline, "ansi-underline"),
            (self.strike, "ansi-strike"),
        ] {
            if on {
                classes.push(class.into());
            }
        }
        out.push_str("<span");
        if !classes.is_empty() {
            let _ = write!(out, " class=\"{}\"", classes.join(" "));
        }
        if !style.is_empty() {
            let _ = write!(out, " style=\"{style}\"");
        }
        out.push('>');
    }
}

/// `5;n` of the palette of 256, or `2;r;g;b`.
fn extended(codes: &mut impl Iterator<Item = u16>) -> Option<Color> {
    let mut byte = || codes.next().map(|code| u8::try_from(code).unwrap_or(u8::MAX));
    match byte()? {
        2 => Some(Color::Rgb(byte()?, byte()?, byte()?)),
        5 => Some(match byte()? {
            n @ 0..16 => Color::Named(n),
            n @ 16..232 => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let n = n - 16;
                Color::Rgb(level(n / 36), level(n / 6 % 6), level(n % 6))
            }
            n => {
                let grey = 8 + 10 * (n - 232);
                Color::Rgb(grey, grey, grey)
            }
        }),
        _ => None,
    }
}

/// Appends one line (without its end) to `out`; `style` is carried from line to line, and no
/// element stays open.
pub(super) fn line_into(out: &mut String, line: &str, style: &mut Style) {
    if memchr::memchr(0x1b, line.as_bytes()).is_none() && *style == Style::default() && !has_controls(line) {
        escape_text_into(out, line);
        return;
    }
    let mut open = false;
    let mut rest = line;
    while !rest.is_empty() {
        let end = memchr::memchr(0x1b, rest.as_bytes()).unwrap_or(rest.len());
        if end > 0 {
            if *style != Style::default() && !open {
                style.open(out);
                open = true;
            }
            push_text(out, &rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let (sgr, length) = escape_sequence(rest);
        if let Some(parameters) = sgr {
            if open {
                out.push_str("</span>");
                open = false;
            }
            style.apply(parameters);
        }
        rest = &rest[length..];
    }
    if open {
        out.push_str("</span>");
    }
}

/// The parameters of the SGR sequence at the start of `text` (`None` for other sequences, which
/// move a cursor that a page does not have), and the length of the sequence.
fn escape_sequence(text: &str) -> (Option<&str>, usize) {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'[') => {
            let body = bytes[2..].iter().position(|byte| (0x40..=0x7e).contains(byte) || !byte.is_ascii());
            match body {
                Some(end) if bytes[2 + end] == b'm' => (Some(&text[2..2 + end]), end + 3),
                Some(end) if bytes[2 + end].is_ascii() => (None, end + 3),
                Some(end) => (None, end + 2),
                None => (None, bytes.len()),
            }
        }
        // Titles and hyperlinks: until BEL or ESC \.
        Some(b']') => {
            // No title or address is longer, and a search to the end for each takes for ever.
            let bytes = &bytes[..bytes.len().min(4096)];
            let bel = memchr::memchr(7, bytes).map(|at| at + 1);
            let st = memchr::memmem::find(bytes, b"\x1b\\").map(|at| at + 2);
            (None, bel.into_iter().chain(st).min().unwrap_or(2))
        }
        Some(b'(' | b')') if bytes.get(2).is_some_and(u8::is_ascii) => (None, 3),
        Some(byte) if byte.is_ascii() && *byte != 0x1b => (None, 2),
        _ => (None, 1),
    }
}

fn has_controls(text: &str) -> bool {
    // The second group of controls begins with this byte in UTF-8.
    text.bytes().any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f || byte == 0xc2)
}

/// Text without control characters, which no HTML may hold.
fn push_text(out: &mut String, text: &str) {
    if has_controls(text) {
        let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        escape_text_into(out, &clean);
    } else {
        escape_text_into(out, text);
    }
}

/// The text that stays on the screen: what a carriage return or a backspace overwrites is gone.
pub(super) fn settle(text: &str) -> std::borrow::Cow<'_, str> {
    if memchr::memchr2(b'\r', 0x8, text.as_bytes()).is_none() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line.strip_suffix('\r').unwrap_or(line), "\n"),
            None => (line, ""),
        };
        let line = line.trim_end_matches('\r');
        let shown = line.rsplit('\r').next().unwrap_or(line);
        let start = out.len();
        for c in shown.chars() {
            if c == '\u{8}' {
                if out.len() > start {
                    out.pop();
                }
            } else {
                out.push(c);
            }
        }
        out.push_str(end);
    }
    out.into()
}

/// The text without any escape sequence.
pub(super) fn strip(text: &str) -> std::borrow::Cow<'_, str> {
    if memchr::memchr(0x1b, text.as_bytes()).is_none() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(0x1b, rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (_, length) = escape_sequence(rest);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        let (mut out, mut style) = (String::new(), Style::default());
        line_into(&mut out, text, &mut style);
        out
    }

    #[test]
    fn colours_become_classes_and_nothing_escapes() {
        assert_eq!(html("\u{1b}[31mred\u{1b}[0m <b>"), "<span class=\"ansi-red-fg\">red</span> &lt;b&gt;");
        assert_eq!(html("\u{1b}[1;32mok"), "<span class=\"ansi-green-intense-fg ansi-bold\">ok</span>");
        assert_eq!(
            html("\u{1b}[38;5;208mx\u{1b}[m"),
            "<span class=\"ansi-rgb-fg\" style=\"--fg:#ff8700\">x</span>"
        );
        assert_eq!(
            html("\u{1b}[48;2;1;2;3mx"),
            "<span class=\"ansi-on-dark\" style=\"background-color:#010203\">x</span>"
        );
        assert_eq!(html("a\u{1b}[2Kb\u{1b}]0;t\u{7}c\u{1b}"), "abc");
    }

    #[test]
    fn what_was_overwritten_is_gone() {
        assert_eq!(settle("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
        assert_eq!(settle("abx\u{8}c"), "abc");
    }
}
