//! What the check says of pages while they are written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::basis::{Basis, Subject};
use crate::cache::Key;
use crate::check::Look;
use crate::config::Config;
use crate::disk::Source;
use crate::path::SitePath;

/// The sources that somebody has open, as the check saw them last.
#[derive(Default)]
pub(super) struct Checked(Mutex<HashMap<SitePath, Known>>);

/// What decided a look, and what it saw.
struct Known {
    key: Key,
    config: Arc<Config>,
    look: Option<Arc<Look>>,
}

impl Checked {
    /// A look at a source in the state that has this key; only the first who asks waits for it.
    pub(super) fn look(
        &self,
        (subject, basis): (&Subject, &Basis),
        (source, key): (&Source, Key),
    ) -> Option<Arc<Look>> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&source.path)
            && known.key == key
            && Arc::ptr_eq(&known.config, &basis.config)
        {
            return known.look.clone();
        }
        let place = (subject.root.as_path(), &subject.src);
        let look = Look::at(source, place, &basis.config, (&basis.open, subject.today)).map(Arc::new);
        let config = basis.config.clone();
        known().insert(source.path.clone(), Known { key, config, look: look.clone() });
        look
    }
}
