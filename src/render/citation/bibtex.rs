//! BibTeX and BibLaTeX → entries, leniently: what is broken costs itself and nothing else.

use std::collections::{HashMap, HashSet};

use biblatex::{Bibliography, Pair, ParseErrorKind, RawBibliography, RawChunk};
use hayagriva::Entry;
use hayagriva::types::Person;

use super::{Lib, Problem};

/// Cut the text into `@kind{...}` blocks. A block ends at its balanced brace or, if a brace is
/// missing, before the next line that starts with `@word{`: so a broken entry costs only itself.
fn blocks(src: &str) -> Vec<(usize, &str)> {
    let b = src.as_bytes();
    let mut starts = Vec::new(); // offsets of '@' first on its line, followed by ident and '{'
    let mut pos = 0;
    for line in src.split_inclusive('\n') {
        let t = line.trim_start();
        if let Some(rest) = t.strip_prefix('@') {
            let ident = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
            if ident.len() < rest.len() && ident.trim_start().starts_with(['{', '(']) {
                starts.push(pos + line.len() - t.len());
            }
        }
        pos += line.len();
    }
    let mut out = Vec::new();
    for (i, &s) in starts.iter().enumerate() {
        let limit = starts.get(i + 1).copied().unwrap_or(b.len());
        let (mut depth, mut end, mut j) = (0usize, limit, s);
        while j < limit {
            match b[j] {
                b'\\' => j += 1,
                b'{' => depth += 1,
                b'}' if depth <= 1 => {
                    end = j + 1;
                    break;
                }
                b'}' => depth -= 1,
                _ => {}
            }
            j += 1;
        }
        out.push((s, &src[s..end]));
    }
    out
}

pub(super) fn parse(src: &str, lib: &mut Lib, problems: &mut Vec<Problem>) {
    let newlines: Vec<usize> = src.match_indices('\n').map(|(i, _)| i).collect();
    let line_at = |off: usize| newlines.partition_point(|&n| n < off) + 1;

    // Pass 1: syntax, block by block. Spans inside a block are relative to the block.
    let mut abbrs = Vec::new();
    let mut raws = Vec::new(); // (block offset, RawEntry)
    for (off, text) in blocks(src) {
        if text[1..].trim_start_matches(|c: char| c.is_alphanumeric()).trim_start().starts_with('(') {
            problems.push(Problem {
                line: line_at(off),
                msg: "`@entry(...)` is not supported, use braces".into(),
            });
            continue;
        }
        if text[1..].to_ascii_lowercase().starts_with("comment") {
            continue; // biblatex ends @comment at the first '}'; we know the balanced end
        }
        // biblatex is quadratic in brace depth (16000 braces: 0.5 s; 200000: minutes).
        let nest = |n: usize, c| match c {
            '{' => n + 1,
            '}' => n.saturating_sub(1),
            _ => n,
        };
        if text
            .chars()
            .scan(0, |n, c| {
                *n = nest(*n, c);
                Some(*n)
            })
            .any(|n| n > 200)
        {
            problems.push(Problem { line: line_at(off), msg: "braces nested too deep".into() });
            continue;
        }
        match RawBibliography::parse(text) {
            Ok(raw) => {
                // Abbreviations of abbreviations may go round in circles or blow up, and the library
                // follows them without a check; so may long ones that are used often.
                let plain = |pair: &Pair<'_>| {
                    pair.value
                        .v
                        .iter()
                        .all(|chunk| matches!(chunk.v, RawChunk::Normal(text) if text.len() <= 1000))
                };
                for pair in raw.abbreviations {
                    if plain(&pair) {
                        abbrs.push(pair);
                    } else {
                        let msg =
                            format!("`{}`: an abbreviation of abbreviations is not followed", pair.key.v);
                        problems.push(Problem { line: line_at(off), msg });
                    }
                }
                raws.extend(raw.entries.into_iter().map(|e| (off, e)));
            }
            Err(e) => {
                // At the end of the block: the fault is a missing brace or quote somewhere before.
                let at_end = e.kind == ParseErrorKind::UnexpectedEof;
                let at = if at_end { off } else { off + e.span.start };
                let what: String = text.chars().take_while(|c| !",\n".contains(*c)).collect();
                problems.push(Problem { line: line_at(at), msg: format!("`{what}`: {}", e.kind) })
            }
        }
    }

    // Pass 2: drop duplicate keys, and `crossref`/`xdata` that are cyclic or deep: biblatex follows
    // them recursively without a check, so a cycle is a stack overflow (an abort, not a panic).
    // `ids` (aliases) are dropped too: `Bibliography::insert` unwraps their parse, and they can
    // close a cycle behind another name.
    let mut seen = HashSet::new();
    raws.retain(|(off, e)| {
        let new = seen.insert(e.v.key.v.to_owned());
        if e.v.key.v.is_empty() || !new {
            let msg =
                if new { "entry without a key".into() } else { format!("duplicate key `{}`", e.v.key.v) };
            problems.push(Problem { line: line_at(*off), msg });
        }
        new && !e.v.key.v.is_empty()
    });
    let is_ref = |k: &str| matches!(k.to_ascii_lowercase().as_str(), "crossref" | "xdata");
    let mut refs: HashMap<String, Vec<String>> = HashMap::new();
    for (_, e) in &mut raws {
        e.v.fields.retain(|f| {
            !f.key.v.eq_ignore_ascii_case("ids")
                && (!is_ref(f.key.v) || matches!(&f.value.v[..], [c] if matches!(c.v, RawChunk::Normal(s) if !s.contains(['\\', '{', '$']))))
        });
        for f in e.v.fields.iter().filter(|f| is_ref(f.key.v)) {
            if let RawChunk::Normal(s) = f.value.v[0].v {
                let keys = std::iter::once(s).chain(s.split(',')).map(|k| k.trim().to_owned());
                refs.entry(e.v.key.v.to_owned()).or_default().extend(keys);
            }
        }
    }
    // How many entries the library reads for one: `None` for more than it may.
    fn cost(k: &str, refs: &HashMap<String, Vec<String>>, left: usize) -> Option<usize> {
        const MOST: usize = 100;
        let mut sum = 1;
        for parent in refs.get(k).into_iter().flatten() {
            sum += cost(parent, refs, left.checked_sub(1)?)?;
            if sum > MOST {
                return None;
            }
        }
        Some(sum)
    }
    for (off, e) in &mut raws {
        if cost(e.v.key.v, &refs, 4).is_none() {
            e.v.fields.retain(|f| !is_ref(f.key.v));
            problems.push(Problem {
                line: line_at(*off),
                msg: format!("`{}`: cyclic or too deep crossref/xdata ignored", e.v.key.v),
            });
        }
    }

    // Pass 3: fields, each entry alone, so an unknown abbreviation or bad TeX command costs only its entry.
    let one = |entries| RawBibliography { preamble: String::new(), entries, abbreviations: abbrs.clone() };
    let mut good = Vec::new();
    let mut offsets = HashMap::new();
    for (off, e) in raws {
        match Bibliography::from_raw(one(vec![e.clone()])) {
            Ok(_) => {
                offsets.insert(e.v.key.v.to_owned(), off);
                good.push(e);
            }
            Err(err) => problems.push(Problem {
                line: line_at(off + err.span.start),
                msg: format!("`{}`: {}", e.v.key.v, err.kind),
            }),
        }
    }
    // All together once more, so that crossref finds its parents.
    let bib = match Bibliography::from_raw(one(good.clone())) {
        Ok(b) => b,
        Err(err) => {
            problems.push(Problem { line: 1, msg: format!("crossref ignored: {}", err.kind) });
            for e in &mut good {
                e.v.fields.retain(|f| !is_ref(f.key.v));
            }
            Bibliography::from_raw(one(good)).unwrap_or_default()
        }
    };

    // Pass 4: to hayagriva. A field of the wrong type is dropped with a warning, the entry stays.
    for mut e in bib {
        let off = offsets.get(&e.key).copied().unwrap_or(0);
        loop {
            match Entry::try_from(&e) {
                Ok(mut h) => {
                    // hayagriva takes "van der" of BibTeX as a dropping particle: "(Berg 2020)". Inside
                    // `name` it is seen as a non-dropping one: "(van der Berg 2020)".
                    let fix = |p: &Person| match &p.prefix {
                        Some(v) => Person { name: format!("{v} {}", p.name), prefix: None, ..p.clone() },
                        None => p.clone(),
                    };
                    if let Some(a) = h.authors().map(|a| a.iter().map(fix).collect()) {
                        h.set_authors(a)
                    }
                    if let Some(a) = h.editors().map(|a| a.iter().map(fix).collect()) {
                        h.set_editors(a)
                    }
                    lib.insert(e.key.clone(), h);
                    break;
                }
                Err(err) => {
                    let bad = e.fields.iter().find(|(_, c)| {
                        c.iter().any(|c| c.span.start <= err.span.start && err.span.end <= c.span.end)
                    });
                    let bad = bad.map(|(k, _)| k.clone());
                    problems.push(Problem {
                        line: line_at(off + err.span.start),
                        msg: format!("`{}`: field `{}`: {}", e.key, bad.as_deref().unwrap_or("?"), err.kind),
                    });
                    match bad {
                        Some(k) => drop(e.remove(&k)),
                        None => break,
                    }
                }
            }
        }
    }
}
