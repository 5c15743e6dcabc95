//! What all pages stand on: the configuration, the theme, and what a look at the repo found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use crate::build;
use crate::config::Config;
use crate::disk::{self, Found, Source, Stamp};
use crate::notebook::check_rules;
use crate::path::SitePath;
use crate::theme::Theme;

/// Reads the configuration as it is now.
pub type Configure = Box<dyn Fn() -> Result<Config, String> + Send + Sync>;

/// What is served.
pub struct Subject {
    /// The root of the repo.
    pub root: PathBuf,
    /// The folder whose pages are shown, relative to it.
    pub src: SitePath,
    /// Where builds put the site: it is not looked at.
    pub out: PathBuf,
    /// Reads the configuration.
    pub configure: Configure,
    /// The day that reviews are due by.
    pub today: Date,
}

/// What one look at the repo found.
pub(super) struct Basis {
    pub(super) config: Arc<Config>,
    /// The configuration as text, to see whether it has changed.
    said: Vec<u8>,
    pub(super) theme: Arc<Theme>,
    pub(super) found: Found,
    /// The files that pages may take in.
    pub(super) open: BTreeSet<SitePath>,
}

/// The state of each file at a look; `None` where the system does not tell.
pub(super) type Stamps = BTreeMap<SitePath, Option<Stamp>>;

/// What differs between two looks.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Files that are new, gone, or written anew.
    pub(super) files: BTreeSet<SitePath>,
    /// Whether the files that there are, or how they are put together, are others.
    pub(super) is_of_site: bool,
    /// Whether all pages are read in another way.
    pub(super) is_of_reading: bool,
    /// Whether all was looked at.
    pub(super) is_look: bool,
}

impl Basis {
    /// Looks at the repo.
    ///
    /// # Errors
    /// What is wrong with the configuration or the theme.
    pub(super) fn look(subject: &Subject) -> Result<(Self, Stamps), String> {
        let Subject { root, src, out, configure, .. } = subject;
        let config = Arc::new(configure()?);
        check_rules(&config.reading.cells)?;
        let theme = Arc::new(build::theme(root, &config)?);
        let found = disk::walk(root, src, out, &config)?;
        let open = found.open();
        let stamps = open.iter().map(|path| (path.clone(), Stamp::of(&disk::place(root, path)))).collect();
        let said = serde_json::to_vec(&*config).map_err(|error| error.to_string())?;
        Ok((Self { config, said, theme, found, open }, stamps))
    }

    /// What is other than at an earlier look, beside the content of files.
    pub(super) fn since(&self, before: &Self) -> Difference {
        let reading =
            |basis: &Self| serde_json::to_vec(&(&basis.config.reading, &basis.config.language)).ok();
        Difference {
            files: BTreeSet::new(),
            is_look: true,
            is_of_site: self.said != before.said
                || self.theme.digest() != before.theme.digest()
                || self.found.sources != before.found.sources
                || self.found.files != before.found.files
                || self.found.notes != before.found.notes,
            is_of_reading: self.said != before.said && reading(self) != reading(before),
        }
    }

    /// The source at a path, if a page is made of it.
    pub(super) fn source(&self, path: &SitePath) -> Option<&Source> {
        let place = self.found.sources.binary_search_by(|source| source.path.cmp(path)).ok()?;
        self.found.sources.get(place)
    }
}

/// The files that are new, gone or written anew between two looks.
pub(super) fn changed(before: &Stamps, now: &Stamps) -> BTreeSet<SitePath> {
    let here = now.iter().filter(|(path, stamp)| before.get(*path) != Some(*stamp)).map(|(path, _)| path);
    let gone = before.keys().filter(|path| !now.contains_key(*path));
    here.chain(gone).cloned().collect()
}
