//! A page without a site: one notebook as one file that carries all it shows.

use crate::html::{escape, escape_into};
use crate::path::{SitePath, percent_decode};
use crate::render::{Asset, Fragment, Image, Slot, Target, Words, clean_svg};
use crate::theme::Labels;
use crate::theme::view::{Page, TocItem};

use super::record::PageRecord;

/// The page of a notebook with its pictures in it. Files beside the notebook come through `read`.
pub fn single_page(
    record: &PageRecord,
    body: &Fragment,
    assets: &[Asset],
    labels: &Labels,
    read: &dyn Fn(&SitePath) -> Option<Vec<u8>>,
) -> Page {
    let targets = &record.outline.targets;
    let filler = Filler { folder: record.source.parent(), assets, labels, read, targets };
    let title_html = match record.title_html() {
        Some(html) => filler.fill(html),
        None => escape(&record.title).into_owned(),
    };
    Page {
        title_html,
        title_id: record.outline.title.as_ref().map(|title| title.id.clone()),
        title_alias: record.outline.title.as_ref().and_then(|title| title.alias.clone()),
        subtitle: record.front.subtitle.clone(),
        description: record.front.description.clone(),
        draft: false,
        kind: record.kind.name().to_owned(),
        body_html: filler.fill(body),
        toc: record
            .outline
            .headings
            .iter()
            .filter(|heading| (2..=3).contains(&heading.level))
            .map(|heading| TocItem {
                level: heading.level,
                title: heading.text.clone(),
                url: format!("#{}", crate::path::encode_fragment(&heading.id)),
            })
            .collect(),
        source: record.source.to_string(),
        failures: record.failures.clone(),
        ..Page::default()
    }
}

struct Filler<'a> {
    folder: SitePath,
    assets: &'a [Asset],
    labels: &'a Labels,
    read: &'a dyn Fn(&SitePath) -> Option<Vec<u8>>,
    targets: &'a [Target],
}

/// The types of pictures that are taken into the page, by extension.
const PICTURES: [(&str, &str); 6] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("svg", "image/svg+xml"),
];

impl Filler<'_> {
    fn fill(&self, fragment: &Fragment) -> String {
        fragment.fill(|slot, out| match slot {
            Slot::Label(label) => escape_into(out, &self.labels.of(*label)),
            Slot::Asset(name) => {
                if let Some(asset) = self.assets.iter().find(|asset| asset.name == *name) {
                    out.push_str(&data_url(&asset.name, &asset.bytes));
                }
            }
            Slot::Href(link) => {
                let target = link.target.as_str();
                let kept =
                    ["http://", "https://", "mailto:", "#"].iter().any(|start| target.starts_with(start));
                if kept {
                    out.push_str(" href=\"");
                    escape_into(out, target);
                    out.push_str("\" rel=\"noopener noreferrer\"");
                }
            }
            Slot::Src(_) | Slot::Cite(_) | Slot::Works | Slot::Thumbnail(_) => {}
            Slot::Image(image) => self.image(image, out),
            Slot::Reference(reference) => {
                let name = reference.link.target.trim_start_matches('#');
                match self.targets.iter().find(|target| target.label == name) {
                    Some(target) => {
                        out.push_str("<a href=\"#");
                        escape_into(out, &crate::path::encode_fragment(&target.anchor));
                        out.push_str("\">");
                        out.push_str(&super::reference::words(&reference.words, target, self.labels));
                        out.push_str("</a>");
                    }
                    None => match &reference.words {
                        Words::Given(html) => out.push_str(html),
                        _ => escape_into(out, &reference.fallback),
                    },
                }
            }
            Slot::Words(reference) => {
                let name = reference.link.target.trim_start_matches('#');
                match self.targets.iter().find(|target| target.label == name) {
                    Some(target) => {
                        out.push_str(&super::reference::words(&reference.words, target, self.labels))
                    }
                    None => escape_into(out, &reference.fallback),
                }
            }
            Slot::Embed(embed) => {
                out.push_str("<p class=\"missing-image\">");
                escape_into(out, &embed.link.target);
                out.push_str("</p>");
            }
        })
    }

    fn image(&self, image: &Image, out: &mut String) {
        let path = percent_decode(&image.link.target).and_then(|target| self.folder.join(&target));
        let known = |path: &SitePath| PICTURES.iter().any(|(extension, _)| path.extension() == *extension);
        let found = path.filter(known).and_then(|path| {
            let bytes = (self.read)(&path)?;
            // Drawings are cleaned wherever they go.
            let bytes = if path.extension() == "svg" { clean_svg(&bytes).ok()? } else { bytes };
            Some((path.name().to_owned(), bytes))
        });
        match found {
            Some((name, bytes)) => {
                out.push_str("<img src=\"");
                out.push_str(&data_url(&name, &bytes));
                out.push_str("\" alt=\"");
                escape_into(out, &image.alt);
                out.push('"');
                out.push_str(&image.attributes);
                out.push('>');
            }
            None => {
                out.push_str("<span class=\"missing-image\">");
                escape_into(out, if image.alt.is_empty() { &image.link.target } else { &image.alt });
                out.push_str("</span>");
            }
        }
    }
}

fn data_url(name: &str, bytes: &[u8]) -> String {
    let extension = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let mime = PICTURES
        .iter()
        .find(|(known, _)| *known == extension)
        .map_or("application/octet-stream", |(_, mime)| mime);
    let mut url = format!("data:{mime};base64,");
    base64_simd::STANDARD.encode_append(bytes, &mut url);
    url
}
