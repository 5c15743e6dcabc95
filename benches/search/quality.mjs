// How well search finds what is known to be there, and what a query costs.
//
//   node benches/search/quality.mjs SOURCES SITE [--per N] [--seed N] [--missed] [--pagefind FOLDER]
//   node benches/search/quality.mjs SOURCES SITE --asked benches/search/asked.json
//
// SOURCES is a folder of notebooks, SITE what `bindery build` made of it. Queries are made with a
// fixed seed: three rare words of a section, a line that reports an error with its numbers changed,
// an identifier, a flag, a path, a title with a slip, the beginning of a rare word. Printed are the
// mean reciprocal rank at 10 of the first page that says what was asked for (the very same line, the
// very same name, all of the words), and the bytes that first and further queries fetch. FOLDER is
// what `pagefind --site SITE --output-path FOLDER --root-selector main` made: asked the same in the
// same run. With --asked, queries written by hand are asked, each with the pages that answer it or
// with none.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../tests/browser/package.json', import.meta.url))('playwright-core');
const [sources, site] = process.argv.slice(2).map((path) => resolve(path));
const option = (name, value) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : value);
const per = option('--per', 60);
let state = option('--seed', 20261126);
const random = () => {
  state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
  let t = Math.imul(state ^ (state >>> 12), 0x297a2d39);
  t ^= t >>> 15;
  return (t >>> 0) / 2 ** 32;
};
const pick = (list) => list[Math.floor(random() * list.length)];

const join_ = (text) => (Array.isArray(text) ? text.join('') : text || '');
const strip = (text) => text.replace(/\x1b\[[0-9;]*m/g, '');
const pages = [];
for (const { source, url } of JSON.parse(readFileSync(join(site, '_bindery/site.json'), 'utf8')).pages) {
  const text = readFileSync(join(sources, source), 'utf8');
  const page = { url: decodeURIComponent(url), title: '', prose: [], code: [], output: [] };
  let cells = [{ cell_type: 'markdown', source: text }];
  if (source.endsWith('.ipynb')) try { cells = JSON.parse(text).cells || []; } catch { continue; }
  for (const cell of cells) {
    const text = join_(cell.source);
    if (cell.cell_type === 'markdown') page.prose.push(text.replace(/\$\$[^]*?\$\$|\$[^$\n]+\$/g, ' '));
    if (cell.cell_type !== 'code') continue;
    page.code.push(text);
    for (const output of cell.outputs || []) {
      page.output.push(strip(join_(output.text) || (output.traceback ? `${output.ename}: ${output.evalue}\n${output.traceback.join('\n')}` : join_((output.data || {})['text/plain']))));
    }
  }
  page.title = (page.prose.join('\n').match(/^# (.+)$/m) || [])[1] || '';
  pages.push(page);
}

// In how many pages a word stands.
const counts = new Map();
for (const page of pages) {
  page.words = new Set(page.prose.join(' ').replace(/`[^`]*`|\]\([^)]*\)|<[^>]*>/g, ' ').toLowerCase().match(/\p{L}{4,}/gu) || []);
  for (const word of page.words) counts.set(word, (counts.get(word) || 0) + 1);
}
// Flags, names of several words, paths.
const NAME = /(?<![\w-])--[a-z][a-z-]{3,}(?![\w-])|(?<![\w-])[A-Za-z_][A-Za-z0-9_]*_[A-Za-z0-9_]+(?![\w-])|(?<![\w-])[a-z]+[A-Z][A-Za-z]+(?![\w-])|(?<![\w.:/])\/(?:[\w.-]+\/)+[\w.-]*\w/g;
const all = new Map();
const lineKey = (line) => line.trim().replace(/\d+/g, '0').replace(/\s+/g, ' ');
const lines = new Map();
for (const page of pages) {
  for (const text of [...page.prose, ...page.code, ...page.output]) {
    for (const line of text.split('\n')) {
      const key = lineKey(line);
      if (key.length < 20) continue;
      if (!lines.has(key)) lines.set(key, new Set());
      lines.get(key).add(page.url);
    }
  }
  page.text = `${page.title}\n${page.prose.join('\n')}\n${page.code.join('\n')}\n${page.output.join('\n')}`;
  for (const name of new Set(page.text.match(NAME) || [])) {
    if (!all.has(name)) all.set(name, new Set());
    all.get(name).add(page.url);
  }
}
/** The pages whose text holds all of the patterns. */
function holding(patterns) {
  return new Set(pages.filter((page) => patterns.every((pattern) => pattern.test(page.text))).map((page) => page.url));
}
const asWord = (word) => new RegExp(`(^|[^\\p{L}\\p{N}])${word}($|[^\\p{L}\\p{N}])`, 'iu');

const kinds = {
  words(page) {
    const section = pick(page.prose);
    const rare = [...new Set((section || '').replace(/`[^`]*`|\]\([^)]*\)|<[^>]*>/g, ' ').toLowerCase().match(/\p{L}{4,}/gu) || [])]
      .sort((a, b) => counts.get(a) - counts.get(b)).slice(0, 3);
    return rare.length === 3 && { query: rare.join(' '), urls: holding(rare.map(asWord)) };
  },
  error(page) {
    const texts = pick([page.output, page.output, page.code, page.prose]);
    const found = texts.flatMap((text) => text.split('\n')).filter((line) => /error|fail|denied|refused|timeout|fatal|exception|cannot|not found/i.test(line) && line.trim().length > 30 && line.length < 300);
    const line = pick(found);
    if (!line) return null;
    return { query: line.trim().replace(/\d+/g, (digits) => String(Math.floor(random() * 10 ** Math.min(digits.length, 6))).padStart(digits.length, '1')), urls: lines.get(lineKey(line)) };
  },
  identifier: (page) => token(page, /^(?!--|\/)/),
  flag: (page) => token(page, /^--/),
  path: (page) => token(page, /^\//),
  typo(page) {
    const word = pick((page.title.match(/\p{L}{5,}/gu) || []));
    if (!word) return null;
    const at = 1 + Math.floor(random() * (word.length - 2));
    const slip = pick([word.slice(0, at) + word.slice(at + 1), word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2), word.slice(0, at) + 'x' + word.slice(at + 1)]);
    return { query: page.title.replace(word, slip), urls: new Set(pages.filter((other) => other.title === page.title).map((other) => other.url)) };
  },
  prefix(page) {
    const word = pick([...page.words].filter((word) => word.length > 6 && counts.get(word) <= Math.max(3, pages.length / 1000)));
    if (!word) return null;
    const start = word.slice(0, 5);
    return { query: start, urls: holding([new RegExp(`(^|[^\\p{L}\\p{N}])${start}`, 'iu')]) };
  },
};
function token(page, shape) {
  const found = [...new Set(page.code.join('\n').match(NAME) || [])].filter((one) => shape.test(one) && all.get(one).size <= Math.max(20, pages.length / 100));
  const one = pick(found);
  return one && { query: one, urls: all.get(one) };
}

const pagefind = process.argv.includes('--pagefind') ? resolve(process.argv[process.argv.indexOf('--pagefind') + 1]) : null;
const server = createServer((request, response) => {
  const said = decodeURIComponent(request.url.split('?')[0]);
  const path = said.startsWith('/pagefind/') ? join(pagefind, said.slice(10)) : join(site, said);
  try {
    const bytes = said === '/pagefind/' ? '<!doctype html><title>Pagefind</title>' : readFileSync(statSync(path).isDirectory() ? join(path, 'index.html') : path);
    response.writeHead(200, { 'content-type': path.endsWith('.js') ? 'text/javascript' : path.endsWith('.wasm') ? 'application/wasm' : 'text/html' });
    response.end(bytes);
  } catch { response.writeHead(404).end(); }
}).listen(0);
const address = `http://127.0.0.1:${server.address().port}/`;
const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();
let bytes = 0;
page.on('response', async (response) => {
  if (!response.url().includes('/_bindery/search/')) return;
  try { bytes += (await response.body()).length; } catch { /* it came from the cache */ }
});
const fresh = async () => {
  await page.goto(`${address}search.html`);
  await page.waitForFunction(() => window.bindery?.openSearch);
};
let took = 0;
/** Asks in the page, where the time is taken too. */
const ask = async (query) => {
  const [found, time] = await page.evaluate(async (query) => {
    const started = performance.now();
    const found = await window.bindery.search(query, { limit: 10 });
    return [found, performance.now() - started];
  }, query);
  took = time;
  return found;
};
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];
const place = (url) => decodeURIComponent(url.split('#')[0]);
/** The reciprocal rank of the first of some pages. */
const score = (found, urls) => {
  const rank = found.findIndex((url) => urls.has(url));
  return rank < 0 ? 0 : 1 / (rank + 1);
};
const percent = (sum, of) => (sum / Math.max(of, 1)).toFixed(3);

let other = null;
if (pagefind) {
  const tab = await browser.newPage();
  await tab.goto(`${address}pagefind/`);
  await tab.evaluate(async () => { window.pagefind = await import('/pagefind/pagefind.js'); await window.pagefind.init(); });
  other = (query) => tab.evaluate(async (query) => {
    const found = await window.pagefind.search(query);
    return Promise.all(found.results.slice(0, 10).map(async (one) => (await one.data()).raw_url ?? (await one.data()).url));
  }, query).then((urls) => urls.map((url) => decodeURIComponent(url.split('#')[0]).replace(/^\//, '')));
}

await fresh();
console.log(`${pages.length} pages`);
if (process.argv.includes('--asked')) {
  const { answered, unanswered } = JSON.parse(readFileSync(process.argv[process.argv.indexOf('--asked') + 1], 'utf8'));
  let sum = 0, theirs = 0, pretended = 0;
  for (const [query, ...wanted] of answered) {
    const urls = new Set(pages.map((page) => page.url).filter((url) => wanted.some((end) => url.endsWith(end))));
    if (!urls.size) throw new Error(`no page answers: ${query}`);
    const found = (await ask(query)).map((one) => place(one.url)), value = score(found, urls);
    sum += value;
    if (other) theirs += score(await other(query), urls);
    if (value < 1 && process.argv.includes('--missed')) console.log(`    ${value.toFixed(2)} ${query}: ${found.slice(0, 3).join(' ')}`);
  }
  for (const query of unanswered) {
    const found = await ask(query);
    if (found.length) pretended++;
    if (found.length && process.argv.includes('--missed')) console.log(`    pretends: ${query}: ${found.slice(0, 3).map((one) => one.url).join(' ')}`);
  }
  console.log(`asked       ${answered.length} queries, MRR@10 ${percent(sum, answered.length)}${other ? `, Pagefind ${percent(theirs, answered.length)}` : ''}`);
  console.log(`unanswered  ${unanswered.length} queries, ${pretended} with results`);
} else {
  await known();
}
await browser.close();
server.close();

/** Asks the queries that are made. */
async function known() {
  const firsts = [], further = [], times = [];
  for (const [kind, make] of Object.entries(kinds)) {
    let sum = 0, theirs = 0, done = 0, tries = 0;
    const missed = [];
    while (done < per && tries++ < per * 30) {
      const made = make(pick(pages));
      if (!made || !made.urls || !made.urls.size) continue;
      const isFirst = done % 3 === 0;
      if (isFirst) await fresh();
      bytes = 0;
      const found = await ask(made.query);
      times.push(took);
      await page.waitForTimeout(5);
      (isFirst ? firsts : further).push(bytes);
      const value = score(found.map((one) => place(one.url)), made.urls);
      sum += value;
      if (other) theirs += score(await other(made.query), made.urls);
      if (value < 1) missed.push(`${value.toFixed(2)} ${made.query}`);
      done++;
    }
    console.log(`${kind.padEnd(11)} ${done} queries, MRR@10 ${percent(sum, done)}${other ? `, Pagefind ${percent(theirs, done)}` : ''}`);
    if (process.argv.includes('--missed')) console.log(missed.slice(0, 12).map((line) => `    ${line.slice(0, 160)}`).join('\n'));
  }
  console.log(`first query: median ${quantile(firsts, 0.5)} B, p95 ${quantile(firsts, 0.95)} B; further: median ${quantile(further, 0.5)} B, p95 ${quantile(further, 0.95)} B`);
  console.log(`time: median ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`);
}
