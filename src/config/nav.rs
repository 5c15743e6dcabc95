//! Navigation.
pub struct NavEntry;
pub struct NavFile;
pub struct NavTarget;
