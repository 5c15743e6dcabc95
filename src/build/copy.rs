//! The copy of a site for when it cannot be reached: all its pages once more, as a copy has them.

use std::collections::HashMap;

use crate::disk::{Archive, Publisher};
use crate::path::SitePath;
use crate::site::{Bodies, Product, Site};

/// Puts the archive that the edition of a site names, of all that was put so far.
pub(super) fn archive(mut site: Site, publisher: &Publisher, bodies: &dyn Bodies) -> Result<(), String> {
    let Some(place) = site.become_copy() else { return Ok(()) };
    let files = publisher.paths();
    if files.contains(&place) {
        return Err(format!("`{place}` is a file of the site already; give the archive another name"));
    }
    let products: HashMap<SitePath, Product> =
        site.products().into_iter().map(|product| (site.path(&product), product)).collect();
    let is_wanted = |path: &SitePath| products.get(path).is_none_or(|product| !product.is_for_servers());
    let files: Vec<SitePath> = files.into_iter().filter(is_wanted).collect();
    let bytes = |path: &SitePath| match products.get(path) {
        Some(product) if path.extension() == "html" => Ok(site.produce(product, bodies)?.bytes),
        _ => publisher.bytes(path),
    };
    let moment = site.edition().built.as_deref();
    publisher.put_archive(&Archive { path: &place, folder: place.stem(), moment }, &files, &bytes)
}
