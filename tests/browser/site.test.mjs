// What a reader does, in a real browser: over http and from a folder, with and without scripts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { serve } from '../../scripts/serve.mjs';
import { bindery, folder, launch, make, repo } from './desk.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const scratch = folder('site');
const site = path.join(scratch, 'site');
const hostile = path.join(scratch, 'hostile');

/** @type {import('playwright-core').Browser} */ let browser;
/** @type {import('node:http').Server} */ let server;
let base = '';

const PAYLOADS = [
  '<script>window.pwned=1;alert(1)</script>',
  '"><img src=x onerror="window.pwned=1;alert(1)">',
  "'><svg onload=alert(1)>",
  '<svg><script>alert(1)</script></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<a href="javascript:alert(1)" id="x">click</a>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<img src="https://canary.example/x.png"><link rel=stylesheet href="https://canary.example/x.css">',
  '<details open ontoggle=alert(1)><summary>x</summary></details>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '$\\href{javascript:alert(1)}{x}$ $\\text{<img src=x onerror=alert(1)>}$',
];

function notebook(payload) {
  const output = (data) => ({ output_type: 'display_data', metadata: { 'image/png': { alt: payload, width: payload } }, data });
  return {
    nbformat: 4, nbformat_minor: 5,
    metadata: { title: payload, kernelspec: { name: payload, display_name: payload }, language_info: { name: payload } },
    cells: [
      { cell_type: 'markdown', id: 'a', metadata: { tags: [payload] }, source: `# ${payload}\n\n${payload}\n\n<div>${payload}</div>\n` },
      { cell_type: 'raw', id: 'b', metadata: { raw_mimetype: 'text/html' }, source: payload },
      {
        cell_type: 'code', id: payload, metadata: { tags: [payload], name: payload, title: payload }, execution_count: 1, source: payload,
        outputs: [
          { output_type: 'stream', name: 'stdout', text: payload },
          { output_type: 'error', ename: payload, evalue: payload, traceback: [payload] },
          ...['text/html', 'text/markdown', 'text/latex', 'image/svg+xml', 'application/javascript', 'text/vnd.mermaid', payload]
            .map((mime) => output({ [mime]: payload })),
          output({ 'application/json': { [payload]: payload } }),
        ],
      },
    ],
  };
}

before(async () => {
  make();
    execFileSync(bindery, ['build', 'example-notebooks', '--out', site, '--quiet'], { cwd: repo });
  mkdirSync(path.join(scratch, 'src'));
  PAYLOADS.forEach((payload, n) => writeFileSync(path.join(scratch, 'src', `n${n}.ipynb`), JSON.stringify(notebook(payload))));
  execFileSync(bindery, ['build', path.join(scratch, 'src'), '--out', hostile, '--quiet']);
  server = await serve(site, 0);
  base = `http://127.0.0.1:${server.address().port}/`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** Whether a page only leads to another. */
function isAlias(file) {
  return readFileSync(file, 'utf8').includes('http-equiv="refresh"');
}

/** All pages of a site, relative to it. */
function pages(folder) {
  return readdirSync(folder, { recursive: true }).map(String).filter((name) => name.endsWith('.html')).filter((name) => !isAlias(path.join(folder, name))).sort();
}

/** Opens a page; what goes wrong on it is collected. */
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('dialog', (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1|file:|data:)/.test(request.url())) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

test('every page of the example opens without a fault, over http and from a folder', async () => {
  for (const name of pages(site)) {
    for (const url of [base + encodeURI(name), pathToFileURL(path.join(site, name)).href]) {
      const { page, faults, close } = await open(url);
      assert.deepEqual(faults, [], url);
      assert.notEqual(await page.title(), '', url);
      await close();
    }
  }
});

test('axe finds nothing serious on the example, in both modes', async () => {
  for (const name of pages(site)) {
    for (const colorScheme of ['light', 'dark']) {
      const { page, close } = await open(base + encodeURI(name), { colorScheme, bypassCSP: true });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document));
      const bad = violations.filter((violation) => ['serious', 'critical'].includes(violation.impact));
      assert.deepEqual(bad.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`), [], `${name} ${colorScheme}`);
      await close();
    }
  }
});

test('no page scrolls sideways, from a small phone to a wide screen', async () => {
  for (const width of [320, 768, 1440, 2560]) {
    for (const name of pages(site)) {
      const { page, close } = await open(base + encodeURI(name), { viewport: { width, height: 800 } });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${name} at ${width}: ${over} px`);
      await close();
    }
  }
});

test('nothing in a hostile notebook runs, even without the policy', async () => {
  for (const name of pages(hostile)) {
    for (const bypassCSP of [false, true]) {
      const { page, faults, close } = await open(pathToFileURL(path.join(hostile, name)).href, { bypassCSP });
      await page.waitForTimeout(20);
      assert.deepEqual(faults, [], `${name} bypassCSP=${bypassCSP}`);
      // Links to elsewhere lead there only when they are clicked; what else a click does is a fault.
      for (const link of await page.locator('.content a:not([href^="http"])').all()) {
        await link.click({ timeout: 300, noWaitAfter: true }).catch(() => {});
      }
      assert.equal(await page.evaluate(() => window.pwned), undefined, name);
      assert.deepEqual(faults, [], `${name} bypassCSP=${bypassCSP}, clicked`);
      await close();
    }
  }
});

test('code is copied as it runs', async () => {
  const { page, close } = await open(`${base}runbooks/10-disk-full.html`, { permissions: ['clipboard-read', 'clipboard-write'] });
  const code = page.locator('.cell-code pre.code').first();
  await code.hover();
  await page.locator('.cell-code .cell-tools button[title="Copy"]').first().click();
  await page.locator('.cell-tools [role="status"]', { hasText: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, (await code.textContent()).trimEnd());
  assert.match(copied, /^usage\(\) \{\n/);
  await close();
});

test('tabs open by mouse, by keyboard and by what is linked inside of them', async () => {
  const { page, close } = await open(`${base}howto/dialects-of-markdown.html`, { javaScriptEnabled: false });
  const [linux, windows] = [page.locator('.tabs .tab').nth(0), page.locator('.tabs .tab').nth(1)];
  assert.equal(await linux.isVisible(), true);
  assert.equal(await windows.isVisible(), false);
  await page.locator('.tabs label', { hasText: 'Windows' }).click();
  assert.equal(await windows.isVisible(), true);
  assert.equal(await linux.isVisible(), false);
  await page.keyboard.press('ArrowLeft');
  assert.equal(await linux.isVisible(), true);
  await close();
  const scripted = await open(`${base}howto/dialects-of-markdown.html`);
  await scripted.page.evaluate(() => { document.querySelectorAll('.tabs .tab')[1].firstElementChild.id = 'inside'; location.hash = '#inside'; });
  await scripted.page.locator('#inside').waitFor({ state: 'visible', timeout: 2000 });
  await scripted.close();
});

test('references lead to what they name', async () => {
  const { page, close } = await open(`${base}howto/marks-on-cells.html`);
  await page.locator('a.ref', { hasText: 'Table 1' }).click();
  const caption = await page.locator(':target figcaption').textContent();
  assert.match(caption, /^Table 1/);
  await close();
});

test('the mode can be switched and is remembered', async () => {
  const { page, close } = await open(base, { colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.locator('.mode-switch').click();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.goto(`${base}all.html`);
  assert.equal(await ground(), dark);
  await close();
});

test('a link into something folded opens it', async () => {
  const { page, close } = await open(`${base}databases/nightly-backup.html`);
  const id = await page.evaluate(() => {
    const fold = document.querySelector('details.fold:not([open])');
    const inside = document.createElement('span');
    inside.id = 'deep';
    fold.append(inside);
    return inside.id;
  });
  await page.evaluate((hash) => { location.hash = hash; }, id);
  await page.waitForFunction(() => document.querySelector('#deep').closest('details').open);
  await close();
});

test('without scripts everything can be read and reached', async () => {
  const { page, close } = await open(pathToFileURL(path.join(site, 'index.html')).href, { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
  await page.locator('.site-nav > summary').click();
  await page.locator('.site-nav a', { hasText: 'Runbooks' }).first().click();
  await page.locator('main a', { hasText: 'Disk full' }).first().click();
  assert.equal((await page.locator('h1').first().textContent()).trim(), 'Disk full');
  assert.ok(await page.locator('.site-nav').isVisible());
  await close();
});

test('the keyboard reaches the content first', async () => {
  const { page, close } = await open(`${base}runbooks/10-disk-full.html`);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await close();
});
