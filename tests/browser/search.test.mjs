// Search as a reader uses it: from a folder and over http, with the index whole or out of reach.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { serve } from '../../scripts/serve.mjs';
import { bindery, book, code, folder, launch, make, md, repo, stream } from './desk.mjs';

const scratch = folder('search');
const site = path.join(scratch, 'sub', 'site');

/** @type {import('playwright-core').Browser} */ let browser;
/** @type {import('node:http').Server} */ let server;
let base = '';

before(async () => {
  make();
  const src = path.join(scratch, 'src');
  mkdirSync(path.join(src, 'db'), { recursive: true });
  writeFileSync(path.join(src, 'index.md'), '# Handbook\n\nStart here.\n');
  writeFileSync(path.join(src, 'db', 'failover.ipynb'), book([
    md('---\ntitle: Failover of the ledger\ntags: [sev1]\nowner: Platform Team\n---'),
    md('## Promote the standby\n\nPolicies are restarted before the replication catches up.'),
    code('promote_standby(cluster="ledger", gracePeriod=30)  # --force-promote'),
    code('check()', [stream('2026-01-02T03:04:05Z INFO ok\n2026-01-02T03:04:06Z FATAL could not connect to 10.0.0.7:5432 after 30s: ECONNREFUSED id=ab12cd34ef\n')]),
  ]));
  writeFileSync(path.join(src, 'db', 'vacuum.ipynb'), book([md('# Vacuum by hand\n\nThe ledger is mentioned. Disks fill.'), code('vacuum_full()')]));
  mkdirSync(path.join(src, 'Night Shift', 'Café'), { recursive: true });
  writeFileSync(path.join(src, 'Night Shift', 'Café', 'pumps.ipynb'), book([
    md('---\npriority: 3\n---\n# Pumps at night\n\n## Ostrich procedure\n\n## What to watch\n\nDie überprüfte Anlage. 接続に失敗しました。 Ends with monkey'),
    code('wrench = 1'),
    code('hidden_probe()', [stream(`${Array.from({ length: 60 }, (_, n) => `step ${'abcdefghij'[n % 10]}${'klmnop'[n % 6]} done`).join('\n')}\nORA-01555: see the log\nORA-00600: see the log\nNo space left on device\n`)], { tags: ['hide-cell'] }),
    md('Run `netstat -tulpn`, TLS 1.2 on port 443.'),
  ]));
  for (let n = 0; n < 30; n++) writeFileSync(path.join(src, `filler-${n}.md`), `# Filler ${n}\n\nWords that could stand anywhere: connect, after, info, standby number ${n}.\n`);
  execFileSync(bindery, ['build', src, '--out', site, '--quiet']);
  server = await serve(path.join(scratch), 0);
  base = `http://127.0.0.1:${server.address().port}/sub/site/`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

async function open(url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

const ask = (page, query) => page.evaluate((text) => window.bindery.search(text, { limit: 5 }), query);

test('what operations people type finds its page, over http and from a folder', async () => {
  for (const url of [`${base}index.html`, pathToFileURL(path.join(site, 'db', 'vacuum.html')).href]) {
    const { page, faults, close } = await open(url);
    for (const [query, wanted] of [
      ['2027-11-12T13:14:15Z FATAL could not connect to 10.9.8.7:6543 after 99s: ECONNREFUSED id=ffeeddcc11', 'db/failover.html'],
      ['promote_standby', 'db/failover.html'],
      ['graceperiod', 'db/failover.html'],
      ['--force-promote', 'db/failover.html'],
      ['restart policy', 'db/failover.html'],
      ['promoting', 'db/failover.html'],
      ['replicatoin', 'db/failover.html'],
      ['vacu', 'db/vacuum.html'],
      ['"catches up"', 'db/failover.html'],
      ['tag:sev1', 'db/failover.html'],
      ['ledger in:db owner:platform-team', 'db/failover.html'],
      ['ledger -promote', 'db/vacuum.html'],
      ['ledger -tag:sev1', 'db/vacuum.html'],
      ['in:night-shift/cafe', 'Night%20Shift/Caf%C3%A9/pumps.html'],
      ['priority:3', 'Night%20Shift/Caf%C3%A9/pumps.html'],
      ['ostrich', 'Night%20Shift/Caf%C3%A9/pumps.html'],
      ['ORA-00600', 'Night%20Shift/Caf%C3%A9/pumps.html'],
      ['no space left on device', 'Night%20Shift/Caf%C3%A9/pumps.html'],
      ['netstat -tulpn', 'Night%20Shift/Caf%C3%A9/pumps.html'],
      ['failovre', 'db/failover.html'],
    ]) {
      const found = await ask(page, query);
      assert.equal(found[0]?.url.split('#')[0], wanted, `${query}: ${JSON.stringify(found)}`);
    }
    for (const query of ['zanzibar quokka', '"up catches"', '"monkey wrench"', 'tag:sev1 vacuum', 'ledger in:nowhere', 'ledger tag:sev9']) assert.deepEqual(await ask(page, query), [], query);
    assert.deepEqual(faults, []);
    await close();
  }
});

test('the dialog opens by a key, is steered by keys, and leads to the marked cell', async () => {
  const { page, faults, close } = await open(`${base}filler-1.html`);
  assert.equal(await page.locator('script[src*="/search/"]').count(), 0, 'nothing is loaded before');
  await page.keyboard.press('/');
  await page.locator('.search-dialog input').fill('ECONNREFUSED');
  const first = page.locator('.search-dialog a.found').first();
  await first.waitFor();
  assert.match(await page.locator('.search-status').textContent(), /1 result/);
  assert.match(await first.textContent(), /Failover of the ledger.*Promote the standby.*Db.*ECONNREFUSED/s);
  assert.equal(await first.locator('.found-output mark').textContent(), 'ECONNREFUSED');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/failover\.html\?mark=/);
  assert.equal(await page.locator('mark.found-here').first().textContent(), 'ECONNREFUSED');
  await page.keyboard.press('Control+k');
  await page.locator('.search-dialog button.found-hint', { hasText: 'ECONNREFUSED' }).waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('a result leads to its words: with accents, without spaces, in a fold', async () => {
  for (const [query, marked] of [['überprüfte', ['überprüfte']], ['接続に失敗', ['接続に失敗']], ['hidden_probe', ['hidden_probe']], ['ORA-00600 see the log', ['ORA-00600']]]) {
    const { page, faults, close } = await open(`${base}index.html`);
    await page.keyboard.press('/');
    await page.locator('.search-dialog input').fill(query);
    // At once: what is shown is still of no query.
    await page.keyboard.press('Enter');
    await page.waitForURL(/pumps\.html\?mark=/);
    for (const word of marked) await page.locator('mark.found-here', { hasText: word }).first().waitFor({ state: 'visible', timeout: 5000 });
    assert.deepEqual(faults, [], query);
    await close();
  }
});

test('Enter acts on what is typed, not on what was', async () => {
  const { page, close } = await open(`${base}index.html`);
  await page.keyboard.press('/');
  const input = page.locator('.search-dialog input');
  await input.fill('ostrich');
  await page.locator('a.found', { hasText: 'Pumps at night' }).first().waitFor();
  await input.fill('vacuum by hand');
  await page.keyboard.press('Enter');
  await page.waitForURL(/vacuum\.html/);
  await close();
});

test('filters are offered while they are typed', async () => {
  const { page, close } = await open(`${base}search.html`);
  await page.locator('.search-page input').fill('pumps in:night-shift/');
  await page.locator('.search-chip', { hasText: 'in:night-shift/cafe' }).click();
  await page.locator('a.found', { hasText: 'Pumps at night' }).first().waitFor();
  assert.equal(await page.locator('.search-page input').inputValue(), 'pumps in:night-shift/cafe ');
  assert.match(page.url(), /\?q=pumps/);
  await page.locator('.search-filter summary', { hasText: 'owner' }).click();
  await page.locator('.search-filter .search-chip', { hasText: 'platform-team' }).click();
  await page.locator('.search-status', { hasText: 'Nothing here says' }).waitFor();
  await close();
});

test('an index that loads at the second try is used', async () => {
  const { page, faults, close } = await open(`${base}index.html`);
  let tries = 0;
  await page.route('**/_bindery/search/index.js', (route) => (tries++ ? route.continue() : route.abort()));
  await page.keyboard.press('/');
  await page.locator('.search-status', { hasText: 'did not load' }).waitFor();
  await page.locator('.search-dialog input').fill('$& zanzibar');
  await page.locator('.search-status', { hasText: 'Nothing here says “$& zanzibar”' }).waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('the page of search answers its address, and says where nothing is found', async () => {
  const { page, close } = await open(`${base}search.html?q=vacum`);
  await page.locator('a.found', { hasText: 'Vacuum by hand' }).waitFor();
  await page.locator('.search-page input').fill('zanzibar');
  await page.locator('.search-status', { hasText: 'Nothing here says “zanzibar”' }).waitFor();
  await page.locator('a.found', { hasText: 'Browse all pages' }).waitFor();
  await close();
  const asked = await open(`${base}index.html?q=vacuum`);
  await asked.page.locator('.search-dialog a.found').first().waitFor();
  await asked.close();
});

test('a part of the index that does not load is said, and is no lack of results', async () => {
  for (const body of [null, '<!doctype html><title>Sign in</title>']) {
    const { page, close } = await open(`${base}search.html`);
    await page.route('**/_bindery/search/*/d*.js', (route) => (body ? route.fulfill({ body, contentType: 'text/javascript' }) : route.abort()));
    await page.locator('.search-page input').fill('ledger');
    await page.locator('.search-status', { hasText: 'did not load' }).waitFor();
    assert.equal(await page.locator('a.found').count(), 0);
    await close();
  }
});

test('the script reads text as the index does', async () => {
  const { page, close } = await open(`${base}search.html`);
  await page.waitForFunction(() => window.bindery?.terms);
  const lines = readFileSync(path.join(repo, 'tests/tokens.snapshot'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines.length > 10);
  for (const [text, wanted] of lines) {
    const found = await page.evaluate((said) => window.bindery.terms(said), text);
    assert.deepEqual(found, wanted, text);
  }
  await close();
});

test('the scripts of search are small', () => {
  const script = readdirSync(path.join(site, '_bindery')).find((name) => /^search\..*\.js$/.test(name));
  const packed = execFileSync('gzip', ['-9', '-c', path.join(site, '_bindery', script)]);
  assert.ok(packed.length <= 12 * 1024, `${packed.length} bytes`);
});
