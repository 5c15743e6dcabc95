//! Where pages lead, as the whole site has it.

use rayon::prelude::*;
use regex::bytes::RegexSet;

use super::Whole;
use super::weight::size;
use crate::address::Address;
use crate::build;
use crate::diagnostic::{Diagnostic, Family, Note, Rule};
use crate::path::SitePath;
use crate::web::{self, Answers, Asked};

/// Whether a rule judges links, which change when other pages do.
pub(super) fn is_of_links(rule: Rule) -> bool {
    rule.entry().family == Family::Links
}

/// What is said of the links of all pages and of the files that they need.
pub(super) fn of_pages(whole: &Whole<'_>) -> Vec<Diagnostic> {
    let mut said: Vec<Diagnostic> = whole.led.iter().flat_map(|led| led.notes.iter().cloned()).collect();
    let reading = &whole.request.config.reading;
    let limit = whole.asked_of_none.limits.image;
    let files: Vec<Diagnostic> = whole
        .linked()
        .into_par_iter()
        .flat_map_iter(|file| {
            let read = whole.shelf.bytes(file);
            let bytes = read.as_ref().map_or(0, Vec::len);
            let heavy = (is_picture(file) && bytes > limit).then(|| {
                let said = format!("the picture has {}, and {} are allowed", size(bytes), size(limit));
                Note::warning(Rule::ImageLarge, said)
                    .help("save it as JPEG or WebP, or at a lower resolution")
            });
            let unshown = build::linked(file, read, reading).err().map(|note| *note);
            heavy.into_iter().chain(unshown).map(|note| Diagnostic::new(file, note)).collect::<Vec<_>>()
        })
        .collect();
    said.extend(files);
    said
}

fn is_picture(file: &SitePath) -> bool {
    matches!(file.extension().as_str(), "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "avif")
}

/// What is said of links to other sites, which are asked: of `known` those not that answered
/// lately. Gives what has answered, and whether anything did.
///
/// # Errors
/// An expression of the configuration that is none.
pub(super) fn of_the_web(
    whole: &Whole<'_>,
    known: &Answers,
) -> Result<(Vec<Diagnostic>, Answers, bool), String> {
    let external = &whole.request.config.checks.external;
    let excluded =
        RegexSet::new(&external.exclude).map_err(|error| format!("`check.external.exclude`: {error}"))?;
    let is_asked = |address: &&Address| {
        let url = address.as_str();
        (url.starts_with("http://") || url.starts_with("https://"))
            && !address.is_local()
            && !excluded.is_match(url.as_bytes())
    };
    // What is asked is the page: its parts are none of the server's business.
    let page = |address: &Address| address.as_str().split('#').next().unwrap_or_default().to_owned();
    let outside = || {
        let led = whole.site_pages().zip(&whole.led);
        led.flat_map(|(source, led)| led.outside.iter().map(move |link| (source, link)))
    };
    let urls = outside().map(|(_, (address, ..))| address).filter(is_asked).map(page).collect();
    let epoch = jiff::civil::date(1970, 1, 1);
    let today = (whole.request.today - epoch).get_days();
    let Asked { dead, answers, is_offline } = web::ask(urls, external, (known, i64::from(today)));
    let said = outside().filter(|(_, (address, ..))| is_asked(&address)).filter_map(
        |(source, (address, cell, line))| {
            let why = dead.get(&page(address))?;
            let mut note = Note::warning(Rule::LinkExternal, format!("`{address}` leads nowhere: {why}"))
                .at_line(*line)
                .help("find where it went; `check.external.exclude` names what is not to be asked");
            note.cell.clone_from(cell);
            Some(Diagnostic::new(source, note))
        },
    );
    Ok((said.collect(), answers, is_offline))
}
