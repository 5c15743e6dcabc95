#!/usr/bin/env python3
"""Dead links of a built site: every relative address in its HTML must name a file of the site.

    dead-links.py SITE [--base /group/project/] [--jobs N] [--ignore GLOB ...] [--limit 20]

Reads each .html file below SITE and checks the addresses in its href, src, srcset, poster, data and content
(`<meta http-equiv=refresh>`): percent-decoded and without the query, the file must exist inside SITE, with the same
upper and lower case, and a fragment must be the id (or `<a name>`) of an element of the target page. An address that
climbs out of SITE is dead, as is one that names a folder without an index.html. Other schemes and hosts, and what
stands in `<template>` or in comments, are not looked at; an address that begins with `/` is checked below --base
where that is given, and is else reported, since a site has to work below any path. An address that names a folder
with an index.html is counted, and reported only with --no-folders (from file:// it opens no page).

Prints what is dead, by kind and target with the pages it stands on. Exit status: 0 none, 1 some, 2 could not run.
Standard library only.
"""
import argparse
import fnmatch
import os
import re
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from html import unescape
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

# One pass over the bytes of HTML: comments and raw text are skipped, each start tag is taken whole.
SCAN = re.compile(
    r"<!--(?:>|->|.*?(?:--!?>|\Z))"
    r"|<(?P<raw>script|style|textarea|title|template|xmp|iframe|noembed|noframes)\b(?P<rawattrs>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>"
    r"(?:.*?</(?P=raw)\s*>|.*\Z)"
    r"|<(?P<tag>[a-zA-Z][^\s/>]*)(?P<attrs>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.S | re.I)
ATTR = re.compile(r"""([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""")
WANTED = re.compile(r"\b(?:href|src|srcset|poster|data|id|name|content)\s*=", re.I)
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


def scan(text):
    """The ids of a page and its addresses [(attribute, address)], and its <base href>."""
    ids, found, base = set(), [], ""
    for m in SCAN.finditer(text):
        tag, attrs = (m.group("tag") or m.group("raw") or "").lower(), m.group("attrs") or m.group("rawattrs")
        if not attrs or not WANTED.search(attrs):
            continue
        values = {}
        for a in ATTR.finditer(attrs):
            values.setdefault(a.group(1).lower(), unescape(next((g for g in a.groups()[1:] if g is not None), "")))
        if values.get("id"):
            ids.add(values["id"])
        if tag == "a" and values.get("name"):
            ids.add(values["name"])
        if tag == "base":
            base = values.get("href", "")
            continue
        if tag == "link" and values.get("rel", "").lower() in ("dns-prefetch", "preconnect"):
            continue
        for name in ("href", "src", "poster"):
            if name in values:
                found.append((name, values[name].strip()))
        if tag == "object" and "data" in values:
            found.append(("data", values["data"].strip()))
        if "srcset" in values and "data:" not in values["srcset"]:
            found += [("srcset", part.split()[0]) for part in values["srcset"].split(",") if part.split()]
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            m2 = re.search(r"url\s*=\s*['\"]?([^'\"]+)", values.get("content", ""), re.I)
            if m2:
                found.append(("refresh", m2.group(1).strip()))
    return ids, found, base


def read(job):
    """[(page, ids, addresses, base)] of some pages; a page's equal addresses come once."""
    site, pages = job
    out = []
    for page in pages:
        ids, found, base = scan(Path(site, page).read_text(encoding="utf-8", errors="replace"))
        out.append((page, ids, sorted(set(found)), base))
    return out


def files_of(site):
    files, folders = set(), {""}
    for at, names, leaves in os.walk(site):
        rel = os.path.relpath(at, site).replace(os.sep, "/")
        pre = "" if rel == "." else rel + "/"
        folders.update(pre + n for n in names)
        files.update(pre + n for n in leaves)
    return files, folders


def resolve(page, address, base):
    """The path inside the site, or None where it climbs out of it."""
    path = unquote(address)
    if path.startswith("/"):
        if not base or not (path + "/").startswith(base):
            return None
        joined = path[len(base):]
    elif path:
        joined = os.path.dirname(page) + "/" + path
    else:
        return page
    slash = joined.endswith("/") or joined.endswith("/.") or joined.endswith("/..")
    joined = normpath(joined.lstrip("/") or ".")
    if joined == ".." or joined.startswith("../"):
        return None
    joined = "" if joined == "." else joined
    return joined + "/" if slash and joined else joined


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("site", type=Path)
    ap.add_argument("--base", default="", help="the path the site is served at, for addresses that begin with /")
    ap.add_argument("--no-folders", action="store_true", help="an address that names a folder is dead too")
    ap.add_argument("--ignore", action="append", default=[], metavar="GLOB", help="pages not to read, from SITE")
    ap.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    ap.add_argument("--limit", type=int, default=20, help="targets to print of each kind, 0 for all")
    a = ap.parse_args()
    if not a.site.is_dir():
        print(f"{a.site} is not a folder", file=sys.stderr)
        return 2
    base = "/" + a.base.strip("/") + "/" if a.base.strip("/") else a.base and "/"
    files, folders = files_of(a.site)
    pages = sorted(f for f in files if f.lower().endswith((".html", ".htm"))
                   and not any(fnmatch.fnmatch(f, g) for g in a.ignore))
    lower = {f.lower(): f for f in files}
    step = max(1, min(200, len(pages) // (a.jobs * 4) or 1))
    jobs = [(str(a.site), pages[i:i + step]) for i in range(0, len(pages), step)]
    if a.jobs > 1 and len(jobs) > 1:
        with ProcessPoolExecutor(a.jobs) as pool:
            read_pages = [r for part in pool.map(read, jobs) for r in part]
    else:
        read_pages = [r for job in jobs for r in read(job)]
    ids = {page: page_ids for page, page_ids, _, _ in read_pages}
    dead = defaultdict(lambda: defaultdict(list))  # kind -> target -> pages
    count = fragments = to_folders = 0
    for page, _, found, base_href in read_pages:
        if base_href and not SCHEME.match(base_href):
            dead["<base href>: links do not work where they stand"][base_href].append(page)
        for name, address in found:
            if SCHEME.match(address) or base_href:
                continue
            count += 1
            path, _, fragment = address.partition("#")
            path = path.partition("?")[0]
            if path.startswith("/") and not base:
                dead["begins with /"][address].append(page)
                continue
            target = resolve(page, path, base)
            if target is None:
                dead["outside the site"][address].append(page)
                continue
            folder = target.rstrip("/")
            if target not in files and folder in folders:
                to_folders += 1
                target = (folder + "/" if folder else "") + "index.html"
                if target not in files:
                    dead["a folder without index.html"][folder + "/"].append(page)
                    continue
                if a.no_folders:
                    dead["names a folder"][folder + "/"].append(page)
            if target not in files:
                other = lower.get(target.lower())
                kind = "other upper and lower case" if other else f"no such file ({name})"
                dead[kind][f"{target} (there is {other})" if other else target].append(page)
                continue
            if fragment and target in ids:
                fragments += 1
                if fragment not in ids[target] and unquote(fragment) not in ids[target] and not fragment.startswith(":~:") \
                        and fragment.lower() != "top":
                    dead["no such id"][f"{target}#{unquote(fragment)}"].append(page)
    print(f"{len(pages)} pages, {len(files)} files, {count} addresses inside the site, "
          f"{fragments} with a fragment, {to_folders} to folders")
    for kind in sorted(dead):
        targets = dead[kind]
        print(f"\n{kind}: {len(targets)} targets on {len({p for ps in targets.values() for p in ps})} pages")
        shown = sorted(targets.items(), key=lambda t: (-len(t[1]), t[0]))
        for target, on in shown[:a.limit or None]:
            print(f"  {target}\n      on {len(on)}: {', '.join(on[:3])}{', …' if len(on) > 3 else ''}")
        if a.limit and len(shown) > a.limit:
            print(f"  … and {len(shown) - a.limit} more")
    total = sum(len(ps) for t in dead.values() for ps in t.values())
    print(f"\n{total} dead" if total else "none dead")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
