//! Files that are made of outputs and attachments: pictures, sounds, texts too long for a page.

use crate::digest::Digest;

/// A file for `_bindery/out/`, named by its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// `<hash>.<extension>`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Asset {
    /// Whether a file of this name was made of just these bytes.
    pub fn is_named(name: &str, bytes: &[u8]) -> bool {
        name.split('.').next().is_some_and(|stem| stem == format!("{:.20}", Digest::of(bytes)))
    }

    /// Names `bytes` by their hash.
    pub fn new(bytes: Vec<u8>, extension: &str) -> Self {
        Self { name: format!("{:.20}.{extension}", Digest::of(&bytes)), bytes }
    }
}

/// Picture types that are shown, by MIME type: the extension of their files, and how their bytes begin.
const PICTURES: &[(&str, &str, &[&[u8]])] = &[
    ("image/png", "png", &[b"\x89PNG\r\n\x1a\n"]),
    ("image/jpeg", "jpg", &[b"\xff\xd8\xff"]),
    ("image/jpg", "jpg", &[b"\xff\xd8\xff"]),
    ("image/gif", "gif", &[b"GIF87a", b"GIF89a"]),
    ("image/webp", "webp", &[b"RIFF"]),
    ("image/bmp", "bmp", &[b"BM"]),
];

/// Sounds, films and documents, by MIME type.
const MEDIA: &[(&str, &str)] = &[
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
    ("audio/mpeg", "mp3"),
    ("audio/mp3", "mp3"),
    ("audio/ogg", "ogg"),
    ("audio/webm", "weba"),
    ("audio/flac", "flac"),
    ("audio/aac", "aac"),
    ("audio/mp4", "m4a"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
    ("video/ogg", "ogv"),
    ("video/quicktime", "mov"),
    ("application/pdf", "pdf"),
];

/// A decoded picture and its size in pixels, where its head tells.
pub(super) struct Picture {
    pub(super) asset: Asset,
    pub(super) size: Option<(usize, usize)>,
}

/// Decodes a picture given as base64; the error says what is wrong with it.
pub(super) fn picture(mime: &str, base64: &str) -> Result<Picture, String> {
    let bytes = decode(base64).ok_or_else(|| format!("the {mime} is no valid base64"))?;
    if crate::notebook::is_lfs_pointer(&bytes) {
        return Err("a Git LFS pointer stands in place of the picture".to_owned());
    }
    // Kernels mislabel pictures; what the bytes are decides, as it does in browsers.
    let Some((_, extension, _)) =
        PICTURES.iter().find(|(_, _, magics)| magics.iter().any(|magic| bytes.starts_with(magic)))
    else {
        return Err(format!("the {mime} holds no picture"));
    };
    let size = imagesize::blob_size(&bytes).ok().map(|size| (size.width, size.height));
    Ok(Picture { asset: Asset::new(bytes, extension), size })
}

/// Whether `mime` is a picture of pixels that [`picture`] decodes.
pub(super) fn is_picture(mime: &str) -> bool {
    PICTURES.iter().any(|(name, ..)| *name == mime)
}

/// Decodes a sound, film or document given as base64. `None` for other types and broken data.
pub(super) fn media(mime: &str, base64: &str) -> Option<Asset> {
    let extension = MEDIA.iter().find(|(name, _)| *name == mime)?.1;
    Some(Asset::new(decode(base64)?, extension))
}

/// Whether `mime` is a sound, film or document that [`media`] decodes.
pub(super) fn is_media(mime: &str) -> bool {
    MEDIA.iter().any(|(name, _)| *name == mime)
}

/// Decodes base64 with or without line breaks and padding; `None` where it is neither or empty.
pub(super) fn decode(base64: &str) -> Option<Vec<u8>> {
    let base64 = base64.trim();
    if base64.is_empty() {
        return None;
    }
    base64_simd::forgiving_decode_to_vec(base64.as_bytes()).ok().filter(|bytes| !bytes.is_empty())
}
