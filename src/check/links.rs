//! Where pages lead, as the whole site has it.

use regex::bytes::RegexSet;

use super::Whole;
use crate::address::Address;
use crate::diagnostic::{Diagnostic, Family, Note, Rule};
use crate::web::{self, Answers, Asked};

/// Whether a rule judges links, which change when other pages do.
pub(super) fn is_of_links(rule: Rule) -> bool {
    rule.entry().family == Family::Links
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
