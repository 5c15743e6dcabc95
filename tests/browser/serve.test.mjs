// What an author sees while writing: the preview in a real browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { bindery, book, code, folder, launch, make, md, stream } from './desk.mjs';

const scratch = folder('serve');
let number = 0;

/** @type {import('playwright-core').Browser} */ let browser;
/** @type {Set<() => Promise<unknown>>} */ const open = new Set();

before(async () => {
  make();
  browser = await launch();
});

afterEach(async () => {
  for (const close of open) await close();
  open.clear();
});

after(() => browser?.close());

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** A long notebook: something to scroll in, with folds. */
const long = (text) => book([
  md(`# Disk full\n\n${text}`),
  ...Array.from({ length: 40 }, (_, n) => code(`step(${n})`, [stream(`done ${n}\n`)], n % 5 ? {} : { tags: ['hide-cell'] })),
  md('## The end\n\nLast words.'),
]);

/** A repo that is served: its folder, the URL, ways to change and to end it. */
async function preview(files, more = []) {
  number += 1;
  const src = path.join(scratch, `repo${number}`);
  const write = (name, text) => {
    const file = path.join(src, name);
    mkdirSync(path.dirname(file), { recursive: true });
    // As editors do: a new file takes the place of the old one.
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  };
  Object.entries(files).forEach(([name, text]) => write(name, text));
  const start = async (options = []) => {
    const child = spawn(bindery, ['serve', src, ...more, ...options], { cwd: scratch });
    let said = '';
    child.stderr.on('data', (text) => { said += text; });
    const url = await new Promise((resolve, reject) => {
      child.stdout.once('data', (line) => resolve(String(line).trim()));
      child.once('exit', () => reject(new Error(said)));
    });
    const stop = () => new Promise((resolve) => {
      if (child.exitCode !== null) resolve(child.exitCode);
      child.once('exit', resolve);
      child.kill('SIGINT');
    });
    open.add(stop);
    return { url, stop, said: () => said };
  };
  const served = await start();
  // At first titles are those of files: what a page shows of others changes once when they are read.
  const titles = Object.values(files).flatMap((text) => /(?:^|[\n"])# ([^\\\n"]+)/.exec(text)?.[1] ?? []);
  for (let all = ''; !titles.every((title) => all.includes(title)); await pause(20)) {
    all = await (await fetch(new URL('all.html', served.url))).text();
  }
  return { src, write, remove: (name) => rmSync(path.join(src, name)), start, ...served };
}

/** Opens a page and counts how often it loads. */
async function look(url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  open.add(() => context.close());
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  page.on('pageerror', (error) => faults.push(String(error)));
  let loads = 0;
  page.on('load', () => { loads += 1; });
  await page.goto(url);
  await page.locator('bindery-live').waitFor({ state: 'attached' });
  // The first thing that a socket says is how things stand.
  await page.waitForFunction(() => document.querySelector('bindery-live')?.shadowRoot?.querySelector('.problems header'));
  return { page, faults, context, loads: () => loads };
}

const shows = (page, text) => page.getByText(text).first().waitFor({ timeout: 5000 });

test('a save is seen at once, where the reader was, and by no other page', async () => {
  const desk = await preview({ 'disk.ipynb': long('First text.'), 'net.ipynb': book([md('# Net slow')]) });
  const disk = await look(`${desk.url}disk.html`);
  const net = await look(`${desk.url}net.html`);
  await disk.page.locator('main details').nth(2).evaluate((fold) => { fold.open = true; });
  const place = disk.page.getByText('step(26)').first();
  await place.evaluate((element) => element.scrollIntoView({ block: 'start', behavior: 'instant' }));
  const before = (await place.boundingBox()).y;
  desk.write('disk.ipynb', long('Second text, which is longer.\n\nMuch longer.\n\nAnd longer.'));
  await disk.page.waitForFunction(() => document.body?.textContent.includes('Second text'));
  await disk.page.waitForLoadState('load');
  await pause(400);
  const now = (await place.boundingBox()).y;
  assert.ok(Math.abs(now - before) < 3, `the place moved by ${now - before}`);
  assert.deepEqual(await disk.page.locator('main details').evaluateAll((folds) => folds.slice(0, 4).map((fold) => fold.open)), [false, false, true, false]);
  await pause(400);
  assert.equal(disk.loads(), 2);
  assert.equal(net.loads(), 1);
  assert.deepEqual([...disk.faults, ...net.faults], []);
});

test('a title is seen by those who show it', async () => {
  const desk = await preview({ 'disk.ipynb': book([md('# Disk full')]), 'net.ipynb': book([md('# Net slow')]), 'deep/far/away.md': '# Away' });
  const net = await look(`${desk.url}net.html`);
  const list = await look(desk.url);
  desk.write('disk.ipynb', book([md('# Disk is very full')]));
  await shows(net.page.locator('nav'), 'Disk is very full');
  await shows(list.page, 'Disk is very full');
});

test('a notebook that cannot be read shows why over the last good page, and comes back', async () => {
  const desk = await preview({ 'ops/disk.ipynb': book([md('# Disk full\n\nGood text.')]) });
  const { page, loads } = await look(`${desk.url}ops/disk.html`);
  desk.write('ops/disk.ipynb', '{"cells": [\n  {"cell_type": "markdown",\n<<<<<<< HEAD\n');
  const alert = page.locator('bindery-live').getByRole('alert');
  await alert.waitFor({ timeout: 5000 });
  const text = await alert.textContent();
  assert.match(text, /ops\/disk\.ipynb/);
  assert.match(text, /notebook-invalid/);
  assert.match(text, /near cell 1/);
  assert.match(text, /line \d/);
  assert.ok(await page.getByText('Good text.').isVisible());
  assert.equal(loads(), 1);
  await alert.getByRole('button', { name: 'Close' }).click();
  await alert.waitFor({ state: 'hidden' });
  await page.locator('bindery-live').getByRole('button', { name: 'Cannot be read' }).click();
  await alert.waitFor();
  await page.keyboard.press('Escape');
  await alert.waitFor({ state: 'hidden' });
  const list = await look(`${desk.url}all.html`);
  await list.page.locator('bindery-live').getByRole('button', { name: /Problems/ }).click();
  assert.match(await list.page.locator('bindery-live').locator('li').textContent(), /ops\/disk\.ipynb/);
  await page.reload();
  await alert.waitFor();
  assert.ok(await page.getByText('Good text.').isVisible(), 'the last good page stays');
  desk.write('ops/disk.ipynb', book([md('# Disk full\n\nBetter text.')]));
  await shows(page, 'Better text.');
  await alert.waitFor({ state: 'hidden' });
});

test('another style sheet is taken without loading the page again', async () => {
  const theme = { 'bindery.toml': '[theme]\nname = "own"\n', 'themes/own/theme.toml': 'parent = "default"\n' };
  const desk = await preview({ ...theme, 'themes/own/static/own.css': 'h1 { color: rgb(1, 2, 3) }', 'a.md': '# A' });
  const { page, loads, faults } = await look(`${desk.url}a.html`);
  const colour = (value) => page.waitForFunction((wanted) => getComputedStyle(document.querySelector('h1')).color === wanted, value);
  await colour('rgb(1, 2, 3)');
  desk.write('themes/own/static/own.css', 'h1 { color: rgb(4, 5, 6) }');
  await colour('rgb(4, 5, 6)');
  desk.write('themes/own/static/own.css', 'h1 { color: rgb(7, 8, 9) }');
  await colour('rgb(7, 8, 9)');
  assert.equal(loads(), 1);
  desk.write('themes/own/templates/page.html', '{% extends "default/page.html" %}{% block main %}<p>Mine now</p>{{ super() }}{% endblock main %}');
  await shows(page, 'Mine now');
  desk.write('themes/own/templates/page.html', '{% extends "default/page.html" %}{% block main %}{{ nonsense( }}');
  await page.locator('bindery-live').getByRole('alert').waitFor();
  assert.match(await page.locator('bindery-live').getByRole('alert').textContent(), /own.*page\.html/s);
  desk.write('themes/own/templates/page.html', '{% extends "default/page.html" %}{% block main %}<p>Mended</p>{{ super() }}{% endblock main %}');
  await shows(page, 'Mended');
  desk.write('themes/own/templates/page.html', '{% extends "default/page.html" %}{% block main %}{{ super() }}{{ page.nothing.of.this }}{% endblock main %}');
  await page.locator('bindery-live').getByRole('alert').waitFor();
  assert.ok(await page.getByText('Mended').isVisible(), 'a template that fails on this page leaves the last good one');
  desk.write('themes/own/templates/page.html', '{% extends "default/page.html" %}{% block main %}<p>Mended again</p>{{ super() }}{% endblock main %}');
  await shows(page, 'Mended again');
  assert.deepEqual(faults, []);
});

test('new, moved and deleted notebooks, and another configuration', async () => {
  const desk = await preview({ 'a.md': '# Page A', 'b.md': '# Page B' });
  const { page } = await look(desk.url);
  desk.write('new/c.ipynb', book([md('# Page C')]));
  await shows(page.locator('main'), 'New');
  desk.remove('b.md');
  await page.waitForFunction(() => !document.querySelector('main').textContent.includes('Page B'));
  const gone = await look(`${desk.url}moved.html`);
  assert.match(await gone.page.textContent('body'), /not/i);
  renameSync(path.join(desk.src, 'a.md'), path.join(desk.src, 'moved.md'));
  await shows(gone.page, 'Page A');
  desk.write('bindery.toml', '[site]\ntitle = "The handbook"\n');
  await shows(page, 'The handbook');
  desk.write('bindery.toml', '[site]\ntitel = "The handbook"\n');
  const alert = page.locator('bindery-live').getByRole('alert');
  await alert.waitFor();
  assert.match(await alert.textContent(), /titel/);
  desk.write('bindery.toml', '[site]\ntitle = "The new handbook"\n');
  await shows(page, 'The new handbook');
  await alert.waitFor({ state: 'hidden' });
});

test('a hundred files at once are one change', async () => {
  const pages = (text) => Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`p${n}.md`, `# Page ${n}\n\n${text}`]));
  const desk = await preview(pages('One.'));
  const { page, loads } = await look(`${desk.url}p7.html`);
  Object.entries(pages('Two.')).forEach(([name, text]) => desk.write(name, text));
  await shows(page, 'Two.');
  await pause(600);
  assert.equal(loads(), 2);
});

test('a lost preview is shown and comes back', async () => {
  const desk = await preview({ 'a.md': '# A\n\nBefore.' });
  const { page, loads } = await look(`${desk.url}a.html`);
  assert.equal(await desk.stop(), 0);
  const lost = page.locator('bindery-live').getByRole('status');
  await lost.waitFor({ timeout: 5000 });
  const port = new URL(desk.url).port;
  await desk.start(['--port', port]);
  await lost.waitFor({ state: 'hidden', timeout: 8000 });
  await pause(300);
  assert.equal(loads(), 1, 'what is the same is not loaded again');
  desk.write('a.md', '# A\n\nAfter.');
  await shows(page, 'After.');
});

test('eight tabs are all kept up to date', async () => {
  const desk = await preview({ 'a.md': '# A\n\nOne.' });
  const context = await browser.newContext();
  open.add(() => context.close());
  const tabs = [];
  for (let n = 0; n < 8; n++) {
    const tab = await context.newPage();
    await tab.goto(`${desk.url}a.html`);
    tabs.push(tab);
  }
  desk.write('a.md', '# A\n\nTwo.');
  await Promise.all(tabs.map((tab) => tab.waitForFunction(() => document.body?.textContent.includes('Two.'))));
});

test('drafts bear a badge, and a page says what was found on it', async () => {
  const draft = book([{ cell_type: 'raw', metadata: {}, source: '---\ndraft: true\n---' }, md('# Not ready\n\n[gone](nowhere.ipynb)'), code('breakpoint()')]);
  const desk = await preview({ 'draft.ipynb': draft, 'a.md': '# A' }, ['--editor', 'http://editor.test/{relative}?line={line}']);
  const { page, faults } = await look(`${desk.url}draft.html`);
  await page.locator('.page-title .draft').waitFor();
  const panel = page.locator('bindery-live');
  await panel.getByRole('button', { name: /Problems on this page: 2/ }).click();
  // What only the check asks stands there too, and what weighs most stands first.
  assert.match(await panel.locator('li').nth(1).textContent(), /debug-left.*breakpoint.*cell 3/s);
  const item = panel.locator('li').first();
  assert.match(await item.textContent(), /link-dead.*nowhere\.ipynb.*cell 2/s);
  assert.match(await item.getByRole('link', { name: 'Open in the editor' }).getAttribute('href'), /^http:\/\/editor\.test\/draft\.ipynb\?line=\d+$/);
  const list = await look(desk.url);
  await list.page.locator('.row .draft').waitFor();
  assert.deepEqual(faults, []);
});

test('a page that may not listen says what to do', async () => {
  const desk = await preview({ 'a.md': '# A' });
  const port = new URL(desk.url).port;
  // As a proxy that asks for another host than the browser does.
  const proxy = createServer((request, response) => {
    const asked = { host: '127.0.0.1', port, path: request.url, method: request.method, headers: { ...request.headers, host: `127.0.0.1:${port}` } };
    httpRequest(asked, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }).end();
  });
  proxy.on('upgrade', (request, socket) => {
    httpRequest({ host: '127.0.0.1', port, path: request.url, headers: { ...request.headers, host: `127.0.0.1:${port}` } }, (answer) => {
      socket.end(`HTTP/1.1 ${answer.statusCode} No\r\n\r\n`);
    }).end();
  });
  await new Promise((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  open.add(() => new Promise((resolve) => { proxy.closeAllConnections(); proxy.close(resolve); }));
  const page = await browser.newPage();
  open.add(() => page.close());
  await page.goto(`http://127.0.0.1:${proxy.address().port}/a.html`);
  const lost = page.locator('bindery-live').getByRole('status');
  await page.waitForFunction(() => /--allow-host 127\.0\.0\.1/.test(document.querySelector('bindery-live').shadowRoot.querySelector('.lost').textContent));
  await lost.waitFor();
});

test('search finds what was just written', async () => {
  const desk = await preview({ 'a.md': '# A\n\nAbout zebras.' });
  const { page } = await look(`${desk.url}search.html?q=zebras`);
  await page.locator('a', { hasText: 'zebras' }).or(page.locator('mark', { hasText: 'zebras' })).first().waitFor();
  desk.write('a.md', '# A\n\nAbout ocelots.');
  await pause(300);
  await page.goto(`${desk.url}search.html?q=ocelots`);
  await page.locator('mark', { hasText: 'ocelots' }).first().waitFor();
});

test('under a path as on GitLab Pages, what is missing comes when it is there', async () => {
  const desk = await preview({ 'ops/a.md': '# Page A' }, ['--base-path', '/group/project/']);
  assert.match(desk.url, /\/group\/project\/$/);
  const { page, faults } = await look(`${desk.url}ops/b`);
  desk.write('ops/b.md', '# Page B');
  await shows(page, 'Page B');
  assert.deepEqual(faults.filter((fault) => !fault.includes('404')), []);
});
