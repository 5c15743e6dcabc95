//! HTML that is safe by construction.

use std::borrow::Cow;

/// `text` escaped for element content and for double-quoted attribute values alike.
pub fn escape(text: &str) -> Cow<'_, str> {
    if memchr::memchr3(b'<', b'>', b'&', text.as_bytes()).is_none()
        && memchr::memchr2(b'"', b'\'', text.as_bytes()).is_none()
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    escape_into(&mut out, text);
    Cow::Owned(out)
}

/// Appends `text`, escaped as [`escape`] does, to `out`.
pub fn escape_into(out: &mut String, text: &str) {
    let mut rest = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[rest..at]);
        out.push_str(entity);
        rest = at + 1;
    }
    out.push_str(&text[rest..]);
}

/// Appends `text` to `out`, escaped for element content only: quotes stay, which keeps code small.
pub fn escape_text_into(out: &mut String, text: &str) {
    let mut rest = 0;
    for at in memchr::memchr3_iter(b'<', b'>', b'&', text.as_bytes()) {
        out.push_str(&text[rest..at]);
        out.push_str(match text.as_bytes()[at] {
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&amp;",
        });
        rest = at + 1;
    }
    out.push_str(&text[rest..]);
}

/// Undoes [`escape`] and what an HTML serialiser writes: the five basic entities and `&nbsp;`.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&nbsp;", "\u{a0}")
            .replace("&amp;", "&"),
    )
}
