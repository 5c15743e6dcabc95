//! The navigation of another tool, met with the pages of the site.
#[derive(Debug, Default)]
pub struct NavTree;
