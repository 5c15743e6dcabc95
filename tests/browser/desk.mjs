// What all browser tests begin with: the program, a folder of their own, Chromium.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const repo = path.resolve(import.meta.dirname, '../..');
export const bindery = path.join(repo, 'target/debug/bindery');

/**
 * A folder that goes with the tests; caches of the program lie in it too.
 * @param {string} name
 */
export function folder(name) {
  const scratch = mkdtempSync(path.join(tmpdir(), `bindery-${name}-`));
  process.env.XDG_CACHE_HOME = path.join(scratch, 'caches');
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  return scratch;
}

/** Makes the program as it is now. */
export function make() {
  execFileSync('cargo', ['build', '--locked', '--quiet'], { cwd: repo, stdio: 'inherit' });
}

/** Chromium without a way to any other host. */
export function launch() {
  return chromium.launch({
    executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
}

export const md = (source) => ({ cell_type: 'markdown', metadata: {}, source });
export const stream = (text) => ({ output_type: 'stream', name: 'stdout', text });
export const code = (source, outputs = [], metadata = {}) => ({ cell_type: 'code', metadata, execution_count: 1, source, outputs });

/** A Python notebook as its file holds it. */
export const book = (cells, metadata = {}) => JSON.stringify({
  nbformat: 4, nbformat_minor: 4, metadata: { kernelspec: { name: 'python3', display_name: 'Python 3' }, language_info: { name: 'python' }, ...metadata }, cells,
});
