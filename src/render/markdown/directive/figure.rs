//! Directives that show a picture or something else with a caption.

use super::super::{inline, line as one_line, nested, reference};
use super::Show;
use crate::notebook::css_length;
use crate::render::fragment::{Fragment, Image, Slot};
use crate::render::frame::{self, Caption};
use crate::render::output;
use crate::render::page::link;
use crate::render::target::Kind;
use crate::render::weave::text_of;

impl Show<'_> {
    /// The picture that the argument names, with the size and the words of the options.
    pub(super) fn image(&mut self) -> Fragment {
        let block = self.block;
        let mut style = String::new();
        for key in ["width", "height"] {
            if let Some(length) = block.options.get(key).and_then(css_length) {
                style.push_str(&format!("{key}:{length};"));
            }
        }
        if let Some(percent) = block
            .options
            .get("scale")
            .and_then(|scale| scale.trim_end_matches('%').trim().parse::<f64>().ok())
        {
            style.push_str(&format!("width:{percent}%;"));
        }
        let attributes = if style.is_empty() { String::new() } else { format!(" style=\"{style}\"") };
        let image = Image {
            link: link(&block.argument, self.page, self.line),
            alt: block.options.get("alt").unwrap_or_default().to_owned(),
            title: block.options.get("title").unwrap_or_default().to_owned(),
            attributes,
            linked: block.options.get("target").is_some(),
        };
        let picture = self.page.image(image);
        match block.options.get("target") {
            Some(target) => {
                let mut out = Fragment::new();
                out.markup("<a");
                out.slot(Slot::Href(link(target, self.page, self.line)));
                out.markup(">");
                out.append(picture);
                out.markup("</a>");
                out
            }
            None => picture,
        }
    }

    /// A picture of its own line, where its alignment says.
    pub(super) fn placed(&mut self, inner: Fragment) -> Fragment {
        let place = match self.block.options.get("align") {
            Some("center") => " class=\"place-center\"",
            Some("right") => " class=\"place-right\"",
            _ => "",
        };
        let mut out = Fragment::new();
        out.markup(&format!("<p{place}>"));
        out.append(inner);
        out.markup("</p>\n");
        self.named(out)
    }

    /// A figure: a picture by its argument, or the first block of its body; the rest is the caption.
    pub(super) fn figure(&mut self) -> Fragment {
        let block = self.block;
        let body = block.body.trim_matches('\n');
        let is_label = block.name == "figure-md" || block.argument.starts_with('#');
        let (inner, caption, label) = if block.name == "figure-md" {
            let (first, rest) = body.split_once("\n\n").unwrap_or((body, ""));
            (one_line(first, self.page), rest, Some(block.argument.clone()).filter(|label| !label.is_empty()))
        } else if is_label {
            (
                reference::embed(&block.argument, (false, true), self.line, self.page),
                body,
                block.options.id.clone(),
            )
        } else if block.argument.is_empty() {
            // MyST: the last paragraph of a figure without a picture is its caption.
            let (rest, last) = body.rsplit_once("\n\n").unwrap_or((body, ""));
            (nested(rest, self.below(), self.page), last, block.options.id.clone())
        } else {
            (self.image(), body, block.options.id.clone())
        };
        let (head, legend) = caption.split_once("\n\n").unwrap_or((caption, ""));
        let text = one_line(head, self.page);
        let legend = nested(legend, self.below(), self.page);
        let mut content = inner;
        if !legend.is_empty() {
            content.markup("<div class=\"legend\">");
            content.append(legend);
            content.markup("</div>");
        }
        let caption = Caption {
            plain: text_of(text.html()),
            text,
            label,
            kind: Some(Kind::Figure),
            numbered: block.options.get("enumerated") != Some("false"),
            class: match block.options.get("align") {
                Some("center") => " place-center",
                Some("right") => " place-right",
                _ => "",
            },
            ..Caption::default()
        };
        frame::figure(content, caption, self.page)
    }

    /// `inner` with the argument as its caption.
    pub(super) fn captioned(&mut self, inner: Fragment, kind: Kind) -> Fragment {
        let text = self.title();
        if text.is_empty() && self.block.options.id.is_none() {
            return inner;
        }
        let caption = Caption {
            plain: text_of(text.html()),
            text,
            label: self.block.options.id.clone(),
            kind: Some(kind),
            numbered: true,
            top: true,
            ..Caption::default()
        };
        frame::figure(inner, caption, self.page)
    }

    /// A page or a film of another host, as a link: nothing of it is loaded.
    pub(super) fn frame(&mut self) -> Fragment {
        let block = self.block;
        let url = match block.name.as_str() {
            "youtube" if !block.argument.contains("://") => {
                format!("https://www.youtube.com/watch?v={}", block.argument)
            }
            _ => block.argument.clone(),
        };
        let mut inner = Fragment::new();
        inner.markup("<p class=\"output-label\"><a");
        inner.slot(Slot::Href(link(&url, self.page, self.line)));
        inner.markup(">");
        inner.text(block.options.get("title").unwrap_or(&url));
        inner.markup("</a></p>\n");
        let caption = block.body.trim();
        if caption.is_empty() {
            return inner;
        }
        let text = one_line(caption, self.page);
        let caption = Caption {
            plain: text_of(text.html()),
            text,
            label: block.options.id.clone(),
            kind: Some(Kind::Figure),
            numbered: true,
            ..Caption::default()
        };
        frame::figure(inner, caption, self.page)
    }

    /// What MyST-NB kept under a name.
    pub(super) fn glue(&mut self) -> Fragment {
        let block = self.block;
        let name = block.argument.trim();
        let context = self.page.context.clone();
        let Some(bundle) = context.kept.get(name) else {
            self.page.note(inline::unknown_kept(name, self.page).at_line(self.line));
            let mut out = Fragment::new();
            out.markup("<p><code>");
            out.text(name);
            out.markup("</code></p>\n");
            return out;
        };
        if !self.page.take_in(bundle.size()) {
            return Fragment::new();
        }
        let inner = output::of_bundle(bundle, self.page);
        if !block.name.ends_with(":figure") {
            return inner;
        }
        let text = one_line(block.body.trim(), self.page);
        let caption = Caption {
            plain: text_of(text.html()),
            text,
            label: block.options.id.clone(),
            kind: Some(Kind::Figure),
            numbered: true,
            ..Caption::default()
        };
        frame::figure(inner, caption, self.page)
    }
}
