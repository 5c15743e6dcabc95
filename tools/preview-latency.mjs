// How long it takes from a saved file to its new text in the browser:
//
//   node tools/preview-latency.mjs FILE URL [RUNS] -- COMMAND …
//
// COMMAND is a server that reloads pages (`bindery serve book`, `hugo server`, `mkdocs serve`), URL the
// page that it makes of FILE. FILE must hold the words `latency mark 0`, whose number is raised for
// each run; it is as before at the end. A new file takes the place of the old one, as JupyterLab and
// most editors do it; with IN_PLACE=1 the old one is written over. Times are in milliseconds, from before the file is written
// to the frame after the text is there.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../tests/browser/package.json', import.meta.url))('playwright-core');
const split = process.argv.indexOf('--');
const [file, url, runs = '40'] = process.argv.slice(2, split);
const [command, ...options] = process.argv.slice(split + 1);
const WARM_UP = 3;
/** The longest wait for one save. */
const PATIENCE = 120_000;
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const original = readFileSync(file, 'utf8');
if (!original.includes('latency mark 0')) throw new Error(`${file} does not hold the words "latency mark 0"`);
const server = spawn(command, options, { stdio: 'ignore' });
const browser = await chromium.launch({
  executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync),
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const begun = Date.now();
  const page = await browser.newPage();
  /** @type {Map<number, (when: number) => void>} */
  const waiting = new Map();
  await page.exposeBinding('seen', (_, mark, when) => waiting.get(mark)?.(when));
  await page.addInitScript(() => {
    let last = -1;
    const look = () => {
      const found = /latency mark (\d+)/.exec(document.body?.textContent ?? '');
      if (!found || Number(found[1]) === last) return;
      last = Number(found[1]);
      requestAnimationFrame(() => window.seen(last, Date.now()));
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  });
  for (;;) {
    try {
      await page.goto(url);
      if ((await page.textContent('body')).includes('latency mark')) break;
    } catch {
      // It is still starting.
    }
    await pause(50);
  }
  const first = Date.now() - begun;
  await pause(2000);
  const times = [];
  for (let run = 1; run <= Number(runs) + WARM_UP; run++) {
    const seen = new Promise((resolve, reject) => {
      waiting.set(run, resolve);
      setTimeout(() => reject(new Error(`the text of run ${run} never came`)), PATIENCE).unref();
    });
    const text = original.replaceAll('latency mark 0', `latency mark ${run}`);
    const before = Date.now();
    if (process.env.IN_PLACE) {
      writeFileSync(file, text);
    } else {
      writeFileSync(`${file}.tmp`, text);
      renameSync(`${file}.tmp`, file);
    }
    times.push(await seen - before);
    await pause(300 + Math.random() * 200);
  }
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  console.log(`first page ${first} ms; save to text: median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms, worst ${sorted.at(-1)} ms (${sorted.length} runs)`);
} finally {
  writeFileSync(file, original);
  await browser.close();
  server.kill('SIGINT');
}
