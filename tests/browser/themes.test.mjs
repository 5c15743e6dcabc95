// What a reader does with a page of each theme: on a phone, by keyboard, on paper, from right to left.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { serve } from '../../scripts/serve.mjs';
import { bindery, folder, launch, make, repo } from './desk.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const scratch = folder('themes');
const THEMES = ['default', 'dense', 'book'];
const RUNBOOK = 'runbooks/02-payment-errors.html';

/** @type {import('playwright-core').Browser} */ let browser;
/** @type {import('node:http').Server} */ let server;
let base = '';

/** Builds the example with more in its configuration; the site's folder comes back. */
function build(name, more) {
  const source = path.join(scratch, 'src', name);
  cpSync(path.join(repo, 'example-notebooks'), source, { recursive: true });
  const config = path.join(source, 'bindery.toml');
  writeFileSync(config, more(readFileSync(config, 'utf8')));
  execFileSync(bindery, ['build', source, '--out', path.join(scratch, 'sites', name), '--quiet']);
}

before(async () => {
  make();
  const forge = (text) => text.replace('[site]', '[site]\nrepo_url = "https://gitlab.example.com/ops/books"');
  for (const theme of THEMES) build(theme, (text) => `${forge(text)}\n[theme]\nname = "${theme}"\n`);
  build('hebrew', (text) => text.replace('[site]', '[site]\nlanguage = "he"'));
  const many = path.join(scratch, 'src', 'many');
  mkdirSync(path.join(many, 'logs'), { recursive: true });
  for (let n = 0; n < 620; n++) {
    writeFileSync(path.join(many, n % 2 ? `p${n}.md` : `logs/p${n}.md`), `---\ntags: [t${n % 3}]\nowner: team-${n % 4}\n---\n# Page ${n}\n\nAbout ${n % 7 ? 'disks' : 'networks'}.\n`);
  }
  execFileSync(bindery, ['build', many, '--out', path.join(scratch, 'sites', 'many'), '--quiet']);
  server = await serve(path.join(scratch, 'sites'), 0);
  base = `http://127.0.0.1:${server.address().port}/`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** Opens a page. */
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(url.startsWith('file:') ? url : base + url);
  return { page, faults, close: () => context.close() };
}

test('axe finds nothing in any theme, in both modes, wide and narrow', async () => {
  for (const theme of THEMES) {
    for (const name of ['index.html', 'all.html', RUNBOOK, 'howto/dialects-of-markdown.html']) {
      for (const colorScheme of ['light', 'dark']) {
        for (const width of [1280, 390]) {
          const { page, faults, close } = await open(`${theme}/${name}`, { colorScheme, bypassCSP: true, viewport: { width, height: 844 } });
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => window.axe.run(document));
          // What pandas writes stays as it is stored.
          assert.deepEqual(violations.filter((one) => one.id !== 'empty-table-header').map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`), [], `${theme} ${name} ${colorScheme} ${width}`);
          assert.deepEqual(faults, []);
          await close();
        }
      }
    }
  }
});

test('every colour of text can be read on every ground it stands on', async () => {
  const code = 'ckosenlftavghmdi'.split('').map((letter) => [letter, ['--ground-2', '--accent-ground']]);
  const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
  const ansi = names.flatMap((name) => [`ansi-${name}-fg`, `ansi-${name}-intense-fg`]).map((name) => [name, ['--ground', '--amber-ground', '--red-ground']]);
  const tokens = [
    ['--ink', ['--ground', '--ground-2', '--ground-3', '--accent-ground', '--amber-ground', '--red-ground', '--blue-ground', '--green-ground', '--violet-ground']],
    ['--ink-2', ['--ground', '--ground-2', '--ground-3', '--accent-ground']],
    ['--accent', ['--ground', '--ground-2', '--accent-ground']],
    ...['blue', 'green', 'violet', 'amber', 'red'].map((name) => [`--${name}`, ['--ground', `--${name}-ground`]]),
    ...names.map((name) => ['--ground', [`--ansi-${name}`]]),
  ];
  const exact = ['#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff', '#ffff00', '#00ffff', '#ff00ff', '#5f5f5f', '#d7af87', '#87005f', '#005faf'];
  for (const theme of THEMES) {
    for (const colorScheme of ['light', 'dark']) {
      const { page, close } = await open(`${theme}/${RUNBOOK}`, { colorScheme });
      const poor = await page.evaluate(({ code, ansi, tokens, exact }) => {
        const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const luminance = (colour) => {
          context.fillStyle = '#fff';
          context.fillRect(0, 0, 1, 1);
          context.fillStyle = colour;
          context.fillRect(0, 0, 1, 1);
          const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255)
            .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const probe = document.createElement('span');
        const pre = document.createElement('pre');
        pre.className = 'text';
        pre.append(probe);
        document.querySelector('.content').append(pre);
        const computed = (set) => {
          probe.removeAttribute('style');
          probe.className = '';
          set(probe);
          return getComputedStyle(probe).color;
        };
        const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
        const poor = [];
        const look = (name, set, grounds) => grounds.forEach((ground) => {
          const found = ratio(computed(set), computed((one) => { one.style.color = `var(${ground})`; }));
          if (found < 4.5) poor.push(`${name} on ${ground}: ${found.toFixed(2)}`);
        });
        [...code, ...ansi].forEach(([name, grounds]) => look(name, (one) => { one.className = name; }, grounds));
        tokens.forEach(([name, grounds]) => look(name, (one) => { one.style.color = `var(${name})`; }, grounds));
        exact.forEach((colour) => look(colour, (one) => { one.className = 'ansi-rgb-fg'; one.setAttribute('style', `--fg:${colour}`); }, ['--ground']));
        return poor;
      }, { code, ansi, tokens, exact });
      assert.deepEqual(poor, [], `${theme} ${colorScheme}`);
      await close();
    }
  }
});

test('nothing on a page moves while it loads', async () => {
  for (const [name, width] of [[RUNBOOK, 1281], [RUNBOOK, 1280], [RUNBOOK, 960], [RUNBOOK, 390], ['all.html', 1280], ['all.html', 390], ['index.html', 1440]]) {
    const context = await browser.newContext({ viewport: { width, height: 844 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.shifts = [];
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shifts.push(entry.sources.map((source) => source.node?.className)))).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(`${base}default/${name}`);
    await page.waitForTimeout(300);
    assert.deepEqual(await page.evaluate(() => window.shifts), [], `${name} ${width}`);
    await context.close();
  }
});

test('on a phone the navigation is a drawer that keeps the focus and gives it back', async () => {
  const { page, close } = await open(`default/${RUNBOOK}`, { viewport: { width: 390, height: 844 }, hasTouch: true });
  const opener = page.locator('.menu-open');
  await opener.click();
  assert.equal(await opener.getAttribute('aria-expanded'), 'true');
  assert.ok(await page.locator('.drawer a[aria-current="page"]', { hasText: 'Payment errors' }).isVisible());
  for (let n = 0; n < 30; n++) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement === document.body || Boolean(document.activeElement.closest('.drawer'))));
  }
  await page.locator('.drawer-close').focus();
  await page.keyboard.press('Escape');
  await page.locator('.menu-open[aria-expanded="false"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.className), 'menu-open');
  await opener.click();
  await page.locator('.drawer a', { hasText: 'Disk full' }).click();
  await page.waitForURL('**/10-disk-full.html');
  await close();
});

test('the navigation keeps its width and its place', async () => {
  const { page, close } = await open(`default/${RUNBOOK}`);
  const width = () => page.evaluate(() => document.querySelector('.site-nav').getBoundingClientRect().width);
  const before = await width();
  await page.locator('.nav-grip').focus();
  for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowRight');
  assert.ok(await width() > before + 30);
  const wide = await width();
  await page.goto(`${base}default/all.html`);
  assert.ok(Math.abs(await width() - wide) < 2);
  await close();
});

test('the contents name where one reads, also on a phone', async () => {
  for (const width of [1440, 390]) {
    const { page, close } = await open(`default/${RUNBOOK}`, { viewport: { width, height: 844 } });
    await page.evaluate(() => document.getElementById('mitigation').scrollIntoView());
    await page.locator('.toc a[aria-current]', { hasText: 'Mitigation' }).waitFor({ state: 'attached' });
    if (width === 390) assert.equal(await page.locator('.toc-here').textContent(), 'Mitigation');
    await close();
  }
});

test('keys turn pages, switch the mode and show themselves', async () => {
  const { page, close } = await open(`default/${RUNBOOK}`, { colorScheme: 'light' });
  await page.keyboard.press('m');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.mode), 'dark');
  await page.keyboard.press('?');
  assert.ok(await page.locator('dialog.keys').isVisible());
  await page.keyboard.press(']');
  assert.ok(await page.locator('dialog.keys').isVisible());
  await page.locator('.keys-on').uncheck();
  await page.locator('dialog.keys button').click();
  await page.keyboard.press('m');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.mode), 'dark');
  await page.locator('.keys-open').click();
  await page.locator('.keys-on').check();
  await page.locator('dialog.keys button').click();
  assert.ok(await page.locator('dialog.keys').isHidden());
  await page.keyboard.press(']');
  await page.waitForURL('**/10-disk-full.html');
  await page.keyboard.press('[');
  await page.waitForURL(`**/${RUNBOOK}`);
  await close();
});

test('a cell can be linked, its lines too, and long lines wrapped', async () => {
  const { page, close } = await open(`default/${RUNBOOK}`, { permissions: ['clipboard-read', 'clipboard-write'] });
  const cell = page.locator('.cell-code').nth(3);
  await cell.locator('pre.code').hover();
  await cell.locator('button[title="Copy link"]').click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, `${base}default/${RUNBOOK}#${await cell.getAttribute('id')}`);
  const wrap = cell.locator('.cell-input button[title="Wrap lines"]');
  assert.ok(await cell.locator('pre.code').evaluate((pre) => pre.scrollWidth > pre.clientWidth));
  await wrap.click();
  assert.equal(await wrap.getAttribute('aria-pressed'), 'true');
  assert.ok(await cell.locator('pre.code').evaluate((pre) => pre.scrollWidth <= pre.clientWidth));
  await cell.locator('.line').nth(2).scrollIntoViewIfNeeded();
  const box = await cell.locator('.line').nth(2).boundingBox();
  await page.mouse.click((await cell.locator('pre.code').boundingBox()).x + 5, box.y + 4);
  await page.waitForURL(/#cell-id=[\w-]+\.3$/);
  await close();
});

test('a report of a problem names page, commit and cell', async () => {
  const { page, close } = await open(`default/${RUNBOOK}`);
  await page.evaluate(() => document.querySelectorAll('.cell-code')[2].scrollIntoView());
  const link = page.locator('.action-report');
  const href = await link.evaluate((one) => { one.addEventListener('click', (event) => event.preventDefault()); one.click(); return one.href; });
  const url = new URL(href);
  assert.equal(url.pathname, '/ops/books/-/issues/new');
  assert.match(url.searchParams.get('issue[title]'), /Payment errors/);
  assert.match(url.searchParams.get('issue[description]'), /Source: runbooks\/02-payment-errors\.ipynb[^]*Cell: \S+/);
  await close();
});

test('a list is filtered by words and by facts, and sorted', async () => {
  const { page, faults, close } = await open('default/all.html');
  const titles = () => page.locator('.row-title').allTextContents();
  const all = await titles();
  await page.locator('.filter input').fill('disk');
  assert.ok((await titles()).includes('Disk full') && (await titles()).length < all.length);
  await page.locator('.filter button').click();
  assert.deepEqual(await titles(), all);
  await page.locator('.filter select[aria-label="Language"]').selectOption('Ruby');
  assert.deepEqual(await titles(), ['Read the access log']);
  assert.match(await page.locator('.filter-status').textContent(), /^1 of \d+$/);
  await page.locator('.filter button').click();
  await page.locator('.filter-sort').selectOption('title');
  const sorted = await titles();
  assert.deepEqual(sorted, [...sorted].sort((a, b) => a.localeCompare(b, undefined, { numeric: true })));
  await page.locator('.filter input').fill('nothing says this');
  assert.deepEqual(await titles(), []);
  assert.equal(await page.locator('.filter-status').textContent(), 'No page fits.');
  assert.deepEqual(faults, []);
  await close();
});

test('a list of several parts is filtered whole, over http and from a folder', async () => {
  for (const root of [`${base}many/`, `${pathToFileURL(path.join(scratch, 'sites', 'many')).href}/`]) {
    const { page, close } = await open('many/all.html');
    await page.goto(`${root}all.html`);
    assert.equal(await page.locator('.row').count(), 500);
    await page.locator('.filter input').fill('networks');
    await page.locator('.filter-status', { hasText: '89 of 620' }).waitFor();
    await page.locator('.filter select[aria-label="Owner"]').selectOption('team-1');
    const row = page.locator('.row-title').last();
    const title = await row.textContent();
    await row.click();
    assert.equal(await page.locator('h1').textContent(), title);
    await page.goto(`${root}tags/t1.html`);
    await page.locator('.filter input').fill('page');
    await page.locator('.filter-status', { hasText: /^207 of/ }).waitFor();
    await close();
  }
});

test('a long list is shown whole when it is asked for, and a filter comes back with the page', async () => {
  const { page, close } = await open('many/all.html');
  await page.locator('.filter input').focus();
  await page.locator('.filter-sort').selectOption('title');
  await page.locator('.filter-more').click();
  assert.equal(await page.locator('.row').count(), 620);
  await page.locator('.filter input').fill('networks');
  await page.locator('.filter-status', { hasText: '89 of 620' }).waitFor();
  await page.locator('.row-title').first().click();
  await page.goBack();
  await page.locator('.filter-status', { hasText: '89 of 620' }).waitFor();
  assert.equal(await page.locator('.filter input').inputValue(), 'networks');
  await close();
});

test('the filter of the navigation finds what the navigation does not show', async () => {
  const { page, close } = await open('many/p501.html');
  await page.locator('.site-nav .nav-filter').fill('page 17');
  await page.locator('.nav-hits a', { hasText: /^Page 17$/ }).click();
  await page.waitForURL('**/many/p17.html');
  await close();
});

test('code is copied over plain http too', async () => {
  const { page, close } = await open(`default/${RUNBOOK}`);
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.addEventListener('copy', () => { window.copied = document.getSelection().toString() || document.activeElement.value; });
  });
  const cell = page.locator('.cell-code').nth(1);
  await cell.locator('pre.code').hover();
  await cell.locator('button[title="Copy"]').click();
  assert.match(await page.evaluate(() => window.copied), /^payments\.pivot_table/);
  await close();
});

test('pictures are enlarged and put back', async () => {
  const { page, close } = await open('default/howto/marks-on-cells.html', { viewport: { width: 390, height: 844 } });
  const picture = page.locator('.picture > img').first();
  await picture.click();
  assert.ok(await page.locator('dialog.enlarged img').isVisible());
  await page.keyboard.press('Escape');
  assert.ok(await page.locator('dialog.enlarged').isHidden());
  await close();
});

test('in Hebrew everything runs from right to left, but for code', async () => {
  const { page, faults, close } = await open(`hebrew/${RUNBOOK}`, { viewport: { width: 1440, height: 900 } });
  const left = (selector) => page.locator(selector).first().evaluate((one) => one.getBoundingClientRect().left);
  assert.ok(await left('.site-nav') > await left('main'));
  assert.ok(await left('.toc') < await left('main'));
  assert.equal(await page.locator('pre.code').first().evaluate((one) => getComputedStyle(one).direction), 'ltr');
  for (const width of [320, 768, 1440]) {
    await page.setViewportSize({ width, height: 844 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), String(width));
  }
  assert.deepEqual(faults, []);
  await close();
});

test('at twice the size everything is there and nothing scrolls sideways', async () => {
  for (const theme of THEMES) {
    const { page, close } = await open(`${theme}/${RUNBOOK}`, { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), theme);
    assert.ok(await page.locator('.menu-open').isVisible());
    assert.ok(await page.locator('.search-open').isVisible());
    await close();
  }
});

test('on paper there is the text, all of it, and nothing to click', async () => {
  for (const theme of THEMES) {
    const { page, close } = await open(`${theme}/${RUNBOOK}`, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    for (const selector of ['.site-header', '.site-nav', '.toc', '.turn', '.cell-tools', '.actions', '.backlinks']) {
      for (const one of await page.locator(selector).all()) assert.ok(await one.isHidden(), `${theme} ${selector}`);
    }
    const traceback = page.locator('.output-error details pre').first();
    assert.ok((await traceback.boundingBox()).height > 100, theme);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
    const pdf = await page.pdf({ format: 'A4' });
    assert.ok(pdf.length > 10_000);
    await close();
  }
});
